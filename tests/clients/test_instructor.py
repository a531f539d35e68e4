"""Instructor, in each of its modes for a server like OpenAI's."""

import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from settings import ROOT
from tests.acceptance.conftest import ServerProcess
from tests.api.conftest import Api, eventually
from tests.clients.cases import NOT_SERVED, Verdict
from tests.clients.conftest import is_freed
from tests.clients.programs import Program, running

PACKAGES = Path(sys.prefix) / "instructor"
PROGRAM = Path(__file__).parent / "instructor_program.py"

if not PACKAGES.exists():
    pytest.skip("Instructor is not installed: ./run.sh test --all", allow_module_level=True)


def asking(
    url: str, mode: str, model: str = "default", *more: str
) -> AbstractAsyncContextManager[Program]:
    path = f"{PACKAGES}:{ROOT}"
    return running(sys.executable, PROGRAM, f"{url}/v1", mode, model, *more, PYTHONPATH=path)


@pytest.mark.parametrize("mode", ["TOOLS", "JSON_SCHEMA"])
async def test_what_a_grammar_gives_has_the_shape(server: ServerProcess, mode: str) -> None:
    async with asking(server.url, mode) as program:
        for _ in ("whole", "streamed"):
            Verdict.model_validate(await program.finding())


@pytest.mark.parametrize("mode", ["JSON", "MD_JSON"])
async def test_json_in_a_text_is_found(api: Api, mode: str) -> None:
    verdict = Verdict(direction="up", is_certain=True, days=3)
    text = verdict.model_dump_json()
    api.will_say(text if mode == "JSON" else f"Here:\n```json\n{text}\n```")
    async with asking(api.url, mode) as program:
        for _ in ("whole", "streamed"):
            assert Verdict.model_validate(await program.finding()) == verdict


async def test_an_error_is_the_clients_own_with_our_message(api: Api) -> None:
    async with asking(api.url, "TOOLS", NOT_SERVED) as program:
        finding = await program.finding()
    assert finding["error"] == "NotFoundError"
    assert "'gpt-4o' is not served here" in finding["message"]


async def test_cancelling_the_task_frees_the_slot(api: Api) -> None:
    api.gate.close()
    async with asking(api.url, "JSON", "default", "leaves") as program:
        assert await program.finding() == "asking"
        await eventually(lambda: api.batcher.num_running == 1)
        program.close_input()
        assert await program.finding() == {"cancelled": True}
    await is_freed(api)
