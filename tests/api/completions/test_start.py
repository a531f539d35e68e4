"""What contradicts itself is refused, and the number of answers to one request is bounded."""

from typing import Any

import pytest

from tests.api.completions.conftest import Complete, completing, text_of
from tests.api.conftest import Api, StartApi


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 3, "best_of": 2}, "best_of"),
        ({"best_of": 2, "stream": True}, "best_of"),
        ({"suffix": "x", "echo": True}, "echo"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": -1, "echo": True}, "max_tokens"),
        ({"logprobs": 6}, "logprobs"),
        ({"logprobs": True}, "logprobs"),
        ({"best_of": 17}, "best_of"),
        ({"min_tokens": 20}, "min_tokens"),
        ({"logit_bias": {"3072": 1}}, "logit_bias"),
        ({"guided_regex": "a", "guided_choice": ["b"]}, "guided_choice"),
        ({"guided_regex": "("}, "guided_regex"),
        ({"use_beam_search": True}, "use_beam_search"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    api: Api, complete: Complete, fields: dict[str, Any], param: str
) -> None:
    reply = await complete(**fields)
    assert (reply.status, reply.error["param"]) == (400, param)
    assert api.engine.num_calls["add"] == 0


@pytest.mark.parametrize(
    ("num_prompts", "n", "status"), [(128, 1, 200), (129, 1, 400), (9, 15, 400)]
)
async def test_prompts_and_their_answers_are_bounded_together(
    complete: Complete, num_prompts: int, n: int, status: int
) -> None:
    reply = await complete(["a"] * num_prompts, n=n)
    assert reply.status == status
    if status == 400:
        assert reply.error["param"] == "prompt"
        assert "the limit is 128" in reply.error["message"]


async def test_the_queue_takes_all_prompts_or_none(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, max_waiting_requests=1)
    reply = await completing(api)(["a", "b", "c"])
    assert (reply.status, reply.error["code"]) == (429, "rate_limit_exceeded")
    await api.holds_nothing()


async def test_the_prompts_together_are_bounded_as_those_of_the_queue(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, max_waiting_tokens=100)
    reply = await completing(api)([[5] * 60] * 4)
    assert (reply.status, reply.error["code"]) == (429, "rate_limit_exceeded")
    assert "prompt tokens" in reply.error["message"]
    await api.holds_nothing()


async def test_a_text_is_kept_to_a_format_from_its_first_token(
    api: Api, complete: Complete
) -> None:
    api.will_say("yes")
    fields = {"response_format": {"type": "json_object"}}
    await complete("Say: <think>", **fields)
    assert api.last_sequence.grammar is not None
    assert api.last_sequence.grammar.begins_after == ()


async def test_what_a_chat_would_split_is_text(api: Api, complete: Complete) -> None:
    text = '<think>\nHm.\n</think>\n<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>'
    api.will_say(text)
    assert text_of(await complete(max_tokens=200)) == text


async def test_prompts_without_a_seed_have_seeds_of_their_own(api: Api, complete: Complete) -> None:
    seeds: set[int] = set()

    def script(sequence: Any, position: int) -> int:
        seeds.add(sequence.sampling.seed)
        return 2

    api.engine._script = script
    await complete(["a", "a"])
    assert len(seeds) == 2
    seeds.clear()
    await complete(["a", "a"], n=2, seed=5)
    assert seeds == {5, 6}
