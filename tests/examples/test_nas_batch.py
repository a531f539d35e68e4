"""examples/nas_batch.py against the real app."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.api.conftest import Api, api, eventually, start_api
from tests.examples.conftest import EXAMPLES

__all__ = ["api", "start_api"]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / f"{name}.txt").write_text(f"Article {name}")
    return folder


async def start(api: Api, articles: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLES / "nas_batch.py"),
        str(articles),
        "--base-url",
        f"{api.url}/v1",
        cwd=articles.parent,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_a_stopped_run_goes_on_with_the_same_batch(api: Api, articles: Path) -> None:
    api.gate.close()
    first = await start(api, articles)
    state = articles.parent / "batch-state.txt"
    await eventually(state.exists)
    first.kill()
    await first.communicate()
    api.gate.open()
    second = await start(api, articles)
    _, said = await second.communicate()
    assert second.returncode == 0, said
    assert b"going on with batch_" in said
    results = (articles.parent / "batch-results.jsonl").read_text().splitlines()
    assert {json.loads(each)["id"] for each in results} == {"one", "two", "three"}
    assert not state.exists()
    assert len((await api.get("/v1/batches")).json["data"]) == 1


async def test_a_folder_without_articles_is_named(api: Api, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    process = await start(api, tmp_path / "empty")
    _, said = await process.communicate()
    assert process.returncode == 1
    assert b"no articles" in said


async def test_an_answer_may_have_unusual_ends_of_lines(api: Api, articles: Path) -> None:
    api.will_say("one\u2028two\x85three")
    process = await start(api, articles)
    _, said = await process.communicate()
    assert process.returncode == 0, said
    results = (articles.parent / "batch-results.jsonl").read_bytes().splitlines()
    assert {json.loads(each)["answer"] for each in results} == {"one\u2028two\x85three"}
