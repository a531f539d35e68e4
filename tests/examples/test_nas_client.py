"""Tests of examples/nas_client.py, run as its users run it or, where that is the same, here."""

import asyncio
import contextlib
import io
import json
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from examples import nas_client
from examples.nas_client import Problem, read_articles, read_results
from tests.examples.conftest import TIMEOUT_SECONDS, StandIn, finish, refuse, start_script

IDS = [f"a{number}" for number in range(5)]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "articles.jsonl", *({"id": i, "text": f"text {i}"} for i in IDS))


def write_jsonl(file: Path, *lines: object) -> Path:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def read_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


async def start(server: StandIn, articles: Path, *more: object) -> asyncio.subprocess.Process:
    results = articles.parent / "results.jsonl"
    process: asyncio.subprocess.Process = await start_script(
        "nas_client.py", articles, "--results", results, "--base-url", server.base_url, *more
    )
    return process


async def run(server: StandIn, articles: Path, *more: object) -> tuple[int, str, str]:
    """Without a process of its own, which takes two seconds to start."""
    results = articles.parent / "results.jsonl"
    words = ["nas_client.py", articles, "--results", results, "--base-url", server.base_url, *more]
    output, errors = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        patch.setattr(sys, "argv", [*map(str, words)])
        patch.setattr(nas_client, "PAUSE_SECONDS", 0.01)
        patch.setenv("NO_PROXY", "127.0.0.1")
        code = await asyncio.to_thread(nas_client.main)
    return code, output.getvalue(), errors.getvalue()


def blocks_at(server: StandIn, nth: int, reached: asyncio.Event) -> Callable[..., Any]:
    """A handler that never answers the nth request."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if len(server.bodies) >= nth:
            reached.set()
            await asyncio.Event().wait()
        return await server.answer(request)

    return handler


async def test_every_line_of_a_jsonl_file_is_answered(stand_in: StandIn, articles: Path) -> None:
    code, output, _ = await finish(await start(stand_in, articles, "--max-tokens", 9))

    results = read_lines(articles.parent / "results.jsonl")
    assert code == 0
    assert [result["id"] for result in results] == IDS
    assert results[0]["answer"] == {"text": "text a0"}
    assert results[0]["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert (results[0]["valid"], results[0]["finish_reason"]) == (True, "stop")
    assert stand_in.bodies[0]["max_tokens"] == 9
    assert "news analyst" in stand_in.bodies[0]["messages"][0]["content"]
    assert output.startswith("5 of 5 articles answered, 5 with valid JSON;")
    assert output.count("\n") == 1


async def test_every_text_file_of_a_folder_is_answered(stand_in: StandIn, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("b.txt", "a.txt", "ignored.md"):
        (folder / name).write_text(f"\ufeff비트코인 {name}", encoding="utf-8")

    await run(stand_in, folder)

    assert [result["id"] for result in read_lines(tmp_path / "results.jsonl")] == ["a", "b"]
    assert stand_in.texts == ["비트코인 a.txt", "비트코인 b.txt"]


async def stop_at_the_third(
    server: StandIn, articles: Path, stop_signal: signal.Signals
) -> tuple[int, str, str]:
    """Start a run and stop it while it waits for the third answer."""
    reached = asyncio.Event()
    server.handler = blocks_at(server, 3, reached)
    process = await start(server, articles)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await reached.wait()
    process.send_signal(stop_signal)
    return await finish(process)


async def test_a_killed_run_goes_on_without_loss_or_repetition(
    stand_in: StandIn, articles: Path
) -> None:
    await stop_at_the_third(stand_in, articles, signal.SIGKILL)
    results = articles.parent / "results.jsonl"
    assert [result["id"] for result in read_lines(results)] == IDS[:2]

    stand_in.handler = stand_in.answer
    code, _, _ = await finish(await start(stand_in, articles))

    assert code == 0
    assert [result["id"] for result in read_lines(results)] == IDS
    assert stand_in.texts == [f"text {i}" for i in (*IDS[:3], *IDS[2:])]


async def test_ctrl_c_keeps_what_is_done_and_sums_up(stand_in: StandIn, articles: Path) -> None:
    code, output, errors = await stop_at_the_third(stand_in, articles, signal.SIGINT)

    assert code == 130
    assert output.startswith("2 of 5 articles answered, 2 with valid JSON;")
    assert "Traceback" not in errors
    assert len(read_lines(articles.parent / "results.jsonl")) == 2


async def test_a_half_written_last_line_is_asked_again(stand_in: StandIn, articles: Path) -> None:
    results = articles.parent / "results.jsonl"
    whole = {"id": "a0", "answer": {}, "valid": True}
    results.write_text(json.dumps(whole) + '\n{"id": "a1", "answer": {"te', encoding="utf-8")

    await run(stand_in, articles)

    assert [result["id"] for result in read_lines(results)] == IDS
    assert stand_in.texts[0] == "text a1"


async def test_a_busy_server_is_waited_for(stand_in: StandIn, articles: Path) -> None:
    async def busy_at_first(request: web.Request) -> web.StreamResponse:
        if len(stand_in.bodies) <= 4:  # more often than the client repeats by itself
            return await refuse(503, "The model is still loading.")(request)  # type: ignore[no-any-return]
        return await stand_in.answer(request)

    stand_in.handler = busy_at_first

    code, _, _ = await run(stand_in, articles)

    assert code == 0
    assert [r["id"] for r in read_lines(articles.parent / "results.jsonl")] == IDS


async def test_a_server_that_stays_away_ends_the_run(stand_in: StandIn, articles: Path) -> None:
    await stand_in.stop()

    code, output, errors = await run(stand_in, articles, "--max-wait", 0)

    assert code == 1
    assert f"nas_client: gave up on {stand_in.base_url}: Connection error." in errors
    assert output.startswith("0 of 5 articles answered")


async def test_answers_that_are_no_json_object_are_marked(
    stand_in: StandIn, tmp_path: Path
) -> None:
    valid = ['{"coin": "BTC"}', '```json\n{"coin": "비트"}\n```', '{"coin": "\\ud800"}']
    invalid = ["Bitcoin rose.", "[1]", '{"coin": NaN}', '{"coin": "BT', "", "[" * 100_000]
    replies = valid + invalid
    texts = [{"id": number, "text": f"{number}"} for number in range(len(replies))]
    articles = write_jsonl(tmp_path / "articles.jsonl", *texts)
    stand_in.reply = lambda text: replies[int(text)]

    code, output, _ = await run(stand_in, articles)

    results = read_lines(tmp_path / "results.jsonl")
    assert code == 0
    assert [result["valid"] for result in results] == [True] * 3 + [False] * 6
    assert results[1]["answer"] == {"coin": "비트"}
    assert [result["answer"] for result in results[3:]] == invalid
    assert output.startswith("9 of 9 articles answered, 3 with valid JSON;")


async def test_a_refused_article_is_named_and_the_others_go_on(
    stand_in: StandIn, articles: Path
) -> None:
    async def refuse_one(request: web.Request) -> web.StreamResponse:
        if stand_in.texts[-1] == "text a1":
            return await refuse(400, "The prompt is too long.")(request)  # type: ignore[no-any-return]
        return await stand_in.answer(request)

    stand_in.handler = refuse_one

    code, output, errors = await run(stand_in, articles)

    assert code == 1
    assert "nas_client: a1: The prompt is too long." in errors
    assert output.startswith("4 of 5 articles answered")


async def test_an_unknown_model_ends_the_run_at_once(stand_in: StandIn, articles: Path) -> None:
    stand_in.handler = refuse(404, "The model 'x' is not served here.")

    code, _, errors = await run(stand_in, articles, "--model", "x")

    assert (code, len(stand_in.bodies)) == (1, 1)
    assert "nas_client: The model 'x' is not served here." in errors


GOOD = '{"id": "a", "text": "t"}'
BAD_LINES = [
    '{"id": "b", "te',
    GOOD,
    '{"id": null, "text": "t"}',
    '{"id": "b", "text": "  "}',
    '{"id": "b", "text": "\\ud800"}',
    "[" * 100_000,
]


@pytest.mark.parametrize("line", BAD_LINES, ids=range(len(BAD_LINES)))
def test_bad_input_is_named_by_file_and_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text(f"{GOOD}\n{line}\n", encoding="utf-8")

    with pytest.raises(Problem, match=f"^{re.escape(str(file))}, line 2: ") as caught:
        read_articles(file)

    assert "\n" not in str(caught.value)


async def test_bad_input_is_one_line_and_nothing_is_sent(stand_in: StandIn, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "good.txt").write_text("text", encoding="utf-8")
    (folder / "latin.txt").write_bytes("text\nh\xe9".encode("latin-1"))

    code, output, errors = await run(stand_in, folder)

    assert (code, output, stand_in.bodies) == (1, "", [])
    assert errors == f"nas_client: {folder}/latin.txt, line 2: not UTF-8\n"


@pytest.mark.parametrize("content", ["Dear diary", GOOD, f"{GOOD}\n", '{"id": 1, "vali\n'])
def test_a_file_that_holds_no_results_is_left_as_it_is(tmp_path: Path, content: str) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(content, encoding="utf-8")

    with file.open("a+b") as opened, pytest.raises(Problem, match="line 1: not a result of this"):
        read_results(opened)

    assert file.read_text(encoding="utf-8") == content


async def test_two_runs_do_not_write_to_one_file(stand_in: StandIn, articles: Path) -> None:
    reached = asyncio.Event()
    stand_in.handler = blocks_at(stand_in, 1, reached)
    first = await start(stand_in, articles)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await reached.wait()

    code, _, errors = await run(stand_in, articles)

    first.kill()
    await finish(first)
    assert code == 1
    assert "another run is writing to" in errors
