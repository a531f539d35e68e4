"""The body of POST /v1/chat/completions, as far as it is honoured.

Thread: event loop. Source: OpenAI's client types 3.54.0; fields that are accepted and ignored, and
fields that are refused, are in api/undone.py.
"""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationInfo,
    field_validator,
)

from api.generation_schemas import GenerationRequest
from api.message_schemas import Message, not_too_large
from api.tool_schemas import (
    MAX_TOOLS,
    ChoiceWord,
    FunctionDefinition,
    FunctionName,
    ToolChoice,
    ToolDefinition,
    choice_as_object,
    function_as_choice,
)
from api.validation import WireModel, at_most
from prompts.ending import PromptEnding
from prompts.family import ReasoningEffort
from prompts.template import RESERVED_OPTIONS


def _options(options: dict[str, Any]) -> dict[str, Any]:
    if reserved := sorted(RESERVED_OPTIONS & options.keys()):
        raise ValueError(f"{reserved[0]!r} is not for the request to set")
    return options


class OpenRouterReasoning(WireModel):
    """OpenRouter's reasoning."""

    effort: ReasoningEffort | None = None
    max_tokens: int | None = Field(None, ge=1)
    exclude: bool = False
    enabled: bool | None = None


class UsageOptions(WireModel):
    """OpenRouter's usage: it asks for what `stream_options.include_usage` does."""

    include: bool = False


EXAMPLES: list[JsonValue] = [
    {"model": "default", "messages": [{"role": "user", "content": "Hello"}]},
    {
        "model": "default",
        "messages": [
            {"role": "system", "content": "You are brief."},
            {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 100,
        "temperature": 0,
        "stop": ["\n\n"],
    },
    {
        "model": "default",
        "messages": [{"role": "user", "content": "Is it raining in Seoul?"}],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "parameters": {
                        "type": "object",
                        "properties": {"city": {"type": "string"}},
                        "required": ["city"],
                    },
                },
            }
        ],
        "tool_choice": "auto",
    },
]
"""For the OpenAPI document."""


class ChatRequest(GenerationRequest):
    """POST /v1/chat/completions; the other dialects of conversations are translated into it."""

    model_config = ConfigDict(json_schema_extra={"examples": EXAMPLES})

    messages: Annotated[
        list[Message], Field(min_length=1, fail_fast=True), BeforeValidator(not_too_large)
    ]
    max_completion_tokens: int | None = Field(None, ge=1)
    reasoning_effort: ReasoningEffort | None = None
    enable_thinking: bool | None = None
    chat_template_kwargs: Annotated[dict[str, Any], AfterValidator(_options)] = Field(
        default_factory=dict
    )
    thinking_budget: int | None = Field(
        None, ge=-1, validation_alias=AliasChoices("thinking_token_budget", "thinking_budget")
    )
    reasoning: OpenRouterReasoning = Field(OpenRouterReasoning())
    include_reasoning: bool = True
    add_generation_prompt: bool | None = None
    continue_final_message: bool = False
    echo: bool = False
    usage: UsageOptions = Field(UsageOptions())
    return_token_ids: bool = False
    logprobs: bool = False
    top_logprobs: int = Field(0, ge=0, le=20)
    tools: Annotated[list[ToolDefinition], Field(fail_fast=True), at_most(MAX_TOOLS)] = Field(
        default_factory=list
    )
    tool_choice: Annotated[
        ToolChoice,
        BeforeValidator(choice_as_object, json_schema_input_type=ChoiceWord | ToolChoice),
    ] = Field(ToolChoice())
    parallel_tool_calls: bool = True
    functions: Annotated[list[FunctionDefinition], Field(fail_fast=True), at_most(MAX_TOOLS)] = (
        Field(default_factory=list)
    )
    function_call: Annotated[
        ToolChoice,
        BeforeValidator(function_as_choice, json_schema_input_type=ChoiceWord | FunctionName),
    ] = Field(ToolChoice())

    @field_validator("continue_final_message")
    @classmethod
    def _can_continue(cls, is_continued: bool, others: ValidationInfo) -> bool:
        messages: list[Message] = others.data.get("messages", [])
        if not is_continued or not messages:
            return is_continued
        if others.data.get("add_generation_prompt"):
            raise ValueError("it and 'add_generation_prompt' exclude each other")
        last = messages[-1]
        if last.role != "assistant" or last.tool_calls or last.function_call:
            raise ValueError("the last message must be the assistant's, and without calls")
        return is_continued

    @property
    def ending(self) -> PromptEnding:
        """How the prompt ends."""
        if self.continue_final_message:
            return "last message continued"
        return "chat as it is" if self.add_generation_prompt is False else "answer opened"

    @property
    def effort(self) -> ReasoningEffort | None:
        return self.reasoning_effort or self.reasoning.effort

    @property
    def thinks(self) -> bool | None:
        """Whether thinking is switched on or off; None leaves it to the effort and the model."""
        if self.enable_thinking is not None:
            return self.enable_thinking
        return True if self.reasoning.max_tokens is not None else self.reasoning.enabled

    @property
    def max_reasoning_tokens(self) -> int | None:
        if self.thinking_budget is not None:
            return None if self.thinking_budget < 0 else self.thinking_budget
        return self.reasoning.max_tokens

    @property
    def shows_reasoning(self) -> bool:
        return self.include_reasoning and not self.reasoning.exclude

    @property
    def echoed(self) -> str:
        """What the answer begins with: the text of a last message that is the assistant's."""
        last = self.messages[-1]
        if not self.echo or last.role != "assistant":
            return ""
        return "".join(part.text or "" for part in last.content or [])

    @property
    def includes_usage(self) -> bool:
        return self.usage.include or super().includes_usage

    @property
    def token_limit(self) -> int | None:
        """The newer name wins where both are given."""
        return self.max_completion_tokens or self.max_tokens
