"""What `.ci/release` makes of a tag, in a repository with only what it reads."""

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from settings import ROOT

CHANGELOG = """# Changelog

## [0.2.0] - 2030-01-02

### Added

- A thing.

## [0.1.0] - 2029-01-01

- An older thing.
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of version 0.2.0, tagged."""
    folder = tmp_path / "checkout"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "release", folder / ".ci")
    (folder / "setup.cfg").write_text("[metadata]\nversion = 0.2.0\n")
    (folder / "CHANGELOG.md").write_text(CHANGELOG)
    git(folder, "init", "--quiet")
    tag(folder, "v0.2.0")
    return folder


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)


def tag(folder: Path, name: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "State")
    git(folder, "tag", "--force", name)


def release(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    command = [str(folder / ".ci" / "release"), name, "out"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_release_has_sources_a_checksum_and_notes(checkout: Path) -> None:
    result = release(checkout, "v0.2.0")
    assert (result.returncode, result.stderr) == (0, "")
    out = checkout / "out"
    assert (out / "notes.md").read_text().strip() == "### Added\n\n- A thing."
    archive = out / "hearth-0.2.0.tar.gz"
    with tarfile.open(archive) as tar:
        assert "hearth-0.2.0/setup.cfg" in tar.getnames()
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert (out / "SHA256SUMS").read_text() == f"{checksum}  hearth-0.2.0.tar.gz\n"


def test_the_same_tag_gives_the_same_bytes(checkout: Path) -> None:
    release(checkout, "v0.2.0")
    first = (checkout / "out" / "SHA256SUMS").read_text()
    release(checkout, "v0.2.0")
    assert (checkout / "out" / "SHA256SUMS").read_text() == first


def test_a_tag_that_is_not_the_version_is_refused(checkout: Path) -> None:
    tag(checkout, "v0.3.0")
    result = release(checkout, "v0.3.0")
    assert result.returncode == 1
    assert result.stderr == ("release: the tag is v0.3.0, but setup.cfg says version = 0.2.0\n")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("2030-01-02", "Unreleased", "write its date"), ("[0.2.0]", "[0.2.1]", "has nothing under")],
)
def test_a_changelog_that_does_not_fit_is_refused(
    checkout: Path, old: str, new: str, words: str
) -> None:
    (checkout / "CHANGELOG.md").write_text(CHANGELOG.replace(old, new))
    tag(checkout, "v0.2.0")
    result = release(checkout, "v0.2.0")
    assert result.returncode == 1
    assert words in result.stderr
    assert not (checkout / "out").exists()
