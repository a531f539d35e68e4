"""Codex as it is: its tool loop against the real app on a FakeEngine that calls Codex's tools."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from batching.engine.fake import FakeEngine
from batching.engine.protocol import Engine, EngineSequence, EngineSpec
from model_plan import ModelPlan
from settings import TINY_MODEL_PATH, Settings
from tests.api.conftest import Api, serving
from tests.api.responses.conftest import call_of

pytestmark = pytest.mark.tier_all

TIMEOUT_SECONDS = 120
CONTEXT_LENGTH = 131_072
"""Codex's own prompt is more than the bundled model's context."""

KNOWN_TO_CODEX = "gpt-5.5"
"""For a model that it knows Codex has a custom tool, apply_patch; for others commands only."""

WRITTEN = 'Hello "from" Codex\n'
DONE = "The file is there."
COMMAND = call_of("exec_command", {"cmd": f"printf '%s' '{WRITTEN}' > hello.txt"})
PATCH = f"*** Begin Patch\n*** Add File: hello.txt\n+{WRITTEN}*** End Patch"


@dataclass
class Turns:
    """A script: each new sequence gets the next text. There may be one pause, at the third step."""

    tokens: list[list[int]] = field(default_factory=list)
    pause_seconds: float = 0.0
    num_steps: int = 0
    sequences: dict[str, EngineSequence] = field(default_factory=dict)

    def make_engine(self, plan: ModelPlan, report: object) -> Engine:
        spec = EngineSpec(
            vocab_size=plan.facts.config["vocab_size"],
            context_length=plan.memory.context_length,
            max_slots=plan.memory.max_slots,
        )
        return FakeEngine(spec, script=self._token, step_seconds=1.0, sleep=self._wait)

    def will_say(self, api: Api, *texts: str) -> None:
        self.tokens = [api.model.tokenizer.encode(text) for text in texts]

    def prompts(self, api: Api) -> list[str]:
        return [
            api.model.tokenizer.decode(sequence.token_ids) for sequence in self.sequences.values()
        ]

    def _wait(self, _: float) -> None:
        self.num_steps += 1
        if self.num_steps == 3:
            time.sleep(self.pause_seconds)

    def _token(self, sequence: EngineSequence, position: int) -> int:
        self.sequences.setdefault(sequence.sequence_id, sequence)
        token_ids = self.tokens[list(self.sequences).index(sequence.sequence_id)]
        is_over = position >= len(token_ids)
        return min(sequence.stop_token_ids) if is_over else token_ids[position]


@pytest.fixture
def codex() -> str:
    """The program."""
    installed = Path(__file__).parent / "js" / "node_modules" / ".bin"
    path = shutil.which("codex", path=f"{installed}{os.pathsep}{os.environ.get('PATH', '')}")
    if path is None:
        pytest.skip("codex is not installed; npm install -g @openai/codex")
    return path


@pytest.fixture
def long_model(tmp_path: Path) -> Path:
    """The bundled model with a context that Codex's prompt fits into; no one computes with it."""
    folder = tmp_path / "model"
    shutil.copytree(TINY_MODEL_PATH, folder)
    config = folder / "config.json"
    text = config.read_text(encoding="utf-8")
    limit = '"max_position_embeddings": '
    assert f"{limit}8192" in text
    config.write_text(text.replace(f"{limit}8192", f"{limit}{CONTEXT_LENGTH}"), encoding="utf-8")
    return folder


async def run_codex(program: str, api: Api, folder: Path, *, model: str, **provider: Any) -> str:
    """What Codex prints about one task; it may do what it likes in its own folder."""
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    options = {
        "name": "Hearth",
        "base_url": f"{api.url}/v1",
        "wire_api": "responses",
        "request_max_retries": 0,
        "stream_max_retries": 0,
        **provider,
    }
    written = ", ".join(f"{key} = {_toml(value)}" for key, value in options.items())
    process = await asyncio.create_subprocess_exec(
        program,
        "exec",
        "--skip-git-repo-check",
        "--dangerously-bypass-approvals-and-sandbox",
        "-c",
        f"model_providers.hearth = {{{written}}}",
        "-c",
        'model_provider = "hearth"',
        "--model",
        model,
        "Write hello.txt",
        cwd=work,
        env={**os.environ, "HOME": str(home), "CODEX_HOME": str(home), "NO_PROXY": "127.0.0.1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output.decode()


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.fixture
def turns() -> Turns:
    return Turns()


@pytest_asyncio.fixture
async def long_api(turns: Turns, long_model: Path, tmp_path: Path) -> AsyncIterator[Api]:
    """The app with a long context; its answers are those of `turns`."""
    settings = Settings(
        _env_file=None,
        _env_prefix="NOT_READ_",
        data_dir=tmp_path,
        model=str(long_model),
        served_model_name=("local", KNOWN_TO_CODEX),
        keep_alive_seconds=0.2,
    )
    async with serving(settings, turns.make_engine, waits=True) as api:
        yield api


async def test_codex_writes_a_file_by_a_command(
    codex: str, long_api: Api, turns: Turns, tmp_path: Path
) -> None:
    turns.will_say(long_api, f"<think>\nI need a file.\n</think>\n{COMMAND}", DONE)
    output = await run_codex(codex, long_api, tmp_path, model="local")
    assert DONE in output
    assert (tmp_path / "work" / "hello.txt").read_text(encoding="utf-8") == WRITTEN
    first, second = turns.prompts(long_api)
    assert "web_search" not in first
    assert COMMAND in second
    assert "exited with code 0" in second


async def test_codex_writes_a_file_by_its_own_kind_of_tool(
    codex: str, long_api: Api, turns: Turns, tmp_path: Path
) -> None:
    turns.will_say(long_api, call_of("apply_patch", {"input": PATCH}), DONE)
    output = await run_codex(codex, long_api, tmp_path, model=KNOWN_TO_CODEX)
    assert DONE in output
    assert (tmp_path / "work" / "hello.txt").read_text(encoding="utf-8") == WRITTEN
    _, second = turns.prompts(long_api)
    assert "A hello.txt" in second


async def test_codex_waits_while_nothing_is_said(
    codex: str, long_api: Api, turns: Turns, tmp_path: Path
) -> None:
    turns.will_say(long_api, DONE)
    turns.pause_seconds = 3.0
    output = await run_codex(codex, long_api, tmp_path, model="local", stream_idle_timeout_ms=1_000)
    assert DONE in output
    assert "idle timeout" not in output


async def test_codex_says_why_it_cannot_go_on(codex: str, long_api: Api, tmp_path: Path) -> None:
    output = await run_codex(codex, long_api, tmp_path, model="another")
    assert "'another' is not served here" in output
