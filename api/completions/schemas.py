"""The body of POST /v1/completions, as far as it is honoured.

Thread: event loop. Source: OpenAI's client types 3.54.0; vLLM's add_special_tokens.
"""

from typing import Annotated

from pydantic import AliasChoices, ConfigDict, Field, JsonValue, PlainValidator

from api.generation_schemas import MAX_ANSWERS, GenerationRequest

MAX_PROMPT_TOKENS = 1_000_000
"""Token ids in one body: looking at them must not hold up the others."""

Prompt = str | list[int]
TokenIds = Annotated[list[int], Field(min_length=1)]
WirePrompt = str | TokenIds | Annotated[list[str | TokenIds], Field(min_length=1)]
"""For the OpenAPI document: what is allowed is checked below, with words of our own."""

EXAMPLES: list[JsonValue] = [
    {"model": "default", "prompt": "Once upon a time"},
    {"model": "default", "prompt": [[300, 301], [302]], "echo": True, "logprobs": 1, "seed": 7},
]


def read_prompts(value: object) -> list[Prompt]:
    """All that `prompt` may be as a list of texts and lists of token ids."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not value:
        raise ValueError("a text, a list of token ids, or a list of either is needed")
    prompts: list[Prompt] = [value] if type(value[0]) is int else value
    num_token_ids = sum(len(prompt) for prompt in prompts if isinstance(prompt, list))
    if num_token_ids > MAX_PROMPT_TOKENS:
        raise ValueError(f"{num_token_ids} token ids; the limit is {MAX_PROMPT_TOKENS}")
    for number, prompt in enumerate(prompts):
        if not (isinstance(prompt, str) or _are_token_ids(prompt)):
            raise ValueError(f"item {number} is neither a text nor a list of token ids")
    return prompts


def _are_token_ids(prompt: object) -> bool:
    # NOTE: the exact class. True and False are ints too.
    return isinstance(prompt, list) and bool(prompt) and all(type(item) is int for item in prompt)


class CompletionRequest(GenerationRequest):
    """POST /v1/completions. Without a prompt the model begins a text of its own."""

    model_config = ConfigDict(json_schema_extra={"examples": EXAMPLES})

    prompt: Annotated[
        list[Prompt], PlainValidator(read_prompts, json_schema_input_type=WirePrompt)
    ] = Field([""])
    suffix: str = ""
    max_tokens: int = Field(16, ge=0, validation_alias=AliasChoices("max_tokens", "n_predict"))
    echo: bool = False
    logprobs: int | None = Field(None, ge=0, le=5)
    best_of: int | None = Field(None, ge=1, le=MAX_ANSWERS)
    add_special_tokens: bool = True

    @property
    def num_answers(self) -> int:
        return self.best_of or self.n

    @property
    def picks_best(self) -> bool:
        """Whether more answers are computed than are handed out."""
        return self.num_answers > self.n
