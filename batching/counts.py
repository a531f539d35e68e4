"""What one model's batching has done since its start, counted as it happens.

Thread: event loop. What the inference thread has to say comes with its reports.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from batching.messages import Failed, Finished, Priority, StepReport, StepWork, TimedOut
from batching.stream import TokenStream
from telemetry.metrics import QUEUE_WAIT, STEP, TOKEN_GAP, TTFT
from telemetry.tally import Tally

EndingName = Literal[
    "stop", "length", "stop_string", "cancelled", "left_queue", "failed", "timed_out", "not_begun"
]
"""How a sequence ended, in a word. left_queue: cancelled before it had a slot."""


def _by_priority(buckets: tuple[float, ...]) -> Mapping[Priority, Tally]:
    return MappingProxyType({priority: Tally(buckets) for priority in get_args(Priority)})


@dataclass(slots=True)
class Counts:
    """Requests that were refused because the queue was full, answers that were not begun before
    their clients gave up, and answers that were not complete within their time limit. Then tokens,
    times and endings of sequences; `work` is the sum of what the thread has reported.
    """

    num_refused: int = 0
    num_not_begun: int = 0
    num_timed_out: int = 0
    num_prompt_tokens: int = 0
    num_cached_tokens: int = 0
    num_generated_tokens: int = 0
    endings: Counter[EndingName] = field(default_factory=Counter)
    work: StepWork = field(default_factory=StepWork)
    queue_wait: Mapping[Priority, Tally] = field(
        default_factory=lambda: _by_priority(QUEUE_WAIT.buckets)
    )
    ttft: Mapping[Priority, Tally] = field(default_factory=lambda: _by_priority(TTFT.buckets))
    token_gap: Tally = field(default_factory=lambda: Tally(TOKEN_GAP.buckets))
    step: Tally = field(default_factory=lambda: Tally(STEP.buckets))

    def note_admitted(self, stream: TokenStream) -> None:
        """Count a request that has got its slot."""
        times = stream.times
        if times.admitted_seconds is not None:
            wait_seconds = times.admitted_seconds - times.arrived_seconds
            self.queue_wait[stream.submit.priority].note(wait_seconds)
        self.num_prompt_tokens += stream.num_prompt_tokens

    def note_report(self, report: StepReport) -> None:
        """Count what a step has done, but for the tokens."""
        work = report.work
        if work.step_seconds is not None:
            self.step.note(work.step_seconds)
        self.work.add(work)
        self.num_cached_tokens += sum(report.num_cached.values())

    def note_tokens(self, num_tokens: int, *, gap_seconds: float | None) -> None:
        """Count new tokens of a sequence; the gap is that to the ones before, None if first."""
        self.num_generated_tokens += num_tokens
        if gap_seconds is not None:
            self.token_gap.note(gap_seconds)

    def note_first_token(self, stream: TokenStream, *, arrived_seconds: float) -> None:
        """Count how long the answer to a request that came then took to begin, if it did."""
        first_seconds = stream.times.first_token_seconds
        if first_seconds is not None:
            self.ttft[stream.submit.priority].note(first_seconds - arrived_seconds)

    def note_end(self, stream: TokenStream) -> None:
        """Count a sequence that has ended."""
        self.endings[_name_of_ending(stream)] += 1


def _name_of_ending(stream: TokenStream) -> EndingName:
    match stream.ending:
        case Finished(reason):
            return reason
        case TimedOut(is_total=is_total):
            return "timed_out" if is_total else "not_begun"
        case Failed():
            return "failed"
    if stream.is_enough:
        return "stop_string"
    return "left_queue" if stream.times.admitted_seconds is None else "cancelled"
