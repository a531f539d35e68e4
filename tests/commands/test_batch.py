"""`./run.sh batch` against the real app."""

import asyncio
import json
from pathlib import Path

import pytest

from commands.batch import main
from tests.api.conftest import CHAT, HELLO, Api, api, start_api

__all__ = ["api", "start_api"]


def write_work(file: Path, *custom_ids: str, **body: object) -> None:
    lines = [
        {
            "custom_id": each,
            "method": "POST",
            "url": CHAT,
            "body": {"model": "default", "messages": HELLO, **body},
        }
        for each in custom_ids
    ]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


async def run(api: Api, *arguments: str) -> int:
    return await asyncio.to_thread(main, ["--url", f"{api.url}/v1", *arguments])


async def test_a_file_is_submitted_watched_and_fetched(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_work(tmp_path / "work.jsonl", "a", "b")
    assert await run(api, "submit", str(tmp_path / "work.jsonl"), "--watch") == 0
    batch_id = capsys.readouterr().out.strip()
    assert await run(api, "status") == 0
    assert f"{batch_id}" in (shown := capsys.readouterr().out)
    assert "completed  2 of 2, 0 failed" in shown
    assert await run(api, "results", batch_id, "--output", str(tmp_path / "results")) == 0
    output = tmp_path / "results" / f"{batch_id}_output.jsonl"
    assert list((tmp_path / "results").iterdir()) == [output]
    assert len(output.read_text().splitlines()) == 2


async def test_a_line_that_fails_makes_the_exit_code_1(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_work(tmp_path / "work.jsonl", "a", temperature=9)
    assert await run(api, "submit", str(tmp_path / "work.jsonl"), "--watch") == 1
    assert "1 of 1, 1 failed" in capsys.readouterr().err


async def test_faults_of_the_file_are_shown_by_line(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_work(tmp_path / "work.jsonl", "a", "a")
    assert await run(api, "submit", str(tmp_path / "work.jsonl"), "--watch") == 1
    assert "line 2: duplicate_custom_id" in capsys.readouterr().err


async def test_a_running_batch_is_cancelled(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.gate.close()
    write_work(tmp_path / "work.jsonl", "a")
    assert await run(api, "submit", str(tmp_path / "work.jsonl")) == 0
    batch_id = capsys.readouterr().out.strip()
    assert await run(api, "results", batch_id) == 1
    assert "batch watch" in capsys.readouterr().err
    assert await run(api, "cancel", batch_id) == 0
    await api.jobs_ended(batch_id)


async def test_what_the_server_refuses_is_said_in_one_line(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(api, "status", "batch_none") == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("hearth: There is no batch 'batch_none'")


def test_no_server_is_an_exit_code_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:9", "status"]) == 3
    assert "--url" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["mac.local:8000", "http://", "http://mac.local:8000/docs", ""])
def test_an_address_that_is_none_is_a_wrong_flag(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--url", url, "status"])
    assert ended.value.code == 2
    assert "no address such as http://mac.local:8000" in capsys.readouterr().err


async def test_an_answer_that_is_not_hearths_is_said_in_one_line(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(api, "status", "../../docs") == 1  # a page
    [line] = capsys.readouterr().err.splitlines()
    assert "not as Hearth does" in line
