"""What batching tells a caller that it cannot do.

Thread: event loop.

BatchingError
├── NotServing          the model is loading, shutting down, or gone
├── QueueFull           as many requests wait as may; try again later
├── NotBegun            its client does not wait any longer, and nothing was computed yet
├── RequestTimeout      the answer was not complete within the request's time limit
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
    """A bound of the request queue is reached. When to try again is for the batcher to say."""

    def __init__(self, what: str, *, value: int, limit: int) -> None:
        super().__init__()
        self._reason = f"{value} {what} would wait; the limit is {limit}"
        self.retry_after_seconds = 1

    def __str__(self) -> str:
        return f"The server is busy: {self._reason}. Try again in {self.retry_after_seconds} s."


class NotBegun(BatchingError):
    """A request waited for a slot for as long as its client waits for an answer."""

    def __init__(self, limit_seconds: float) -> None:
        super().__init__(
            f"The request has waited {limit_seconds:g} s for its turn, as long as its client waits "
            "for an answer, and was not computed. Send fewer requests at once, stream the answer, "
            "or give the client a longer timeout."
        )


class RequestTimeout(BatchingError):
    """An answer was not complete within the time limit of its request."""

    def __init__(self, limit_seconds: float) -> None:
        super().__init__(
            f"The answer was not complete after {limit_seconds:g} s, this request's time limit "
            "(the header x-request-timeout, or --request-timeout-seconds if that is less). Ask for "
            "less, such as a smaller max_tokens, or allow more time."
        )


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
