"""Where in an answer its grammar begins."""

from dataclasses import replace

import pytest

from prompts.family import ModelFamily, Thinking
from prompts.formats.gpt_oss import GPT_OSS
from prompts.formats.qwen import QWEN
from tests.api.conftest import Api

JSON = {"response_format": {"type": "json_object"}}
CALL = {
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "tool_choice": "required",
}
THINKER = replace(QWEN, thinking=Thinking("<|im_start|>assistant", "</think>"))
"""A family whose thinking begins with what the bundled model's prompts end with."""


@pytest.mark.parametrize(
    ("family", "fields", "text"),
    [
        (QWEN, JSON, ""),
        (QWEN, CALL, ""),
        (THINKER, JSON, "</think>"),
        (THINKER, CALL, "</think>"),
        (GPT_OSS, JSON, "<|channel|>final<|message|>"),
        (GPT_OSS, CALL, ""),
    ],
)
async def test_a_grammar_begins_where_thinking_has_ended(
    api: Api, family: ModelFamily, fields: dict[str, object], text: str
) -> None:
    api.model.family = family
    assert (await api.chat(**fields)).status == 200
    assert api.last_sequence.grammar is not None
    assert list(api.last_sequence.grammar.begins_after) == api.model.tokenizer.encode(text)


@pytest.mark.parametrize("fields", [JSON, CALL])
async def test_a_model_that_thinks_by_itself_may_do_so_before_its_grammar(
    api: Api, fields: dict[str, object]
) -> None:
    api.model.family = replace(QWEN, thinking=Thinking("<|endoftext|>", "</think>"))
    api.model.marker_ids = {**api.model.marker_ids, "<|endoftext|>": 0}
    assert (await api.chat(**fields)).status == 200
    grammar = api.last_sequence.grammar
    assert grammar is not None
    assert grammar.postponed_by == 0
    assert list(grammar.begins_after) == api.model.tokenizer.encode("</think>")


async def test_a_prompt_that_ends_the_thinking_leaves_none_to_wait_for(api: Api) -> None:
    api.model.family = replace(QWEN, thinking=Thinking("<|endoftext|>", "<|im_start|>assistant"))
    api.model.marker_ids = {"<|endoftext|>": 0}
    assert (await api.chat(**JSON)).status == 200
    grammar = api.last_sequence.grammar
    assert grammar is not None
    assert (grammar.postponed_by, grammar.begins_after) == (None, ())


async def test_the_fault_of_a_format_beside_tools_is_the_formats(api: Api) -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "nothing"}}}
    reply = await api.chat(tools=CALL["tools"], response_format=schema)
    assert (reply.status, reply.error["param"]) == (400, "response_format")
