"""What an answer has to look like, in the fields of several servers.

Thread: event loop. Source: OpenAI's client types 3.54.0; vLLM's structured_outputs and the guided_*
fields before it; llama.cpp's json_schema and grammar; SGLang's regex and ebnf.
"""

from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from api.validation import WireModel, at_most

MAX_CHOICES = 10_000


def _text_as_json(schema: object) -> object:
    try:
        return orjson.loads(schema) if isinstance(schema, str) else schema
    except orjson.JSONDecodeError as error:
        raise ValueError(f"the schema is not valid JSON: {error}") from None


def _not_too_deep(schema: dict[str, Any]) -> dict[str, Any]:
    try:
        orjson.dumps(schema)
    except orjson.JSONEncodeError as error:
        raise ValueError(f"the schema cannot be read: {error}") from None
    return schema


JsonSchema = Annotated[
    dict[str, Any],
    BeforeValidator(_text_as_json, json_schema_input_type=str | dict[str, Any]),
    AfterValidator(_not_too_deep),
]
Choices = Annotated[list[str], Field(fail_fast=True), at_most(MAX_CHOICES)]


class NamedSchema(WireModel):
    """A schema of response_format. It is kept to whether `strict` is set or not."""

    schema_: JsonSchema = Field({}, validation_alias="schema")


class ResponseFormat(WireModel):
    """OpenAI's response_format; llama.cpp's has a schema in json_object."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: NamedSchema | None = None
    schema_: JsonSchema | None = Field(None, validation_alias="schema")

    @model_validator(mode="after")
    def _has_its_schema(self) -> "ResponseFormat":
        if self.type == "json_schema" and self.json_schema is None:
            raise ValueError("the type 'json_schema' needs 'json_schema'")
        return self


class StructuredOutputs(WireModel):
    """vLLM's structured_outputs."""

    json_: JsonSchema | None = Field(None, validation_alias="json")
    regex: str = ""
    choice: Choices = Field([])
    grammar: str = ""
    json_object: bool = False
    structural_tag: Any = None

    @model_validator(mode="after")
    def _is_supported(self) -> "StructuredOutputs":
        if self.structural_tag:
            raise ValueError("'structural_tag' is not supported")
        return self
