"""The model is there and fits, or it is said why not."""

from pathlib import Path
from typing import Any

import pytest

from doctor.finding import Finding
from doctor.model import check_memory, check_model, find_plan, in_words
from model_plan import ModelPlan
from settings import TINY_MODEL_NAME, Settings


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, _env_prefix="NOT_READ_", **values)


def planned(**values: Any) -> ModelPlan:
    plan = find_plan(settings(**values))
    assert not isinstance(plan, Finding)
    return plan


def test_the_bundled_model_is_good() -> None:
    found = check_model(planned())
    assert found.status == "ok"
    assert TINY_MODEL_NAME in found.finding


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    found = check_model(find_plan(settings(model=str(tmp_path / "nowhere"))))
    assert found.status == "problem"
    assert "nowhere" in found.finding
    assert "--model" in (found.mend or "")


def test_a_model_without_weights_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    assert check_model(find_plan(settings(model=str(tmp_path)))).status == "problem"


def test_a_model_that_is_too_large_for_the_memory_is_a_problem() -> None:
    found = check_model(find_plan(settings(memory_limit_gb=0.001)))
    assert found.status == "problem"
    assert "the limit is 0.00 GB" in found.finding
    assert "smaller" in (found.mend or "")


def test_a_model_that_gets_less_than_was_asked_for_is_a_warning() -> None:
    found = check_model(find_plan(settings(memory_limit_gb=0.32, max_slots=256)))
    assert found.status == "warning"
    assert "instead of" in found.finding


def test_memory_that_other_programs_hold_is_a_problem() -> None:
    found = check_memory(planned(), is_running=False, free_bytes=1_000_000)
    assert found.status == "problem"
    assert found.finding.startswith("1 MB of ")


@pytest.mark.parametrize("is_running", [True, False])
def test_enough_memory_is_good(*, is_running: bool) -> None:
    assert check_memory(planned(), is_running=is_running, free_bytes=10**12).status == "ok"


def test_a_running_hearth_has_its_memory_already() -> None:
    assert check_memory(planned(), is_running=True, free_bytes=1_000_000).status == "ok"


def test_bytes_are_said_as_people_do() -> None:
    assert [in_words(4_280_000_000), in_words(3_900_000)] == ["4.3 GB", "4 MB"]
