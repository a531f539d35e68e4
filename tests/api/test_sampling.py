"""What of a request becomes tokens, before the engine sees it."""

from typing import Any

import pytest

from batching.engine.protocol import PrefixUse
from batching.engine.sampling_params import SamplingParams, ThinkingLimit, TopExclusion
from tests.api.conftest import HELLO, Api


async def sampling(api: Api, **fields: Any) -> SamplingParams:
    reply = await api.chat(**fields)
    assert reply.status == 200, reply.body
    return api.last_sequence.sampling


async def test_bad_words_are_banned_with_and_without_a_space_before_them(api: Api) -> None:
    encode = api.model.tokenizer.encode
    words = (await sampling(api, bad_words=["Hearth", " three "])).bad_words
    texts = ["Hearth", " Hearth", "three ", " three "]
    assert words == tuple(tuple(encode(text)) for text in texts)
    assert (await sampling(api, bad_words=["!", "!"])).bad_words in (
        (tuple(encode("!")), tuple(encode(" !"))),
        (tuple(encode("!")),),
    )


async def test_xtc_exempts_line_breaks_and_stop_tokens(api: Api) -> None:
    exclusion = (await sampling(api, xtc_probability=0.5)).exclusion
    exempt = {*api.model.eos_token_ids, *api.model.tokenizer.encode("\n")}
    assert exclusion == TopExclusion(0.5, 0.1, tuple(sorted(exempt)))
    assert (await sampling(api, xtc_probability=0, xtc_threshold=0.2)).exclusion is None


async def test_allowed_tokens_and_the_repetition_window_reach_the_engine(api: Api) -> None:
    made = await sampling(api, allowed_token_ids=[5, 7], repetition_context_size=20)
    assert (made.allowed_token_ids, made.repetition_window) == ((5, 7), 20)


@pytest.mark.parametrize(
    "fields",
    [
        {"thinking_token_budget": 9},
        {"thinking_budget": 9},
        {"reasoning": {"max_tokens": 9}},
        {"reasoning": {"max_tokens": 3}, "thinking_budget": 9},
    ],
)
async def test_a_budget_limits_reasoning(api: Api, fields: dict[str, Any]) -> None:
    encode = api.model.tokenizer.encode
    limit = (await sampling(api, **fields)).thinking_limit
    assert limit == ThinkingLimit(9, tuple(encode("<think>")), tuple(encode("</think>")))


async def test_reasoning_that_the_prompt_opens_is_limited_from_the_start(api: Api) -> None:
    begun = {"role": "assistant", "content": "<think>"}
    limit = (
        await sampling(
            api, thinking_budget=0, messages=[*HELLO, begun], continue_final_message=True
        )
    ).thinking_limit
    assert limit is not None
    assert limit.is_open


@pytest.mark.parametrize("fields", [{}, {"thinking_budget": -1}, {"reasoning": {"effort": "low"}}])
async def test_without_a_budget_nothing_is_limited(api: Api, fields: dict[str, Any]) -> None:
    assert (await sampling(api, **fields)).thinking_limit is None


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"bad_words": [" "]}, "bad_words"),
        ({"bad_words": ["x" * 513]}, "bad_words"),
        ({"bad_words": ["x"] * 65}, "bad_words"),
        ({"allowed_token_ids": []}, "allowed_token_ids"),
        ({"allowed_token_ids": [-1]}, "allowed_token_ids"),
        ({"allowed_token_ids": [10**6]}, "allowed_token_ids"),
        ({"repetition_context_size": -1}, "repetition_context_size"),
        ({"xtc_probability": 1.1}, "xtc_probability"),
        ({"xtc_threshold": 0.6}, "xtc_threshold"),
        ({"thinking_token_budget": -2}, "thinking_token_budget"),
        ({"reasoning": {"max_tokens": 0}}, "reasoning.max_tokens"),
        ({"reasoning": {"effort": "huge"}}, "reasoning.effort"),
    ],
)
async def test_what_is_out_of_range_is_refused(
    api: Api, fields: dict[str, Any], param: str
) -> None:
    reply = await api.chat(**fields)
    assert (reply.status, reply.error["param"]) == (400, param)


async def test_requests_share_stored_prompts_with_those_of_their_salt(api: Api) -> None:
    async def use(**fields: Any) -> PrefixUse:
        await api.chat(**fields)
        return api.last_sequence.prefix_use

    assert await use() == PrefixUse()
    ours, theirs = await use(cache_salt="ours"), await use(cache_salt="theirs")
    assert len({0, ours.salt, theirs.salt}) == 3
    assert ours == await use(cache_salt="ours")
    assert not (await use(cache_prompt=False)).allowed
