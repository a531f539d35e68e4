"""What is kept about files and batches.

Thread: both. Times are in seconds since 1970.
"""

import dataclasses
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

BatchStatus = Literal[
    "validating",
    "in_progress",
    "finalizing",
    "completed",
    "failed",
    "expired",
    "cancelling",
    "cancelled",
]
BatchEnd = Literal["completed", "failed", "expired", "cancelled"]
ENDED: frozenset[BatchStatus] = frozenset({"completed", "failed", "expired", "cancelled"})

INPUT_PURPOSE = "batch"
OUTPUT_PURPOSE = "batch_output"
NOBODY = ""
"""Owner of what was made without an API key; else the key's name."""

KEPT_SECONDS = 30 * 24 * 3600
"""Of batches, their input and their output, unless the client says otherwise."""


def new_id(prefix: str) -> str:
    """An id that does not come twice."""
    return f"{prefix}{random.randbytes(16).hex()}"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file; its content lies in the file area under its id."""

    id: str
    filename: str
    purpose: str
    num_bytes: int
    created_unix: int
    expires_unix: int | None = None
    owner: str = NOBODY


@dataclass(frozen=True, slots=True)
class LineFault:
    """Why a batch cannot begin, or could not go on. `line` counts from 1."""

    code: str
    message: str
    param: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, or of all of a batch."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
        )


NOTHING = Usage()


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of a line: a line of the output file if it `is_completed`, else of the error
    file, as JSON without the line's end."""

    number: int
    is_completed: bool
    json: bytes
    usage: Usage = NOTHING


@dataclass(slots=True)
class JobCounts:
    """Since the start of the server: lines that got a result, and batches that ended."""

    num_completed_lines: int = 0
    num_failed_lines: int = 0
    num_ended: Counter[BatchEnd] = field(default_factory=Counter)

    def note_results(self, results: Sequence[LineResult]) -> None:
        num_completed = sum(result.is_completed for result in results)
        self.num_completed_lines += num_completed
        self.num_failed_lines += len(results) - num_completed


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch: what was asked for, how far it is, and when it got there."""

    id: str
    endpoint: str
    input_file_id: str
    created_unix: int
    expires_unix: int
    metadata: Mapping[str, str] | None = None
    output_seconds: int | None = None
    """How long its output files are kept."""
    creation_key: str | None = None
    """What a request to create it again would have too."""
    owner: str = NOBODY
    status: BatchStatus = "validating"
    model: str | None = None
    faults: tuple[LineFault, ...] = ()
    output_file_id: str | None = None
    error_file_id: str | None = None
    in_progress_unix: int | None = None
    finalizing_unix: int | None = None
    completed_unix: int | None = None
    failed_unix: int | None = None
    expired_unix: int | None = None
    cancelling_unix: int | None = None
    cancelled_unix: int | None = None
    num_lines: int = 0
    num_completed: int = 0
    num_failed: int = 0
    usage: Usage = NOTHING
    suspects: tuple[int, ...] = ()
    """The numbers of lines that were on their way when the model ended by itself, each once for
    each time."""

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def client(self) -> str:
        """Whose share its lines count against: those of all batches of an owner are one client's.

        Not the owner's own, whose chats would wait behind them.
        """
        return self.id if self.owner == NOBODY else f"batches of {self.owner}"

    @property
    def num_left(self) -> int:
        """Lines without a result."""
        return self.num_lines - self.num_completed - self.num_failed

    def moved(self, status: BatchStatus, *, at_unix: int, **changes: Any) -> "Batch":
        """In another state, with the time of it."""
        changes[f"{status}_unix"] = at_unix
        return dataclasses.replace(self, status=status, **changes)

    def counted(self, results: list[LineResult]) -> "Batch":
        """With the results of lines that were not counted before."""
        num_completed = sum(result.is_completed for result in results)
        return dataclasses.replace(
            self,
            num_completed=self.num_completed + num_completed,
            num_failed=self.num_failed + len(results) - num_completed,
            usage=sum((result.usage for result in results), self.usage),
        )

    def suspected(self, numbers: Iterable[int]) -> "Batch":
        """With lines that were on their way when the model ended by itself."""
        return dataclasses.replace(self, suspects=(*self.suspects, *sorted(numbers)))
