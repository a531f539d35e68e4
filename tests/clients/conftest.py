"""Official clients, as they are: against the real app on a FakeEngine, and the bundled model.

Files here are read with --all only, or by name: importing all these clients takes half a minute.
"""

import gc
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.acceptance.conftest import server
from tests.api.conftest import Api, api, eventually, start_api

__all__ = ["api", "server", "start_api"]

LONG_ANSWER = 2000
"""So many tokens are made at least for a client that does not leave."""


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    return None if config.getoption("--tier") == "all" else True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The warnings of these clients, and the connections they leave open, are no fault of ours."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None]:
    """What a client left open is closed now, and not in a later test, where a warning fails it."""
    yield
    gc.collect()


async def is_freed(api: Api) -> None:
    """Let the engine go on, one decode at a time, until the client that left is let go of."""

    def holds_nothing() -> bool:
        api.gate.let_through(1)
        return api.batcher.num_running == 0 and not api.engine.sequence_ids

    await eventually(holds_nothing)
    assert api.engine.num_calls["decode"] < LONG_ANSWER // 2
