"""Every series of GET /metrics, declared once: name, kind, meaning, labels, buckets.

Thread: both (constants). What counts them are plain numbers, read when somebody asks. The label
values of a series are ours: a client can choose none of them freely.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram", "info"]


@dataclass(frozen=True, slots=True)
class Series:
    """What Prometheus and docs/metrics.md say about it. Only histograms have `buckets`."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


def _counter(name: str, text: str, *labels: str) -> Series:
    return Series(f"hearth_{name}_total", "counter", text, labels)


def _gauge(name: str, text: str, *labels: str) -> Series:
    return Series(f"hearth_{name}", "gauge", text, labels)


def _histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Series:
    return Series(f"hearth_{name}", "histogram", text, labels, buckets)


STEP_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
"""From a small model on a Mac to a large one, or a long chunk, on a CPU."""
WAIT_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1800)
"""From an idle server to a batch that waits for half an hour."""

BUILD = Series("hearth_build_info", "info", "What runs.", ("version", "model", "backend"))
START_TIME = _gauge("start_time_seconds", "When the process started, in seconds since 1970.")
READY = _gauge("ready", "1 when a request would be computed now, else 0.")
CPU_SECONDS = _counter("process_cpu_seconds", "Processor time of the process.")
OPEN_FILES = _gauge("process_open_fds", "Open files and connections of the process.")

HTTP_REQUESTS = _counter(
    "http_requests",
    "Requests that have ended; code is the error's, empty without one; 499: the client left.",
    *("method", "route", "status", "code"),
)
KEY_REQUESTS = _counter("key_requests", "Requests that have ended, by API key.", "key")
KEY_PROMPT_TOKENS = _counter("key_prompt_tokens", "Prompt tokens of ended requests.", "key")
KEY_CACHED_TOKENS = _counter("key_cached_tokens", "Of these, those from the prefix cache.", "key")
KEY_COMPLETION_TOKENS = _counter("key_completion_tokens", "Answer tokens of ended requests.", "key")

QUEUE_REQUESTS = _gauge("queue_requests", "Requests that wait for a slot.")
QUEUE_MAX_REQUESTS = _gauge("queue_max_requests", "How many may (--max-waiting-requests).")
QUEUE_TOKENS = _gauge("queue_tokens", "Prompt tokens of the requests that wait for a slot.")
QUEUE_MAX_TOKENS = _gauge("queue_max_tokens", "How many may (--max-waiting-tokens).")
QUEUE_WAIT = _histogram(
    "queue_wait_seconds", "From the queue to a slot.", "priority", buckets=WAIT_BUCKETS
)
SHED = _counter("requests_shed", "Refused with 429 because the queue was full.")
NOT_BEGUN = _counter("requests_not_begun", "Abandoned: their clients gave up before a slot came.")
TIMED_OUT = _counter("requests_timed_out", "Answers that were not complete within their limit.")

SLOTS = _gauge("slots", "Sequences that may run at the same time.")
SLOTS_TAKEN = _gauge("slots_taken", "Sequences that run: read, decode or are paused.")
RUNNING_ROWS = _gauge("running_rows", "Rows of the last step that gave tokens; 0 when idle.")
STEP = _histogram("step_seconds", "Steps of the inference thread.", buckets=STEP_BUCKETS)
STEP_AGE = _gauge("step_age_seconds", "Since the last step began; 0 while nothing runs.")
STALL_LIMIT = _gauge("stall_limit_seconds", "When the server gives up (--stall-seconds).")
PREFILL_SECONDS = _counter("prefill_seconds", "The part of the steps in which prompts were read.")
PREFILL_TOKENS = _counter("prefill_tokens", "Tokens that were read, also those read again.")
TTFT = _histogram(
    "ttft_seconds",
    "From a request's arrival to its answer's first token; counted when the answer ends.",
    "priority",
    buckets=WAIT_BUCKETS,
)
TOKEN_GAP = _histogram(
    "token_gap_seconds", "Between two tokens of one answer.", buckets=STEP_BUCKETS
)
PROMPT_TOKENS = _counter("prompt_tokens", "Prompt tokens of sequences that got a slot.")
CACHED_TOKENS = _counter("cached_tokens", "Of these, those from the prefix cache.")
GENERATED_TOKENS = _counter("generated_tokens", "Tokens of answers, as they are computed.")
SEQUENCES = _counter("sequences", "Sequences that have ended, by how.", "ending")
RECOMPUTED = _counter(
    "sequences_recomputed", "Begun again: after a fault, or paused for want of memory.", "reason"
)
ENGINE_FAULTS = _counter("engine_faults", "Engine calls that failed.")
ORPHAN_ROWS = _gauge("orphan_rows", "Sequences in the engine that belong to no request.")
INTEGRITY_FAULTS = _counter(
    "integrity_faults", "Checks of the idle engine that found numbers which contradict each other."
)

PREFIX_BYTES = _gauge("prefix_cache_bytes", "Memory that the prefix cache holds.")
PREFIX_MAX_BYTES = _gauge("prefix_cache_max_bytes", "Memory that it may hold.")
PREFIX_BLOCKS = _gauge("prefix_cache_blocks", "Blocks that it holds.")
PREFIX_PROMPTS = _counter("prefix_cache_prompts", "Prompts that were looked up.")
PREFIX_HITS = _counter("prefix_cache_hits", "Of these, those of which a part was there.")
PREFIX_HIT_TOKENS = _counter("prefix_cache_hit_tokens", "Prompt tokens that were there.")
PREFIX_MISSED_TOKENS = _counter(
    "prefix_cache_missed_tokens", "Prompt tokens that were not, by why the match ended.", "reason"
)
PREFIX_EVICTED = _counter("prefix_cache_evicted_blocks", "Blocks that made room for others.")
ANSWERS = _counter("answer_cache_answers", "Deterministic answers, by where from.", "source")
ANSWERS_STORED = _gauge("answer_cache_stored", "Answers that are stored.")
ANSWER_BYTES = _gauge("answer_cache_bytes", "Disk space that they take.")
ANSWER_MAX_BYTES = _gauge("answer_cache_max_bytes", "Disk space that they may take.")

MEMORY = _gauge("memory_bytes", "Memory, by kind; the kinds overlap.", "kind")
MEMORY_PLANNED = _gauge(
    "memory_planned_bytes", "What weights, KV caches and prefix cache may take together."
)
DISK_FREE = _gauge("disk_free_bytes", "Free space where the data directory is.")
DISK_SIZE = _gauge("disk_size_bytes", "Size of that file system.")

JOBS = _gauge("jobs", "Jobs that have not ended, by status.", "status")
JOBS_ENDED = _counter("jobs_ended", "Jobs that have ended, by how.", "end")
JOB_LINES = _counter("job_lines", "Lines of jobs with a result.", "result")
JOB_LINES_LEFT = _gauge("job_lines_left", "Lines of unfinished jobs without a result.")
JOB_LINES_RUNNING = _gauge("job_lines_running", "Lines that run or wait for a slot.")
JOBS_STUCK = _gauge("jobs_stuck", "1 while results cannot be kept, for want of disk, else 0.")

SERIES = tuple(each for each in tuple(globals().values()) if isinstance(each, Series))
"""In the order of this file."""
