"""The bodies that Ollama's clients read. Times are texts in RFC 3339, durations nanoseconds.

Thread: event loop. Source: Ollama's api/types.go.
"""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

DoneReason = Literal["stop", "length", "load"]
Capability = Literal["completion", "tools", "thinking", "insert", "embedding"]


class CallFunction(TypedDict):
    """The function that is to be called, with its arguments as an object."""

    index: int
    name: str
    arguments: dict[str, Any]


class ToolCall(TypedDict):
    """A call, always whole."""

    id: str
    function: CallFunction


class TokenLogprob(TypedDict):
    """A token; `bytes` is exact where the text cannot be."""

    token: str
    logprob: float
    bytes: list[int]


class Logprob(TokenLogprob):
    """A token of the content, and the best ones at its place."""

    top_logprobs: list[TokenLogprob]


class AnswerMessage(TypedDict):
    """What the model says, or a piece of it."""

    role: Literal["assistant"]
    content: str
    thinking: NotRequired[str]
    tool_calls: NotRequired[list[ToolCall]]


class AnswerPart(TypedDict):
    """What all answers have, whole or in pieces; the counts come with the end.

    `load_duration` is what passed before the prompt was read: encoding it and waiting for a slot.
    """

    model: str
    created_at: str
    done: bool
    logprobs: NotRequired[list[Logprob]]
    done_reason: NotRequired[DoneReason]
    total_duration: NotRequired[int]
    load_duration: NotRequired[int]
    prompt_eval_count: NotRequired[int]
    prompt_eval_duration: NotRequired[int]
    eval_count: NotRequired[int]
    eval_duration: NotRequired[int]


class ChatPart(AnswerPart):
    """POST /api/chat: the answer, or a line of it."""

    message: AnswerMessage


class GeneratePart(AnswerPart):
    """POST /api/generate: the answer, or a line of it."""

    response: str
    thinking: NotRequired[str]


class Embeddings(TypedDict):
    """POST /api/embed: a vector of length 1 for each text, in their order."""

    model: str
    embeddings: list[list[float]]
    total_duration: NotRequired[int]
    load_duration: NotRequired[int]
    prompt_eval_count: NotRequired[int]


class LegacyEmbedding(TypedDict):
    """POST /api/embeddings: the vector of one text, as the model makes it."""

    embedding: list[float]


class ErrorBody(TypedDict):
    """An error, also as the last line of a stream that failed."""

    error: str


class ModelDetails(TypedDict):
    """What kind of model it is."""

    parent_model: str
    format: str
    family: str
    families: list[str]
    parameter_size: str
    quantization_level: str
    context_length: int


class ListedModel(TypedDict):
    """A model in GET /api/tags."""

    name: str
    model: str
    modified_at: str
    size: int
    digest: str
    details: ModelDetails
    capabilities: list[Capability]


class ModelList(TypedDict):
    """GET /api/tags."""

    models: list[ListedModel]


class RunningModel(TypedDict):
    """A model in GET /api/ps."""

    name: str
    model: str
    size: int
    digest: str
    details: ModelDetails
    expires_at: str
    size_vram: int
    context_length: int


class RunningModels(TypedDict):
    """GET /api/ps."""

    models: list[RunningModel]


class ModelDescription(TypedDict):
    """POST /api/show. The texts are empty: there is no Modelfile."""

    license: str
    modelfile: str
    parameters: str
    template: str
    details: ModelDetails
    model_info: dict[str, str | int]
    capabilities: list[Capability]
    modified_at: str


class Version(TypedDict):
    """GET /api/version."""

    version: str


class PullStatus(TypedDict):
    """POST /api/pull, for a model that is there."""

    status: Literal["success"]
