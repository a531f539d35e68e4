"""What a chat template can write, found out by trying it.

Thread: both. Templates are tried where the tokenizer is loaded.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from prompts.errors import TemplateError
from prompts.messages import ChatMessage, ToolCall
from prompts.tools import ToolSchema

Conversation = list[dict[str, Any]]
Render = Callable[[Conversation, Sequence[ToolSchema] | None], str]
"""Writes messages in the shape of templates, with tools. It raises TemplateError."""


@dataclass(frozen=True, slots=True)
class CallForm:
    """How a message with calls must look for a template to write it right.

    OpenAI's clients send no content with a call, and some templates ask for that; others add to
    the content, or write a null as "None". Some take arguments as an object, some as its JSON text.
    """

    has_null_content: bool = False
    has_arguments_as_text: bool = False


CALL_FORMS = tuple(
    CallForm(has_null_content, has_arguments_as_text)
    for has_arguments_as_text in (False, True)
    for has_null_content in (True, False)
)


@dataclass(frozen=True, slots=True)
class TemplateTraits:
    """What a template does with the parts of a chat.

    `call_form` is None if calls or their results are not written in any form. `reasoning_key` is
    the field that earlier reasoning is read from.
    """

    shows_system: bool
    shows_tools: bool
    call_form: CallForm | None
    shows_several_calls: bool
    reasoning_key: str


def find_traits(text: str, render: Render) -> TemplateTraits:
    """Try a template with small chats; `text` is the template itself."""
    call_form = next((form for form in CALL_FORMS if _shows_calls(render, form, 1)), None)
    return TemplateTraits(
        shows_system="PROBE_SYSTEM" in _rendered(render, [_SYSTEM, _USER], None),
        shows_tools="PROBE_TOOL" in _rendered(render, [_USER], [_TOOL]),
        call_form=call_form,
        shows_several_calls=call_form is not None and _shows_calls(render, call_form, 2),
        reasoning_key="thinking" if "message.thinking" in text else "reasoning_content",
    )


def as_conversation(
    messages: Sequence[ChatMessage],
    call_form: CallForm | None,
    reasoning_key: str = "reasoning_content",
) -> Conversation:
    """Messages in the shape that a template reads."""
    form = call_form or CallForm()
    conversation = [message.as_template_dict() for message in messages]
    for message in conversation:
        reasoning = message.pop("reasoning_content", None)
        if "tool_calls" in message:
            _shape_calls(message, form)
            if reasoning and reasoning_key == "thinking" and message["content"]:
                # gpt-oss's template refuses both in one message: the preamble joins the thoughts.
                reasoning = f"{reasoning}\n\n{message['content']}"
                message["content"] = ""
        if reasoning is not None:
            message[reasoning_key] = reasoning
    return conversation


def _shape_calls(message: dict[str, Any], form: CallForm) -> None:
    if form.has_null_content and not message["content"]:
        message["content"] = None
    if form.has_arguments_as_text:
        for call in message["tool_calls"]:
            function = call["function"]
            function["arguments"] = json.dumps(function["arguments"], ensure_ascii=False)


_NULL = re.compile("None|null")
_SYSTEM, _USER = ChatMessage("system", "PROBE_SYSTEM"), ChatMessage("user", "Hello")
_TOOL: ToolSchema = {
    "type": "function",
    "function": {
        "name": "PROBE_TOOL",
        "description": "",
        "parameters": {"type": "object", "properties": {"PROBE_KEY": {"type": "string"}}},
    },
}


def _rendered(
    render: Render,
    messages: Sequence[ChatMessage],
    tools: Sequence[ToolSchema] | None,
    form: CallForm | None = None,
) -> str:
    """What the template writes; "" if it refuses, as some do with what they do not know."""
    try:
        return render(as_conversation(messages, form), tools)
    except TemplateError:
        return ""


def _shows_calls(render: Render, form: CallForm, num_calls: int) -> bool:
    """Whether calls and results are written, and arguments as JSON: no null, no Python, no text."""
    numbers = range(num_calls)
    calls = tuple(
        ToolCall("PROBE_TOOL", {"PROBE_KEY": f"VALUE_{number}"}, f"PROBEID0{number}")
        for number in numbers
    )
    results = [
        ChatMessage("tool", f"RESULT_{number}", "PROBE_TOOL", f"PROBEID0{number}")
        for number in numbers
    ]
    messages = [_USER, ChatMessage("assistant", tool_calls=calls), *results]
    rendered = _rendered(render, messages, [_TOOL], form)
    before = _rendered(render, [_USER], [_TOOL])
    expected = [f"{part}_{number}" for part in ("VALUE", "RESULT") for number in numbers]
    return (
        all(text in rendered for text in expected)
        and len(_NULL.findall(rendered)) <= len(_NULL.findall(before))
        and not any(mistake in rendered for mistake in ("'PROBE_KEY'", '\\"PROBE_KEY'))
    )
