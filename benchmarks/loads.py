"""What a load client is asked to send, and what it saw: plain values that cross between processes.

Thread: both.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

LOOPBACK = "127.0.0.1"
NEVER_SO_MANY = 10**9


class LoadFailed(Exception):
    """Requests were not answered as they should be; the message says how many and the first why."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Comes when each of these requests has so many pieces of text, or has ended."""

    of: tuple[int, ...]
    num_pieces: int = 1

    @classmethod
    def end_of(cls, *of: int) -> "Trigger":
        """Comes when each of these requests has ended."""
        return cls(of, num_pieces=NEVER_SO_MANY)


@dataclass(frozen=True, slots=True)
class Request:
    """One POST, and when it is sent and given up; without a trigger: at once, and never."""

    body: str
    num_tokens: int
    """What it asks for; a target that keeps to it is held to it."""
    sent_when: Trigger | None = None
    given_up_when: Trigger | None = None
    local_address: str = LOOPBACK


@dataclass(frozen=True, slots=True)
class Load:
    """Requests for one server.

    With `num_connections`, so many clients take them one after another, each on a connection that
    it keeps. Otherwise each request has a connection of its own, open before the clock starts.
    """

    host: str
    port: int
    path: str
    requests: tuple[Request, ...]
    num_connections: int | None = None
    time_limit_seconds: float = 600.0
    api_key: str = ""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Load":
        requests = tuple(
            Request(
                body=request["body"],
                num_tokens=request["num_tokens"],
                sent_when=_trigger(request["sent_when"]),
                given_up_when=_trigger(request["given_up_when"]),
                local_address=request["local_address"],
            )
            for request in value.pop("requests")
        )
        return cls(requests=requests, **value)


def _trigger(value: dict[str, Any] | None) -> Trigger | None:
    return Trigger(tuple(value["of"]), value["num_pieces"]) if value else None


@dataclass(slots=True)
class Answer:
    """How one request went. Times are seconds since the load began.

    `piece_seconds` has the arrival of every event that carries text, or of a whole answer's end.
    The token counts are the server's own; None where it told none.
    """

    sent_seconds: float = 0.0
    piece_seconds: list[float] = field(default_factory=list)
    ended_seconds: float = 0.0
    status: int = 0
    num_events: int = 0
    num_prompt_tokens: int | None = None
    num_completion_tokens: int | None = None
    num_cached_tokens: int | None = None
    was_given_up: bool = False
    error: str = ""

    @property
    def ttft_seconds(self) -> float:
        """From sending to the first text."""
        return self.piece_seconds[0] - self.sent_seconds

    @property
    def gaps_seconds(self) -> list[float]:
        """Between one piece of text and the next."""
        return [later - earlier for earlier, later in pairwise(self.piece_seconds)]

    @property
    def tokens_per_piece(self) -> float:
        """1, unless the server sends several tokens at once or did not say how many there were."""
        if not self.piece_seconds or self.num_completion_tokens is None:
            return 1.0
        return self.num_completion_tokens / len(self.piece_seconds)


@dataclass(frozen=True, slots=True)
class Answers:
    """Of all requests of a load, in their order.

    `begun_seconds` is the system's monotonic clock, and `cpu_seconds` is what the client used.
    """

    all: tuple[Answer, ...]
    begun_seconds: float
    cpu_seconds: float

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Answers":
        answers = tuple(Answer(**answer) for answer in value["all"])
        return cls(answers, value["begun_seconds"], value["cpu_seconds"])

    def __getitem__(self, index: int) -> Answer:
        return self.all[index]

    @property
    def num_completion_tokens(self) -> int:
        """Pieces are counted where the server did not say."""
        return sum(answer.num_completion_tokens or len(answer.piece_seconds) for answer in self.all)

    @property
    def seconds(self) -> float:
        """From the first request sent to the last answer's end."""
        begun = min(answer.sent_seconds for answer in self.all)
        return max(answer.ended_seconds for answer in self.all) - begun

    def check(self, load: Load, *, is_exact: bool) -> None:
        """Whether they can be measured; `is_exact`: they must be as long as was asked for.

        Raises:
            LoadFailed: some cannot.
        """
        problems = [
            problem
            for answer, request in zip(self.all, load.requests, strict=True)
            if (problem := _problem(answer, request.num_tokens if is_exact else None))
        ]
        if problems:
            raise LoadFailed(f"{len(problems)} of {len(self.all)} requests failed: {problems[0]}")


def _problem(answer: Answer, num_tokens: int | None) -> str:
    if answer.error:
        return answer.error
    if answer.was_given_up:
        return ""
    if answer.status != 200:
        return f"status {answer.status}"
    if not answer.piece_seconds:
        return "an answer without text"
    if num_tokens not in (None, answer.num_completion_tokens):
        return f"{answer.num_completion_tokens} tokens instead of {num_tokens}"
    return ""
