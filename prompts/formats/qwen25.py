"""Qwen2.5's chat format: ChatML with tools as JSON between XML tags.

Thread: both.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from prompts.messages import ChatMessage, ToolCall

DEFAULT_SYSTEM = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."

_TOOLS = """

# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{schemas}
</tools>

For each function call, return a json object with function name and arguments within \
<tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""


class Qwen25Template:
    """Writes what Qwen2.5-Instruct's own template writes, byte for byte.

    Source: chat_template in https://huggingface.co/Qwen/Qwen2.5-7B-Instruct tokenizer_config.json
    """

    def render(
        self,
        messages: Sequence[ChatMessage],
        *,
        add_generation_prompt: bool = True,
        tools: Sequence[dict[str, object]] | None = None,
        options: Mapping[str, object] | None = None,
    ) -> str:
        """See `ChatTemplate.render`. The format knows no options."""
        has_system = bool(messages) and messages[0].role == "system"
        system = messages[0].content if has_system else DEFAULT_SYSTEM
        if tools:
            system += _TOOLS.format(schemas="\n".join(map(_to_json, tools)))
        turns = [_turn("system", f"\n{system}")]
        rest = messages[1:] if has_system else messages
        for is_tool, group in groupby(rest, key=lambda message: message.role == "tool"):
            write = _tool_results if is_tool else _messages
            turns.append(write(group))
        return "".join(turns) + ("<|im_start|>assistant\n" if add_generation_prompt else "")


def _turn(role: str, body: str) -> str:
    return f"<|im_start|>{role}{body}<|im_end|>\n"


def _messages(messages: Iterable[ChatMessage]) -> str:
    return "".join(map(_message, messages))


def _message(message: ChatMessage) -> str:
    body = f"\n{message.content}" if message.content or not message.tool_calls else ""
    return _turn(message.role, body + "".join(map(_tool_call, message.tool_calls)))


def _tool_call(call: ToolCall) -> str:
    arguments = _to_json(call.arguments)
    return f'\n<tool_call>\n{{"name": "{call.name}", "arguments": {arguments}}}\n</tool_call>'


def _tool_results(messages: Iterable[ChatMessage]) -> str:
    """Results in a row are one turn, and it is the user's."""
    results = (f"\n<tool_response>\n{m.content}\n</tool_response>" for m in messages)
    return _turn("user", "".join(results))


def _to_json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)
