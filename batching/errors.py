"""What batching tells a caller that it cannot do.

Thread: event loop.

BatchingError
├── NotServing          the model is loading, shutting down, or gone
├── QueueFull           as many requests wait as may; try again later
├── GenerationFailed    the engine could not go on with this sequence
├── InvalidGrammar      a grammar that this model cannot keep an answer to
└── WrongModelKind      text was asked of an embedding model, or embeddings of another
"""

from typing import Literal

ModelKind = Literal["text", "embeddings"]
"""What a model makes."""

RESTART_SECONDS = 10
"""What a client is told to wait when the server restarts or shuts down."""


class BatchingError(Exception):
    """Base of what `Batcher.submit` and a token stream raise."""


class NotServing(BatchingError):
    """No new work is taken. `retry_after_seconds` is a guess for a client that wants to wait."""

    def __init__(self, reason: str, *, retry_after_seconds: int) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class QueueFull(BatchingError):
    """A bound of the request queue is reached."""

    def __init__(self, what: str, *, value: int, limit: int, retry_after_seconds: int) -> None:
        super().__init__(
            f"The server is busy: {value} {what} would wait; the limit is {limit}. "
            f"Try again in {retry_after_seconds} s."
        )
        self.retry_after_seconds = retry_after_seconds


class GenerationFailed(BatchingError):
    """The sequence ended by a fault, not by the model or the client. A retry would fail too."""


class InvalidGrammar(BatchingError):
    """The grammar is wrong, too large, or asks for what is not supported; says which."""


class WrongModelKind(BatchingError):
    """The served model makes something else than what was asked for."""

    def __init__(self, asked: ModelKind) -> None:
        super().__init__(
            "This model makes embeddings, not text: ask it at POST /v1/embeddings, or start "
            "Hearth with a chat model."
            if asked == "text"
            else "This model makes text, not embeddings: start Hearth with an embedding model, "
            "such as --model Qwen/Qwen3-Embedding-0.6B."
        )
