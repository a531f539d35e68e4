"""The messages of a Messages request as those of a chat request.

Thread: event loop.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import orjson

from api.anthropic.block_schemas import (
    Block,
    OtherBlockParam,
    ResultBlock,
    SearchResultBlockParam,
    TextBlockParam,
    ThinkingBlockParam,
    ToolReferenceBlockParam,
    ToolResultBlockParam,
    ToolUseBlockParam,
)
from api.anthropic.reasoning import unseal
from api.anthropic.request_schemas import CountTokensRequest, MessageParam
from api.left_out import LEFT_OUT_TYPES, mark_left_out
from api.message_schemas import ContentPart, FunctionCall, Message, ToolCall

BILLING_LINE = re.compile(r"\Ax-anthropic-billing-header:[^\n]*\n?")
"""Claude Code's note to Anthropic. It changes from request to request and stands first: shown to
the model, it would keep everything behind it from being found in the prefix cache.
"""

BLANK_LINE = "\n\n"


def as_chat(asked: CountTokensRequest) -> list[Message]:
    """All messages, those of one role in a row as one turn, as Anthropic takes them."""
    texts = [BILLING_LINE.sub("", block.text) for block in asked.system]
    chat = _said("system", BLANK_LINE.join(filter(None, texts)))
    for role, turn in groupby(_shown(asked.messages), key=lambda message: message.role):
        messages = list(turn)
        if role == "assistant":
            chat.append(_assistant(messages))
        elif role == "user":
            chat += _user(messages)
        else:
            chat += _said("system", _text(messages))
    return chat


def _shown(messages: Sequence[MessageParam]) -> Iterator[MessageParam]:
    """All but the notes that were for an earlier turn of the user only."""
    last_user = max(
        (index for index, message in enumerate(messages) if message.role == "user"), default=-1
    )
    for index, message in enumerate(messages):
        if message.clear_at == "never" or index > last_user:
            yield message


def _said(role: str, text: str) -> list[Message]:
    if not text:
        return []
    return [Message.from_body({"role": role, "content": text})]


def _user(messages: Sequence[MessageParam]) -> list[Message]:
    """The results first: templates want them right behind the calls."""
    results = [
        _result(block) for block in _blocks(messages) if isinstance(block, ToolResultBlockParam)
    ]
    text = _text(messages)
    if not text and not results:
        return [Message(role="user", content=[])]
    return results + _said("user", text)


def _assistant(messages: Sequence[MessageParam]) -> Message:
    blocks = list(_blocks(messages))
    thoughts = [block for block in blocks if isinstance(block, ThinkingBlockParam)]
    reasoning = BLANK_LINE.join(
        filter(None, (block.thinking or unseal(block.signature) for block in thoughts))
    )
    calls = [_call(block) for block in blocks if isinstance(block, ToolUseBlockParam)]
    text = _text(messages, between="")
    return Message(
        role="assistant",
        content=[ContentPart(type="text", text=text)],
        tool_calls=calls or None,
        reasoning_content=reasoning or None,
    )


def _call(block: ToolUseBlockParam) -> ToolCall:
    arguments = orjson.dumps(block.input).decode()
    return ToolCall(id=block.id, function=FunctionCall(name=block.name, arguments=arguments))


def _result(block: ToolResultBlockParam) -> Message:
    """A tool's result. That it is an error has no field in a chat, so the text says it."""
    text = "\n".join(filter(None, map(_text_of, block.content)))
    return Message(
        role="tool",
        tool_call_id=block.tool_use_id,
        content=[ContentPart(type="text", text=f"Error: {text}" if block.is_error else text)],
    )


def _blocks(messages: Iterable[MessageParam]) -> Iterator[Block]:
    return (block for message in messages for block in message.content)


def _text(messages: Iterable[MessageParam], *, between: str = "\n") -> str:
    texts = (between.join(filter(None, map(_text_of, message.content))) for message in messages)
    return BLANK_LINE.join(filter(None, texts))


def _text_of(block: Block | ResultBlock) -> str:
    """What a block says; "" if it does something else."""
    match block:
        case TextBlockParam():
            return block.text
        case SearchResultBlockParam():
            return "\n".join([block.title, block.source, *(each.text for each in block.content)])
        case ToolReferenceBlockParam():
            return f"The tool {block.tool_name} can be called now."
        case OtherBlockParam(type=kind) if kind in LEFT_OUT_TYPES:
            return mark_left_out(kind)  # of a result; others are refused
    return ""
