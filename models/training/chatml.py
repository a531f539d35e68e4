"""The chat format: the Jinja template that ships with the model, and the same rendering in Python."""

import json
from collections.abc import Sequence
from typing import Any

Message = dict[str, Any]

END = "<|im_end|>"
PAD = "<|endoftext|>"
TOOLS_INTRO = (
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>"
)
TOOLS_OUTRO = (
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments "
    "within <tool_call></tool_call> XML tags:\n<tool_call>\n"
    '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
)

CHAT_TEMPLATE = r"""{%- macro text(content) -%}
    {%- if content is string -%}{{- content -}}
    {%- elif content -%}
        {%- for part in content -%}{%- if part.text is defined -%}{{- part.text -}}{%- endif -%}{%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
{%- if tools %}
    {{- '<|im_start|>system\n' }}
    {%- if messages[0].role == 'system' and messages[0].content %}
        {{- text(messages[0].content) + '\n\n' }}
    {%- endif %}
    {{- INTRO }}
    {%- for tool in tools %}
        {{- '\n' }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- OUTRO }}
    {{- '<|im_end|>\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == 'system' or message.role == 'developer' %}
        {%- if not (loop.first and tools and message.role == 'system') %}
            {{- '<|im_start|>system\n' + text(message.content) + '<|im_end|>\n' }}
        {%- endif %}
    {%- elif message.role == 'assistant' %}
        {{- '<|im_start|>assistant' }}
        {%- if message.content or not message.tool_calls %}
            {{- '\n' + text(message.content) }}
        {%- endif %}
        {%- for tool_call in message.tool_calls or [] %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\n<tool_call>\n{"name": "' + tool_call.name + '", "arguments": ' }}
            {%- if tool_call.arguments is string %}
                {{- tool_call.arguments }}
            {%- else %}
                {{- tool_call.arguments | tojson }}
            {%- endif %}
            {{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
    {%- elif message.role == 'tool' %}
        {%- if loop.first or messages[loop.index0 - 1].role != 'tool' %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\n<tool_response>\n' + text(message.content) + '\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}
            {{- '<|im_end|>\n' }}
        {%- endif %}
    {%- else %}
        {{- '<|im_start|>user\n' + text(message.content) + '<|im_end|>\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
"""


def chat_template() -> str:
    """Return the Jinja template with its fixed texts filled in."""
    intro, outro = (json.dumps(part) for part in (TOOLS_INTRO, TOOLS_OUTRO))
    return CHAT_TEMPLATE.replace("INTRO", intro).replace("OUTRO", outro)


def render(messages: Sequence[Message], tools: Sequence[Message] = ()) -> list[tuple[str, bool]]:
    """Return the chat as pieces of text; True marks what the model has to write."""
    pieces: list[tuple[str, bool]] = []
    rest = list(messages)
    if tools:
        own = rest.pop(0)["content"] + "\n\n" if rest[0]["role"] == "system" else ""
        listed = "".join("\n" + json.dumps(tool, ensure_ascii=False) for tool in tools)
        pieces.append(
            (f"<|im_start|>system\n{own}{TOOLS_INTRO}{listed}{TOOLS_OUTRO}{END}\n", False)
        )
    for message in rest:
        pieces += _turn(message)
    return pieces


def _turn(message: Message) -> list[tuple[str, bool]]:
    """Render one message that is followed by no second tool result."""
    if message["role"] == "assistant":
        return [("<|im_start|>assistant\n", False), (_answer(message) + END, True), ("\n", False)]
    if message["role"] == "tool":
        content = f"<tool_response>\n{message['content']}\n</tool_response>"
        return [(f"<|im_start|>user\n{content}{END}\n", False)]
    return [(f"<|im_start|>{message['role']}\n{message['content']}{END}\n", False)]


def _answer(message: Message) -> str:
    """Return what the assistant writes: its text, then its tool calls."""
    parts = [message["content"]] if message["content"] else []
    for call in message.get("tool_calls", ()):
        function = call["function"]
        arguments = json.dumps(function["arguments"], ensure_ascii=False)
        body = f'{{"name": "{function["name"]}", "arguments": {arguments}}}'
        parts.append(f"<tool_call>\n{body}\n</tool_call>")
    return "\n".join(parts)
