"""What the clients of the embeddings endpoint read.

Thread: event loop. Source: OpenAI's client types 3.54.0.
"""

from typing import Literal

from typing_extensions import TypedDict


class EmbeddingObject(TypedDict):
    """One input's vector: its numbers, or base64 of them as little-endian float32."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingUsage(TypedDict):
    """Tokens of all inputs together, special tokens and prompts included."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingList(TypedDict):
    """The answer: an object for each input, in the order of the inputs."""

    object: Literal["list"]
    data: list[EmbeddingObject]
    model: str
    usage: EmbeddingUsage
