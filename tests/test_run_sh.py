"""Tests of run.sh on a machine that is all stubs: its own PATH, its own Pythons, no network.

Thread: both.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REAL_TOOLS = ("awk", "bash", "cat", "cksum", "cp", "dirname", "mkdir", "mv", "readlink", "rm")
COMMANDS = ("bench", "soak", "batch", "doctor", "service")
TIMEOUT_SECONDS = 20

# What run.sh asks a Python. `server.py` and the file lock are left to a real one.
FAKE_PYTHON = """#!/bin/sh
case "$1 $2" in
  "-c "*version_info*) echo {version} ;;
  "-c "*machine*) echo {machine} ;;
  "-c "*ensurepip*) exit {venv_exit} ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0" "$3/bin/pip" ;;
  "-m pip") exec "{pip}" "$@" ;;
  "-m "*) shift; echo "$@" >>"{calls}"; [ "$1" != "$FAILING_TOOL" ] || exit 3 ;;
  *) exec "{real_python}" "$@" ;;
esac
"""

FAKE_PIP = """#!/bin/sh
trap 'exit 1' INT  # as the real one does
for lock; do :; done
echo "pip ${{lock##*/}}" >>"{calls}"
if [ -p "{gate}/release" ]; then
  echo >"{gate}/started"
  read -r _ <"{gate}/release"
fi
exit ${{PIP_EXIT:-0}}
"""

FAKE_NPM = """#!/bin/sh
mkdir -p node_modules
echo "npm $1 in ${{PWD##*/}}" >>"{calls}"
exit ${{NPM_EXIT:-0}}
"""

FAKE_UV = """#!/bin/sh
for last; do :; done
case "$1 $2" in
  "venv "*) mkdir -p "$last/bin" && cp "$5" "$last/bin/python" && echo "uv venv" >>"{calls}" ;;
  "pip install") echo "uv pip ${{last##*/}}" >>"{calls}" ;;
  "python install") cp "{hidden}" "{hidden}-installed" ;;
  "python find") [ -e "{hidden}-installed" ] && echo "{hidden}-installed" ;;
esac
"""

SERVER = """
import os, signal, sys
print(sys.argv[1:], os.environ.get("LD_PRELOAD"), flush=True)
try:
    os.fstat(9)
    print("holds the install lock", flush=True)
except OSError:
    pass
if "--wait" in sys.argv:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    print("ready", flush=True)
    signal.pause()
sys.exit(5 if "--fail" in sys.argv else 0)
"""


@dataclass(frozen=True, slots=True)
class Result:
    code: int
    out: str
    err: str


class Gate:
    """Holds the stub pip in the middle of its work until the test lets it go."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        for name in ("started", "release"):
            os.mkfifo(folder / name)
        # NOTE: opened for both, so that neither side's open() waits for the other.
        self._started = os.open(folder / "started", os.O_RDWR)
        self._release = os.open(folder / "release", os.O_RDWR)

    def wait_until_pip_runs(self) -> None:
        readable, _, _ = select.select([self._started], [], [], TIMEOUT_SECONDS)
        assert readable, "pip was never started"
        os.read(self._started, 1)

    def release(self) -> None:
        os.write(self._release, b"\n")

    def close(self) -> None:
        os.close(self._started)
        os.close(self._release)


class Machine:
    """A checkout with run.sh in it, and a PATH with nothing on it but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "my checkout"
        self.bin = folder / "bin"
        self.calls_file = folder / "calls"
        self.gate_folder = folder / "gate"
        self.hidden_python = folder / "hidden-python"
        self.env = {"PATH": str(self.bin), "HOME": str(folder)}
        self._make_checkout()
        self._make_bin()

    def _make_checkout(self) -> None:
        (self.checkout / "locks").mkdir(parents=True)
        shutil.copy(ROOT / "run.sh", self.checkout / "run.sh")
        (self.checkout / "server.py").write_text(SERVER)
        (self.checkout / "commands").mkdir()
        for command in COMMANDS:
            (self.checkout / "commands" / f"{command}.py").write_text(SERVER)
        for lock in ("apple", "cpu", "cuda", "test", "clients", "instructor", "locust"):
            self.write_lock(lock, "package==1\n")
        self.js_lock = self.checkout / "tests" / "clients" / "js" / "package-lock.json"
        self.js_lock.parent.mkdir(parents=True)
        self.js_lock.write_text("{}")

    def _make_bin(self) -> None:
        self.bin.mkdir()
        for tool in REAL_TOOLS:
            path = shutil.which(tool)
            assert path is not None, f"this test needs {tool}"
            (self.bin / tool).symlink_to(path)
        self.set_system("Linux", "x86_64")
        self.add("ldconfig", "exit 0")
        self.pip = self.add("fake-pip", self._filled(FAKE_PIP))

    def _filled(self, stub: str, **values: object) -> str:
        return stub.format(
            calls=self.calls_file, gate=self.gate_folder, hidden=self.hidden_python, **values
        )

    def write_lock(self, name: str, text: str) -> None:
        (self.checkout / "locks" / f"{name}.txt").write_text(text)

    def add(self, name: str, script: str) -> Path:
        path = self.bin / name
        path.write_text(script if script.startswith("#!") else f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def set_system(self, system: str, architecture: str) -> None:
        self.add("uname", f'[ "$1" = -s ] && echo {system} || echo {architecture}')

    def add_python(
        self, version: str, *, name: str = "", machine: str = "x86_64", has_venv: bool = True
    ) -> Path:
        script = self._filled(
            FAKE_PYTHON,
            version=version,
            machine=machine,
            venv_exit=0 if has_venv else 1,
            pip=self.pip,
            real_python=sys.executable,
        )
        return self.add(name or f"python{version}", script)

    def add_uv(self) -> None:
        self.add("uv", self._filled(FAKE_UV))

    def add_npm(self) -> None:
        self.add("npm", self._filled(FAKE_NPM))

    @contextmanager
    def start(self, *arguments: str, script: Path | None = None) -> Iterator[subprocess.Popen[str]]:
        """run.sh in a process group of its own, of which nothing is left afterwards."""
        process = subprocess.Popen(
            [str(script or self.checkout / "run.sh"), *arguments],
            env=self.env,
            cwd=self.bin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with process:
            try:
                yield process
            finally:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)

    def run(self, *arguments: str, script: Path | None = None) -> Result:
        with self.start(*arguments, script=script) as process:
            return finish(process)

    def calls(self) -> list[str]:
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []

    def venv_file(self, name: str) -> Path:
        return self.checkout / ".venv" / name


def finish(process: subprocess.Popen[str]) -> Result:
    out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    return Result(process.returncode, out, err)


def assert_one_line(result: Result, *parts: str, code: int = 1) -> None:
    assert result.code == code
    assert result.err.startswith("hearth: ")
    assert result.err.count("\n") == 1, result.err
    for part in parts:
        assert part in result.err


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def linux(machine: Machine) -> Machine:
    machine.add_python("3.12")
    return machine


@pytest.fixture
def gate(machine: Machine) -> Iterator[Gate]:
    gate = Gate(machine.gate_folder)
    yield gate
    gate.close()


# ------------------------------------------------------------------------- subcommands


def test_flags_reach_the_server_as_they_are(linux: Machine) -> None:
    result = linux.run("--model", "my model", "--empty", "", "--star=*")

    assert result.code == 0, result.err
    assert result.out.startswith("['--model', 'my model', '--empty', '', '--star=*']")


@pytest.mark.parametrize("arguments", [["--port", "9000"], ["serve", "--port", "9000"]])
def test_serve_is_the_default(linux: Machine, arguments: list[str]) -> None:
    assert linux.run(*arguments).out.startswith("['--port', '9000']")


def test_no_arguments_at_all_start_the_server(linux: Machine) -> None:
    assert linux.run().out.startswith("[]")


def test_unknown_subcommand_lists_the_known_ones(linux: Machine) -> None:
    assert_one_line(linux.run("sevre"), "'sevre'", "serve", "test", *COMMANDS, "help", code=2)
    assert linux.calls() == []


def test_help_installs_nothing(machine: Machine) -> None:
    result = machine.run("help")

    assert result.code == 0
    assert "./run.sh test" in result.out
    assert all(f"./run.sh {command}" in result.out for command in COMMANDS)
    assert not machine.venv_file(".").exists()


def test_exit_code_is_the_servers(linux: Machine) -> None:
    assert linux.run("--fail").code == 5


def test_sigterm_reaches_the_server_itself(linux: Machine) -> None:
    with linux.start("--wait") as process:
        assert process.stdout is not None
        while process.stdout.readline() != "ready\n":
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert finish(process).code == 7


def test_works_through_a_chain_of_symlinks(linux: Machine, tmp_path: Path) -> None:
    inner = tmp_path / "some" / "links" / "inner"
    inner.parent.mkdir(parents=True)
    inner.symlink_to("../../my checkout/run.sh")
    (tmp_path / "hearth").symlink_to(inner)

    assert linux.run("--port", "1", script=tmp_path / "hearth").out.startswith("['--port', '1']")
    assert linux.venv_file("hearth-cpu").exists()


def test_test_runs_each_stage_and_translates_its_flags(linux: Machine) -> None:
    result = linux.run("test", "--all", "-k", "two words", "--strict")

    assert result.code == 0, result.err
    assert linux.calls() == [
        "pip cpu.txt",
        "pip test.txt",
        "pip clients.txt",
        "pip instructor.txt",
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "pytest --tier=all -k two words --strict-tools",
    ]


def test_test_of_everything_runs_tests_side_by_side_and_then_those_that_must_be_alone(
    linux: Machine,
) -> None:
    linux.run("test", "--all")
    assert linux.calls()[-2:] == [
        "pytest -m not alone -n logical --maxprocesses 4 --dist loadfile --tier=all",
        "pytest -m alone --tier=all",
    ]


def test_test_alone_installs_no_clients(linux: Machine) -> None:
    linux.add_npm()
    linux.run("test")
    assert linux.calls()[:3] == ["pip cpu.txt", "pip test.txt", "ruff check ."]


def test_test_all_installs_the_javascript_clients_once_where_npm_is(linux: Machine) -> None:
    linux.add_npm()
    linux.run("test", "--all")
    linux.run("test", "--all")
    assert linux.calls().count("npm ci in js") == 1

    linux.js_lock.write_text("{} ")
    result = linux.run("test", "--all")
    assert linux.calls().count("npm ci in js") == 2
    assert "tests/clients/js/package-lock.json changed" in result.err

    (linux.js_lock.parent / "node_modules").rmdir()
    linux.run("test", "--all")
    assert linux.calls().count("npm ci in js") == 3


def test_javascript_clients_that_cannot_be_installed_name_the_log(linux: Machine) -> None:
    linux.add_npm()
    linux.env["NPM_EXIT"] = "1"
    result = linux.run("test", "--all")

    assert result.code == 1
    assert "installing failed" in result.err.splitlines()[-1]
    assert linux.run("test").code == 0


def test_loadtest_installs_locust_in_a_folder_of_its_own(linux: Machine) -> None:
    script = linux.checkout / "commands" / "loadtest.py"
    script.write_text("import sys; print(sys.argv[1:])")
    result = linux.run("loadtest", "--users", "3")

    assert result.out.startswith("['--users', '3']")
    assert linux.calls() == ["pip cpu.txt", "pip locust.txt"]
    linux.run("bench")
    assert linux.calls() == ["pip cpu.txt", "pip locust.txt"]


def test_instructor_is_installed_anew_in_a_folder_of_its_own(linux: Machine) -> None:
    linux.run("test", "--all")
    left_over = linux.venv_file("instructor/left-over")
    left_over.parent.mkdir()
    left_over.touch()
    linux.write_lock("instructor", "package==2\n")
    linux.run("test", "--all")

    assert not left_over.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_gets_its_flags_as_they_are_and_gives_the_exit_code(
    linux: Machine, command: str
) -> None:
    result = linux.run(command, "--only", "two words", "--fail")

    assert result.out.startswith("['--only', 'two words', '--fail']")
    assert result.code == 5
    assert linux.calls() == ["pip cpu.txt"]


def test_a_command_takes_no_module_from_the_folder_where_the_user_stands(linux: Machine) -> None:
    (linux.bin / "commands").mkdir()
    (linux.bin / "commands" / "bench.py").write_text("raise SystemExit('not this one')")

    assert linux.run("bench").code == 0


def test_a_command_stays_in_the_folder_where_the_user_stands(linux: Machine) -> None:
    script = linux.checkout / "commands" / "bench.py"
    script.write_text("import os; print(os.getcwd())")

    assert linux.run("bench").out == f"{linux.bin}\n"


def test_test_stops_at_the_first_failure_and_names_it(linux: Machine) -> None:
    linux.env["FAILING_TOOL"] = "mypy"
    result = linux.run("test")

    assert result.code == 3
    assert result.err.endswith("hearth: tests failed at: mypy\n")
    assert linux.calls()[-1] == "mypy"


# ------------------------------------------------------------------------------ backend


@pytest.mark.parametrize(
    ("system", "architecture", "driver", "lock"),
    [
        ("Darwin", "arm64", None, "apple"),
        ("Linux", "x86_64", None, "cpu"),
        ("Linux", "aarch64", None, "cpu"),
        ("Linux", "x86_64", "580.65.06", "cuda"),
        ("Linux", "x86_64", "535.1", "cpu"),
        ("Linux", "x86_64", "No devices were found", "cpu"),
    ],
)
def test_backend_is_what_the_machine_has(
    machine: Machine, system: str, architecture: str, driver: str | None, lock: str
) -> None:
    machine.add_python("3.12", machine=architecture)
    machine.set_system(system, architecture)
    if driver:
        machine.add("nvidia-smi", f"echo '{driver}'")

    assert machine.run().code == 0
    assert machine.calls() == [f"pip {lock}.txt"]


def test_broken_nvidia_smi_means_cpu(linux: Machine) -> None:
    linux.add("nvidia-smi", "echo 'no communication with the driver'; exit 9")
    linux.run()
    assert linux.calls() == ["pip cpu.txt"]


def test_backend_can_be_chosen(linux: Machine) -> None:
    linux.env["HEARTH_BACKEND"] = "cuda"
    linux.run()
    assert linux.calls() == ["pip cuda.txt"]


def test_backend_of_an_unknown_name_is_wrong_usage(linux: Machine) -> None:
    linux.env["HEARTH_BACKEND"] = "metal"
    assert_one_line(linux.run(), "'metal'", "apple, cpu or cuda", code=2)


def test_intel_mac_is_refused(machine: Machine) -> None:
    machine.set_system("Darwin", "x86_64")
    machine.add("sysctl", "exit 1")
    assert_one_line(machine.run(), "Intel", "Apple silicon")


def test_rosetta_terminal_names_the_command(machine: Machine) -> None:
    machine.set_system("Darwin", "x86_64")
    machine.add("sysctl", "echo 1")
    assert_one_line(machine.run(), "Rosetta", "arch -arm64 ./run.sh")


def test_rosetta_python_names_the_command(machine: Machine) -> None:
    machine.set_system("Darwin", "arm64")
    machine.add_python("3.12", machine="x86_64")
    assert_one_line(machine.run(), "Intel build", "brew install python@3.12")


def test_old_macos_is_refused(machine: Machine) -> None:
    machine.set_system("Darwin", "arm64")
    machine.add("sw_vers", "echo 13.6.1")
    assert_one_line(machine.run(), "macOS 13.6.1 is too old", "14")


def test_openblas_is_preloaded_after_what_is_there(linux: Machine, tmp_path: Path) -> None:
    library = tmp_path / "libopenblas.so.0"
    library.touch()
    linux.add("ldconfig", f"echo '\tlibopenblas.so.0 (libc6,x86-64) => {library}'")
    # NOTE: a name without a slash that does not exist makes the loader warn, and no more.
    linux.env["LD_PRELOAD"] = "libother.so"

    assert f"libother.so:{library}" in linux.run().out


def test_missing_openblas_is_said_in_one_line(machine: Machine) -> None:
    # No Linux distribution has a library folder of this architecture.
    machine.set_system("Linux", "pdp11")
    machine.add_python("3.12")
    if any(Path(folder, "libopenblas.so.0").exists() for folder in ("/usr/lib64", "/usr/lib")):
        pytest.skip("this machine has OpenBLAS where run.sh always looks")

    machine.run()  # installs, so that the next start has nothing else to say
    assert_one_line(machine.run(), "20 times", "apt install libopenblas0-pthread", code=0)


# ------------------------------------------------------------------------------- Python


def test_no_python_on_debian_names_the_command(machine: Machine) -> None:
    machine.add("apt-get", "")
    assert_one_line(machine.run(), "no Python", "apt install python3 python3-venv")


def test_no_python_on_a_mac_names_the_command(machine: Machine) -> None:
    machine.set_system("Darwin", "arm64")
    assert_one_line(machine.run(), "no Python", "brew install python@3.12")


def test_no_python_on_another_linux_names_uv(machine: Machine) -> None:
    assert_one_line(machine.run(), "no Python", "uv/install.sh")


@pytest.mark.parametrize(
    ("version", "problem"), [("2.7", "old"), ("3.9", "old"), ("3.10", "old"), ("3.14", "new")]
)
def test_unsupported_python_is_named_with_its_version(
    machine: Machine, version: str, problem: str
) -> None:
    machine.add_python(version, name="python3")
    assert_one_line(machine.run(), f"Python {version} ", f"too {problem}", "3.11 to 3.13")


def test_python_without_venv_names_the_package(machine: Machine) -> None:
    machine.add_python("3.11", name="python3", has_venv=False)
    assert_one_line(machine.run(), "apt install python3.11-venv")


def test_python_that_does_not_run_is_passed_over(machine: Machine) -> None:
    machine.add("python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    machine.add_python("3.9", name="python3.12")
    machine.add_python("3.11", name="python3")

    assert machine.run().code == 0
    assert machine.venv_file("hearth-cpu").read_text().startswith("3.11 ")


def test_python_that_was_asked_for_is_used(linux: Machine) -> None:
    linux.env["HEARTH_PYTHON"] = str(linux.add_python("3.11", name="my python"))

    assert linux.run().code == 0
    assert linux.venv_file("hearth-cpu").read_text().startswith("3.11 ")


@pytest.mark.parametrize(("value", "part"), [("nowhere", "does not run"), ("python3.9", "too old")])
def test_python_that_was_asked_for_is_not_replaced(linux: Machine, value: str, part: str) -> None:
    linux.add_python("3.9")
    linux.env["HEARTH_PYTHON"] = value
    assert_one_line(linux.run(), value, part)


def test_uv_is_used_where_it_is(linux: Machine) -> None:
    linux.add_uv()
    assert linux.run().code == 0
    assert linux.calls() == ["uv venv", "uv pip cpu.txt"]


def test_uv_fetches_a_python_where_there_is_none(machine: Machine) -> None:
    machine.add_uv()
    machine.add_python("3.12").rename(machine.hidden_python)
    result = machine.run()

    assert result.code == 0, result.err
    assert "fetching Python 3.12 with uv" in result.err


def test_uv_that_cannot_fetch_a_python_names_the_log(machine: Machine) -> None:
    machine.add_uv()
    result = machine.run()

    assert result.code == 1
    assert "uv could not fetch one" in result.err.splitlines()[-1]
    assert str(machine.checkout / "install.log") in result.err


def test_uv_makes_up_for_a_missing_venv_module(machine: Machine) -> None:
    machine.add_uv()
    machine.add_python("3.12", has_venv=False)
    assert machine.run().code == 0


# ------------------------------------------------------------------------- installation


def test_second_start_installs_nothing_and_says_nothing(linux: Machine) -> None:
    linux.env["LD_PRELOAD"] = "libopenblas.so.0"
    linux.run()
    result = linux.run()

    assert linux.calls() == ["pip cpu.txt"]
    assert [line for line in result.err.splitlines() if line.startswith("hearth:")] == []


def test_ready_venv_needs_no_python_on_the_path(linux: Machine) -> None:
    linux.run()
    (linux.bin / "python3.12").unlink()
    assert linux.run().code == 0


def test_changed_lock_updates_the_venv(linux: Machine) -> None:
    linux.run()
    linux.venv_file("kept").touch()
    linux.write_lock("cpu", "package==2\n")
    result = linux.run()

    assert linux.calls() == ["pip cpu.txt"] * 2
    assert "locks/cpu.txt changed" in result.err
    assert linux.venv_file("kept").exists()


def test_changed_test_lock_concerns_only_test(linux: Machine) -> None:
    linux.run("test")
    linux.write_lock("test", "package==2\n")
    linux.calls_file.unlink()
    linux.run()
    assert linux.calls() == []
    linux.run("test")
    assert linux.calls()[0] == "pip test.txt"


@pytest.mark.parametrize(
    ("variable", "value"), [("HEARTH_BACKEND", "cuda"), ("HEARTH_PYTHON", "python3.11")]
)
def test_other_backend_or_python_makes_the_venv_anew(
    linux: Machine, variable: str, value: str
) -> None:
    linux.add_python("3.11")
    linux.run()
    linux.venv_file("old").touch()
    linux.env[variable] = value

    assert "making .venv anew" in linux.run().err
    assert not linux.venv_file("old").exists()


def test_failed_install_names_the_log_and_the_next_step(linux: Machine) -> None:
    linux.env["PIP_EXIT"] = "1"
    result = linux.run()

    assert result.code == 1
    last = result.err.splitlines()[-1]
    assert last.startswith("hearth: installing failed")
    assert str(linux.checkout / "install.log") in last
    assert "./run.sh" in last


def test_failed_first_install_is_tried_again(linux: Machine) -> None:
    linux.env["PIP_EXIT"] = "1"
    linux.run()
    del linux.env["PIP_EXIT"]
    assert linux.run().code == 0


def test_failed_install_of_test_tools_leaves_the_server_startable(linux: Machine) -> None:
    linux.run()
    linux.env["PIP_EXIT"] = "1"
    assert linux.run("test").code == 1
    assert linux.run().code == 0


@pytest.mark.parametrize("subcommand", ["serve", "test"])
def test_venv_that_was_killed_half_made_is_made_anew(
    linux: Machine, gate: Gate, subcommand: str
) -> None:
    if subcommand == "test":
        linux.env["HEARTH_BACKEND"] = "cpu"
        with linux.start() as process:
            gate.wait_until_pip_runs()
            gate.release()
            assert finish(process).code == 0
    with linux.start(subcommand) as process:
        gate.wait_until_pip_runs()
        linux.venv_file("half").touch()
        os.killpg(process.pid, signal.SIGKILL)
        finish(process)
    shutil.rmtree(linux.gate_folder)
    result = linux.run()

    assert result.code == 0
    assert "making .venv anew" in result.err
    assert not linux.venv_file("half").exists()


def test_venv_whose_python_is_gone_is_made_anew(linux: Machine) -> None:
    linux.run()
    linux.venv_file("bin/python").unlink()
    linux.venv_file("bin/python").symlink_to("/nowhere/python3.12")

    assert linux.run().code == 0
    assert linux.calls() == ["pip cpu.txt"] * 2


def test_two_starts_at_once_install_once(linux: Machine, gate: Gate) -> None:
    with linux.start("--port", "1") as first:
        gate.wait_until_pip_runs()
        with linux.start("--port", "2") as second:
            assert second.stderr is not None
            assert "another start is installing" in second.stderr.readline()
            gate.release()
            results = [finish(first), finish(second)]

    assert [result.code for result in results] == [0, 0]
    assert linux.calls() == ["pip cpu.txt"]


def test_start_after_a_killed_one_waits_for_its_orphaned_pip(linux: Machine, gate: Gate) -> None:
    with linux.start() as first:
        gate.wait_until_pip_runs()
        first.kill()
        first.wait(TIMEOUT_SECONDS)
        with linux.start() as second:
            assert second.stderr is not None
            assert "another start is installing" in second.stderr.readline()
            gate.release()
            gate.wait_until_pip_runs()
            gate.release()
            assert finish(second).code == 0


def test_ctrl_c_while_installing_leaves_the_venv_unfinished(linux: Machine, gate: Gate) -> None:
    with linux.start() as process:
        gate.wait_until_pip_runs()
        gate.release()
        finish(process)
    with linux.start("test") as process:
        gate.wait_until_pip_runs()
        os.killpg(process.pid, signal.SIGINT)
        result = finish(process)

    assert result.code == 130
    assert "hearth: interrupted" in result.err
    assert not linux.venv_file("hearth-cpu").exists()


def test_server_does_not_hold_the_install_lock(linux: Machine) -> None:
    assert "holds the install lock" not in linux.run().out


def test_venv_without_any_installer_is_made_anew(linux: Machine) -> None:
    linux.add_uv()
    linux.run()
    (linux.bin / "uv").unlink()
    linux.write_lock("cpu", "package==2\n")

    assert "making .venv anew" in linux.run().err
    assert linux.calls()[-1] == "pip cpu.txt"


def test_activated_venv_is_not_made_from_itself(linux: Machine) -> None:
    linux.run()
    linux.venv_file("hearth-cpu").unlink()
    linux.venv_file("bin/python").rename(linux.venv_file("bin/python3.13"))
    linux.env["PATH"] = f"{linux.venv_file('bin')}:{linux.bin}"

    assert linux.run().code == 0


def test_folder_that_is_not_writable_is_named(linux: Machine) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    linux.checkout.chmod(0o555)
    result = linux.run()
    linux.checkout.chmod(0o755)
    assert_one_line(result, "cannot write to", str(linux.checkout))


@pytest.mark.tier_all
@pytest.mark.parametrize("script", ["run.sh", ".ci/run", ".ci/release", "locks/update.sh"])
def test_shellcheck_has_nothing_to_say(need_tool: Callable[[str], str], script: str) -> None:
    command = [need_tool("shellcheck"), str(ROOT / script)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.stdout + result.stderr == ""
