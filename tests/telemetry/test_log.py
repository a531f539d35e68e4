"""Log lines: fields as key=value, on the console and in the file, and no surprises in them."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from telemetry.log import configure_logging


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Logging as the server sets it up, and undone after the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    file = tmp_path / "logs" / "hearth.log"
    configure_logging("INFO", file=file)
    yield file
    logger.remove()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def test_bound_fields_follow_the_message_as_key_and_value(log_file: Path) -> None:
    logger.bind(status=200, route="POST /v1/chat/completions").info("request")
    [line] = lines(log_file)
    assert line.endswith("INFO    request status=200 route=POST /v1/chat/completions")


def test_the_file_has_the_time_with_its_zone(log_file: Path) -> None:
    logger.info("ready")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d INFO ", lines(log_file)[0])


def test_the_console_shows_the_same_line(
    log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("INFO", file=None)
    logger.bind(status=200).warning("request")
    assert capsys.readouterr().err.endswith("WARNING request status=200\n")
    assert not log_file.exists() or not lines(log_file)


def test_messages_below_the_level_are_left_out(log_file: Path) -> None:
    logger.debug("detail")
    logger.info("ready")
    assert len(lines(log_file)) == 1


@pytest.mark.parametrize(
    "text", ["{", "}", "{0}", "{message}", "<red>", "</red>", "<", "\\<", "%s"]
)
def test_markup_in_a_field_or_a_message_is_only_text(log_file: Path, text: str) -> None:
    logger.bind(path=text).info("got {}", text)
    [line] = lines(log_file)
    assert line.endswith(f" got {text} path={text}")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_newline_in_a_field_cannot_forge_a_second_line(log_file: Path, newline: str) -> None:
    logger.bind(path=f"/x{newline}2026-01-01 INFO forged").info("request")
    assert len(lines(log_file)) == 1


def test_a_stack_trace_follows_without_the_values_of_variables(log_file: Path) -> None:
    prompt = "a-private-prompt"
    try:
        raise ValueError("boom") from KeyError(len(prompt))
    except ValueError:
        logger.bind(status=500).exception("request failed")
    text = log_file.read_text(encoding="utf-8")
    assert "ERROR   request failed status=500\n" in text
    assert "ValueError: boom" in text
    assert prompt not in text.replace(f'prompt = "{prompt}"', "")


def test_warnings_of_libraries_are_logged_with_their_names(log_file: Path) -> None:
    logging.getLogger("some.library").warning("disk %s is full", "A")
    logging.getLogger("some.library").info("chatter")
    [line] = lines(log_file)
    assert line.endswith("WARNING some.library: disk A is full")
