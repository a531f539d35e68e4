"""Log probabilities side by side, of answers and of prompts that are echoed."""

from typing import Any

import pytest

from tests.api.completions.conftest import Complete
from tests.api.conftest import Api, Reply

TEXT = "비트코인 😀 answers."


def logprobs_of(reply: Reply) -> Any:
    assert reply.status == 200, reply.body
    [choice] = reply.json["choices"]
    logprobs = choice["logprobs"]
    assert len({len(column) for column in logprobs.values()}) == 1
    return logprobs


def text_from(logprobs: Any) -> str:
    """Tokens joined; those that are no whole characters are bytes in hex."""
    utf8 = b""
    for token in logprobs["tokens"]:
        if token.startswith("bytes:"):
            utf8 += bytes.fromhex(token.removeprefix("bytes:").replace("\\x", ""))
        else:
            utf8 += token.encode()
    return utf8.decode()


async def test_the_tokens_are_the_text_and_each_stands_at_its_offset(
    api: Api, complete: Complete
) -> None:
    token_ids = api.will_say(TEXT)
    logprobs = logprobs_of(await complete(logprobs=2, max_tokens=200))
    assert text_from(logprobs) == TEXT
    assert len(logprobs["tokens"]) == len(token_ids)
    assert set(logprobs["token_logprobs"]) == {0.0}
    offsets = logprobs["text_offset"]
    assert offsets == sorted(offsets)
    for token, offset in zip(logprobs["tokens"], offsets, strict=True):
        if token.startswith("bytes:"):
            assert offset == TEXT.index("😀")
        else:
            assert TEXT.startswith(token, offset)


@pytest.mark.parametrize("num_top", [0, 1, 3])
async def test_the_best_tokens_come_with_the_tokens_own(
    api: Api, complete: Complete, num_top: int
) -> None:
    api.will_say("one")
    logprobs = logprobs_of(await complete(logprobs=num_top))
    [top] = logprobs["top_logprobs"]
    assert top["one"] == 0.0
    assert len(top) == max(1, num_top)
    assert {value for token, value in top.items() if token != "one"} <= {-9999.0}


async def test_unasked_there_are_none(api: Api, complete: Complete) -> None:
    assert (await complete()).json["choices"][0]["logprobs"] is None
    assert api.last_sequence.sampling.top_logprobs is None


async def test_an_echoed_prompt_is_rated_from_its_second_token_on(
    api: Api, complete: Complete
) -> None:
    prompt = "Once upon"
    token_ids = api.model.tokenizer.encode(prompt)
    api.will_say(" one")
    logprobs = logprobs_of(await complete(prompt, echo=True, logprobs=1, max_tokens=1))
    assert text_from(logprobs) == prompt + " one"
    assert logprobs["token_logprobs"] == [None, *[0.0] * len(token_ids)]
    assert logprobs["top_logprobs"][0] is None
    assert [{token: 0.0} for token in logprobs["tokens"][1:]] == logprobs["top_logprobs"][1:]
    assert logprobs["text_offset"][-1] == len(prompt)


@pytest.mark.parametrize("prompt", ["a<|im_start|>b", [40, 1, 41], [1, 40, 41]])
async def test_special_tokens_of_a_prompt_have_their_place_in_the_text(
    complete: Complete, prompt: Any
) -> None:
    reply = await complete(prompt, echo=True, logprobs=0, max_tokens=0)
    logprobs, text = logprobs_of(reply), reply.json["choices"][0]["text"]
    assert "<|im_start|>" in text
    for token, offset in zip(logprobs["tokens"], logprobs["text_offset"], strict=True):
        assert text.startswith(token, offset)
    assert text_from(logprobs) == text


async def test_only_the_prompt_is_rated_if_no_token_is_wanted(api: Api, complete: Complete) -> None:
    reply = await complete([300, 301, 302], echo=True, logprobs=1, max_tokens=0)
    assert len(logprobs_of(reply)["tokens"]) == 3
    assert reply.json["choices"][0]["finish_reason"] == "length"
    assert reply.json["usage"]["completion_tokens"] == 0


async def test_loglikelihoods_are_read_as_lm_evaluation_harness_does(
    api: Api, complete: Complete
) -> None:
    """It sends token ids, and leaves out the context's tokens and the one that is generated."""
    contexts, continuations = [[300, 301], [302]], [[303, 304], [305]]
    prompts = [[*a, *b] for a, b in zip(contexts, continuations, strict=True)]
    reply = await complete(prompts, echo=True, logprobs=1, max_tokens=1, temperature=0)
    for choice, context, rest in zip(reply.json["choices"], contexts, continuations, strict=True):
        logprobs = choice["logprobs"]
        assert len(logprobs["token_logprobs"][len(context) : -1]) == len(rest)
        for token, top in zip(logprobs["tokens"], logprobs["top_logprobs"], strict=True):
            assert top is None or max(top, key=top.get) == token


@pytest.mark.parametrize("echo", [True, False])
async def test_a_stream_has_the_same_lists_in_pieces(
    api: Api, complete: Complete, *, echo: bool
) -> None:
    api.will_say(TEXT)
    fields = {"logprobs": 2, "echo": echo, "max_tokens": 200}
    whole = logprobs_of(await complete(**fields))
    reply = await complete(**fields, stream=True)
    pieces = [event["choices"][0]["logprobs"] for event in reply.events]
    assert pieces.pop() is None
    for key, column in whole.items():
        assert [item for piece in pieces for item in piece[key]] == column
