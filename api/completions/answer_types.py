"""What text completions look like on the wire.

Thread: event loop. Source: OpenAI's client types 3.54.0.
"""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from batching.messages import FinishReason


class CompletionLogprobs(TypedDict):
    """One entry in each list for each token of the text.

    The first token of an echoed prompt has no log probability. `top_logprobs` has the token's own
    beside the best ones. A token that is no whole character is written as `bytes:\\xe2\\x80`.
    """

    tokens: list[str]
    token_logprobs: list[float | None]
    top_logprobs: list[dict[str, float] | None]
    text_offset: list[int]


class CompletionChoice(TypedDict):
    """One completion, or a piece of it. `index` is that of its prompt times `n`, and its own."""

    text: str
    index: int
    logprobs: CompletionLogprobs | None
    finish_reason: FinishReason | None


class CachedTokens(TypedDict):
    """Of the prompts' tokens, those from the prefix cache."""

    cached_tokens: int


class CompletionUsage(TypedDict):
    """Tokens of all prompts and all answers; those of answers that were not the best count too."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: CachedTokens


class Completion(TypedDict):
    """A response, or a chunk of a stream: they have one shape.

    A stream has `usage` if it was asked for: null but for the last chunk.
    """

    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    system_fingerprint: str
    choices: list[CompletionChoice]
    usage: NotRequired[CompletionUsage | None]
