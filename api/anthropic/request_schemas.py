"""The bodies of POST /v1/messages and /v1/messages/count_tokens, as far as they are honoured.

Thread: event loop. Source: Anthropic's client types 2.13.0, its betas included. What an answer may
be asked for is checked once more, and within its limits, as a ChatRequest.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from api.anthropic.block_schemas import Block, TextBlock, text_as_blocks
from api.format_schemas import JsonSchema
from api.message_schemas import not_too_large
from api.validation import WireModel, at_most

MAX_DECLARED = 1_024
"""Tools, with the deferred ones, of which few are shown to the model."""

Effort = Literal["low", "medium", "high", "xhigh", "max"]


class TurnConfig(WireModel):
    """What a message of role system may set from there on."""

    effort: Effort | None = None


class Message(WireModel):
    """One message. One of role system may stand anywhere."""

    role: Literal["user", "assistant", "system"]
    content: Annotated[list[Block], Field(fail_fast=True), BeforeValidator(text_as_blocks)] = Field(
        []
    )
    clear_at: Literal["next_user_message", "never"] = "never"
    output_config: TurnConfig = Field(TurnConfig())

    @model_validator(mode="after")
    def _says_something(self) -> "Message":
        if self.role != "system" and "content" not in self.model_fields_set:
            raise ValueError(f"a message of role '{self.role}' needs content")
        return self


class Tool(WireModel):
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


class ToolChoice(WireModel):
    """Whether the answer may, must or must not be calls."""

    type: Literal["auto", "any", "tool", "none"] = "auto"
    name: str | None = None
    disable_parallel_tool_use: bool = False

    @model_validator(mode="after")
    def _has_its_name(self) -> "ToolChoice":
        if self.type == "tool" and self.name is None:
            raise ValueError("a choice of type 'tool' needs 'name'")
        return self


class Thinking(WireModel):
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


class OutputFormat(WireModel):
    """The JSON that the text of an answer must be."""

    type: Literal["json_schema"]
    schema_: JsonSchema = Field(validation_alias="schema")


class OutputConfig(TurnConfig):
    """How much effort an answer is worth, and what it looks like."""

    format: OutputFormat | None = None


class CountRequest(WireModel):
    """POST /v1/messages/count_tokens: what a prompt is made of."""

    model: str
    messages: Annotated[
        list[Message], Field(min_length=1, fail_fast=True), BeforeValidator(not_too_large)
    ]
    system: Annotated[list[TextBlock], Field(fail_fast=True), BeforeValidator(text_as_blocks)] = (
        Field([])
    )
    tools: Annotated[list[Tool], Field(fail_fast=True), at_most(MAX_DECLARED)] = Field([])
    tool_choice: ToolChoice = Field(ToolChoice())
    thinking: Thinking | None = None
    output_config: OutputConfig = Field(OutputConfig())
    output_format: OutputFormat | None = None

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


class MessagesRequest(CountRequest):
    """POST /v1/messages."""

    max_tokens: int
    stream: bool = False
    stop_sequences: list[str] = Field([])
    temperature: float | None = Field(None, ge=0, le=1)
    top_p: float | None = None
    top_k: int | None = Field(None, ge=0)
