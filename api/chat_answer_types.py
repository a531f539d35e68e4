"""The answers to a chat request, whole and in chunks, as OpenAI writes them.

Thread: event loop. Source: OpenAI's client types 3.54.0; `reasoning_content` as vLLM had it.
"""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

ChatFinishReason = Literal["stop", "length", "tool_calls", "function_call"]
ServiceTier = Literal["default", "flex"]


class ChatAnswerHead(TypedDict):
    """What all JSON of one response has in common; the last field is vLLM's, if it is asked for."""

    id: str
    created: int
    model: str
    system_fingerprint: str
    service_tier: NotRequired[ServiceTier]
    prompt_token_ids: NotRequired[list[int]]


class AnswerFunction(TypedDict):
    """A function that is called. The arguments are JSON text, if the model made no mistake."""

    name: str
    arguments: str


class AnswerToolCall(TypedDict):
    """A call that the client is asked to make."""

    id: str
    type: Literal["function"]
    function: AnswerFunction


class AnswerMessage(TypedDict):
    """What the model said. The content is null when there are only calls."""

    role: Literal["assistant"]
    content: str | None
    refusal: None
    annotations: list[None]
    reasoning_content: NotRequired[str]
    tool_calls: NotRequired[list[AnswerToolCall]]
    function_call: NotRequired[AnswerFunction]


class TopLogprob(TypedDict):
    """A token and how likely it was. `bytes` is null for a token that adds no text."""

    token: str
    logprob: float
    bytes: list[int] | None


class TokenLogprob(TopLogprob):
    """A token of the content, and the best ones at its place, best first."""

    top_logprobs: list[TopLogprob]


class ChatLogprobs(TypedDict):
    """The tokens of the content; reasoning and calls have none."""

    content: list[TokenLogprob]
    refusal: None


class AnswerTokenIds(TypedDict, total=False):
    """vLLM's field, for clients that ask: the tokens that these are."""

    token_ids: list[int]


class ChatChoice(AnswerTokenIds):
    """One of `n` answers."""

    index: int
    message: AnswerMessage
    logprobs: ChatLogprobs | None
    finish_reason: ChatFinishReason


class PromptTokensDetails(TypedDict):
    """`cached_tokens` of the prompt came from the prefix cache."""

    cached_tokens: int
    audio_tokens: int


class CompletionTokensDetails(TypedDict):
    """`reasoning_tokens` of the answer are reasoning."""

    reasoning_tokens: int
    audio_tokens: int
    accepted_prediction_tokens: int
    rejected_prediction_tokens: int


class ChatUsage(TypedDict):
    """The tokens of the prompt and of all answers to it."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokensDetails
    completion_tokens_details: CompletionTokensDetails


class ChatCompletion(ChatAnswerHead):
    """The whole response of a request that does not stream."""

    object: Literal["chat.completion"]
    choices: list[ChatChoice]
    usage: ChatUsage


class FunctionDelta(TypedDict):
    """A piece of a call: first the name, then the arguments bit by bit."""

    name: NotRequired[str]
    arguments: str


class ToolCallDelta(TypedDict):
    """A piece of the call with this index; id and type come with the first one."""

    index: int
    id: NotRequired[str]
    type: NotRequired[Literal["function"]]
    function: FunctionDelta


class ChatDelta(TypedDict, total=False):
    """What a chunk adds to the message."""

    role: Literal["assistant"]
    content: str
    refusal: None
    reasoning_content: str
    tool_calls: list[ToolCallDelta]
    function_call: FunctionDelta


class ChatChunkChoice(AnswerTokenIds):
    """What a chunk adds to one of the answers."""

    index: int
    delta: ChatDelta
    logprobs: ChatLogprobs | None
    finish_reason: ChatFinishReason | None


class ChatCompletionChunk(ChatAnswerHead):
    """One event of a stream. The last one has the usage, if it was asked for, and no choices."""

    object: Literal["chat.completion.chunk"]
    choices: list[ChatChunkChoice]
    usage: NotRequired[ChatUsage | None]
