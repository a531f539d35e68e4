"""Asking for text completions."""

import copy
from collections.abc import Awaitable
from typing import Any, Protocol

import pytest

from batching.engine.fake import FakeEngine
from batching.engine.protocol import Engine, EngineSpec
from model_plan import ModelPlan
from tests.api.conftest import Answer, Api, Reply, StartApi

COMPLETIONS = "/v1/completions"
FIM = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>")


class Complete(Protocol):
    def __call__(self, prompt: Any = ..., **fields: Any) -> Awaitable[Reply]:
        """Ask for an answer; fields are those of the request beside model and prompt."""


@pytest.fixture
def complete(api: Api) -> Complete:
    return completing(api)


def completing(api: Api) -> Complete:
    """The same for an app with settings of its own."""

    def complete(prompt: Any = "Once upon", **fields: Any) -> Awaitable[Reply]:
        body = {"model": "default", "prompt": prompt, **fields}
        return api.request("POST", COMPLETIONS, json=body)

    return complete


async def start_coder(start_api: StartApi) -> Api:
    """A model whose vocabulary has markers, behind all that the bundled one's has."""
    answer = Answer()

    def make_engine(plan: ModelPlan, report: object) -> Engine:
        length = plan.memory.context_length
        spec = EngineSpec(vocab_size=4096, context_length=length, max_slots=2)
        return FakeEngine(spec, script=answer)

    api = await start_api(make_engine=make_engine)
    tokenizer = api.model.tokenizer
    tokenizer._backend = copy.deepcopy(tokenizer._backend)  # other apps have it too
    tokenizer._backend.add_special_tokens([*FIM])
    api.answer = answer
    return api


def text_of(reply: Reply) -> str:
    """Of the only choice."""
    assert reply.status == 200, reply.body
    [choice] = reply.json["choices"]
    return str(choice["text"])


def streamed(reply: Reply, index: int = 0) -> str:
    """The text of one choice of a stream."""
    choices = [choice for event in reply.events for choice in event["choices"]]
    return "".join(choice["text"] for choice in choices if choice["index"] == index)
