"""Completions and chunks: choices of several prompts, the prompt before its answer, the best."""

from typing import Any

import pytest

from batching.engine.protocol import EngineSequence, SampledToken, TokenLogprobs
from tests.api.completions.conftest import Complete, streamed, text_of
from tests.api.conftest import Api


def echo_last(sequence: EngineSequence, position: int) -> int:
    """A script: the prompt's last token, as often as the seed says."""
    if position >= sequence.sampling.seed % 100:
        return min(sequence.stop_token_ids)
    return sequence.token_ids[sequence.num_prompt_tokens - 1]


@pytest.mark.parametrize("stream", [True, False])
async def test_answers_to_several_prompts_follow_each_other(
    api: Api, complete: Complete, *, stream: bool
) -> None:
    api.engine._script = echo_last
    decode = api.model.tokenizer.decode
    expected = [decode([token] * times) for token in (310, 320) for times in (1, 2, 3)]
    reply = await complete([[300, 310], [300, 320]], n=3, seed=1, stream=stream)
    if stream:
        texts = [streamed(reply, index) for index in range(6)]
        reasons = [choice["finish_reason"] for event in reply.events for choice in event["choices"]]
        assert reasons.count("stop") == 6
    else:
        choices = reply.json["choices"]
        assert [choice["index"] for choice in choices] == [*range(6)]
        assert {choice["finish_reason"] for choice in choices} == {"stop"}
        texts = [choice["text"] for choice in choices]
    assert texts == expected


async def test_the_usage_counts_every_prompt_once_and_every_answer(
    api: Api, complete: Complete
) -> None:
    api.engine._script = echo_last
    usage = (await complete([[300, 310], [320]], n=2, seed=1)).json["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (3, 1 + 2 + 1 + 2)
    assert usage["total_tokens"] == 3 + 6


@pytest.mark.parametrize("prompt", ["Once upon ", ["Once upon "]])
async def test_an_echoed_prompt_stands_before_its_answer(
    api: Api, complete: Complete, prompt: Any
) -> None:
    api.will_say("a time")
    assert text_of(await complete(prompt, echo=True)) == "Once upon a time"
    assert streamed(await complete(prompt, echo=True, stream=True)) == "Once upon a time"


async def test_prompts_of_token_ids_are_echoed_as_text(api: Api, complete: Complete) -> None:
    token_ids = api.model.tokenizer.encode("Once<|im_end|>")
    reply = await complete([token_ids, "upon"], echo=True, max_tokens=0)
    assert [choice["text"] for choice in reply.json["choices"]] == ["Once<|im_end|>", "upon"]


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_of_no_tokens_has_its_echo(
    api: Api, complete: Complete, *, stream: bool
) -> None:
    api.will_say("")
    reply = await complete("Once", echo=True, stream=stream)
    assert (streamed(reply) if stream else text_of(reply)) == "Once"


def rated(script: dict[int, float]) -> Any:
    """FakeEngine's sampling with these log probabilities, by the seed of the answer."""

    def sample(row: Any) -> SampledToken:
        seed = row.sequence.sampling.seed
        is_over = bool(row.sampled)
        row.sampled.append(2 if is_over else 300 + seed)
        return SampledToken(
            row.sequence.sequence_id, row.sampled[-1], TokenLogprobs(script.get(seed, 0.0))
        )

    return sample


async def test_the_best_answers_are_those_that_the_model_thought_likeliest(
    api: Api, complete: Complete, monkeypatch: pytest.MonkeyPatch
) -> None:
    logprobs = {1: -3.0, 2: -1.0, 3: -2.0, 4: -4.0}
    monkeypatch.setattr(api.engine, "_sample", rated(logprobs))
    reply = await complete(["a", "b"], n=2, best_of=4, seed=1)
    decode = api.model.tokenizer.decode
    best = [decode([302]), decode([303])]
    assert [choice["text"] for choice in reply.json["choices"]] == best * 2
    assert [choice["index"] for choice in reply.json["choices"]] == [0, 1, 2, 3]
    assert [choice["logprobs"] for choice in reply.json["choices"]] == [None] * 4
    assert reply.json["usage"]["completion_tokens"] == 8
