"""Servers for attacks: whatever came before, the right caller is still answered."""

from collections.abc import Iterator

import pytest

from tests.attacks.guarded import GuardedServer, guarded_server


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedServer]:
    """One that wants API keys, or tokens."""
    with guarded_server(tmp_path_factory.mktemp("guarded")) as server:
        yield server
