"""How a process's memory went while it answered requests, and whether it is still growing.

Thread: both (pure).
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class MemorySample:
    """At one moment. `cache_bytes` is what the prefix cache says it holds: it may grow, up to its
    own bound, and is not counted as growth."""

    num_requests: int
    resident_bytes: int
    cache_bytes: int = 0

    @property
    def own_bytes(self) -> int:
        return self.resident_bytes - self.cache_bytes


@dataclass(frozen=True, slots=True)
class Growth:
    """A straight line through the samples after the warm-up."""

    bytes_per_request: float
    percent: float
    """What the line rises over all these requests, of its middle."""


def growth(samples: Sequence[MemorySample], *, num_warm_up: int) -> Growth | None:
    """None when fewer than three samples were taken after so many requests."""
    settled = [sample for sample in samples if sample.num_requests >= num_warm_up]
    if len(settled) < 3:
        return None
    counts = [float(sample.num_requests) for sample in settled]
    own = [float(sample.own_bytes) for sample in settled]
    slope, _ = statistics.linear_regression(counts, own)
    rise = slope * (counts[-1] - counts[0])
    return Growth(slope, 100 * rise / statistics.mean(own))


def memory_table(samples: Sequence[MemorySample], *, num_lines: int = 11) -> list[str]:
    """Some of the samples as Markdown, the first and the last among them."""
    if len(samples) > num_lines:
        last = len(samples) - 1
        samples = [samples[round(last * i / (num_lines - 1))] for i in range(num_lines)]
    return [
        "| requests | resident MB | of it prefix cache MB |",
        "|---|---|---|",
        *(
            f"| {sample.num_requests:,} | {sample.resident_bytes / MEGABYTE:.0f} "
            f"| {sample.cache_bytes / MEGABYTE:.0f} |"
            for sample in samples
        ),
    ]
