"""Each field that is honoured reaches the engine, or the text, as it should."""

from dataclasses import asdict
from typing import Any

import pytest

from model_plan import plan_model
from settings import Settings
from tests.api.conftest import Api, StartApi

TINY_MODELS_STOP_TOKENS = frozenset({0, 2})


@pytest.mark.parametrize(
    ("fields", "sampling"),
    [
        ({"temperature": 0}, {"temperature": 0}),
        ({"temperature": 1.5}, {"temperature": 1.5}),
        ({"top_p": 0.3}, {"top_p": 0.3}),
        ({"top_p": 0}, {"top_p": 0}),
        ({"top_k": 40}, {"top_k": 40}),
        ({"top_k": -1}, {"top_k": 0}),
        ({"min_p": 0.1}, {"min_p": 0.1}),
        ({"seed": 42}, {"seed": 42}),
        ({"seed": -42}, {"seed": -42}),
        ({"frequency_penalty": -1.5}, {"frequency_penalty": -1.5}),
        ({"presence_penalty": 2}, {"presence_penalty": 2}),
        ({"repetition_penalty": 1.1}, {"repetition_penalty": 1.1}),
        ({"repeat_penalty": 1.1}, {"repetition_penalty": 1.1}),
        ({"logit_bias": {"5": -100, "7": 2.5}}, {"logit_bias": ((5, -100), (7, 2.5))}),
    ],
)
async def test_a_sampling_field_reaches_the_engine(
    api: Api, fields: dict[str, Any], sampling: dict[str, Any]
) -> None:
    assert (await api.chat(**fields)).status == 200
    assert sampling.items() <= asdict(api.last_sequence.sampling).items()


async def test_defaults_are_openais_where_the_models_makers_name_none(api: Api) -> None:
    makers = plan_model(Settings(_env_file=None, _env_prefix="NOT_READ_")).facts.generation_defaults
    await api.chat()
    sampling = api.last_sequence.sampling
    assert sampling.temperature == (1.0 if makers.temperature is None else makers.temperature)
    assert sampling.top_p == (1.0 if makers.top_p is None else makers.top_p)
    assert (sampling.frequency_penalty, sampling.min_p, sampling.logit_bias) == (0, 0, ())


async def test_requests_without_a_seed_get_seeds_that_differ(api: Api) -> None:
    seeds = set()
    for _ in range(3):
        await api.chat()
        seeds.add(api.last_sequence.sampling.seed)
    assert len(seeds) == 3


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens", "n_predict"])
async def test_the_token_limit_cuts_the_answer_and_says_length(api: Api, field: str) -> None:
    token_ids = api.will_say("one two three four five six")
    reply = await api.chat(**{field: 3})
    assert reply.text == api.model.tokenizer.decode(token_ids[:3])
    assert reply.json["choices"][0]["finish_reason"] == "length"
    assert reply.json["usage"]["completion_tokens"] == 3


async def test_the_newer_name_of_the_token_limit_wins(api: Api) -> None:
    api.will_say("one two three four five six")
    reply = await api.chat(max_tokens=5, max_completion_tokens=2)
    assert reply.json["usage"]["completion_tokens"] == 2


async def test_an_answer_that_ends_within_its_limit_says_stop(api: Api) -> None:
    num_tokens = len(api.will_say("one two three"))
    reply = await api.chat(max_tokens=num_tokens + 1)
    assert reply.text == "one two three"
    assert reply.json["choices"][0]["finish_reason"] == "stop"
    assert reply.json["usage"]["completion_tokens"] == num_tokens


@pytest.mark.parametrize("limit", [None, 10**9])
async def test_an_answer_may_fill_the_context_and_no_more(
    start_api: StartApi, limit: int | None
) -> None:
    api = await start_api(context_length=2048)
    reply = await api.chat(ignore_eos=True, max_tokens=limit)
    assert reply.json["choices"][0]["finish_reason"] == "length"
    assert reply.json["usage"]["total_tokens"] == 2048


async def test_min_tokens_keeps_the_answer_going(api: Api) -> None:
    num_tokens = len(api.will_say("one two"))
    reply = await api.chat(min_tokens=3 * num_tokens)
    assert reply.json["usage"]["completion_tokens"] == 3 * num_tokens
    assert api.last_sequence.min_tokens == 3 * num_tokens


async def test_min_tokens_over_the_limit_is_refused(api: Api) -> None:
    reply = await api.chat(min_tokens=10, max_tokens=5)
    assert (reply.status, reply.error["param"]) == (400, "min_tokens")


async def test_the_models_stop_tokens_end_an_answer_unless_they_are_ignored(api: Api) -> None:
    api.will_say("one")
    await api.chat()
    assert api.last_sequence.stop_token_ids == TINY_MODELS_STOP_TOKENS
    reply = await api.chat(ignore_eos=True, max_tokens=7)
    assert api.last_sequence.stop_token_ids == frozenset()
    assert reply.json["usage"]["completion_tokens"] == 7


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        ("three", "one two "),
        (["nowhere", "three"], "one two "),
        (["two", "three"], "one "),
        ("one", ""),
        ("o th", "one tw"),
        ("nowhere", "one two three four"),
        ("", "one two three four"),
        (["", "four"], "one two three "),
        (["a", "b", "c", "d", "four"], "one two three "),
    ],
)
async def test_a_stop_string_ends_the_answer_and_is_not_part_of_it(
    api: Api, stop: str | list[str], expected: str, *, stream: bool
) -> None:
    api.will_say("one two three four")
    reply = await api.chat(stop=stop, stream=stream)
    assert (reply.streamed_text if stream else reply.text) == expected
    choice = (reply.events if stream else [reply.json])[-1]["choices"][0]
    assert choice["finish_reason"] == "stop"


async def test_a_stop_string_across_tokens_is_found_and_frees_the_slot(api: Api) -> None:
    token_ids = api.will_say("one two three four")
    tokenizer = api.model.tokenizer
    first, second = (tokenizer.decode([token_id]) for token_id in token_ids[1:3])
    stop = first[-1] + second[:2]
    # The model is held at the end of the text: it would go on for as long as nobody stops it.
    api.gate.close()
    api.gate.let_through(len(token_ids))
    text = (await api.chat(stop=stop, ignore_eos=True)).text
    assert text == "one two three four".partition(stop)[0]
    api.gate.let_through(1)
    await api.holds_nothing()
    assert api.engine.num_calls["decode"] <= len(token_ids) + 1


async def test_usage_counts_tokens_up_to_the_one_that_completed_the_stop_string(api: Api) -> None:
    token_ids = api.will_say("one two three four")
    reply = await api.chat(stop=" three")
    completion_tokens = reply.json["usage"]["completion_tokens"]
    assert " three" in api.model.tokenizer.decode(token_ids[:completion_tokens])
    assert " three" not in api.model.tokenizer.decode(token_ids[: completion_tokens - 1])


async def test_text_that_only_began_like_a_stop_string_is_not_lost(api: Api) -> None:
    api.will_say("one two thr")
    assert (await api.chat(stop="three")).text == "one two thr"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_stop_string_is_shown_where_it_is_asked_for(api: Api, *, stream: bool) -> None:
    api.will_say("one two three four")
    reply = await api.chat(stop="o th", include_stop_str_in_output=True, stream=stream)
    assert (reply.streamed_text if stream else reply.text) == "one two th"


async def test_a_request_may_name_stop_tokens_of_its_own(api: Api) -> None:
    token_ids = api.will_say("one two three four")
    await api.chat(stop_token_ids=[300])
    assert api.last_sequence.stop_token_ids == TINY_MODELS_STOP_TOKENS | {300}
    reply = await api.chat(stop_token_ids=[token_ids[2]], ignore_eos=True)
    assert reply.text == api.model.tokenizer.decode(token_ids[:2])
    assert reply.json["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("token_id", [-1, 10**6])
async def test_a_stop_token_outside_the_vocabulary_is_refused(api: Api, token_id: int) -> None:
    reply = await api.chat(stop_token_ids=[token_id])
    assert (reply.status, reply.error["param"]) == (400, "stop_token_ids")


async def test_usage_counts_the_prompt_as_the_engine_read_it(api: Api) -> None:
    reply = await api.chat()
    assert reply.json["usage"]["prompt_tokens"] == len(api.last_sequence.token_ids)
