"""The real app on a FakeEngine: the bundled tokenizer and template, scripted and gated answers."""

import asyncio
import copy
import functools
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web, web_app
from openai import AsyncOpenAI

from access.door import Door
from api.access import DOOR
from api.app import make_app
from api.bad_http import Runner
from api.keys import JOBS
from batching import grammar_compiler
from batching.batcher import Batcher
from batching.engine.fake import FakeEngine
from batching.engine.fake_faults import Faults
from batching.engine.protocol import Engine, EngineSequence, EngineSpec
from batching.grammar_compiler import read_vocabulary
from jobs.jobs import Jobs
from model_manager import ModelManager
from model_plan import MakeEngine, plan_model
from prompts.tokenizer import Tokenizer
from served_model import ServedModel
from serving import connection_limits
from settings import TINY_MODEL_PATH, Settings
from tests.batching.conftest import Gate
from tests.batching.engine.conftest import declare_embeddings

CHAT = "/v1/chat/completions"
HELLO: list[Any] = [{"role": "user", "content": "Hello"}]
SOON_SECONDS = 30.0
"""After which something is taken for hung, however busy the machine is."""


class Answer:
    """A FakeEngine script: the tokens of a text, then a stop token; round and round without one.

    `last_sequence` is what the engine was asked to compute. Of `later`, each sequence after it
    takes the next.
    """

    def __init__(self) -> None:
        self.token_ids = [300]
        self.later: list[list[int]] = []
        self.last_sequence: EngineSequence | None = None

    def __call__(self, sequence: EngineSequence, position: int) -> int:
        if self.later and self.last_sequence not in (None, sequence):
            self.token_ids = self.later.pop(0)
        self.last_sequence = sequence
        is_over = position >= len(self.token_ids) and position >= sequence.min_tokens
        if is_over and sequence.stop_token_ids:
            return min(sequence.stop_token_ids)
        return self.token_ids[position % len(self.token_ids)]


@dataclass(frozen=True)
class Reply:
    """A response that is there as a whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        """The error object; the keys of its shape are checked on the way."""
        body = self.json
        assert set(body) == {"error"}
        assert set(body["error"]) == {"message", "type", "param", "code"}
        return body["error"]

    @property
    def text(self) -> str:
        """The content of the first choice."""
        assert self.status == 200, self.body
        return str(self.json["choices"][0]["message"]["content"])

    @property
    def frames(self) -> list[str]:
        """The frames of an event stream, without the blank lines between them."""
        *frames, rest = self.body.decode().split("\n\n")
        assert rest == "", f"an unfinished frame: {rest!r}"
        return frames

    @property
    def events(self) -> list[Any]:
        """The JSON values of an event stream; comments and [DONE] are left out."""
        bodies = [frame.removeprefix("data: ") for frame in self.frames if frame[0] != ":"]
        return [json.loads(body) for body in bodies if body != "[DONE]"]

    @property
    def streamed_text(self) -> str:
        choices = [choice for event in self.events for choice in event["choices"]]
        return "".join(choice["delta"].get("content", "") for choice in choices)


@dataclass
class Api:
    """What an API test works with."""

    url: str
    manager: ModelManager
    engine: FakeEngine
    faults: Faults
    gate: Gate
    http: aiohttp.ClientSession
    jobs: Jobs
    door: Door
    runner: Runner
    answer: Answer = field(default_factory=Answer)

    @functools.cached_property
    def openai(self) -> AsyncOpenAI:
        """The official client. Made at its first use: it reads all certificates that there are."""
        return AsyncOpenAI(base_url=f"{self.url}/v1", api_key="none", max_retries=0)

    async def close(self) -> None:
        """Close the official client, if a test has used it."""
        if "openai" in vars(self):
            await self.openai.close()

    @property
    def model(self) -> ServedModel:
        return self.manager.default

    @property
    def batcher(self) -> Batcher:
        return self.model.batcher

    @property
    def num_connections(self) -> int:
        """What the server knows of; one that its client has closed counts until it is noticed."""
        assert self.runner.server is not None
        return len(self.runner.server.connections)

    @property
    def last_sequence(self) -> EngineSequence:
        assert self.answer.last_sequence is not None, "nothing reached the engine"
        return self.answer.last_sequence

    @property
    def last_prompt(self) -> str:
        """The prompt that the engine read, special tokens left out."""
        return self.model.tokenizer.decode(self.last_sequence.token_ids)

    def will_say(self, text: str, *later: str) -> list[int]:
        """Script the next answers, the last text for all after it; returns the first's tokens."""
        encode = self.model.tokenizer.encode
        self.answer.last_sequence = None
        self.answer.later = [encode(each) for each in later]
        self.answer.token_ids = encode(text)
        return self.answer.token_ids

    async def request(self, method: str, path: str, **options: Any) -> Reply:
        async with self.http.request(method, self.url + path, **options) as response:
            return Reply(response.status, response.headers, await response.read())

    async def get(self, path: str) -> Reply:
        return await self.request("GET", path)

    async def chat(self, **fields: Any) -> Reply:
        """Ask for an answer; fields override those of a minimal request."""
        return await self.request("POST", CHAT, json=minimal_chat(**fields))

    async def post_body(self, body: bytes | str | AsyncIterator[bytes], **options: Any) -> Reply:
        return await self.request("POST", CHAT, data=body, **options)

    @asynccontextmanager
    async def open_stream(self, **fields: Any) -> AsyncIterator[aiohttp.StreamReader]:
        """A stream that has its first frame, if there is one to be had with the gate closed."""
        body = minimal_chat(stream=True, **fields)
        async with self.http.post(self.url + CHAT, json=body) as response:
            assert response.status == 200, await response.read()
            yield response.content

    async def jobs_ended(self, *batch_ids: str) -> None:
        """Wait until batches have ended."""
        await eventually(lambda: not {each.id for each in self.jobs.unfinished} & {*batch_ids})

    async def holds_nothing(self) -> None:
        """Wait until no request waits, runs or is in the engine."""
        await eventually(
            lambda: (
                (self.batcher.num_waiting, self.batcher.num_running) == (0, 0)
                and not self.engine.sequence_ids
            )
        )


def minimal_chat(**fields: Any) -> dict[str, Any]:
    return {"model": "default", "messages": HELLO, **fields}


def embedder_folder(folder: Path, *, default: str | None = None, **config: Any) -> Path:
    """The bundled model, declared to make embeddings, with a prompt for queries."""
    shutil.copytree(TINY_MODEL_PATH, folder)
    declare_embeddings(folder)
    prompts = {"prompts": {"query": "Find: ", "document": ""}, "default_prompt_name": default}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | config))
    return folder


async def eventually(claim: Callable[[], bool]) -> None:
    """Wait for what another task or thread brings about; fails when it does not come true."""
    async with asyncio.timeout(SOON_SECONDS):
        while not claim():  # the other thread has no event for us
            await asyncio.sleep(0.005)


async def step_until(api: Api, claim: Callable[[], bool]) -> None:
    """Let one decode through at a time until the claim is true."""

    def is_true() -> bool:
        api.gate.let_through(1)
        return claim()

    await eventually(is_true)


class StartApi(Protocol):
    def __call__(
        self, *, make_engine: MakeEngine | None = None, waits: bool = True, **settings: Any
    ) -> Awaitable[Api]:
        """Serve with these settings. Without `waits` the model may still be loading."""


@pytest.fixture(scope="session", autouse=True)
def one_tokenizer() -> Iterator[None]:
    """Every app here serves the bundled model, whose tokenizer is read once."""
    read = Tokenizer.load
    bundled = read(TINY_MODEL_PATH)

    def load(folder: Path) -> Tokenizer:
        if folder != TINY_MODEL_PATH:
            return read(folder)
        own = copy.copy(bundled)
        own.chat_templates = dict(bundled.chat_templates)  # a test may write another
        return own

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tokenizer, "load", load)
        patch.setattr(grammar_compiler, "read_vocabulary", functools.cache(read_vocabulary))
        yield


@pytest_asyncio.fixture
async def start_api(tmp_path: Path) -> AsyncIterator[StartApi]:
    """Starts apps that are stopped after the test; their engines must hold nothing then."""
    async with AsyncExitStack() as stack:

        async def start(
            *, make_engine: MakeEngine | None = None, waits: bool = True, **changes: Any
        ) -> Api:
            changes = {"data_dir": tmp_path, "max_slots": 2, "reserved_slots": 0, **changes}
            # The bundled model is greedy; a test that asks twice wants both answers computed.
            changes = {"share_answers": False, "answer_cache_mb": 0, **changes}
            # Whoever runs the tests may have settings of their own.
            settings = Settings(_env_file=None, _env_prefix="NOT_READ_", **changes)
            return await stack.enter_async_context(serving(settings, make_engine, waits=waits))

        yield start


@pytest_asyncio.fixture
async def api(start_api: StartApi) -> Api:
    """The app with its default settings, but two slots, for everybody."""
    return await start_api()


@asynccontextmanager
async def serving(
    settings: Settings, make_engine: MakeEngine | None, *, waits: bool
) -> AsyncIterator[Api]:
    plan = plan_model(settings)
    spec = EngineSpec(
        vocab_size=plan.facts.config["vocab_size"],
        context_length=plan.memory.context_length,
        max_slots=plan.memory.max_slots,
        kv_tokens=plan.memory.kv_tokens,
        embedding_size=plan.facts.embedding.size if plan.facts.embedding else None,
    )
    answer, faults, gate = Answer(), Faults(), Gate()
    engine = FakeEngine(spec, script=answer, faults=faults, step_seconds=1.0, sleep=gate)

    def make_fake(plan: object, report: object) -> Engine:
        return engine

    manager = ModelManager([ServedModel(plan, make_engine=make_engine or make_fake)])
    app = make_app(manager, settings)
    runner = Runner(app, shutdown_timeout=1.0, limits=connection_limits(settings))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    loading = asyncio.create_task(manager.load(), name="load")
    if waits:
        await loading
    try:
        async with aiohttp.ClientSession() as http:
            api = Api(
                url, manager, engine, faults, gate, http, app[JOBS], app[DOOR], runner, answer
            )
            yield api
            await api.close()
    finally:
        gate.open()
        loading.cancel()
        await runner.cleanup()
        await manager.stop()
        web_app._cached_build_middleware.cache_clear()  # it would keep the last thousand apps
        assert not engine.sequence_ids
