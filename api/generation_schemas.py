"""What a client may ask of an answer, whatever dialect it speaks.

Thread: event loop. Source: OpenAI's client types 3.54.0, and what vLLM, SGLang, llama.cpp and
mlx-lm's server add to them.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, JsonValue

from api.format_schemas import Choices, JsonSchema, ResponseFormat, StructuredOutputs
from api.ids import new_id
from api.validation import WireModel, at_most
from batching.messages import Priority

MAX_STOP_STRINGS = 64
MAX_BAD_WORDS = 64
MAX_BIASED_TOKENS = 1_024
MAX_ALLOWED_TOKENS = 65_536
"""Limits that no honest request reaches: checking a body must not hold up the others."""

MAX_ANSWERS = 16
"""Of one request; as many as slots by default. Each takes a slot, or a place in the queue."""

MAX_STOP_LENGTH = 512
PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
TOKEN_ID = re.compile(r"0|[1-9][0-9]{0,9}")


StopStrings = (
    Annotated[str, Field(max_length=MAX_STOP_LENGTH)]
    | Annotated[
        list[Annotated[str, Field(max_length=MAX_STOP_LENGTH)]], Field(max_length=MAX_STOP_STRINGS)
    ]
)
TOKEN_BIAS: dict[str, JsonValue] = {
    "propertyNames": {"pattern": f"^({TOKEN_ID.pattern})$"},
    "additionalProperties": {"type": "number", "minimum": -100, "maximum": 100},
}
"""These two are for the OpenAPI document: the limits are checked below, with words of our own."""


def _one_as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _usable_stop_strings(stops: list[str]) -> list[str]:
    for stop in stops:
        if len(stop) > MAX_STOP_LENGTH:
            raise ValueError(
                f"a stop string has {len(stop)} characters; the limit is {MAX_STOP_LENGTH}"
            )
    return [stop for stop in stops if stop]


def _usable_bad_words(words: list[str]) -> list[str]:
    for word in words:
        if not word.strip() or len(word) > MAX_STOP_LENGTH:
            raise ValueError(
                f"a bad word has {len(word.strip())} characters; allowed is 1 to {MAX_STOP_LENGTH}"
            )
    return words


def _token_bias(bias: dict[str, float]) -> dict[str, float]:
    for token, value in bias.items():
        if not TOKEN_ID.fullmatch(token):
            raise ValueError(f"the key {token[:40]!r} is not a token id")
        if not -100 <= value <= 100:
            raise ValueError(f"the bias of token {token[:40]} is {value}; allowed is -100 to 100")
    return bias


class StreamOptions(WireModel):
    """What a stream should carry besides the text."""

    include_usage: bool = False


class GenerationRequest(WireModel):
    """The fields that all dialects' requests come down to. None: the model's own default."""

    model: str = Field(examples=["default"])
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(
        None, ge=1, validation_alias=AliasChoices("max_tokens", "n_predict")
    )
    min_tokens: int = Field(0, ge=0)
    ignore_eos: bool = False
    stop: Annotated[
        list[str],
        at_most(MAX_STOP_STRINGS),
        BeforeValidator(_one_as_list, json_schema_input_type=StopStrings),
        AfterValidator(_usable_stop_strings),
    ] = Field(default_factory=list)
    seed: int | None = Field(None, ge=-(2**63), le=2**63 - 1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    top_k: int | None = Field(None, ge=-1, le=2**31)
    min_p: float = Field(0.0, ge=0, le=1)
    frequency_penalty: float = Field(0.0, ge=-2, le=2)
    presence_penalty: float = Field(0.0, ge=-2, le=2)
    repetition_penalty: float | None = Field(
        None,
        ge=0.01,
        le=10,
        validation_alias=AliasChoices("repetition_penalty", "repeat_penalty"),
    )
    repetition_context_size: int = Field(0, ge=0, le=2**31)
    xtc_probability: float = Field(0.0, ge=0, le=1)
    xtc_threshold: float = Field(0.1, ge=0, le=0.5)
    bad_words: Annotated[list[str], at_most(MAX_BAD_WORDS), AfterValidator(_usable_bad_words)] = (
        Field(default_factory=list)
    )
    allowed_token_ids: Annotated[
        list[int] | None, Field(min_length=1, fail_fast=True), at_most(MAX_ALLOWED_TOKENS)
    ] = None
    logit_bias: Annotated[
        dict[str, float], at_most(MAX_BIASED_TOKENS), AfterValidator(_token_bias)
    ] = Field(default_factory=dict, json_schema_extra=TOKEN_BIAS)
    n: int = Field(1, ge=1, le=MAX_ANSWERS)
    stop_token_ids: Annotated[list[int], Field(fail_fast=True), at_most(MAX_STOP_STRINGS)] = Field(
        default_factory=list
    )
    include_stop_str_in_output: bool = False
    skip_special_tokens: bool = True
    cache_prompt: bool = True
    cache_salt: str = ""
    request_id: str = ""
    response_format: ResponseFormat = Field(ResponseFormat())
    structured_outputs: StructuredOutputs = Field(default_factory=StructuredOutputs)
    guided_json: JsonSchema | None = None
    guided_regex: str = ""
    guided_choice: Choices = Field(default_factory=list)
    guided_grammar: str = ""
    grammar: str = ""
    ebnf: str = ""
    json_schema: JsonSchema | None = None
    regex: str = ""
    service_tier: str | None = None
    priority: int | None = None

    @property
    def answer_id(self) -> str:
        """What makes the answer's id unlike others: the client's own, if it is a plain name."""
        return self.request_id if PLAIN_NAME.fullmatch(self.request_id) else new_id()

    @property
    def token_limit(self) -> int | None:
        return self.max_tokens

    @property
    def num_answers(self) -> int:
        """How many are computed to each prompt."""
        return self.n

    @property
    def includes_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage

    @property
    def priority_class(self) -> Priority:
        """Whether somebody waits for the answer. vLLM's number, lower first, wins over the tier.

        Source: OpenAI's flex processing; vLLM's priority scheduling, where 0 is the default.
        """
        if self.priority is not None:
            return "batch" if self.priority > 0 else "interactive"
        return "batch" if self.service_tier == "flex" else "interactive"
