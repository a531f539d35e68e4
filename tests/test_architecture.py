"""The folders are the design: who may import whom, and on which thread a module's code runs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = (
    *("api", "access", "prompts", "batching", "jobs", "reuse"),
    *("network", "tls", "doctor", "service"),
    *("telemetry", "commands", "benchmarks"),
)
ENTRY_POINTS = (
    "server",
    "serving",
    "signals",
    "settings",
    "model_manager",
    "served_model",
    "model_plan",
    "first_start",
    "banner",
)

MAY_IMPORT: dict[str, set[str]] = {
    "server": {"serving", "first_start", "settings", "telemetry"}
    | {"model_manager", "model_plan", "served_model"}
    | {"access.errors", "batching.engine.errors", "batching.engine.file_limit", "tls.errors"},
    "serving": {"access", "api", "banner", "model_manager", "network", "settings", "signals"}
    | {"batching.engine.errors", "prompts.errors", "telemetry", "tls"},
    "signals": set(),
    "api": {"access", "api", "jobs", "network.addresses", "prompts", "reuse"}
    | {"model_manager", "served_model", "settings"}
    | {
        f"batching.{name}"
        for name in ("batcher", "counts", "errors", "grammar_source", "messages", "stream")
    }
    | {"batching.time_limits", "batching.engine.prefix.values", "telemetry"}
    | {f"batching.engine.{name}" for name in ("grammar", "protocol", "sampling_params")},
    "model_manager": {"served_model"},
    "served_model": {"model_plan", "prompts", "batching", "reuse", "settings"},
    "model_plan": {"batching", "settings"},
    "first_start": {"settings"},
    "banner": {"network.addresses", "settings"},
    "settings": {"access.addresses"},
    "access": {"access"},
    "jobs": {"jobs", "prompts", "batching.errors", "batching.messages", "batching.stream"},
    "reuse": {"reuse", "batching.engine.grammar", "batching.engine.protocol"}
    | {f"batching.{name}" for name in ("batcher", "errors", "messages", "stream")},
    "prompts": {"prompts"},
    "batching": {f"batching.{file.stem}" for file in (ROOT / "batching").glob("*.py")}
    | {f"batching.engine.{name}" for name in ("errors", "grammar", "protocol", "sampling_params")}
    | {"telemetry.metrics", "telemetry.tally"},
    "batching.engine": {"batching.engine"},
    "telemetry": {"telemetry"},
    "network": {"network"},
    "tls": {"tls", "network.addresses", "settings"},
    "doctor": {"access.errors", "access.key_file", "doctor", "network", "settings", "model_plan"}
    | {f"batching.engine.{name}" for name in ("device", "errors")},
    "service": {"network.programs", "settings", "service"},
    "benchmarks": {*PACKAGES, *ENTRY_POINTS} - {"commands"},
    "commands": {*PACKAGES, *ENTRY_POINTS},
}
"""Of ours. The entry for the longest prefix of a module's name decides."""

OUTSIDE_ONLY_IN: dict[str, tuple[str, ...]] = {
    "aiohttp": ("api", "serving", "commands", "benchmarks"),
    "mlx": ("batching.engine", "commands", "benchmarks"),
    "mlx_lm": ("batching.engine", "commands", "benchmarks"),
    "prometheus_client": ("telemetry",),
    "llguidance": ("batching",),
    "transformers": ("prompts",),
    "huggingface_hub": ("batching.engine", "commands"),
}
"""Packages that are not ours, and the only places that may import them."""

LAZY_IN_FORMATS = "mlx_lm.tool_parsers"
"""Pure Python although it is in mlx_lm; prompts/formats may import it inside a function."""


def modules() -> dict[str, Path]:
    """Every module of the product, by its dotted name."""
    files = [ROOT / f"{name}.py" for name in ENTRY_POINTS]
    files += [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
    }


def imports(file: Path) -> Iterator[str]:
    """Dotted names that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import"
            yield node.module or ""


def is_in(name: str, places: set[str] | tuple[str, ...]) -> bool:
    """Whether a module is one of these or in a package of these."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


@pytest.mark.parametrize("name", modules())
def test_imports_of_ours_go_one_way(name: str) -> None:
    rule = max((prefix for prefix in MAY_IMPORT if is_in(name, (prefix,))), key=len)
    ours = [each for each in imports(modules()[name]) if is_in(each, (*PACKAGES, *ENTRY_POINTS))]
    assert [each for each in ours if not is_in(each, MAY_IMPORT[rule])] == []


@pytest.mark.parametrize("name", modules())
def test_an_outside_package_is_imported_only_where_it_belongs(name: str) -> None:
    for imported in imports(modules()[name]):
        package = imported.partition(".")[0]
        if imported == LAZY_IN_FORMATS and is_in(name, ("prompts.formats",)):
            continue
        if package in OUTSIDE_ONLY_IN:
            assert is_in(name, OUTSIDE_ONLY_IN[package]), f"{name} imports {imported}"


@pytest.mark.parametrize("name", modules())
def test_a_docstring_says_what_a_module_is_and_on_which_thread_it_runs(name: str) -> None:
    file = modules()[name]
    lines = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").splitlines()
    assert lines, f"{file} has no docstring"
    assert not lines[0].startswith("Thread")
    if file.name != "__init__.py":
        assert any(line.startswith("Thread: ") for line in lines), f"{file} names no thread"
