"""Variables that a request has for the chat template. Messages are in test_messages.py."""

from typing import Any

import pytest

from api.chat_schemas import ChatRequest
from api.conversation import template_options
from prompts.family import ModelFamily
from prompts.formats.gpt_oss import GPT_OSS
from prompts.formats.qwen import QWEN
from tests.api.conftest import Api, minimal_chat

ON, OFF = {"enable_thinking": True, "thinking": True}, {"enable_thinking": False, "thinking": False}


@pytest.mark.parametrize(
    ("family", "fields", "options"),
    [
        (QWEN, {}, {}),
        (QWEN, {"reasoning_effort": "none"}, {**OFF, "reasoning_effort": "none"}),
        (QWEN, {"reasoning_effort": "max"}, {**ON, "reasoning_effort": "max"}),
        (QWEN, {"enable_thinking": False}, OFF),
        (
            QWEN,
            {"reasoning_effort": "low", "enable_thinking": False},
            {**OFF, "reasoning_effort": "low"},
        ),
        (
            QWEN,
            {"enable_thinking": True, "chat_template_kwargs": {"enable_thinking": False, "x": 1}},
            {"enable_thinking": False, "thinking": True, "x": 1},
        ),
        (QWEN, {"reasoning": {"effort": "low"}}, {**ON, "reasoning_effort": "low"}),
        (QWEN, {"reasoning": {"enabled": False}}, OFF),
        (QWEN, {"reasoning": {"enabled": True}, "enable_thinking": False}, OFF),
        (QWEN, {"reasoning": {"max_tokens": 100}}, ON),
        (
            QWEN,
            {"reasoning": {"effort": "low"}, "reasoning_effort": "high"},
            {**ON, "reasoning_effort": "high"},
        ),
        (GPT_OSS, {"reasoning_effort": "none"}, {"reasoning_effort": "low"}),
        (GPT_OSS, {"reasoning_effort": "medium"}, {"reasoning_effort": "medium"}),
        (GPT_OSS, {"reasoning_effort": "xhigh"}, {"reasoning_effort": "high"}),
    ],
)
def test_thinking_is_asked_for_as_the_family_wants_it(
    family: ModelFamily, fields: dict[str, Any], options: dict[str, Any]
) -> None:
    chat = ChatRequest.from_body(minimal_chat(**fields))
    assert template_options(chat, family) == options


@pytest.mark.parametrize("name", ["messages", "tools", "add_generation_prompt", "chat_template"])
async def test_what_is_rendered_is_not_for_an_option_to_say(api: Api, name: str) -> None:
    reply = await api.chat(chat_template_kwargs={name: []})
    assert (reply.status, reply.error["param"]) == (400, "chat_template_kwargs")


async def test_options_that_a_template_does_not_know_are_ignored(api: Api) -> None:
    await api.chat()
    prompt = api.last_prompt
    reply = await api.chat(chat_template_kwargs={"new": {"deep": [1]}}, enable_thinking=True)
    assert reply.status == 200
    assert api.last_prompt == prompt
