"""The body of POST /v1/chat/completions, as far as it is honoured.

Thread: event loop. Source: OpenAI's client types 3.54.0; fields that are accepted and ignored, and
fields that are refused, are in api/undone.py.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, JsonValue

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
from api.validation import at_most
from prompts.family import ReasoningEffort
from prompts.template import RESERVED_OPTIONS


def _options(options: dict[str, Any]) -> dict[str, Any]:
    if reserved := sorted(RESERVED_OPTIONS & options.keys()):
        raise ValueError(f"{reserved[0]!r} is not for the request to set")
    return options


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
    chat_template_kwargs: Annotated[dict[str, Any], AfterValidator(_options)] = Field({})
    logprobs: bool = False
    top_logprobs: int = Field(0, ge=0, le=20)
    tools: Annotated[list[ToolDefinition], Field(fail_fast=True), at_most(MAX_TOOLS)] = Field([])
    tool_choice: Annotated[
        ToolChoice,
        BeforeValidator(choice_as_object, json_schema_input_type=ChoiceWord | ToolChoice),
    ] = Field(ToolChoice())
    parallel_tool_calls: bool = True
    functions: Annotated[list[FunctionDefinition], Field(fail_fast=True), at_most(MAX_TOOLS)] = (
        Field([])
    )
    function_call: Annotated[
        ToolChoice,
        BeforeValidator(function_as_choice, json_schema_input_type=ChoiceWord | FunctionName),
    ] = Field(ToolChoice())

    @property
    def token_limit(self) -> int | None:
        """The newer name wins where both are given."""
        return self.max_completion_tokens or self.max_tokens
