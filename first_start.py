"""On a Mac's first start, at a terminal: the offer to download a real model.

Thread: event loop (before it runs).
"""

import platform
import sys
from collections.abc import Callable
from pathlib import Path

from settings import ENV_FILE, RECOMMENDED_MODEL, TINY_MODEL_NAME, Settings

QUESTION = (
    "Hearth comes with a tiny demo model. Download Qwen2.5-7B-Instruct (4.3 GB) for real use?\n"
    "Your answer is kept in .env. [y/N] "
)


def offer_real_model(
    settings: Settings,
    *,
    ask: Callable[[str], str] = input,
    env_file: Path = ENV_FILE,
    is_mac_terminal: bool | None = None,
) -> Settings:
    """Ask once, where it makes sense, and remember the choice; else the settings as they are."""
    if is_mac_terminal is None:
        is_mac_terminal = _is_mac_terminal()
    if not is_mac_terminal or "model" in settings.model_fields_set:
        return settings
    try:
        wants_it = ask(QUESTION).strip().lower() in ("y", "yes")
    except EOFError:
        return settings
    model = RECOMMENDED_MODEL if wants_it else TINY_MODEL_NAME
    try:
        _remember(model, env_file)
    except OSError as error:
        print(f"hearth: cannot write {env_file} ({error.strerror}); it will be asked again")
    return settings.model_copy(update={"model": model})


def _remember(model: str, env_file: Path) -> None:
    lines = env_file.read_text(encoding="utf-8").splitlines() if env_file.exists() else []
    env_file.write_text("\n".join([*lines, f"HEARTH_MODEL={model}", ""]), encoding="utf-8")


def _is_mac_terminal() -> bool:
    is_apple_silicon = platform.system() == "Darwin" and platform.machine() == "arm64"
    return is_apple_silicon and sys.stdin.isatty() and sys.stdout.isatty()
