"""Every scenario by its name, in the order of a run.

Thread: both (pure).
"""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.figures import Row
from benchmarks.scenarios.arrivals import (
    measure_join,
    measure_long_prompt,
    measure_short_with_long,
)
from benchmarks.scenarios.batches import measure_batch, measure_chat_beside_batch
from benchmarks.scenarios.decode import measure_decode, measure_growth
from benchmarks.scenarios.flood import measure_flood
from benchmarks.scenarios.grammar import measure_grammar
from benchmarks.scenarios.http import measure_http
from benchmarks.scenarios.idle import measure_idle
from benchmarks.scenarios.long_queue import measure_long_queue
from benchmarks.scenarios.operations import measure_operations
from benchmarks.scenarios.prefix import (
    measure_articles,
    measure_prefix_lookup,
    measure_shared_prefix,
)
from benchmarks.scenarios.sampler import measure_sampler
from benchmarks.scenarios.streams import measure_greedy, measure_sampled
from benchmarks.session import Session


@dataclass(frozen=True, slots=True)
class Scenario:
    """A measurement that can be chosen with --only."""

    name: str
    about: str
    measure: Callable[[Session], list[Row]]


SCENARIOS = (
    Scenario("decode", "tokens/s over HTTP against the bare loop", measure_decode),
    Scenario("greedy", "16 greedy streams against mlx_lm.server", measure_greedy),
    Scenario("long-prompt", "a 4,000-token prompt while 4 streams run", measure_long_prompt),
    Scenario("short-with-long", "short prompts that come with a long one", measure_short_with_long),
    Scenario("join", "a 200-token prompt while 8 streams run", measure_join),
    Scenario("flood", "a chat behind 150 requests of somebody else", measure_flood),
    Scenario("articles", "articles one after another, one system prompt", measure_articles),
    Scenario("batch", "articles as a batch against one after another", measure_batch),
    Scenario("chat-beside-batch", "a chat while a batch runs", measure_chat_beside_batch),
    Scenario("shared-prefix", "what a shared system prompt saves", measure_shared_prefix),
    Scenario("idle", "an idle server, and the request after that", measure_idle),
    Scenario("long-queue", "step time while 10,000 requests wait", measure_long_queue),
    Scenario("growth", "step time from 1 to 32 rows", measure_growth),
    Scenario("sampled", "16 sampled streams against mlx_lm.server", measure_sampled),
    Scenario("sampler", "a sampling step of 16 rows", measure_sampler),
    Scenario("grammar", "streams kept to a JSON schema", measure_grammar),
    Scenario("prefix-lookup", "finding the prefix of a long prompt", measure_prefix_lookup),
    Scenario("http", "HTTP, text and batching without a model", measure_http),
    Scenario("operations", "log, metrics and keys against none of them", measure_operations),
)
"""Those that share servers stand together."""
