"""Families whose calls mlx-lm's tool parsers read, whole calls at a time.

Thread: both.
"""

import importlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from prompts.answer import CallEvents
from prompts.family import CallFormat, Thinking, ToolCallShape
from prompts.incoming import IncomingText, Reading, UnreadableCall
from prompts.json_calls import read_tagged_calls
from prompts.tag_splitter import TagFamily
from prompts.tools import Tool


def calls_by_mlx_lm(parser: str, begin: str, end: str, *others: str) -> CallFormat:
    """Calls that `mlx_lm.tool_parsers.<parser>` reads; an enforced call is JSON between the same.

    NOTE: the parser's first use imports mlx. No array is made, so any thread may do that.
    """

    def read(
        text: IncomingText, calls: CallEvents, begin: str, tools: Sequence[Tool]
    ) -> Reading[None]:
        yield from text.space()
        if (yield from text.peek()) == "{":
            yield from read_tagged_calls(end, text, calls)
            return
        body = yield from text.up_to(end)
        for name, arguments in list(_parsed(parser, body, tools)):
            yield from calls.whole(name, arguments)

    shape = ToolCallShape(begin=begin, name_key="name", arguments_key="arguments", end=end)
    return CallFormat(begins=(begin,), other_markers=(end, *others), read=read, shape=shape)


def _parsed(
    parser: str, body: str, tools: Sequence[Tool]
) -> Iterator[tuple[str, dict[str, object]]]:
    module: Any = importlib.import_module(f"mlx_lm.tool_parsers.{parser}")
    schemas = [
        {"type": "function", "function": {"name": tool.name, "parameters": tool.parameters}}
        for tool in tools
    ]
    # The parser is not ours and meets text of any kind: whatever it raises, it found no call.
    try:
        parsed = module.parse_tool_call(body, schemas)
        calls = parsed if isinstance(parsed, list) else [parsed]
        json.dumps(calls, allow_nan=False)
    except Exception as error:
        raise UnreadableCall(str(error)) from error
    for call in calls:
        if not (
            isinstance(call, dict) and call.get("name") and isinstance(call.get("arguments"), dict)
        ):
            raise UnreadableCall("no name, or arguments that are no object")
        yield call["name"], call["arguments"]


LFM2 = TagFamily(
    name="LFM2",
    fits=lambda template: "<|tool_list_start|>" in template or "<|tool_call_start|>" in template,
    calls=calls_by_mlx_lm("pythonic", "<|tool_call_start|>", "<|tool_call_end|>"),
)

KIMI_K2 = TagFamily(
    name="Kimi K2",
    fits=lambda template: "<|tool_calls_section_begin|>" in template,
    calls=calls_by_mlx_lm(
        "kimi_k2",
        "<|tool_calls_section_begin|>",
        "<|tool_calls_section_end|>",
        "<|tool_call_begin|>",
        "<|tool_call_argument_begin|>",
        "<|tool_call_end|>",
    ),
)

MINIMAX_M2 = TagFamily(
    name="MiniMax M2",
    fits=lambda template: "<minimax:tool_call>" in template,
    calls=calls_by_mlx_lm("minimax_m2", "<minimax:tool_call>", "</minimax:tool_call>"),
)

GEMMA_4 = TagFamily(
    name="Gemma 4",
    fits=lambda template: "<|tool_call>" in template and "<tool_call|>" in template,
    thinking=Thinking("<|channel>thought", "<channel|>"),
    calls=calls_by_mlx_lm("gemma4", "<|tool_call>", "<tool_call|>", '<|"|>', "<|channel>"),
)
