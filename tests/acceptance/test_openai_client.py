"""The official client against the bundled model: texts and token counts."""

from typing import Any

import pytest
from openai import AsyncOpenAI

from settings import TINY_MODEL_PATH
from tests.acceptance.prompts import QUESTIONS, Messages, fifty_prompts, question

GREEDY = {"temperature": 0}
SEEDED = {"temperature": 1.0, "seed": 20_261_123}

PROMPTS = [question(QUESTIONS[0]), question(QUESTIONS[3]), fifty_prompts()[1]]


@pytest.fixture(scope="module")
def reference_tokenizer() -> Any:
    """transformers' own, which knows nothing of Hearth."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(TINY_MODEL_PATH)


async def whole(client: AsyncOpenAI, messages: Messages, **fields: Any) -> Any:
    return await client.chat.completions.create(model="default", messages=messages, **fields)


async def streamed(client: AsyncOpenAI, messages: Messages, **fields: Any) -> tuple[str, Any]:
    """Text and usage of a stream."""
    stream = await client.chat.completions.create(
        model="default",
        messages=messages,
        stream=True,
        stream_options={"include_usage": True},
        **fields,
    )
    text, usage = "", None
    async with stream:
        async for chunk in stream:
            usage = chunk.usage or usage
            text += "".join(choice.delta.content or "" for choice in chunk.choices)
    return text, usage


@pytest.mark.parametrize("sampling", [GREEDY, SEEDED])
async def test_streamed_or_whole_an_answer_is_the_same(
    client: AsyncOpenAI, sampling: dict[str, Any]
) -> None:
    for messages in PROMPTS:
        await whole(client, messages, max_tokens=1)  # so that both find the prompt in the cache
        completion = await whole(client, messages, max_tokens=60, **sampling)
        text, usage = await streamed(client, messages, max_tokens=60, **sampling)
        assert text == completion.choices[0].message.content
        assert usage == completion.usage


async def test_another_seed_gives_another_text(client: AsyncOpenAI) -> None:
    texts = set()
    for seed in range(4):
        completion = await whole(client, PROMPTS[0], temperature=2, seed=seed, max_tokens=40)
        texts.add(completion.choices[0].message.content)
    assert len(texts) > 1


async def test_usage_counts_the_prompt_as_the_tokenizer_does(
    client: AsyncOpenAI, reference_tokenizer: Any
) -> None:
    for messages in fifty_prompts()[::5]:
        completion = await whole(client, messages, max_tokens=5, **GREEDY)
        prompt = reference_tokenizer.apply_chat_template(messages, add_generation_prompt=True)
        usage = completion.usage
        assert usage.prompt_tokens == len(prompt["input_ids"])
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


async def test_usage_counts_an_answer_that_was_cut_up_to_its_limit(client: AsyncOpenAI) -> None:
    completion = await whole(client, PROMPTS[0], max_tokens=7, extra_body={"ignore_eos": True})
    assert completion.choices[0].finish_reason == "length"
    assert completion.usage.completion_tokens == 7


async def test_usage_counts_an_answer_that_ended_by_itself_as_the_tokenizer_does(
    client: AsyncOpenAI, reference_tokenizer: Any
) -> None:
    """An answer of a model that has learnt to end, in the tokens that encoding would give."""
    completion = await whole(client, PROMPTS[2], max_tokens=200, **GREEDY)
    [choice] = completion.choices
    assert choice.finish_reason == "stop"
    text_ids = reference_tokenizer.encode(choice.message.content)
    assert completion.usage.completion_tokens == len(text_ids)
