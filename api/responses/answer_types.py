"""What answers to Responses requests consist of, as JSON.

Thread: event loop. Source: OpenAI's client types 3.54.0.
"""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

ItemStatus = Literal["in_progress", "completed", "incomplete"]
ResponseStatus = Literal["in_progress", "completed", "incomplete", "failed"]


class TokenRating(TypedDict):
    """A token and the logarithm of how likely the model thought it; `bytes` is exact."""

    token: str
    logprob: float
    bytes: list[int]


class TextLogprob(TokenRating):
    """A token of the text, with the best ones at its place."""

    top_logprobs: list[TokenRating]


class OutputText(TypedDict):
    """The text of a message."""

    type: Literal["output_text"]
    text: str
    annotations: list[Any]
    logprobs: list[TextLogprob]


class ReasoningText(TypedDict):
    """The text of reasoning."""

    type: Literal["reasoning_text"]
    text: str


class MessageItem(TypedDict):
    """What the model says to the user."""

    id: str
    type: Literal["message"]
    status: ItemStatus
    role: Literal["assistant"]
    content: list[OutputText]


class ReasoningItem(TypedDict):
    """What the model says to itself. `encrypted_content` only for who asked to include it."""

    id: str
    type: Literal["reasoning"]
    status: ItemStatus
    summary: list[Any]
    content: list[ReasoningText]
    encrypted_content: NotRequired[str]


class FunctionCallItem(TypedDict):
    """A call of a function; `arguments` is JSON text. `namespace` only where the tool has one."""

    id: str
    type: Literal["function_call"]
    status: ItemStatus
    call_id: str
    name: str
    namespace: NotRequired[str]
    arguments: str


class CustomCallItem(TypedDict):
    """A call of a custom tool; `input` is any text. `namespace` only where the tool has one."""

    id: str
    type: Literal["custom_tool_call"]
    status: ItemStatus
    call_id: str
    name: str
    namespace: NotRequired[str]
    input: str


OutputItem = MessageItem | ReasoningItem | FunctionCallItem | CustomCallItem


class InputTokensDetails(TypedDict):
    """Of the prompt's tokens, those that came from the prefix cache."""

    cached_tokens: int
    cache_write_tokens: int


class OutputTokensDetails(TypedDict):
    """Of the answer's tokens, those that are reasoning."""

    reasoning_tokens: int


class Usage(TypedDict):
    """How many tokens there were."""

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int
    output_tokens_details: OutputTokensDetails
    total_tokens: int


class ResponseFault(TypedDict):
    """Why a response failed."""

    code: str
    message: str


class IncompleteDetails(TypedDict):
    """Why a response is incomplete."""

    reason: Literal["max_output_tokens"]


class ReasoningEcho(TypedDict):
    """The field `reasoning` of the request; there are no summaries."""

    effort: str | None
    summary: None


class RequestEcho(TypedDict):
    """What an answer repeats of its request, with the values that were used."""

    instructions: str | None
    tools: list[Any]
    tool_choice: Any
    parallel_tool_calls: bool
    text: dict[str, Any]
    reasoning: ReasoningEcho
    max_output_tokens: int | None
    temperature: float
    top_p: float
    top_logprobs: int
    truncation: Literal["disabled"]
    metadata: dict[str, str]
    user: str | None
    safety_identifier: str | None
    prompt_cache_key: str | None
    service_tier: str
    store: Literal[False]
    background: Literal[False]
    previous_response_id: None


class Response(RequestEcho):
    """A response, whole or so far. `usage` is there when it has ended well."""

    id: str
    object: Literal["response"]
    created_at: int
    completed_at: int | None
    status: ResponseStatus
    model: str
    output: list[OutputItem]
    error: ResponseFault | None
    incomplete_details: IncompleteDetails | None
    usage: Usage | None


class InputTokens(TypedDict):
    """How many tokens a prompt has."""

    object: Literal["response.input_tokens"]
    input_tokens: int
