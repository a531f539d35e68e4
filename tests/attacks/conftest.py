"""Servers for attacks: whatever came before, the next request and the right caller are answered.

They end with their module: what they log later would come among the lines of other tests.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from loguru import logger

from tests.attacks.guarded import GuardedServer, guarded_server
from tests.attacks.raw_http import AttackedServer, attacked_server


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedServer]:
    """One that wants API keys, or tokens."""
    with guarded_server(tmp_path_factory.mktemp("guarded")) as server:
        yield server


@pytest.fixture
def log() -> Iterator[list[dict[str, Any]]]:
    """The fields of every line that is logged during the test."""
    lines: list[dict[str, Any]] = []
    sink = logger.add(lambda message: lines.append(message.record["extra"]), level="DEBUG")
    yield lines
    logger.remove(sink)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedServer]:
    """With short time limits, so that attacks by time take none."""
    folder = tmp_path_factory.mktemp("attacked")
    with attacked_server(
        folder, receive_timeout_seconds=0.4, send_timeout_seconds=0.4, max_body_mb=0.2
    ) as server:
        yield server
