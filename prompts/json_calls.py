"""Readers of tool calls that are written as JSON, passed on while they are generated.

Thread: event loop.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from prompts.answer import CallEvents
from prompts.incoming import IncomingText, Reading, UnreadableCall
from prompts.tools import Tool

NAME_KEYS = ("name", "function")
ARGUMENTS_KEYS = ("arguments", "parameters")
OTHER_KEYS = ("id", "type")


@dataclass(slots=True)
class _Fields:
    """What was read of a call. `early_arguments` came before the name and waited for it."""

    name: str = ""
    early_arguments: str = ""
    is_ended: bool = False


def read_json_call(
    text: IncomingText, calls: CallEvents, *, only_names: Collection[str] | None = None
) -> Reading[None]:
    """Read {"name": …, "arguments": …} from behind its "{"; the keys may have any order.

    With `only_names` the object must look like a call from its first key on and have one of these
    names: that is for families that do not mark calls.
    """
    fields = _Fields()
    while not (yield from _take_after_space(text, "}")):
        key = _as_string((yield from text.json()))
        yield from text.expect(":")
        if key in NAME_KEYS and not fields.name:
            yield from _read_name(text, calls, fields, only_names)
        elif key in ARGUMENTS_KEYS and not fields.is_ended:
            yield from _read_arguments_field(text, calls, fields)
        elif only_names is None or key in OTHER_KEYS:
            yield from text.json()
        else:
            raise UnreadableCall(f"key {key!r}")
        yield from _take_after_space(text, ",")
    if not fields.name:
        raise UnreadableCall("no name")
    if not fields.is_ended:
        yield from calls.end()


def _read_name(
    text: IncomingText, calls: CallEvents, fields: _Fields, only_names: Collection[str] | None
) -> Reading[None]:
    fields.name = _as_string((yield from text.json()))
    if not fields.name or (only_names is not None and fields.name not in only_names):
        raise UnreadableCall(f"no tool {fields.name!r}")
    yield calls.start(fields.name)
    if fields.early_arguments:
        yield calls.arguments(fields.early_arguments)
        yield from calls.end()
        fields.is_ended = True


def _read_arguments_field(text: IncomingText, calls: CallEvents, fields: _Fields) -> Reading[None]:
    """The call ends with its arguments, not with its last brace, which models forget at times."""
    if not fields.name:
        fields.early_arguments = _as_object((yield from text.json()))
        return
    yield from read_arguments(text, calls)
    yield from calls.end()
    fields.is_ended = True


def read_arguments(text: IncomingText, calls: CallEvents) -> Reading[None]:
    """Pass a call's arguments on. Some models write the object once more as a string."""
    yield from text.space()
    if (yield from text.peek()) == "{":
        yield from text.relay_json(calls.arguments)
    else:
        yield calls.arguments(_as_object((yield from text.json())))


def read_tagged_calls(end: str, text: IncomingText, calls: CallEvents) -> Reading[None]:
    """Read JSON from behind a begin marker to `end`, which models forget at times."""
    yield from text.expect("{")
    yield from read_json_call(text, calls)
    yield from text.space()
    yield from text.take_if(end)


def read_bare_calls(
    text: IncomingText, calls: CallEvents, begin: str, tools: Sequence[Tool]
) -> Reading[None]:
    """Read calls that are an answer's first characters, with ";" between several."""
    names = {tool.name for tool in tools}
    if begin != "{":
        yield from text.expect("{")
    yield from read_json_call(text, calls, only_names=names)
    while (yield from _take_after_space(text, ";")):
        yield from text.expect("{")
        yield from read_json_call(text, calls, only_names=names)


def read_json_list(text: IncomingText, calls: CallEvents) -> Reading[None]:
    """Read [{"name": …, "arguments": …}, …] from behind its "["."""
    while not (yield from _take_after_space(text, "]")):
        yield from text.expect("{")
        yield from read_json_call(text, calls)
        yield from _take_after_space(text, ",")


def _take_after_space(text: IncomingText, marker: str) -> Reading[str]:
    yield from text.space()
    return (yield from text.take_if(marker))


def _as_string(value: str) -> str:
    parsed = _parsed(value)
    if not isinstance(parsed, str):
        raise UnreadableCall("not a string")
    return parsed


def _as_object(value: str) -> str:
    """The JSON text of an object, which may be written as null or as a string."""
    parsed = _parsed(value)
    if isinstance(parsed, str):
        value, parsed = parsed, _parsed(parsed or "{}")
    if parsed is None or value == "":
        return "{}"
    if not isinstance(parsed, dict):
        raise UnreadableCall("arguments that are no object")
    return value


def _parsed(value: str) -> Any:
    try:
        return json.loads(value, strict=False)
    except (ValueError, RecursionError) as error:
        raise UnreadableCall(str(error)) from error
