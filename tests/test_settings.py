"""Where settings come from, how a wrong one is explained, and that help and docs know all."""

import re
from pathlib import Path
from typing import Any

import pytest

import settings as settings_module
from settings import ENV_PREFIX, ROOT, Settings, SettingsProblem, flag, load_settings

CONFIGURATION = ROOT / "docs" / "configuration.md"
NAMES = list(Settings.model_fields)


@pytest.fixture(autouse=True)
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for .env, and no settings of whoever runs the tests."""
    import os

    for name in [name for name in os.environ if name.startswith(ENV_PREFIX)]:
        monkeypatch.delenv(name)
    file = tmp_path / ".env"
    monkeypatch.setattr(settings_module, "ENV_FILE", file)
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    return file


def problem_of(*argv: str) -> str:
    """The one line that a wrong setting is answered with."""
    with pytest.raises(SettingsProblem) as caught:
        load_settings(list(argv))
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_flags_win_over_the_environment_over_the_env_file_over_defaults(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings([]).port == 8000
    env_file.write_text("HEARTH_PORT=1001\n")
    assert load_settings([]).port == 1001
    monkeypatch.setenv("HEARTH_PORT", "1002")
    assert load_settings([]).port == 1002
    assert load_settings(["--port", "1003"]).port == 1003


def test_an_empty_variable_is_like_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_PORT", "")
    assert load_settings([]).port == 8000


def test_the_env_file_may_hold_what_belongs_to_other_programs(env_file: Path) -> None:
    env_file.write_text("# mine\nHF_TOKEN=secret\nHEARTH_MAX_SLOTS=4\n")
    assert load_settings([]).max_slots == 4


@pytest.mark.parametrize(
    ("argv", "name", "value"),
    [
        (["--served-model-name", "a, b,,c"], "served_model_name", ("a", "b", "c")),
        (["--max-slots=4"], "max_slots", 4),
        (["--log-file", "false"], "log_file", False),
        (["--model", "org/name"], "model", "org/name"),
        (["--adapter-path", "some/folder"], "adapter_path", Path("some/folder")),
        (["--memory-limit-gb", "2.5"], "memory_limit_gb", 2.5),
        (["--shutdown-grace-seconds", "0"], "shutdown_grace_seconds", 0),
    ],
)
def test_a_flag_is_read_as_its_type(argv: list[str], name: str, value: Any) -> None:
    assert getattr(load_settings(argv), name) == value


@pytest.mark.parametrize(
    ("argv", "host", "requires_key"),
    [
        ([], "127.0.0.1", False),
        (["--lan"], "0.0.0.0", True),
        (["--lan", "--host", "192.168.0.7"], "192.168.0.7", True),
        (["--host", "192.168.0.7"], "192.168.0.7", True),
        (["--host", "::1"], "::1", False),
        (["--lan", "--require-key", "never"], "0.0.0.0", False),
        (["--require-key", "always"], "127.0.0.1", True),
    ],
)
def test_who_else_may_connect_decides_whether_a_key_is_needed(
    argv: list[str], host: str, *, requires_key: bool
) -> None:
    loaded = load_settings(argv)
    assert (loaded.host, loaded.requires_key) == (host, requires_key)


def test_a_trusted_proxy_is_an_address_or_a_network() -> None:
    loaded = load_settings(["--trusted-proxies", "10.0.0.1, fd00::/8"])
    assert loaded.trusted_proxies == ("10.0.0.1", "fd00::/8")
    assert "'nas' is no address or network" in problem_of("--trusted-proxies", "10.0.0.1,nas")


def test_names_of_the_model_may_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEARTH_SERVED_MODEL_NAME", "first,second")
    assert load_settings([]).served_model_name == ("first", "second")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--port", "99999"], ["--port", "HEARTH_PORT", "'99999'", "65535"]),
        (["--port", "http"], ["--port", "'http'", "integer"]),
        (["--max-slots", "0"], ["--max-slots", "HEARTH_MAX_SLOTS", "'0'", "1"]),
        (["--dtype", "int3"], ["--dtype", "'int3'", "float16"]),
        (["--log-level", "LOUD"], ["--log-level", "'LOUD'", "WARNING"]),
        (["--memory-limit-gb", "-1"], ["--memory-limit-gb", "'-1'", "0"]),
        (["--context-length", "5"], ["--context-length", "'5'", "2048"]),
    ],
)
def test_a_wrong_value_is_answered_with_field_value_and_what_is_allowed(
    argv: list[str], words: list[str]
) -> None:
    line = problem_of(*argv)
    assert [word for word in words if word not in line] == []


def test_a_wrong_value_in_the_environment_is_explained_the_same_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEARTH_PORT", "99999")
    assert problem_of() == problem_of("--port", "99999")


def test_every_wrong_value_is_named_at_once() -> None:
    line = problem_of("--port", "-1", "--max-slots", "0")
    assert "--port" in line
    assert "--max-slots" in line


@pytest.mark.parametrize("argv", [["--prot", "1"], ["--port"], ["stray"], ["-x"]])
def test_a_wrong_flag_is_named_with_the_way_to_the_list(argv: list[str]) -> None:
    line = problem_of(*argv)
    assert argv[0] in line
    assert "--help" in line


def test_a_misspelt_variable_is_refused_with_the_near_match(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEARTH_MAX_SLOT", "4")
    assert problem_of() == "HEARTH_MAX_SLOT is no setting; did you mean HEARTH_MAX_SLOTS?"


def test_a_variable_like_none_of_ours_is_refused_with_the_way_to_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEARTH_XYZZY_PLUGH", "1")
    assert problem_of() == "HEARTH_XYZZY_PLUGH is no setting; ./run.sh --help lists every setting"


@pytest.mark.parametrize("line", ["HEARTH_PROT=1", "hearth_prot=1", "export HEARTH_PROT=1"])
def test_a_misspelt_name_in_the_env_file_is_refused_too(env_file: Path, line: str) -> None:
    env_file.write_text(f"{line}\n")
    assert problem_of() == "HEARTH_PROT is no setting; did you mean HEARTH_PORT?"


@pytest.mark.parametrize("name", ["HEARTH_PYTHON", "HEARTH_BACKEND"])
def test_the_launchers_own_variables_are_no_misspelling(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "cpu")
    assert load_settings([]).port == 8000


def test_loaded_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings([]).port = 1  # type: ignore[misc]


@pytest.fixture
def help_text(capsys: pytest.CaptureFixture[str]) -> str:
    """What --help prints below its usage, as one line."""
    with pytest.raises(SystemExit) as caught:
        load_settings(["--help"])
    assert caught.value.code == 0
    return " ".join(capsys.readouterr().out.partition("options:")[2].split())


def shown_default(name: str) -> str | None:
    """As help and docs write it; None where the description says in words what happens."""
    default = Settings.model_fields[name].default
    return None if default in (None, ()) or isinstance(default, Path) else str(default)


@pytest.mark.parametrize("name", NAMES)
def test_help_shows_every_setting_with_meaning_and_default(name: str, help_text: str) -> None:
    _, _, rest = help_text.partition(f"{flag(name)} ")
    description = " ".join((Settings.model_fields[name].description or "").split())
    assert rest, f"{flag(name)} is missing"
    assert description
    meaning, _, rest = rest.partition(description)
    assert "--" not in meaning, f"{flag(name)} is not followed by its meaning"
    takes_no_value = meaning == ""  # then it is off by default
    if (default := shown_default(name)) and not takes_no_value:
        assert f"default: {default})" in rest.partition(" --")[0]


def documented_rows() -> dict[str, list[str]]:
    """The rows of docs/configuration.md that begin with a flag: cells by flag."""
    cells = (
        [cell.strip() for cell in line.strip("| \n").split("|")]
        for line in CONFIGURATION.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    )
    rows = {re.sub(r"[`\s].*", "", row[0].lstrip("`")): row for row in cells}
    return {name: row for name, row in rows.items() if name.startswith("--")}


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_has_every_setting_with_its_variable_and_default(name: str) -> None:
    row = documented_rows()[flag(name)]
    assert f"`{ENV_PREFIX}{name.upper()}`" in row[1]
    if default := shown_default(name):
        assert row[2].strip("`").lower() == default.lower()
    assert len(row[3]) > 10


def test_the_documentation_has_no_setting_that_is_gone() -> None:
    assert set(documented_rows()) == {flag(name) for name in NAMES}
