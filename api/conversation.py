"""The messages of a request, and how to write them, as chat templates take them.

Thread: event loop.
"""

import orjson
from loguru import logger

from api.chat_schemas import ChatRequest
from api.errors import InvalidRequest
from api.left_out import LEFT_OUT_TYPES, UNREAD_ARGUMENTS, mark_left_out
from api.message_schemas import FunctionCall, Message
from prompts.family import ModelFamily, TemplateOptions, thinking_options
from prompts.messages import ChatMessage, ToolCall

TOOL_ROLES = ("tool", "function")


def as_chat_messages(messages: list[Message]) -> list[ChatMessage]:
    """Wire messages as templates take them; text parts are joined."""
    return [
        ChatMessage(
            role=message.role,
            content=_text_of(message, index),
            name=message.name,
            tool_call_id=message.tool_call_id,
            tool_calls=_calls_of(message),
            reasoning_content=message.reasoning_content,
        )
        for index, message in enumerate(messages)
    ]


def template_options(chat: ChatRequest, family: ModelFamily) -> TemplateOptions:
    """Variables for the chat template; one that does not know them ignores them."""
    options: TemplateOptions = {}
    if chat.effort is not None:
        options |= family.effort_options(chat.effort)
    if chat.thinks is not None:
        options |= thinking_options(is_on=chat.thinks)
    return options | chat.chat_template_kwargs


def _text_of(message: Message, index: int) -> str:
    texts = []
    for position, part in enumerate(message.content or []):
        text = part.refusal if part.type == "refusal" else part.text
        if message.role in TOOL_ROLES and part.type in LEFT_OUT_TYPES:
            text = mark_left_out(part.type)
        elif part.type not in ("text", "refusal") or text is None:
            param = f"messages[{index}].content[{position}]"
            raise InvalidRequest(
                f"Invalid '{param}': this model reads text only, but got a part of type "
                f"{part.type[:40]!r}.",
                param=param,
                code="unsupported_value",
            )
        texts.append(text)
    return "".join(texts) or message.refusal or ""


def _calls_of(message: Message) -> tuple[ToolCall, ...]:
    """The calls that an assistant made, with arguments as the object that templates want."""
    calls = [(call.function, call.id) for call in message.tool_calls or []]
    if message.function_call:
        calls.append((message.function_call, None))
    return tuple(
        ToolCall(
            name=function.name,
            arguments=_arguments_of(function),
            id=call_id,
        )
        for function, call_id in calls
    )


def _arguments_of(function: FunctionCall) -> dict[str, object]:
    """The model's own words may be cut off, or wrong; its client sends them back for ever."""
    try:
        arguments = orjson.loads(function.arguments or "{}")
    except orjson.JSONDecodeError:
        arguments = None
    if isinstance(arguments, dict):
        return arguments
    logger.warning("the arguments of a past call are no JSON object; the model sees them as text")
    return {UNREAD_ARGUMENTS: function.arguments}
