"""The file of keys: whole before and after every change, and nobody else's to read."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from access.errors import KeysProblem
from access.key_file import KeyFile
from access.keys import ApiKey, KeyLimits

KEY = ApiKey("nas", "d1", 7, frozenset({"chat"}), KeyLimits(max_concurrent=2), expires_unix=9)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "not" / "there")
    assert (file.read(), file.version()) == ((), None)
    file.change(lambda keys: [*keys, KEY])
    assert file.read() == (KEY,)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = KeyFile(tmp_path)
    for _ in "ab":
        file.change(lambda keys: [KEY])
        assert file.path.stat().st_mode & 0o777 == 0o600


def test_every_change_is_another_version(tmp_path: Path) -> None:
    file = KeyFile(tmp_path)
    versions = set()
    for _ in range(5):
        file.change(lambda keys: [KEY])
        versions.add(file.version())
    assert len(versions) == 5


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    def write(index: int) -> None:
        for number in range(10):
            KeyFile(tmp_path).change(
                lambda keys, name=f"{index}-{number}": [*keys, ApiKey(name, name, 1)]  # type: ignore[misc]
            )

    threads = [threading.Thread(target=write, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(KeyFile(tmp_path).read()) == 40


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = KeyFile(tmp_path)
    file.change(lambda keys: [KEY])

    def fail(keys: Sequence[ApiKey]) -> Sequence[ApiKey]:
        raise KeysProblem("no")

    with pytest.raises(KeysProblem):
        file.change(fail)
    assert file.read() == (KEY,)


def test_what_a_crash_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    file = KeyFile(tmp_path)
    file.change(lambda keys: [KEY])
    file.path.with_suffix(".new").write_text("half a fi")
    assert file.read() == (KEY,)
    file.change(lambda keys: [*keys, ApiKey("b", "d2", 1)])
    assert len(file.read()) == 2


@pytest.mark.parametrize(
    "content",
    ["", "[", "{}", '[{"name": "a"}]', '[{"name":"a","digest":"d","created_unix":1,"only_at":5}]'],
)
def test_a_damaged_file_is_explained_and_not_taken_for_an_empty_one(
    tmp_path: Path, content: str
) -> None:
    file = KeyFile(tmp_path)
    file.path.write_text(content)
    with pytest.raises(KeysProblem, match=r"keys\.json cannot be used: .*keys add"):
        file.read()
