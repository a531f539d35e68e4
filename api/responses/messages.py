"""Items of a conversation as the messages of a chat.

Thread: event loop.

An answer is several items: reasoning, a text, calls. Those in a row are one message of the
assistant, as templates want them.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from api.errors import InvalidRequest, shorten
from api.left_out import LEFT_OUT_TYPES, mark_left_out
from api.responses.item_schemas import InputItem, InputPart
from api.responses.sealed_reasoning import unsealed
from api.responses.tools import INPUT, function_name

Value = TypeVar("Value")

TEXT_TYPES = ("input_text", "output_text", "text", "summary_text", "reasoning_text")


@dataclass(slots=True)
class Conversation:
    """The messages, and which part of the request each part of them came from."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def add(self, message: dict[str, Any], place: str) -> dict[str, Any]:
        self.places[f"messages[{len(self.messages)}]"] = place
        self.messages.append(message)
        return message

    def turn(self, place: str, *without: str) -> dict[str, Any]:
        """The assistant's message under way; a new one if it has one of these fields already."""
        last = self.messages[-1] if self.messages else {}
        if last.get("role") == "assistant" and not any(name in last for name in without):
            return last
        return self.add({"role": "assistant"}, place)

    def add_call(self, call: dict[str, Any], place: str) -> None:
        calls = self.turn(place).setdefault("tool_calls", [])
        self.places[f"messages[{len(self.messages) - 1}].tool_calls[{len(calls)}]"] = place
        calls.append(call)


def read_conversation(instructions: str | None, items: Sequence[InputItem]) -> Conversation:
    """What the model is to read.

    Raises:
        InvalidRequest: names the item that cannot be used.
    """
    conversation = Conversation()
    if instructions:
        conversation.add({"role": "system", "content": instructions}, "instructions")
    for number, item in enumerate(items):
        _add_item(conversation, item, f"input[{number}]")
    for message in conversation.messages:
        message.setdefault("content", "")  # of an answer that was calls or reasoning only
    return conversation


def _add_item(conversation: Conversation, item: InputItem, place: str) -> None:
    match item.kind:
        case "message":
            _add_message(conversation, item, place)
        case "reasoning":
            turn = conversation.turn(place, "content", "tool_calls", "reasoning_content")
            turn["reasoning_content"] = _reasoning_of(item, place)
        case "function_call" | "custom_tool_call":
            conversation.add_call(_call_of(item, place), place)
        case "function_call_output" | "custom_tool_call_output":
            output = _required(item.output, f"{place}.output")
            content = _text_of(output, f"{place}.output", marks=LEFT_OUT_TYPES)
            message = {"role": "tool", "content": content, "tool_call_id": item.call_id}
            conversation.add(message, place)
        case "additional_tools":
            pass  # see tools.py
        case _:
            raise _not_served(item, place)


def _add_message(conversation: Conversation, item: InputItem, place: str) -> None:
    role = _required(item.role, f"{place}.role")
    content = _text_of(_required(item.content, f"{place}.content"), f"{place}.content")
    if role == "assistant":
        conversation.turn(place, "content")["content"] = content
    else:
        conversation.add({"role": role, "content": content}, place)


def _call_of(item: InputItem, place: str) -> dict[str, Any]:
    name = function_name(_required(item.name, f"{place}.name"), item.namespace)
    arguments = item.arguments
    if item.kind == "custom_tool_call":
        text = _required(item.input, f"{place}.input")
        arguments = orjson.dumps({INPUT: text}).decode()
    return {"id": item.call_id, "function": {"name": name, "arguments": arguments}}


def _reasoning_of(item: InputItem, place: str) -> str:
    """The reasoning itself, in whatever field the client kept it, else a summary of it."""
    if item.content:
        return _text_of(item.content, f"{place}.content")
    sealed = unsealed(item.encrypted_content or "")
    return sealed if sealed is not None else _text_of(item.summary or [], f"{place}.summary")


def _text_of(parts: Sequence[InputPart], place: str, *, marks: Set[str] = frozenset()) -> str:
    """The text of all parts; that those of the types `marks` are left out is said in it."""
    texts = []
    for number, part in enumerate(parts):
        text = part.refusal if part.type == "refusal" else part.text
        if part.type in marks:
            text = mark_left_out(part.type)
        elif part.type not in (*TEXT_TYPES, "refusal") or text is None:
            param = f"{place}[{number}]"
            raise InvalidRequest(
                f"Invalid '{param}': this model reads text only, but got a part of type "
                f"{shorten(part.type)}.",
                param=param,
                code="unsupported_value",
            )
        texts.append(text)
    return "".join(texts)


def _required(value: Value | None, place: str) -> Value:
    if value is None:
        raise InvalidRequest(
            f"Missing required parameter: '{place}'.",
            param=place,
            code="missing_required_parameter",
        )
    return value


def _not_served(item: InputItem, place: str) -> InvalidRequest:
    if item.kind == "item_reference":
        reason = "nothing is stored here that an item could refer to. Send the item itself"
    else:
        reason = f"items of type {shorten(item.kind)} are not served here. Leave it out"
    return InvalidRequest(f"Invalid '{place}': {reason}.", param=place, code="unsupported_value")
