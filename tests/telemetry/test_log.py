"""Log lines: fields as key=value, on the console and in the file, and no surprises in them."""

import gzip
import logging
import re
import threading
from pathlib import Path

import pytest
from loguru import logger

from telemetry.log import LEVELS, configure_logging, stop_logging
from telemetry.log_files import LogRotation
from tests.telemetry.conftest import json_lines, lines


@pytest.fixture
def log_file(tmp_path: Path, clean_logging: None) -> Path:
    """The file of a log at INFO."""
    file = tmp_path / "logs" / "hearth.log"
    configure_logging("INFO", file=file)
    return file


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


@pytest.fixture
def json_file(tmp_path: Path, clean_logging: None) -> Path:
    """The file of a log of JSON lines."""
    file = tmp_path / "hearth.log"
    configure_logging("INFO", file=file, log_format="json")
    return file


def test_a_json_line_is_one_flat_object_with_numbers_as_numbers(json_file: Path) -> None:
    logger.bind(status=200, seconds=0.25, stream=True, key="", error=None).info("request")
    [line] = json_lines(json_file)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", line.pop("time"))
    told = {"status": 200, "seconds": 0.25, "stream": True}
    assert line == {"level": "INFO", "message": "request", "module": __name__, **told}


def test_the_console_has_the_same_json(
    tmp_path: Path, clean_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("INFO", file=tmp_path / "hearth.log", log_format="json")
    logger.info("ready")
    assert capsys.readouterr().err.splitlines() == lines(tmp_path / "hearth.log")


@pytest.mark.parametrize(
    "text", ["{", "{0}", "<red>", '"', "\\", "\n{", "\x1b[31m", "\x9b31m", "\udc80", "\u202e"]
)
def test_no_text_breaks_a_json_line(json_file: Path, text: str) -> None:
    logger.bind(path=text).info("got {}", text)
    [line] = json_lines(json_file)
    assert line["message"].isprintable()
    assert line["path"].isprintable()


def test_a_stack_trace_is_a_field_of_its_json_line(json_file: Path) -> None:
    try:
        raise ValueError("boom")
    except ValueError:
        logger.exception("request failed")
    [line] = json_lines(json_file)
    assert line["exception_type"] == "ValueError"
    assert line["exception"].startswith("Traceback (most recent call last):\n")
    assert line["exception"].endswith("\nValueError: boom")


def test_a_full_file_is_put_aside_and_packed_and_the_oldest_go(
    tmp_path: Path, clean_logging: None
) -> None:
    rotation = LogRotation(max_bytes=1_000, num_kept=2)
    configure_logging("INFO", file=tmp_path / "hearth.log", rotation=rotation)
    for number in range(100):
        logger.info("line {}", number)
    stop_logging()
    old = [file for file in tmp_path.iterdir() if file.name != "hearth.log"]
    assert old
    assert all(file.name.endswith(".log.gz") for file in old)
    whole = [gzip.decompress(file.read_bytes()).decode() for file in old]
    assert all(text.count("line ") > 5 and len(text) <= 1_000 for text in whole)
    assert "line 99" in (tmp_path / "hearth.log").read_text()


def test_files_put_aside_may_stay_as_they_are(tmp_path: Path, clean_logging: None) -> None:
    rotation = LogRotation(max_bytes=1_000, num_kept=2, compresses=False)
    configure_logging("INFO", file=tmp_path / "hearth.log", rotation=rotation)
    for number in range(100):
        logger.info("line {}", number)
    assert len([*tmp_path.iterdir()]) == 3
    assert not [*tmp_path.glob("*.gz")]


def test_a_module_may_say_more_than_the_others(log_file: Path) -> None:
    LEVELS.set("DEBUG", "tests.telemetry")
    logger.debug("detail")
    LEVELS.set("DEBUG", "tests.tele")
    LEVELS.set(None, "tests.telemetry")
    logger.debug("left out")
    assert [line.split()[-1] for line in lines(log_file)] == ["detail"]


def test_a_module_may_say_less_than_the_others(log_file: Path) -> None:
    LEVELS.set("ERROR", "tests")
    logging.getLogger("tests.library").warning("chatter")
    logging.getLogger("another.library").warning("news")
    logger.warning("chatter")
    assert [line.split()[-1] for line in lines(log_file)] == ["news"]


def test_no_line_is_lost_while_the_level_changes(log_file: Path) -> None:
    is_done = threading.Event()

    def change() -> None:
        while not is_done.is_set():
            LEVELS.set("DEBUG")
            LEVELS.set("INFO")

    changing = threading.Thread(target=change)
    changing.start()
    for number in range(300):
        logger.info("line {}", number)
    is_done.set()
    changing.join()
    said = {int(line.split()[-1]) for line in lines(log_file)}
    assert said == set(range(300))
