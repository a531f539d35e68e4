"""What tokens and texts look like on the wire.

Thread: event loop. Source: vLLM's TokenizeResponse and DetokenizeResponse.
"""

from typing_extensions import TypedDict


class Tokenized(TypedDict):
    """Token ids, and how many there may be together with an answer.

    `token_strs` are the tokens as the vocabulary writes them, if they were asked for.
    """

    tokens: list[int]
    count: int
    max_model_len: int
    token_strs: list[str] | None


class Detokenized(TypedDict):
    """The text of token ids, with special tokens as they are written."""

    prompt: str
