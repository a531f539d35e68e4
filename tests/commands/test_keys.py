"""`./run.sh keys`, on a data directory of its own."""

import time
from pathlib import Path

import pytest

from access.key_file import KeyFile
from access.keys import NO_LIMITS, KeyLimits, digest_of
from commands.keys import main


def run(folder: Path, *arguments: str) -> int:
    return main(["--data-dir", str(folder), *arguments])


def test_a_key_is_shown_once_and_kept_as_its_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "add", "nas") == 0
    secret = capsys.readouterr().out.strip()
    assert secret.startswith("hearth-")
    assert len(secret) > 40
    [key] = KeyFile(tmp_path).read()
    assert (key.name, key.digest, key.limits) == ("nas", digest_of(secret), NO_LIMITS)
    assert secret not in KeyFile(tmp_path).path.read_text()
    assert run(tmp_path, "list") == 0
    shown = capsys.readouterr().out
    assert "nas   chat,batch  -" in shown
    assert secret not in shown


def test_flags_say_what_a_key_may(tmp_path: Path) -> None:
    flags = ["--scopes", "chat, admin", "--requests-per-minute", "5", "--concurrent", "2"]
    assert run(tmp_path, "add", "me", *flags, "--expires", "30d") == 0
    [key] = KeyFile(tmp_path).read()
    assert key.scopes == {"chat", "admin"}
    assert key.limits == KeyLimits(requests_per_minute=5, max_concurrent=2)
    assert key.expires_unix == pytest.approx(time.time() + 30 * 86_400, abs=60)


def test_a_change_leaves_what_it_does_not_name(tmp_path: Path) -> None:
    run(tmp_path, "add", "me", "--requests-per-minute", "5", "--concurrent", "2")
    [before] = KeyFile(tmp_path).read()
    flags = ["--requests-per-minute", "none", "--tokens-per-minute", "9"]
    assert run(tmp_path, "change", "me", *flags) == 0
    [key] = KeyFile(tmp_path).read()
    assert key.limits == KeyLimits(tokens_per_minute=9, max_concurrent=2)
    assert (key.digest, key.scopes) == (before.digest, before.scopes)


def test_a_revoked_key_is_forgotten(tmp_path: Path) -> None:
    run(tmp_path, "add", "a")
    run(tmp_path, "add", "b")
    assert run(tmp_path, "revoke", "a") == 0
    assert [key.name for key in KeyFile(tmp_path).read()] == ["b"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "a"], "there is a key 'a' already"),
        (["add", "two words"], "'two words' cannot be the name of a key"),
        (["add", "../a"], "cannot be the name"),
        (["revoke", "b"], "there is no key 'b'; there are: a"),
        (["change", "b"], "there is no key 'b'"),
    ],
)
def test_what_cannot_be_done_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    run(tmp_path, "add", "a")
    assert run(tmp_path, *arguments) == 1
    assert words in capsys.readouterr().err
    assert [key.name for key in KeyFile(tmp_path).read()] == ["a"]


@pytest.mark.parametrize(
    "flags",
    [
        ["--scopes", "root"],
        ["--scopes", ""],
        ["--concurrent", "0"],
        ["--concurrent", "-1"],
        ["--expires", "yesterday"],
        ["--expires", "2020-01-01"],
        ["--expires", "d"],
    ],
)
def test_a_wrong_flag_makes_no_key(tmp_path: Path, flags: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, "add", "a", *flags)
    assert ended.value.code == 2
    assert KeyFile(tmp_path).read() == ()
