"""The bodies of POST /v1/messages and /v1/messages/count_tokens, as far as they are honoured.

Thread: event loop. Source: Anthropic's client types 2.13.0, its betas included. What an answer may
be asked for is checked once more, and within its limits, as a ChatRequest.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from api.anthropic.block_schemas import Block, TextBlockParam, text_as_blocks
from api.format_schemas import JsonSchema
from api.message_schemas import not_too_large
from api.validation import WireModel, at_most

MAX_DECLARED = 1_024
"""Tools, with the deferred ones, of which few are shown to the model."""

EXAMPLE: dict[str, JsonValue] = {
    "model": "default",
    "messages": [
        {"role": "user", "content": "What is the weather in Oslo?"},
        {
            "role": "assistant",
            "content": [
                {
                    "type": "tool_use",
                    "id": "toolu_1",
                    "name": "get_weather",
                    "input": {"city": "Oslo"},
                }
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "Rain."}],
        },
    ],
    "system": "You are brief.",
    "tools": [
        {
            "name": "get_weather",
            "input_schema": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        }
    ],
}
"""For the OpenAPI document."""

Effort = Literal["low", "medium", "high", "xhigh", "max"]


class TurnConfigParam(WireModel):
    """What a message of role system may set from there on."""

    effort: Effort | None = None


class MessageParam(WireModel):
    """One message. One of role system may stand anywhere."""

    role: Literal["user", "assistant", "system"]
    content: Annotated[
        list[Block],
        Field(fail_fast=True),
        BeforeValidator(text_as_blocks, json_schema_input_type=str | list[Block]),
    ] = Field([])
    clear_at: Literal["next_user_message", "never"] = "never"
    output_config: TurnConfigParam = Field(TurnConfigParam())

    @model_validator(mode="after")
    def _says_something(self) -> "MessageParam":
        if self.role != "system" and "content" not in self.model_fields_set:
            raise ValueError(f"a message of role '{self.role}' needs content")
        return self


class ToolParam(WireModel):
    """A tool of the client."""

    name: str
    description: str | None = None
    input_schema: JsonSchema
    strict: bool = False
    defer_loading: bool = False

    @model_validator(mode="before")
    @classmethod
    def _is_described(cls, tool: object) -> object:
        """A tool of another type is run by Anthropic, or only its models know how to call it."""
        kind = tool.get("type") if isinstance(tool, dict) else None
        if kind not in (None, "custom"):
            raise ValueError(
                f"tools of type {str(kind)[:40]!r} are not served; describe the tool with 'name' "
                "and 'input_schema', or leave it out"
            )
        return tool


class ToolChoiceParam(WireModel):
    """Whether the answer may, must or must not be calls."""

    type: Literal["auto", "any", "tool", "none"] = "auto"
    name: str | None = None
    disable_parallel_tool_use: bool = False

    @model_validator(mode="after")
    def _has_its_name(self) -> "ToolChoiceParam":
        if self.type == "tool" and self.name is None:
            raise ValueError("a choice of type 'tool' needs 'name'")
        return self


class ThinkingParam(WireModel):
    """Whether the model thinks first, and whether the answer shows it."""

    type: Literal["enabled", "disabled", "adaptive", "between_tools"]
    display: str = "summarized"

    @property
    def is_on(self) -> bool:
        """With `between_tools` Anthropic's models only say how far they are."""
        return self.type in ("enabled", "adaptive")

    @property
    def is_hidden(self) -> bool:
        """Whether the client sends it back and does not see it. With `updates` Anthropic's models
        show notes on how far they are, which others do not write."""
        return self.display in ("omitted", "updates")


class OutputFormatParam(WireModel):
    """The JSON that the text of an answer must be."""

    type: Literal["json_schema"]
    schema_: JsonSchema = Field(validation_alias="schema")


class OutputConfigParam(TurnConfigParam):
    """How much effort an answer is worth, and what it looks like."""

    format: OutputFormatParam | None = None


class CountTokensRequest(WireModel):
    """POST /v1/messages/count_tokens: what a prompt is made of."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    model: str
    messages: Annotated[
        list[MessageParam], Field(min_length=1, fail_fast=True), BeforeValidator(not_too_large)
    ]
    system: Annotated[
        list[TextBlockParam],
        Field(fail_fast=True),
        BeforeValidator(text_as_blocks, json_schema_input_type=str | list[TextBlockParam]),
    ] = Field([])
    tools: Annotated[list[ToolParam], Field(fail_fast=True), at_most(MAX_DECLARED)] = Field([])
    tool_choice: ToolChoiceParam = Field(ToolChoiceParam())
    thinking: ThinkingParam | None = None
    output_config: OutputConfigParam = Field(OutputConfigParam())
    output_format: OutputFormatParam | None = None

    @property
    def format_param(self) -> str:
        """The field that the answer's format is in."""
        return "output_format" if self.output_format else "output_config.format"

    @property
    def effort(self) -> Effort | None:
        """The last one that was asked for."""
        in_messages = [message.output_config.effort for message in self.messages]
        return next(filter(None, reversed(in_messages)), self.output_config.effort)

    @property
    def hides_thinking(self) -> bool:
        return self.thinking is not None and self.thinking.is_hidden


class MessagesRequest(CountTokensRequest):
    """POST /v1/messages."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "default",
                    "max_tokens": 100,
                    "messages": [{"role": "user", "content": "Hello"}],
                },
                {**EXAMPLE, "max_tokens": 1000, "stream": True},
            ]
        }
    )

    max_tokens: int
    stream: bool = False
    stop_sequences: list[str] = Field([])
    temperature: float | None = Field(None, ge=0, le=1)
    top_p: float | None = None
    top_k: int | None = Field(None, ge=0)
