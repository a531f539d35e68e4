"""The entry point's own words: why it cannot listen, and what it shows when it is ready."""

import asyncio
import errno
import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

import banner
from access.key_file import KeyFile
from access.keys import digest_of
from model_manager import ModelManager
from model_plan import plan_model
from network.addresses import LanAddress
from served_model import ServedModel
from server import CannotLog, start_logging
from serving import CannotListen, first_key_of, serve, why_not_listening
from settings import RECOMMENDED_MODEL, Settings, read_version
from signals import ReloadSignal


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EADDRINUSE, ["port 80", "taken", "--port 81"]),
        (errno.EACCES, ["port 80", "administrator", "--port 8000"]),
        (errno.EADDRNOTAVAIL, ["--host nowhere", "127.0.0.1", "0.0.0.0"]),
    ],
)
def test_an_address_that_cannot_be_used_is_explained_with_the_way_out(
    code: int, words: list[str]
) -> None:
    line = why_not_listening(OSError(code, "why"), "nowhere", 80)
    assert [word for word in words if word not in line] == []
    assert "\n" not in line


async def test_a_taken_port_is_found_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = Settings(_env_file=None, _env_prefix="NOT_READ_", port=port, data_dir=tmp_path)
        manager = ModelManager([ServedModel(plan_model(settings))])
        with pytest.raises(CannotListen, match=f"port {port} on 127.0.0.1 is taken"):
            await serve(settings, lambda: manager)
        assert manager.default.progress.stage == "starting"


def test_a_log_file_that_cannot_be_written_is_explained_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where a folder should be")
    settings = Settings(_env_file=None, _env_prefix="NOT_READ_", data_dir=tmp_path)
    with pytest.raises(CannotLog, match=r"hearth\.log: .*--data-dir, or --log-file false"):
        start_logging(settings)


async def test_sighup_reads_everything_again_also_behind_a_failure() -> None:
    is_read = asyncio.Event()

    async def fail() -> None:
        raise OSError("no such file")

    async def read() -> None:
        is_read.set()

    watching = asyncio.create_task(ReloadSignal([fail, read]).watch())
    try:
        for _ in "ab":
            os.kill(os.getpid(), signal.SIGHUP)
            async with asyncio.timeout(5):
                await is_read.wait()
            is_read.clear()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)


def test_the_first_key_is_made_once_and_only_where_one_is_needed(tmp_path: Path) -> None:
    def settings(**changes: Any) -> Settings:
        return Settings(_env_file=None, _env_prefix="NOT_READ_", data_dir=tmp_path, **changes)

    assert first_key_of(settings()) is None
    assert first_key_of(settings(lan=True, require_key="never")) is None
    assert first_key_of(settings(lan=True, jwt_key_file=tmp_path / "secret")) is None
    secret = first_key_of(settings(lan=True))
    assert secret
    [key] = KeyFile(tmp_path).read()
    assert key.digest == digest_of(secret)
    assert first_key_of(settings(lan=True)) is None


def test_the_banner_shows_a_new_key_and_else_how_to_make_one() -> None:
    text = banner_text(requires_key=True, first_key="hearth-abc")
    assert "API key, shown only now:  hearth-abc" in text
    assert "-H 'Authorization: Bearer hearth-abc' -d" in text
    text = banner_text(requires_key=True)
    assert "./run.sh keys add NAME" in text
    assert "-H 'Authorization: Bearer KEY' -d" in text
    assert "key" not in banner_text().lower()


ADDRESSES = (
    LanAddress("192.168.1.20", "en0"),
    LanAddress("10.0.0.4", "en7"),
    LanAddress("fd00::2", "en0"),
    LanAddress("172.17.0.1", "docker0"),
)


def banner_text(
    *,
    host: str = "127.0.0.1",
    is_demo: bool = False,
    makes_embeddings: bool = False,
    requires_key: bool = False,
    first_key: str | None = None,
    scheme: str = "http",
    addresses: tuple[LanAddress, ...] = ADDRESSES,
) -> str:
    return banner.text(
        model_name="some-model",
        host=host,
        port=8000,
        context_length=8192,
        is_demo=is_demo,
        makes_embeddings=makes_embeddings,
        requires_key=requires_key,
        first_key=first_key,
        scheme=scheme,
        addresses=addresses,
    )


def test_the_banner_shows_where_the_server_is_and_what_to_type() -> None:
    text = banner_text()
    url = "http://127.0.0.1:8000/v1"
    for words in (f"Hearth {read_version()}", "some-model", "8192", url, f"curl {url}", "Ctrl-C"):
        assert words in text


def test_the_banner_asks_a_model_what_it_can_answer() -> None:
    assert "/v1/chat/completions -d" in banner_text()
    assert "/v1/embeddings -d" in banner_text(makes_embeddings=True)


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("192.168.1.5", "192.168.1.5"),
        ("::1", "[::1]"),
        ("0.0.0.0", "192.168.1.20"),
        ("::", "[fd00::2]"),
    ],
)
def test_the_banner_names_a_place_that_clients_can_go_to(host: str, place: str) -> None:
    assert f"Base URL for clients:  http://{place}:8000/v1\n" in banner_text(host=host)


def test_the_banner_names_every_address_on_the_lan_and_none_of_a_container() -> None:
    text = banner_text(host="0.0.0.0", scheme="https")
    assert "or  https://10.0.0.4:8000/v1\n" in text
    assert "curl https://192.168.1.20:8000/v1/" in text
    assert "172.17.0.1" not in text


def test_the_banner_without_a_network_names_the_machine() -> None:
    text = banner_text(host="0.0.0.0", addresses=())
    assert f"http://{socket.gethostname()}:8000/v1\n" in text


def test_the_banner_says_how_to_open_a_server_that_only_this_machine_reaches() -> None:
    assert "Only this machine" in banner_text()
    assert "Only this machine" not in banner_text(host="0.0.0.0")


def test_the_banner_shows_where_a_key_goes_if_one_is_needed() -> None:
    assert "-H 'Authorization: Bearer KEY' -d" in banner_text(requires_key=True)
    assert "Authorization" not in banner_text()


@pytest.mark.parametrize("is_demo", [True, False])
def test_only_the_demo_model_points_to_a_real_one(*, is_demo: bool) -> None:
    assert (RECOMMENDED_MODEL in banner_text(is_demo=is_demo)) is is_demo
