"""The offer of a real model: made once, on a Mac, at a terminal, and remembered."""

from collections.abc import Callable
from pathlib import Path

import pytest

import settings as settings_module
from first_start import QUESTION, offer_real_model
from settings import RECOMMENDED_MODEL, TINY_MODEL_NAME, Settings, load_settings

DEFAULTS = Settings(_env_file=None, _env_prefix="NOT_READ_")


def answering(answer: str, asked: list[str] | None = None) -> Callable[[str], str]:
    """Somebody at the terminal."""

    def ask(question: str) -> str:
        if asked is not None:
            asked.append(question)
        return answer

    return ask


def must_not_ask(question: str) -> str:
    raise AssertionError(f"asked: {question}")


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


@pytest.mark.parametrize("answer", ["y", "Y", "yes", " YES \n"])
def test_yes_takes_the_real_model_and_remembers_it(env_file: Path, answer: str) -> None:
    asked: list[str] = []
    settings = offer_real_model(
        DEFAULTS, ask=answering(answer, asked), env_file=env_file, is_mac_terminal=True
    )
    assert asked == [QUESTION]
    assert settings.model == RECOMMENDED_MODEL
    assert env_file.read_text() == f"HEARTH_MODEL={RECOMMENDED_MODEL}\n"


@pytest.mark.parametrize("answer", ["", "n", "no", "what?"])
def test_anything_else_keeps_the_demo_and_remembers_that(env_file: Path, answer: str) -> None:
    settings = offer_real_model(
        DEFAULTS, ask=answering(answer), env_file=env_file, is_mac_terminal=True
    )
    assert settings.model == TINY_MODEL_NAME
    assert env_file.read_text() == f"HEARTH_MODEL={TINY_MODEL_NAME}\n"


def test_a_closed_terminal_keeps_the_demo_and_asks_again_next_time(env_file: Path) -> None:
    def closed(question: str) -> str:
        raise EOFError

    settings = offer_real_model(DEFAULTS, ask=closed, env_file=env_file, is_mac_terminal=True)
    assert settings == DEFAULTS
    assert not env_file.exists()


@pytest.mark.parametrize("answer", ["y", "n"])
def test_an_answer_is_not_asked_for_again(
    env_file: Path, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_real_model(DEFAULTS, ask=answering(answer), env_file=env_file, is_mac_terminal=True)
    monkeypatch.setattr(settings_module, "ENV_FILE", env_file)
    monkeypatch.setitem(Settings.model_config, "env_file", env_file)
    monkeypatch.delenv("HEARTH_MODEL", raising=False)
    next_time = load_settings([])
    kept = offer_real_model(next_time, ask=must_not_ask, env_file=env_file, is_mac_terminal=True)
    assert kept.model == (RECOMMENDED_MODEL if answer == "y" else TINY_MODEL_NAME)


def test_what_is_in_the_env_file_stays(env_file: Path) -> None:
    env_file.write_text("HEARTH_PORT=9000\n")
    offer_real_model(DEFAULTS, ask=answering("y"), env_file=env_file, is_mac_terminal=True)
    assert env_file.read_text().splitlines() == [
        "HEARTH_PORT=9000",
        f"HEARTH_MODEL={RECOMMENDED_MODEL}",
    ]


def test_an_env_file_without_a_last_newline_is_not_damaged(env_file: Path) -> None:
    env_file.write_text("HEARTH_PORT=9000")
    offer_real_model(DEFAULTS, ask=answering("y"), env_file=env_file, is_mac_terminal=True)
    assert "HEARTH_PORT=9000" in env_file.read_text().splitlines()


@pytest.mark.parametrize("model", [TINY_MODEL_NAME, "some/model"])
def test_who_names_a_model_is_not_asked(env_file: Path, model: str) -> None:
    chosen = Settings(_env_file=None, _env_prefix="NOT_READ_", model=model)
    assert chosen == offer_real_model(
        chosen, ask=must_not_ask, env_file=env_file, is_mac_terminal=True
    )


def test_nobody_is_asked_where_nobody_could_answer(env_file: Path) -> None:
    assert (
        offer_real_model(DEFAULTS, ask=must_not_ask, env_file=env_file, is_mac_terminal=False)
        == DEFAULTS
    )


def test_nobody_is_asked_without_a_terminal(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert offer_real_model(DEFAULTS, ask=must_not_ask, env_file=env_file) == DEFAULTS
