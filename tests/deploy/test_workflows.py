"""The workflows run what exists, with no more rights than they need."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import ROOT
from tests.test_locks import RUNTIME_LOCKS

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")

every_workflow = pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in read(file)["jobs"].values():
        yield from job["steps"]


def commands(file: Path) -> str:
    return "\n".join(step.get("run", "") for step in steps(file))


def test_there_are_workflows() -> None:
    assert [file.stem for file in WORKFLOWS] == ["audit", "image", "release", "tests"]


@every_workflow
def test_what_a_workflow_starts_exists(file: Path) -> None:
    subcommands = re.findall(r"\./run\.sh (\w+)", commands(file))
    known = re.findall(r"^\./run\.sh (\w+)", usage(), re.MULTILINE)
    assert {*subcommands} <= {*known}
    for script in re.findall(r"^\s*(\.ci/\w+)", commands(file), re.MULTILINE):
        assert (ROOT / script).exists()
    for path in re.findall(r"deploy/[\w./]+", file.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


def usage() -> str:
    result = subprocess.run([ROOT / "run.sh", "help"], capture_output=True, text=True, check=True)
    return result.stdout


@every_workflow
def test_a_workflow_may_only_read_but_for_the_release(file: Path) -> None:
    workflow = read(file)
    assert workflow["permissions"] == {"contents": "read"}
    raised = {name for name, job in workflow["jobs"].items() if "permissions" in job}
    assert raised == ({"release"} if file.stem == "release" else set())


@every_workflow
def test_every_job_ends_by_itself(file: Path) -> None:
    assert all(job["timeout-minutes"] <= 180 for job in read(file)["jobs"].values())


@every_workflow
def test_actions_are_pinned_to_a_commit(file: Path) -> None:
    uses = [line.strip() for line in file.read_text().splitlines() if "uses:" in line]
    assert uses
    assert [line for line in uses if not PINNED.search(line)] == []


def test_linux_and_apple_silicon_are_tested() -> None:
    job = read(ROOT / ".github/workflows/tests.yml")["jobs"]["test"]
    assert {system.split("-")[0] for system in job["strategy"]["matrix"]["os"]} == {
        "ubuntu",
        "macos",
    }


def test_every_lock_that_users_install_is_audited() -> None:
    job = read(ROOT / ".github/workflows/audit.yml")["jobs"]["audit"]
    assert {*job["strategy"]["matrix"]["lock"]} == {*RUNTIME_LOCKS}


@pytest.mark.tier_all
@every_workflow
def test_actionlint_has_nothing_to_say(need_tool: Callable[[str], str], file: Path) -> None:
    command = [need_tool("actionlint"), "-no-color", str(file)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout + result.stderr == ""
