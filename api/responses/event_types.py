"""The events of a streamed response, as JSON; each is also the name of its frame.

Thread: event loop. Source: OpenAI's client types 3.54.0.
"""

from typing import Literal

from typing_extensions import TypedDict

from api.responses.answer_types import (
    OutputItem,
    OutputText,
    ReasoningText,
    Response,
    TextLogprob,
)

ResponseEventType = Literal[
    "response.created",
    "response.in_progress",
    "response.completed",
    "response.incomplete",
    "response.failed",
]


class ResponseEvent(TypedDict):
    """How the response as a whole stands. Exactly one of the last three ends a stream."""

    type: ResponseEventType
    sequence_number: int
    response: Response


ItemEventType = Literal["response.output_item.added", "response.output_item.done"]


class ItemEvent(TypedDict):
    """An item begins, still empty, or is whole."""

    type: ItemEventType
    sequence_number: int
    output_index: int
    item: OutputItem


class _OfItem(TypedDict):
    """What all events within an item say."""

    sequence_number: int
    item_id: str
    output_index: int


class PartEvent(_OfItem):
    """The one part of a message or of reasoning begins, still empty, or is whole."""

    type: Literal["response.content_part.added", "response.content_part.done"]
    content_index: int
    part: OutputText | ReasoningText


class TextDelta(_OfItem):
    """A piece of a message."""

    type: Literal["response.output_text.delta"]
    content_index: int
    delta: str
    logprobs: list[TextLogprob]


class TextDone(_OfItem):
    """All of a message."""

    type: Literal["response.output_text.done"]
    content_index: int
    text: str
    logprobs: list[TextLogprob]


class ReasoningDelta(_OfItem):
    """A piece of reasoning."""

    type: Literal["response.reasoning_text.delta"]
    content_index: int
    delta: str


class ReasoningDone(_OfItem):
    """All of the reasoning."""

    type: Literal["response.reasoning_text.done"]
    content_index: int
    text: str


class CallDelta(_OfItem):
    """A piece of a function's arguments or of a custom tool's input."""

    type: Literal["response.function_call_arguments.delta", "response.custom_tool_call_input.delta"]
    delta: str


class ArgumentsDone(_OfItem):
    """All arguments of a function."""

    type: Literal["response.function_call_arguments.done"]
    name: str
    arguments: str


class CustomInputDone(_OfItem):
    """All of a custom tool's input."""

    type: Literal["response.custom_tool_call_input.done"]
    input: str


StreamEvent = (
    ResponseEvent
    | ItemEvent
    | PartEvent
    | TextDelta
    | TextDone
    | ReasoningDelta
    | ReasoningDone
    | CallDelta
    | ArgumentsDone
    | CustomInputDone
)
