"""Options of the test run, and what every test is held to.

`./run.sh test` runs what a bare machine can; tests marked `tier_all` need `--tier=all`. It runs
several tests at a time, and those marked `alone` one after the other: servers as users start them,
and what takes long or measures.
"""

import asyncio
import shutil
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tier", choices=("bare", "all"), default="bare", help="how much to run")
    parser.addoption(
        "--strict-tools", action="store_true", help="a missing tool is a failure, not a skip"
    )


def pytest_configure() -> None:
    # A background job of a shell ignores Ctrl-C, and what it starts would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # How long an example takes says how busy the machine is.
    unhurried = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=unhurried)
    hypothesis.settings.load_profile("busy")


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("tier_all") or item.path.is_relative_to(HERE / "acceptance"):
            item.add_marker(pytest.mark.alone)
    if config.getoption("--tier") == "all":
        return
    skip = pytest.mark.skip(reason="runs with ./run.sh test --all")
    for item in items:
        if item.get_closest_marker("tier_all"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def need_tool(pytestconfig: pytest.Config) -> Callable[[str], str]:
    """The path of a program that the bare machine may lack, or a skip that names it."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None and pytestconfig.getoption("--strict-tools"):
            pytest.fail(f"{name} is not installed")
        if path is None:
            pytest.skip(f"{name} is not installed")
        return path

    return find


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """A thread of ours that outlives its test would work into the next one."""
    before = set(threading.enumerate())
    yield
    left = [
        thread.name
        for thread in set(threading.enumerate()) - before
        if thread.name.startswith(("inference", "encode", "grammar", "jobs", "store"))
    ]
    assert not left, f"threads left behind: {left}"


@pytest_asyncio.fixture(autouse=True)
async def no_task_left_behind() -> AsyncIterator[None]:
    """A task that nobody awaited is a leak in the code under test."""
    before = asyncio.all_tasks()
    yield
    after = asyncio.all_tasks() - before - {asyncio.current_task()}
    left = [task.get_name() for task in after if not task.done()]
    assert not left, f"tasks left behind: {left}"
