"""Prompts as the engine gets them: special tokens, token ids, limits and gaps."""

from typing import Any

import pytest
import pytest_asyncio

from tests.api.completions.conftest import Complete, completing, start_coder, text_of
from tests.api.conftest import Api, StartApi


def prompt_of(api: Api) -> list[int]:
    return list(api.last_sequence.token_ids)


async def test_a_text_is_read_as_it_is_without_a_template(api: Api, complete: Complete) -> None:
    text = "Once <|im_start|>user\n"
    await complete(text)
    assert prompt_of(api) == api.model.tokenizer.encode(text)
    assert 1 in prompt_of(api)


async def test_token_ids_are_taken_as_they_are(api: Api, complete: Complete) -> None:
    await complete([300, 301])
    assert prompt_of(api) == [300, 301]


async def test_a_long_text_is_encoded_as_a_short_one(api: Api, complete: Complete) -> None:
    text = "The coin fell while the market was closed. " * 40
    await complete(text)
    assert prompt_of(api) == api.model.tokenizer.encode(text)


@pytest.mark.parametrize("prompt", ["", None, [""]])
async def test_without_a_prompt_a_text_begins(api: Api, complete: Complete, prompt: Any) -> None:
    api.will_say("Once")
    assert text_of(await complete(prompt)) == "Once"
    assert prompt_of(api) == [api.model.tokenizer.begin_id]


@pytest.mark.parametrize(
    ("prompt", "param"),
    [
        ([5, 3072], "prompt"),
        ([-1], "prompt"),
        ([2**60], "prompt"),
        (["fine", [3072]], "prompt[1]"),
    ],
)
@pytest.mark.parametrize("echo", [True, False])
async def test_a_token_id_outside_the_vocabulary_is_refused(
    complete: Complete, prompt: Any, param: str, *, echo: bool
) -> None:
    error = (await complete(prompt, echo=echo)).error
    assert error["param"] == param
    assert "is not in the vocabulary of 3072" in error["message"]


async def test_a_prompt_that_fills_the_context_is_refused_in_the_words_that_clients_know(
    api: Api, complete: Complete
) -> None:
    length = api.model.context_length
    reply = await complete([[5], [5] * length])
    assert reply.status == 400
    assert (reply.error["code"], reply.error["param"]) == ("context_length_exceeded", "prompt[1]")
    assert f"your prompt resulted in {length} tokens" in reply.error["message"]
    assert api.engine.num_calls["add"] == 0


async def test_a_model_without_markers_cannot_fill_in(complete: Complete) -> None:
    error = (await complete("def f():", suffix="return 1")).error
    assert (error["param"], error["code"]) == ("suffix", "unsupported_parameter")


async def test_an_empty_suffix_is_none(complete: Complete) -> None:
    assert (await complete("def f():", suffix="")).status == 200


@pytest_asyncio.fixture
async def coder(start_api: StartApi) -> Api:
    return await start_coder(start_api)


async def test_a_model_with_markers_is_asked_for_the_middle(coder: Api) -> None:
    coder.will_say("pass")
    assert text_of(await completing(coder)("def f():", suffix="f()")) == "pass"
    written = "<|fim_prefix|>def f():<|fim_suffix|>f()<|fim_middle|>"
    assert prompt_of(coder) == coder.model.tokenizer.encode(written)


async def test_a_middle_ends_where_the_next_file_begins(coder: Api) -> None:
    coder.will_say("pass<|file_sep|>import")
    complete = completing(coder)
    assert text_of(await complete("def f():", suffix="f()")) == "pass"
    ignoring = await complete("def f():", suffix="f()", ignore_eos=True, max_tokens=3)
    assert ignoring.json["choices"][0]["finish_reason"] == "length"


async def test_each_of_several_prompts_has_the_suffix(coder: Api) -> None:
    reply = await completing(coder)(["def f():", [300]], suffix="f()")
    assert [choice["index"] for choice in reply.json["choices"]] == [0, 1]
    written = coder.model.tokenizer.decode_all(prompt_of(coder))
    assert written.endswith("<|fim_suffix|>f()<|fim_middle|>")
