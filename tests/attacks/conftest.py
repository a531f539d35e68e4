"""One server for all attacks: whatever came before, it has to answer the next request."""

from collections.abc import Iterator

import pytest

from tests.attacks.raw_http import AttackedServer, attacked_server


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedServer]:
    """With short time limits, so that attacks by time take none."""
    folder = tmp_path_factory.mktemp("attacked")
    with attacked_server(
        folder, receive_timeout_seconds=0.4, send_timeout_seconds=0.4, max_body_mb=0.2
    ) as server:
        yield server
