"""Logging as the server sets it up, undone after each test."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from telemetry.log import LEVELS, stop_logging


@pytest.fixture
def clean_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    stop_logging()
    LEVELS.start("INFO")
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def json_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(file)]
