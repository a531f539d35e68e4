"""What answers the lines of batches; api/batches/lines.py does it as the live endpoints do.

Thread: event loop.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from jobs.records import NOTHING, Usage


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """A line's answer, or its error, as the endpoint's client would have got it. body: JSON."""

    status: int
    request_id: str
    body: bytes
    usage: Usage = NOTHING


class Postponed(Exception):
    """Not now: the model loads, drains, or has a full queue. Nothing was computed, unless the
    model ended by itself meanwhile (`is_suspect`), perhaps because of this line."""

    def __init__(self, retry_after_seconds: float, *, is_suspect: bool = False) -> None:
        super().__init__(f"Try again in {retry_after_seconds} s.")
        self.retry_after_seconds = retry_after_seconds
        self.is_suspect = is_suspect


class LineServer(Protocol):
    """Answers lines, behind whoever waits for an answer."""

    async def answer(
        self, endpoint: str, body: dict[str, Any], *, client: str, owner: str
    ) -> LineAnswer:
        """The whole answer, which belongs to `owner`. Cancelling frees the row.

        Raises:
            Postponed: the same line may be answered later.
        """

    def knows_model(self, name: str) -> bool: ...

    @property
    def num_rows(self) -> int:
        """How many lines can be computed at once while nobody else asks."""
