"""Tests of locks/*.txt: complete, hashed, free of torch and of anything local.

Thread: both.
"""

import configparser
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RUNTIME_LOCKS = ("apple", "cpu", "cuda")
LOCKS = (*RUNTIME_LOCKS, "test", "clients", "instructor", "locust")
JS = ROOT / "tests" / "clients" / "js"

# One pin, name==version [; marker] and a backslash; then the lines of its hashes.
PIN = re.compile(r"^([a-z0-9-]+)==([^\s;]+)(?: ; [^\\]+?)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")

# What mlx[cuda13] itself asks for.
MLX_CUDA_LIBRARIES = {
    "nvidia-cublas",
    "nvidia-cuda-nvrtc",
    "nvidia-cuda-runtime",
    "nvidia-cudnn-cu13",
    "nvidia-cufft",
    "nvidia-cusolver",
    "nvidia-cusparse",
    "nvidia-nccl-cu13",
    "nvidia-nvjitlink",
}


def setup_cfg() -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg")
    return config


def normalised(requirement: str) -> str:
    """The package name in a requirement, as locks write it."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None, requirement
    return re.sub(r"[._-]+", "-", match.group()).lower()


def wanted(extra: str) -> set[str]:
    """The packages that setup.cfg names for a lock."""
    config = setup_cfg()
    lines = config["options.extras_require"][extra].split("\n")
    if extra in RUNTIME_LOCKS:
        lines += config["options"]["install_requires"].split("\n")
    return {normalised(line) for line in lines if line}


def lock_lines(lock: str) -> list[str]:
    lines = (ROOT / "locks" / f"{lock}.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def pins(lock: str) -> dict[str, set[str]]:
    """The versions of each package; it may have one for each range of Python."""
    versions: dict[str, set[str]] = {}
    for match in filter(None, map(PIN.match, lock_lines(lock))):
        versions.setdefault(match[1], set()).add(match[2])
    return versions


def test_each_lock_has_a_test_here() -> None:
    assert sorted(path.stem for path in (ROOT / "locks").glob("*.txt")) == sorted(LOCKS)


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_in_setup_cfg_is_pinned(lock: str) -> None:
    assert wanted(lock) - pins(lock).keys() == set(), "run locks/update.sh"


@pytest.mark.parametrize("lock", LOCKS)
def test_lines_are_pins_and_hashes_and_nothing_else(lock: str) -> None:
    """So no line names an index, a host or a path."""
    for line in lock_lines(lock):
        assert PIN.match(line) or HASH.match(line), line


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    lines = lock_lines(lock)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if PIN.match(line):
            assert HASH.match(following), line


@pytest.mark.parametrize("lock", LOCKS)
def test_no_version_is_a_local_build(lock: str) -> None:
    assert [name for name, versions in pins(lock).items() if "+" in "".join(versions)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_torch_is_nowhere(lock: str) -> None:
    assert [name for name in pins(lock) if name.startswith(("torch", "triton"))] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_nvidia_libraries_are_those_that_mlx_needs(lock: str) -> None:
    nvidia = {name for name in pins(lock) if name.startswith(("nvidia-", "cuda-"))}
    assert nvidia == (MLX_CUDA_LIBRARIES if lock == "cuda" else set())


@pytest.mark.parametrize("lock", ["apple", "cuda", "test", "clients"])
@pytest.mark.parametrize("first", ["cpu", "test"])
def test_shared_packages_have_one_version_in_all_locks(lock: str, first: str) -> None:
    """`./run.sh test` installs its locks over the backend's: they must change nothing there.

    Instructor's has a folder of its own.
    """
    before = pins(first)
    for name, versions in pins(lock).items():
        assert versions == before.get(name, versions), name


def test_javascript_packages_are_pinned_by_hashes_and_name_no_registry() -> None:
    wanted = json.loads((JS / "package.json").read_text())["dependencies"]
    packages = json.loads((JS / "package-lock.json").read_text())["packages"]
    assert packages.pop("")["dependencies"] == wanted, "run locks/update.sh"
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_nothing_of_ours_would_be_installed() -> None:
    options = setup_cfg()["options"]
    assert options["packages"] == ""
    assert "py_modules" not in options
