"""The request for embeddings.

Thread: event loop. Source: OpenAI's client types 3.54.0, and what vLLM adds to them.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue, PlainValidator

from api.errors import InvalidRequest, shorten
from api.validation import WireModel
from batching.messages import Priority

MAX_INPUTS = 2_048
"""Of one request, as OpenAI has it."""

TokenIds = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
Text = Annotated[str, Field(min_length=1)]
InputShape = (
    Text
    | TokenIds
    | Annotated[list[Text], Field(min_length=1, max_length=MAX_INPUTS)]
    | Annotated[list[TokenIds], Field(min_length=1, max_length=MAX_INPUTS)]
)
EXAMPLES: list[JsonValue] = [
    {"model": "default", "input": "The shop opens at nine."},
    {"model": "default", "input": ["one", "two"], "encoding_format": "base64"},
]
"""These are for the OpenAPI document: inputs are checked below, and where they are encoded."""


def _checked(value: object) -> str | list[Any]:
    """What an input may be. Token ids are looked at when they are encoded, off the event loop."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise _wrong_type("input", value)
    if not value:
        raise InvalidRequest("Invalid 'input': it has no text and no tokens.", param="input")
    if isinstance(value[0], int):
        return value
    if len(value) > MAX_INPUTS:
        raise InvalidRequest(
            f"Invalid 'input': {len(value)} inputs; the limit is {MAX_INPUTS}.",
            param="input",
            code="array_above_max_length",
        )
    for index, each in enumerate(value):
        if not isinstance(each, str | list):
            raise _wrong_type(f"input[{index}]", each)
    return value


def _wrong_type(param: str, value: object) -> InvalidRequest:
    return InvalidRequest(
        f"Invalid '{param}': it should be a text or a list of token ids, but got {shorten(value)}.",
        param=param,
        code="invalid_type",
    )


class EmbeddingRequest(WireModel):
    """A request for embeddings of one or several inputs."""

    model_config = ConfigDict(json_schema_extra={"examples": EXAMPLES})

    model: str = Field(examples=["default"])
    input: Annotated[Any, PlainValidator(_checked, json_schema_input_type=InputShape)]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(None, ge=1)
    prompt_name: str | None = None
    priority: int = 0

    @property
    def inputs(self) -> list[Any]:
        """Each a text or a list of what should be token ids."""
        is_one = isinstance(self.input, str) or isinstance(self.input[0], int)
        return [self.input] if is_one else self.input

    def param_of(self, index: int) -> str:
        """How the client names an input."""
        return f"input[{index}]" if self.inputs is self.input else "input"

    @property
    def priority_class(self) -> Priority:
        """Whether somebody waits for the answer: vLLM's number, lower first."""
        return "batch" if self.priority > 0 else "interactive"
