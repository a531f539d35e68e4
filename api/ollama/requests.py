"""The bodies that Ollama's clients send.

Thread: event loop. Source: Ollama's api/types.go, and its Python client 0.6.3.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainValidator,
)

from api.message_schemas import not_too_large
from api.validation import WireModel

ThinkLevel = Literal["low", "medium", "high", "max"]

MODEL_EXAMPLES: list[JsonValue] = [{"model": "default"}]
CHAT_EXAMPLES: list[JsonValue] = [
    {"model": "default", "messages": [{"role": "user", "content": "Hello"}]},
    {
        "model": "default",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": False,
        "options": {"temperature": 0, "num_predict": 100},
    },
]
EMBED_EXAMPLES: list[JsonValue] = [{"model": "default", "input": ["one", "two"]}]
LEGACY_EMBED_EXAMPLES: list[JsonValue] = [{"model": "default", "prompt": "one"}]
GENERATE_EXAMPLES: list[JsonValue] = [{"model": "default", "prompt": "Hello", "stream": False}]


def _is_format(value: object) -> object:
    if value in ("", "json") or isinstance(value, dict):
        return value
    raise ValueError("allowed are 'json' and a JSON schema as an object")


def _is_think(value: object) -> object:
    if isinstance(value, bool) or value in ("low", "medium", "high", "max"):
        return value
    raise ValueError("allowed are true, false, 'low', 'medium', 'high' and 'max'")


def _are_texts(value: object) -> object:
    is_list_of_texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if isinstance(value, str) or is_list_of_texts:
        return value
    raise ValueError("a text or a list of texts is needed")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _no_images(images: list[Any]) -> list[Any]:
    if images:
        raise ValueError("this model reads text only")
    return images


Images = Annotated[list[Any], AfterValidator(_no_images)]


class ModelRequest(WireModel):
    """A model by its name; the older key is `name`."""

    model_config = ConfigDict(json_schema_extra={"examples": MODEL_EXAMPLES})

    model: str = Field(validation_alias=AliasChoices("model", "name"))
    stream: bool = True


class OllamaRequest(WireModel):
    """What /api/chat and /api/generate have in common. They stream unless told not to."""

    model: str
    stream: bool = True
    format: Annotated[str | dict[str, Any], BeforeValidator(_is_format)] = ""
    options: dict[str, Any] = Field({})
    think: Annotated[bool | ThinkLevel | None, BeforeValidator(_is_think)] = None
    logprobs: bool = False
    top_logprobs: int = Field(0, ge=0, le=20)


class CalledFunction(WireModel):
    """A function with its arguments, which are an object."""

    name: str
    arguments: dict[str, Any] = Field({})


class PastCall(WireModel):
    """A call that an assistant message made earlier; many clients leave its id out."""

    id: str | None = None
    function: CalledFunction


class PastMessage(WireModel):
    """One message of the conversation."""

    role: Annotated[Literal["system", "user", "assistant", "tool"], BeforeValidator(_lower)]
    content: str = ""
    thinking: str | None = None
    images: Images = Field([])
    tool_calls: Annotated[list[PastCall], Field(fail_fast=True)] = Field([])
    tool_name: str | None = None
    tool_call_id: str | None = None


class ChatBody(OllamaRequest):
    """POST /api/chat. Without messages the client only wants the model to be there."""

    model_config = ConfigDict(json_schema_extra={"examples": CHAT_EXAMPLES})

    messages: Annotated[
        list[PastMessage], Field(fail_fast=True), BeforeValidator(not_too_large)
    ] = Field([])
    tools: list[Any] = Field([])


class GenerateBody(OllamaRequest):
    """POST /api/generate. Without a prompt the client only wants the model to be there."""

    model_config = ConfigDict(json_schema_extra={"examples": GENERATE_EXAMPLES})

    prompt: str = ""
    suffix: str = ""
    raw: bool = False
    system: str = ""
    images: Images = Field([])

    @property
    def is_chat(self) -> bool:
        """Whether the prompt is what a user says, not the text that is to go on."""
        return not (self.raw or self.suffix)


class EmbedBody(WireModel):
    """POST /api/embed. Without an input the client only wants the model to be there.

    `options` say how Ollama runs a model; nothing in them changes a vector.
    """

    model_config = ConfigDict(json_schema_extra={"examples": EMBED_EXAMPLES})

    model: str
    input: Annotated[Any, PlainValidator(_are_texts, json_schema_input_type=str | list[str])] = (
        Field("")
    )
    truncate: bool = True
    dimensions: int = Field(0, ge=0)
    options: dict[str, Any] = Field({})


class LegacyEmbedBody(WireModel):
    """POST /api/embeddings, the older form for one text."""

    model_config = ConfigDict(json_schema_extra={"examples": LEGACY_EMBED_EXAMPLES})

    model: str
    prompt: str = ""
    options: dict[str, Any] = Field({})
