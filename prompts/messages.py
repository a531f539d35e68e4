"""Chat messages as chat templates need them, and the rewritings that stubborn templates need.

Thread: both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]
ClientRole = Role | Literal["developer", "function"]

_ROLE_OF_CLIENT_ROLE: dict[ClientRole, Role] = {"developer": "system", "function": "tool"}

_BLANK_LINE = "\n\n"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call the assistant made. `arguments` is the parsed JSON object, not its text."""

    name: str
    arguments: dict[str, object]
    id: str | None = None

    def as_template_dict(self) -> dict[str, object]:
        """The call in the shape that chat templates read."""
        function = {"name": self.name, "arguments": self.arguments}
        call: dict[str, object] = {"type": "function", "function": function}
        return call if self.id is None else {"id": self.id, **call}


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of a chat. `content` is flat text; "" where the client sent null."""

    role: ClientRole
    content: str = ""
    name: str | None = None
    tool_call_id: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning_content: str | None = None

    @property
    def is_plain_text(self) -> bool:
        """Whether there is nothing but a role and a text."""
        return not (self.name or self.tool_call_id or self.tool_calls or self.reasoning_content)

    def as_template_dict(self) -> dict[str, object]:
        """The message in the shape that chat templates read; absent fields are absent keys."""
        message: dict[str, object] = {"role": self.role, "content": self.content}
        if self.name is not None:
            message["name"] = self.name
        if self.tool_call_id is not None:
            message["tool_call_id"] = self.tool_call_id
        if self.tool_calls:
            message["tool_calls"] = [call.as_template_dict() for call in self.tool_calls]
        if self.reasoning_content is not None:
            message["reasoning_content"] = self.reasoning_content
        return message


def normalise(messages: Iterable[ChatMessage]) -> list[ChatMessage]:
    """The same messages with the four roles that templates know: see `Role`."""
    return [
        replace(message, role=_ROLE_OF_CLIENT_ROLE.get(message.role, message.role))
        for message in messages
    ]


def system_first(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """All system messages as one, in front of the others."""
    systems = [message for message in messages if message.role == "system"]
    others = [message for message in messages if message.role != "system"]
    return [_joined(systems), *others] if systems else others


def system_in_user(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The system text in front of the first user message's, for templates without a system role.

    With no user message at all, the system text becomes one.
    """
    messages = system_first(messages)
    if not messages or messages[0].role != "system":
        return messages
    system, *others = messages
    for i, message in enumerate(others):
        if message.role == "user":
            content = _paragraphs((system.content, message.content))
            return [*others[:i], replace(message, content=content), *others[i + 1 :]]
    return [replace(system, role="user"), *others]


def turns_joined(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """System messages first and as one; user or assistant messages in a row as one."""
    joined: list[ChatMessage] = []
    for role, group in groupby(system_first(messages), key=lambda message: message.role):
        turn = list(group)
        joined += turn if role == "tool" else [_joined(turn)]
    return joined


def _joined(messages: Sequence[ChatMessage]) -> ChatMessage:
    """One message that says what these of one role say, with a blank line between their texts."""
    if len({message.name for message in messages}) > 1:
        messages = [replace(message, content=_signed(message), name=None) for message in messages]
    return replace(
        messages[0],
        content=_paragraphs(message.content for message in messages),
        tool_calls=tuple(call for message in messages for call in message.tool_calls),
        reasoning_content=_paragraphs(message.reasoning_content for message in messages) or None,
    )


def _signed(message: ChatMessage) -> str:
    """The content with the speaker's name, which a joined message has no field for."""
    return f"{message.name}: {message.content}" if message.name else message.content


def _paragraphs(texts: Iterable[str | None]) -> str:
    return _BLANK_LINE.join(text for text in texts if text)
