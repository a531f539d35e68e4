"""Gives each stream what a step has made for it.

Thread: event loop.
"""

from collections.abc import Mapping, Sequence

from batching.counts import Counts
from batching.messages import StepReport
from batching.stream import TokenStream


def pass_on(report: StepReport, running: Mapping[str, TokenStream], counts: Counts) -> None:
    """All but the endings, to the streams of those that run."""
    for sequence_id, num_read in report.num_read.items():
        running[sequence_id].note_read(num_read)
    for sequence_id, num_cached in report.num_cached.items():
        running[sequence_id].num_cached_tokens = num_cached
    for sequence_id, logprobs in report.prompt_logprobs.items():
        running[sequence_id].prompt_logprobs = logprobs
    for sequence_id, logprobs in report.logprobs.items():
        running[sequence_id].logprobs.extend(logprobs)
    for sequence_id, new_token_ids in report.token_ids.items():
        _feed(running[sequence_id], new_token_ids, counts)
    for sequence_id, vectors in report.vectors.items():
        running[sequence_id].vectors.update((each.index, each.values) for each in vectors)


def _feed(stream: TokenStream, token_ids: Sequence[int], counts: Counts) -> None:
    times = stream.times
    before_seconds = times.last_token_seconds
    stream.feed(token_ids)
    gap_seconds = None
    if before_seconds is not None and times.last_token_seconds is not None:
        gap_seconds = times.last_token_seconds - before_seconds
    counts.note_tokens(len(token_ids), gap_seconds=gap_seconds)
