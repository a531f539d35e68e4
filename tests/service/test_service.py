"""What is started, and what of a shell does not reach it."""

from pathlib import Path
from typing import Any

from service.service import make_plan, variables_not_kept
from settings import Settings


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, _env_prefix="NOT_READ_", **values)


def test_it_is_run_sh_that_is_started_and_without_flags(tmp_path: Path) -> None:
    plan = make_plan(settings(), {}, root=tmp_path)
    assert plan.command == ("/bin/bash", str(tmp_path / "run.sh"), "serve")


def test_no_secret_is_kept_and_the_place_of_models_is() -> None:
    environ = {
        "HF_TOKEN": "hf_secret",
        "HEARTH_PORT": "1",
        "HF_HOME": "/models",
        "HF_HUB_CACHE": "",
    }
    plan = make_plan(settings(), environ)
    assert set(plan.environment) == {"PATH", "HF_HOME"}
    assert plan.models == Path("/models")


def test_stopping_may_take_longer_than_requests_may() -> None:
    assert make_plan(settings(shutdown_grace_seconds=120), {}).stop_seconds > 120 + 30


def test_settings_of_the_shell_are_named() -> None:
    environ = {"HEARTH_PORT": "1", "HEARTH_PYTHON": "python3", "HOME": "/"}
    assert variables_not_kept(environ) == ("HEARTH_PORT",)
