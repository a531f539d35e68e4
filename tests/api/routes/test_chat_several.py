"""Several answers to one request: all of them or none, each with its own seed."""

import asyncio
from typing import Any

import pytest

from batching.engine.protocol import EngineSequence
from tests.api.conftest import Api, StartApi, eventually


class Counting:
    """A script: each sequence says its seed's token so many times as its seed is large."""

    def __init__(self) -> None:
        self.seeds: set[int] = set()

    def __call__(self, sequence: EngineSequence, position: int) -> int:
        seed = sequence.sampling.seed
        self.seeds.add(seed)
        return min(sequence.stop_token_ids) if position >= seed else 300 + seed


@pytest.fixture
def counting(api: Api) -> Counting:
    script = Counting()
    api.engine._script = script
    return script


def texts(api: Api, *seeds: int) -> list[str]:
    return [api.model.tokenizer.decode([300 + seed] * seed) for seed in seeds]


async def test_each_answer_is_that_of_the_next_seed(api: Api, counting: Counting) -> None:
    body = (await api.chat(n=3, seed=5)).json
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]
    assert [choice["message"]["content"] for choice in body["choices"]] == texts(api, 5, 6, 7)
    assert [choice["finish_reason"] for choice in body["choices"]] == ["stop"] * 3
    assert body["usage"]["completion_tokens"] == 5 + 6 + 7
    assert counting.seeds == {5, 6, 7}


async def test_the_prompt_is_counted_once(api: Api, counting: Counting) -> None:
    one, three = [(await api.chat(n=n, seed=1)).json["usage"] for n in (1, 3)]
    assert one["prompt_tokens"] == three["prompt_tokens"]
    assert three["total_tokens"] == three["prompt_tokens"] + 1 + 2 + 3


async def test_the_seed_after_the_largest_is_the_smallest(api: Api) -> None:
    assert (await api.chat(n=2, seed=2**63 - 1)).status == 200


async def test_streams_carry_the_index_of_their_answer(api: Api, counting: Counting) -> None:
    reply = await api.chat(n=3, seed=2, stream=True, stream_options={"include_usage": True})
    *chunks, usage = reply.events
    by_index: dict[int, list[Any]] = {}
    for chunk in chunks:
        [choice] = chunk["choices"]
        by_index.setdefault(choice["index"], []).append(choice)
    assert sorted(by_index) == [0, 1, 2]
    for index, text in enumerate(texts(api, 2, 3, 4)):
        first, *middle, last = by_index[index]
        assert first["delta"]["role"] == "assistant"
        assert "".join(choice["delta"]["content"] for choice in middle) == text
        assert [choice["finish_reason"] for choice in by_index[index]].count("stop") == 1
        assert last["finish_reason"] == "stop"
    assert usage["usage"]["completion_tokens"] == 2 + 3 + 4
    assert reply.frames[-1] == "data: [DONE]"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_full_queue_takes_none_of_them(start_api: StartApi, *, stream: bool) -> None:
    api = await start_api(max_slots=1, max_waiting_requests=1)
    reply = await api.chat(n=3, stream=stream)
    assert (reply.status, reply.error["code"]) == (429, "rate_limit_exceeded")
    await api.holds_nothing()


@pytest.mark.parametrize("stream", [True, False])
async def test_when_one_fails_the_response_fails(
    api: Api, counting: Counting, *, stream: bool
) -> None:
    api.faults.fail_with_token(300 + 4, RuntimeError("boom"))
    reply = await api.chat(n=3, seed=3, stream=stream)
    assert b'"code":"internal_error"' in reply.body
    assert b"[DONE]" not in reply.body
    await api.holds_nothing()


async def test_a_client_that_leaves_frees_every_slot(api: Api) -> None:
    api.gate.close(after=1)
    async with api.open_stream(n=2, ignore_eos=True) as stream:
        await stream.readuntil(b"\n\n")
        assert api.batcher.num_running == 2
    api.gate.open()
    await api.holds_nothing()


async def test_an_answer_that_ended_frees_its_slot_before_the_others(api: Api) -> None:
    api.will_say("one two three four")
    api.gate.close()
    async with asyncio.TaskGroup() as clients:
        asking = clients.create_task(api.chat(n=2, stop="two", ignore_eos=True))
        await eventually(lambda: api.batcher.num_running == 2)
        api.gate.open()
    assert [choice["message"]["content"] for choice in asking.result().json["choices"]] == [
        "one ",
        "one ",
    ]
    await api.holds_nothing()


@pytest.mark.parametrize("n", [0, 17, "1", True, 1.5])
async def test_a_number_out_of_range_is_refused(api: Api, n: Any) -> None:
    reply = await api.chat(n=n)
    assert (reply.status, reply.error["param"]) == (400, "n")
