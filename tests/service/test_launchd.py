"""The agent's file, and what launchctl is asked."""

import plistlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from network.programs import Answer
from service.launchd import LABEL, Launchd, plist_of
from service.service import Plan, ServiceError
from tests.service.conftest import Recorded

PRINTED = """gui/501/org.hearth.server = {
\tactive count = 1
\tpath = /Users/anna/Library/LaunchAgents/org.hearth.server.plist
\ttype = LaunchAgent
\tstate = running

\tprogram = /bin/bash
\tdefault environment = {
\t\tPATH => /usr/bin:/bin
\t}

\tpid = 4242
\tlast exit code = (never exited)
}
"""


def test_the_plist_starts_again_after_a_crash_and_not_after_a_stop(plan: Plan) -> None:
    agent = plistlib.loads(plist_of(plan))
    assert agent["Label"] == LABEL
    assert agent["ProgramArguments"] == ["/bin/bash", f"{plan.root}/run.sh", "serve"]
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["RunAtLoad"] is True
    assert agent["ThrottleInterval"] > 0
    assert agent["ExitTimeOut"] == 90
    assert agent["StandardErrorPath"] == str(plan.data_dir / "logs" / "service.log")
    assert agent["EnvironmentVariables"]["PATH"]


def test_the_plist_is_one_to_other_programs_too(
    plan: Plan, tmp_path: Path, need_tool: Callable[[str], str]
) -> None:
    file = tmp_path / "agent.plist"
    file.write_bytes(plist_of(plan))
    xmllint = need_tool("xmllint")
    subprocess.run([xmllint, "--noout", "--nonet", file], check=True)


def test_install_replaces_what_runs(plan: Plan, tmp_path: Path) -> None:
    ask = Recorded(bootout=Answer(3, "Boot-out failed: 3: No such process\n"))
    agent = Launchd(home=tmp_path, uid=501, ask=ask)
    assert str(agent.file) in agent.install(plan)
    assert ask.asked == [
        f"launchctl bootout gui/501/{LABEL}",
        f"launchctl bootstrap gui/501 {agent.file}",
    ]
    assert plistlib.loads(agent.file.read_bytes())["Label"] == LABEL
    assert plan.log.parent.is_dir()


def test_uninstall_stops_it_and_removes_the_file(plan: Plan, tmp_path: Path) -> None:
    agent = Launchd(home=tmp_path, uid=501, ask=Recorded())
    agent.install(plan)
    assert "removed" in agent.uninstall()
    assert not agent.file.exists()
    assert agent.uninstall() == "it was not installed"


@pytest.mark.parametrize("verb", ["bootstrap", "bootout"])
def test_a_refusal_of_launchctl_is_told(plan: Plan, tmp_path: Path, verb: str) -> None:
    ask = Recorded(**{verb: Answer(5, f"{verb} failed: 5: Input/output error\n")})
    with pytest.raises(ServiceError, match="Input/output error"):
        Launchd(home=tmp_path, uid=501, ask=ask).install(plan)


def test_without_launchctl_it_is_no_mac(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="is this a Mac"):
        Launchd(home=tmp_path, uid=501, ask=lambda *_: None).install(plan)


def test_the_state_is_in_launchctls_words(plan: Plan, tmp_path: Path) -> None:
    ask = Recorded(print=Answer(0, PRINTED))
    agent = Launchd(home=tmp_path, uid=501, ask=ask)
    assert agent.state().name == "not installed"
    agent.install(plan)
    assert agent.state().name == "running"
    assert "pid 4242" in agent.state().detail
    ask.answers["print"] = Answer(0, PRINTED.replace("state = running", "state = not running"))
    assert agent.state().name == "stopped"
    ask.answers["print"] = Answer(113, "Could not find service\n")
    assert "install it again" in agent.state().detail
