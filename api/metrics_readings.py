"""Reads the numbers that other parts keep anyway, for GET /metrics.

Thread: event loop. Nothing here counts: it looks where the counts are.
"""

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from api.request_counts import RequestCounts
from batching.batcher import Batcher
from batching.counts import EndingName
from batching.engine.prefix.values import MatchEnd
from jobs.jobs import Jobs
from jobs.records import ENDED, BatchEnd, BatchStatus
from reuse.answer_reuse import AnswerReuse
from served_model import ServedModel
from settings import read_version
from telemetry import metrics
from telemetry.exposition import Reading
from telemetry.machine import MachineUse

VERSION = read_version()


def read_everything(
    model: ServedModel,
    jobs: Jobs,
    requests: RequestCounts,
    machine: MachineUse,
    *,
    shows_keys: bool,
) -> Iterator[Reading]:
    """All series, as they are now; those of API keys only if they are the reader's business."""
    yield from _server(model, machine)
    yield from _requests(requests)
    if shows_keys:
        yield from _keys(requests)
    yield from _queue(model.batcher)
    yield from _sequences(model)
    yield from _steps(model.batcher)
    yield from _prefix_cache(model.batcher)
    yield from _answer_cache(model.reuse)
    yield from _memory(model, machine)
    yield from _jobs(jobs)


def _server(model: ServedModel, machine: MachineUse) -> Iterator[Reading]:
    yield Reading(metrics.BUILD, 1, (VERSION, model.name, model.backend))
    yield Reading(metrics.START_TIME, machine.started_unix)
    yield Reading(metrics.READY, model.state == "serving")
    yield Reading(metrics.CPU_SECONDS, machine.cpu_seconds)
    yield Reading(metrics.OPEN_FILES, machine.num_open_files)


def _requests(requests: RequestCounts) -> Iterator[Reading]:
    for end, number in requests.ends.items():
        labels = (end.method, end.route, str(end.status), end.code)
        yield Reading(metrics.HTTP_REQUESTS, number, labels)


def _keys(requests: RequestCounts) -> Iterator[Reading]:
    for series, by_key in (
        (metrics.KEY_REQUESTS, requests.requests),
        (metrics.KEY_PROMPT_TOKENS, requests.prompt_tokens),
        (metrics.KEY_CACHED_TOKENS, requests.cached_tokens),
        (metrics.KEY_COMPLETION_TOKENS, requests.completion_tokens),
    ):
        for key, number in by_key.items():
            yield Reading(series, number, (key,))


def _queue(batcher: Batcher) -> Iterator[Reading]:
    counts, limits = batcher.counts, batcher.limits
    yield Reading(metrics.QUEUE_REQUESTS, batcher.num_waiting)
    yield Reading(metrics.QUEUE_MAX_REQUESTS, limits.max_waiting_requests)
    yield Reading(metrics.QUEUE_TOKENS, batcher.num_waiting_tokens)
    yield Reading(metrics.QUEUE_MAX_TOKENS, limits.max_waiting_tokens)
    for priority, tally in counts.queue_wait.items():
        yield Reading(metrics.QUEUE_WAIT, tally, (priority,))
    yield Reading(metrics.SHED, counts.num_refused)
    yield Reading(metrics.NOT_BEGUN, counts.num_not_begun)
    yield Reading(metrics.TIMED_OUT, counts.num_timed_out)


def _sequences(model: ServedModel) -> Iterator[Reading]:
    batcher, counts = model.batcher, model.batcher.counts
    yield Reading(metrics.SLOTS, model.max_slots)
    yield Reading(metrics.SLOTS_TAKEN, batcher.num_running)
    for priority, tally in counts.ttft.items():
        yield Reading(metrics.TTFT, tally, (priority,))
    yield Reading(metrics.TOKEN_GAP, counts.token_gap)
    yield Reading(metrics.PROMPT_TOKENS, counts.num_prompt_tokens)
    yield Reading(metrics.CACHED_TOKENS, counts.num_cached_tokens)
    yield Reading(metrics.GENERATED_TOKENS, counts.num_generated_tokens)
    for ending in get_args(EndingName):
        yield Reading(metrics.SEQUENCES, counts.endings[ending], (ending,))


def _steps(batcher: Batcher) -> Iterator[Reading]:
    work, state = batcher.counts.work, batcher.engine_state
    yield Reading(metrics.RUNNING_ROWS, work.num_rows if batcher.num_running else 0)
    yield Reading(metrics.STEP, batcher.counts.step)
    yield Reading(metrics.STEP_AGE, batcher.step_age_seconds() or 0.0)
    yield Reading(metrics.STALL_LIMIT, batcher.limits.stall_seconds)
    yield Reading(metrics.PREFILL_SECONDS, work.read_seconds)
    yield Reading(metrics.PREFILL_TOKENS, work.num_read)
    yield Reading(metrics.RECOMPUTED, work.num_restarted, ("fault",))
    yield Reading(metrics.RECOMPUTED, work.num_paused, ("memory",))
    yield Reading(metrics.ENGINE_FAULTS, work.num_faults)
    yield Reading(metrics.INTEGRITY_FAULTS, work.num_broken_checks)
    yield Reading(metrics.ORPHAN_ROWS, state.num_orphans if state else 0)


def _prefix_cache(batcher: Batcher) -> Iterator[Reading]:
    """Zeros where there is none."""
    stats = batcher.prefix_stats
    yield Reading(metrics.PREFIX_BYTES, stats.num_bytes if stats else 0)
    yield Reading(metrics.PREFIX_MAX_BYTES, stats.max_bytes if stats else 0)
    yield Reading(metrics.PREFIX_BLOCKS, stats.num_blocks if stats else 0)
    yield Reading(metrics.PREFIX_PROMPTS, stats.num_prompts if stats else 0)
    yield Reading(metrics.PREFIX_HITS, stats.num_hits if stats else 0)
    yield Reading(metrics.PREFIX_HIT_TOKENS, stats.hit_tokens if stats else 0)
    missed = stats.missed_tokens if stats else {}
    for end in MatchEnd:
        yield Reading(metrics.PREFIX_MISSED_TOKENS, missed.get(end.value, 0), (end.value,))
    yield Reading(metrics.PREFIX_EVICTED, stats.num_evicted_blocks if stats else 0)


def _answer_cache(reuse: AnswerReuse) -> Iterator[Reading]:
    counts, store = reuse.counts, reuse.store
    yield Reading(metrics.ANSWERS, counts.hit, ("hit",))
    yield Reading(metrics.ANSWERS, counts.shared, ("shared",))
    yield Reading(metrics.ANSWERS, counts.miss, ("miss",))
    yield Reading(metrics.ANSWERS_STORED, store.num_values if store else 0)
    yield Reading(metrics.ANSWER_BYTES, store.num_bytes if store else 0)
    yield Reading(metrics.ANSWER_MAX_BYTES, store.limits.max_bytes if store else 0)


def _memory(model: ServedModel, machine: MachineUse) -> Iterator[Reading]:
    plan, state = model.memory, model.batcher.engine_state
    stats = model.batcher.prefix_stats
    by_kind = {"resident": machine.resident_bytes, "weights": plan.weights_bytes}
    if state:
        memory = state.memory
        by_kind |= {"kv": memory.kv_bytes, "prefix_cache": stats.num_bytes if stats else 0}
        by_kind |= {"mlx_active": memory.active_bytes, "mlx_cached": memory.cached_bytes}
        by_kind |= {"mlx_peak": memory.peak_bytes}
    for kind, num_bytes in by_kind.items():
        yield Reading(metrics.MEMORY, num_bytes, (kind,))
    yield Reading(metrics.MEMORY_PLANNED, plan.total_bytes)
    yield Reading(metrics.DISK_FREE, machine.disk_free_bytes)
    yield Reading(metrics.DISK_SIZE, machine.disk_size_bytes)


def _jobs(jobs: Jobs) -> Iterator[Reading]:
    unfinished, counts = jobs.unfinished, jobs.counts
    by_status = Counter(batch.status for batch in unfinished)
    for status in get_args(BatchStatus):
        if status not in ENDED:
            yield Reading(metrics.JOBS, by_status[status], (status,))
    for end in get_args(BatchEnd):
        yield Reading(metrics.JOBS_ENDED, counts.num_ended[end], (end,))
    yield Reading(metrics.JOB_LINES, counts.num_completed_lines, ("completed",))
    yield Reading(metrics.JOB_LINES, counts.num_failed_lines, ("failed",))
    yield Reading(metrics.JOB_LINES_LEFT, sum(batch.num_left for batch in unfinished))
    yield Reading(metrics.JOB_LINES_RUNNING, jobs.num_lines_running)
    yield Reading(metrics.JOBS_STUCK, jobs.trouble is not None)
