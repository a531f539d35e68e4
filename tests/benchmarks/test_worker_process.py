"""A helper process: questions, answers, and an end that is told."""

import pytest

from benchmarks.worker_process import WorkerDied, WorkerProcess, environment


def test_a_process_that_cannot_start_is_told_with_its_name_and_exit_code() -> None:
    with (
        WorkerProcess("benchmarks.no_such_module") as worker,
        pytest.raises(WorkerDied, match=r"benchmarks\.no_such_module ended with exit code 1"),
    ):
        worker.ask({})


def test_nobodys_own_settings_reach_what_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_PORT", "1")
    monkeypatch.setenv("LD_PRELOAD_OR_SO", "kept")
    assert "HEARTH_PORT" not in environment()
    assert environment()["LD_PRELOAD_OR_SO"] == "kept"
