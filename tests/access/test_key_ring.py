"""The keys of a running server, and what becomes of them when the file changes."""

from pathlib import Path

from access.key_file import KeyFile
from access.key_ring import KeyRing
from access.keys import ApiKey, digest_of


def ring_with(tmp_path: Path, *secrets: str) -> KeyRing:
    KeyFile(tmp_path).change(lambda keys: [ApiKey(each, digest_of(each), 1) for each in secrets])
    ring = KeyRing(KeyFile(tmp_path))
    ring.load()
    return ring


def test_a_key_is_found_by_its_secret_alone(tmp_path: Path) -> None:
    ring = ring_with(tmp_path, "a", "b")
    found = ring.find("a")
    assert found
    assert found.name == "a"
    assert not ring.find(digest_of("a"))
    assert not ring.find("\udcff")


async def test_a_change_is_read_once(tmp_path: Path) -> None:
    ring = ring_with(tmp_path, "a")
    assert not await ring.refresh()
    KeyFile(tmp_path).change(lambda keys: [])
    assert await ring.refresh()
    assert not await ring.refresh()
    assert not ring.find("a")
    assert await ring.refresh(always=True)


async def test_a_file_that_is_removed_takes_all_keys_with_it(tmp_path: Path) -> None:
    ring = ring_with(tmp_path, "a")
    KeyFile(tmp_path).path.unlink()
    assert await ring.refresh()
    assert len(ring) == 0


async def test_a_damaged_file_neither_lets_in_nor_throws_out(tmp_path: Path) -> None:
    ring = ring_with(tmp_path, "a")
    file = KeyFile(tmp_path)
    file.path.write_text("[")
    assert not await ring.refresh()
    assert ring.find("a")
    file.path.write_text("[]")
    assert await ring.refresh()
    assert not ring.find("a")
