"""Claude Code edits a file through the real app, on a scripted FakeEngine."""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from batching.engine.fake import FakeEngine
from batching.engine.protocol import Engine, EngineSequence, EngineSpec, ReportProgress
from model_plan import ModelPlan
from prompts.tokenizer import Tokenizer
from settings import TINY_MODEL_PATH
from tests.api.conftest import StartApi, start_api

__all__ = ["start_api"]

pytestmark = pytest.mark.tier_all

INSTALLED = Path(__file__).parent / "js/node_modules/.bin/claude"
CONTEXT_LENGTH = 131_072
TIMEOUT_SECONDS = 120
RESULT = "<tool_response>"

ALONE = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
    # Whatever wants to leave this machine all the same finds nobody.
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1",
}


class Talk:
    """A FakeEngine script that says the next text after each result of a tool."""

    def __init__(self, *texts: str) -> None:
        self.prompts: list[str] = []
        self._tokenizer = Tokenizer.load(TINY_MODEL_PATH)
        self._texts = [self._tokenizer.encode(text) for text in texts]
        self._of: dict[str, list[int]] = {}

    def __call__(self, sequence: EngineSequence, position: int) -> int:
        if sequence.sequence_id not in self._of:
            prompt = self._tokenizer.decode(sequence.token_ids)
            self.prompts.append(prompt)
            self._of[sequence.sequence_id] = self._texts[prompt.count(RESULT)]
        token_ids = self._of[sequence.sequence_id]
        return token_ids[position] if position < len(token_ids) else min(sequence.stop_token_ids)

    def engine(self, plan: ModelPlan, report: ReportProgress) -> Engine:
        spec = EngineSpec(
            vocab_size=plan.facts.config["vocab_size"],
            context_length=plan.memory.context_length,
            max_slots=plan.memory.max_slots,
        )
        return FakeEngine(spec, script=self)


@dataclass(frozen=True)
class Done:
    """What Claude Code said at the end, and the events that it printed."""

    code: int | None
    events: list[Any]
    errors: str

    @property
    def result(self) -> Any:
        return self.events[-1]


@pytest.fixture
def claude(need_tool: Callable[[str], str]) -> str:
    return str(INSTALLED) if INSTALLED.exists() else need_tool("claude")


@pytest.fixture
def long_model(tmp_path: Path) -> Path:
    """The bundled model as one whose context holds what Claude Code sends first."""
    folder = tmp_path / "long"
    folder.mkdir()
    for file in TINY_MODEL_PATH.iterdir():
        (folder / file.name).symlink_to(file)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").unlink()
    config["max_position_embeddings"] = CONTEXT_LENGTH
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


async def run_claude(claude: str, url: str, folder: Path, task: str, **environ: str) -> Done:
    """Let Claude Code do a task in a folder."""
    (folder / "home").mkdir()
    process = await asyncio.create_subprocess_exec(
        *(claude, "-p", task, "--allowedTools", "Read,Edit"),
        *("--output-format", "stream-json", "--verbose"),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_AUTH_TOKEN": "none",
            "ANTHROPIC_MODEL": "default",
            **ALONE,
            **environ,
        },
    )
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
    events = [json.loads(line) for line in output.decode().splitlines()]
    return Done(process.returncode, events, errors.decode())


def call(name: str, **arguments: str) -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


async def test_it_reads_and_edits_a_file(
    start_api: StartApi, claude: str, long_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    file = folder / "colours.py"
    file.write_text('SKY = "green"\n', encoding="utf-8")
    edit = {"old_string": '"green"', "new_string": '"blue"'}
    talk = Talk(
        "I look first." + call("Read", file_path=str(file)),
        call("Edit", file_path=str(file), **edit),
        "The sky is blue now.",
    )
    api = await start_api(model=str(long_model), make_engine=talk.engine)
    done = await run_claude(claude, api.url, folder, "Mend the colour of the sky.")
    assert done.code == 0, done
    assert file.read_text(encoding="utf-8") == 'SKY = "blue"\n'
    assert done.result["result"] == "The sky is blue now."
    assert not done.result["is_error"]
    assert len(talk.prompts) == 3
    assert 'SKY = "green"' in talk.prompts[1].rpartition(RESULT)[2]


async def test_the_beginning_of_its_prompts_stays_the_same(
    start_api: StartApi, claude: str, long_model: Path, tmp_path: Path
) -> None:
    """Otherwise nothing would be found in the prefix cache."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.txt").write_text("a\n", encoding="utf-8")
    talk = Talk(call("Read", file_path=str(folder / "a.txt")), "Done.")
    api = await start_api(model=str(long_model), make_engine=talk.engine)
    done = await run_claude(claude, api.url, folder, "Read a.txt.")
    assert done.code == 0, done
    first, second = talk.prompts
    assert second.startswith(first)


async def test_an_error_is_shown(
    start_api: StartApi, claude: str, long_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    talk = Talk("Nobody asks me.")
    api = await start_api(model=str(long_model), make_engine=talk.engine)
    done = await run_claude(
        claude, api.url, folder, "Say hello.", ANTHROPIC_MODEL="claude-sonnet-4-5"
    )
    assert done.code != 0
    assert done.result["is_error"]
    assert not talk.prompts


async def test_a_tool_that_it_searched_for_is_shown_from_then_on(
    start_api: StartApi, claude: str, long_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    talk = Talk(call("ToolSearch", query="select:WebFetch"), "Found.")
    api = await start_api(model=str(long_model), make_engine=talk.engine)
    done = await run_claude(claude, api.url, folder, "Find a tool for pages.")
    assert done.result["result"] == "Found.", done
    described = '"name": "WebFetch"'
    assert [prompt.count(described) for prompt in talk.prompts] == [0, 1]
