"""The body of POST /v1/responses, as far as it is honoured.

Thread: event loop. Source: OpenAI's client types 3.54.0; what is refused and what is ignored is in
api/responses/undone.py.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from api.format_schemas import JsonSchema
from api.generation_schemas import GenerationRequest
from api.responses.examples import EXAMPLES, PROMPT_EXAMPLES
from api.responses.item_schemas import InputItem, not_too_large, text_as_items
from api.responses.tool_schemas import ResponsesTool, ResponsesToolChoice
from api.tool_schemas import MAX_TOOLS, ChoiceWord, choice_as_object
from api.validation import WireModel, at_most
from prompts.family import ReasoningEffort

MAX_PAIRS = 16
MAX_INCLUDED = 64

LOGPROBS = "message.output_text.logprobs"
ENCRYPTED_REASONING = "reasoning.encrypted_content"


class TextFormat(WireModel):
    """What the text has to match. An empty object is like none: n8n sends one."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    schema_: JsonSchema | None = Field(None, validation_alias="schema")

    @model_validator(mode="after")
    def _has_its_schema(self) -> "TextFormat":
        if self.type == "json_schema" and self.schema_ is None:
            raise ValueError("the type 'json_schema' needs 'schema'")
        return self


class TextOptions(WireModel):
    """The field `text`."""

    format: TextFormat = Field(TextFormat())


class ReasoningOptions(WireModel):
    """The field `reasoning`. There are no summaries: the reasoning itself is in the answer."""

    effort: ReasoningEffort | None = None


class ConversationRequest(WireModel):
    """What the prompt is made of."""

    input: Annotated[
        list[InputItem],
        Field(min_length=1, fail_fast=True),
        BeforeValidator(not_too_large),
        BeforeValidator(text_as_items, json_schema_input_type=str | list[InputItem]),
    ]
    instructions: str | None = None
    tools: Annotated[list[ResponsesTool], Field(fail_fast=True), at_most(MAX_TOOLS)] = Field([])
    tool_choice: Annotated[
        ResponsesToolChoice,
        BeforeValidator(choice_as_object, json_schema_input_type=ChoiceWord | ResponsesToolChoice),
    ] = Field(ResponsesToolChoice())
    parallel_tool_calls: bool = True
    text: TextOptions = Field(TextOptions())
    enable_thinking: bool | None = None
    chat_template_kwargs: dict[str, Any] = Field({})
    reasoning: ReasoningOptions = Field(ReasoningOptions())
    truncation: Literal["auto", "disabled"] = "disabled"


class InputTokensRequest(ConversationRequest):
    """POST /v1/responses/input_tokens."""

    model_config = ConfigDict(json_schema_extra={"examples": PROMPT_EXAMPLES})

    model: str = "default"


class ResponsesRequest(ConversationRequest, GenerationRequest):
    """POST /v1/responses. What other servers add to a chat's sampling may be given here too."""

    model_config = ConfigDict(json_schema_extra={"examples": EXAMPLES})

    n: int = Field(1, ge=1, le=1)
    max_output_tokens: int | None = Field(None, ge=1)
    top_logprobs: int = Field(0, ge=0, le=20)
    include: Annotated[list[str], at_most(MAX_INCLUDED)] = Field([])
    metadata: Annotated[dict[str, str], at_most(MAX_PAIRS)] = Field({})
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None

    @property
    def has_logprobs(self) -> bool:
        return LOGPROBS in self.include

    @property
    def has_encrypted_reasoning(self) -> bool:
        return ENCRYPTED_REASONING in self.include
