"""What POST /v1/messages answers with, whole and in events, and count_tokens.

Thread: event loop. Source: Anthropic's client types 2.13.0.
"""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

StopReason = Literal[
    "end_turn", "max_tokens", "stop_sequence", "tool_use", "model_context_window_exceeded"
]
AnthropicErrorKind = Literal[
    "invalid_request_error",
    "authentication_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "overloaded_error",
]


class MessageOutputDetails(TypedDict):
    """What the answer's tokens were for."""

    thinking_tokens: int


class MessageUsage(TypedDict):
    """Tokens read and written. `input_tokens` are those that were not in the prefix cache."""

    input_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    output_tokens: int
    output_tokens_details: MessageOutputDetails


class TextBlock(TypedDict):
    """What the model says."""

    type: Literal["text"]
    text: str


class ThinkingBlock(TypedDict):
    """What the model thought. Clients send it back with the next request, signature included."""

    type: Literal["thinking"]
    thinking: str
    signature: str


class ToolUseBlock(TypedDict):
    """A call of a tool."""

    type: Literal["tool_use"]
    id: str
    name: str
    input: dict[str, object]


ContentBlock = TextBlock | ThinkingBlock | ToolUseBlock


class AnthropicMessage(TypedDict):
    """An answer. In `message_start` it has no content and no reason yet."""

    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[ContentBlock]
    stop_reason: StopReason | None
    stop_sequence: str | None
    usage: MessageUsage


class MessageStart(TypedDict):
    """The first event of a stream, sent with the first token."""

    type: Literal["message_start"]
    message: AnthropicMessage


class ContentBlockStart(TypedDict):
    """A block begins, still empty. Only one is open at a time."""

    type: Literal["content_block_start"]
    index: int
    content_block: ContentBlock


class TextDelta(TypedDict):
    """A piece of a text."""

    type: Literal["text_delta"]
    text: str


class ThinkingDelta(TypedDict):
    """A piece of a thought. Of one that is not shown there are only the tokens, as a guess."""

    type: Literal["thinking_delta"]
    thinking: str
    estimated_tokens: NotRequired[int]


class SignatureDelta(TypedDict):
    """The end of a thought."""

    type: Literal["signature_delta"]
    signature: str


class InputJsonDelta(TypedDict):
    """A piece of a call's arguments; all pieces join to the JSON of an object."""

    type: Literal["input_json_delta"]
    partial_json: str


Delta = TextDelta | ThinkingDelta | SignatureDelta | InputJsonDelta


class ContentBlockDelta(TypedDict):
    """The open block goes on."""

    type: Literal["content_block_delta"]
    index: int
    delta: Delta


class ContentBlockStop(TypedDict):
    """The open block has ended."""

    type: Literal["content_block_stop"]
    index: int


class MessageEnd(TypedDict):
    """Why an answer ended."""

    stop_reason: StopReason
    stop_sequence: str | None


class MessageDelta(TypedDict):
    """What is known at the end; the counts are those of the whole answer."""

    type: Literal["message_delta"]
    delta: MessageEnd
    usage: MessageUsage


class MessageStop(TypedDict):
    """The last event of a stream that went well."""

    type: Literal["message_stop"]


class Ping(TypedDict):
    """A sign of life."""

    type: Literal["ping"]


class AnthropicErrorDetails(TypedDict):
    """What is wrong."""

    type: AnthropicErrorKind
    message: str


class AnthropicError(TypedDict):
    """An error, as a body or as the last event of a stream that failed."""

    type: Literal["error"]
    error: AnthropicErrorDetails
    request_id: str


MessagesEvent = (
    MessageStart
    | ContentBlockStart
    | ContentBlockDelta
    | ContentBlockStop
    | MessageDelta
    | MessageStop
    | Ping
    | AnthropicError
)


class TokenCount(TypedDict):
    """How long a prompt is."""

    input_tokens: int
