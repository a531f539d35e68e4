"""Prompts that begin alike: what is computed once, what is kept, and what finding it costs.

Thread: both.
"""

import time
from typing import Any

from benchmarks.figures import Figure, NotMeasured, Row, Series, at_least, at_most, ratio
from benchmarks.loads import LoadFailed
from benchmarks.random_model import Recipe
from benchmarks.session import WARM_UP_PROMPT_TOKENS, WARM_UP_TOKENS, Session
from benchmarks.targets import Target

NUM_SHARED_TOKENS = 400
"""A multiple of every usual block size up to 16."""
NUM_OWN_TOKENS = 64
NUM_ANSWER_TOKENS = 8

IDLE_SECONDS = 30.0
POLL_SECONDS = 0.05


def measure_shared_prefix(session: Session) -> list[Row]:
    """32 requests with one system prompt, 1 and 8 at a time, each on a fresh server."""
    rows: list[Row] = []
    for num_at_once in (1, 8):
        session.say(f"  {num_at_once} at a time")
        rows += _measure_sharing(session, session.small_vocabulary, num_at_once)
    return rows


def _measure_sharing(session: Session, recipe: Recipe, num_at_once: int) -> list[Row]:
    num_requests = session.size(32, quick=16)
    reusable = (num_requests - 1) * NUM_SHARED_TOKENS
    own = num_requests * (NUM_OWN_TOKENS + NUM_ANSWER_TOKENS - 1)
    warm_up = WARM_UP_PROMPT_TOKENS + WARM_UP_TOKENS - 1
    distinct_bytes = (NUM_SHARED_TOKENS + own + warm_up) * recipe.kv_bytes_per_token
    cached_parts, held_parts = [], []
    for _ in range(session.options.repetitions):
        with session.hearth_alone(recipe) as server:
            cached = _send_sharing(session, server.target, recipe, num_requests, num_at_once)
            cached_parts.append(cached / reusable)
            if (held := _bytes_when_idle(server.target)) is not None:
                held_parts.append(held / distinct_bytes)
    what = f"{num_requests} requests sharing {NUM_SHARED_TOKENS} tokens, {num_at_once} at a time"
    what_held = f"{what}: bytes the cache holds / KV of the distinct tokens"
    return [
        Figure(
            f"{what}: reusable tokens taken from the cache",
            tuple(cached_parts),
            must=at_least(0.98),
        ),
        Figure(what_held, tuple(held_parts), unit="×", must=at_most(1.2))
        if held_parts
        else NotMeasured(what_held, "GET / of this Hearth shows no prefix cache", at_most(1.2)),
    ]


def _send_sharing(
    session: Session, target: Target, recipe: Recipe, num_requests: int, num_at_once: int
) -> int:
    """Prompt tokens that the server says it took from its cache."""
    chats = session.chats(recipe)
    system = chats.system(NUM_SHARED_TOKENS)
    prompts = [chats.with_system(system, NUM_OWN_TOKENS) for _ in range(num_requests)]
    requests = [session.request(target, prompt, NUM_ANSWER_TOKENS) for prompt in prompts]
    answers = session.send(target, requests, num_connections=num_at_once)
    for answer in answers.all:
        if answer.num_prompt_tokens != NUM_SHARED_TOKENS + NUM_OWN_TOKENS:
            raise LoadFailed(f"a prompt has {answer.num_prompt_tokens} tokens, not as written")
    return sum(answer.num_cached_tokens or 0 for answer in answers.all)


def _bytes_when_idle(target: Target) -> int | None:
    """Bytes in the prefix cache once no row is running; None where there is no such cache."""
    end = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < end:
        status: Any = target.get("/")[1]
        if "prefix_cache" not in status:
            return None
        if status["batch"]["running"] == 0:
            num_bytes: int = status["prefix_cache"]["bytes"]
            return num_bytes
        time.sleep(POLL_SECONDS)
    raise LoadFailed(f"rows are still running {IDLE_SECONDS:.0f} s after the last answer")


def measure_articles(session: Session) -> list[Row]:
    """One article after another is analysed with the same system prompt."""
    recipe = session.small_vocabulary
    pair = session.pair(recipe)
    num_requests = session.size(30, quick=6)

    def requests_per_second(target: Target) -> float:
        chats = session.chats(recipe)
        system = chats.system(NUM_SHARED_TOKENS)
        requests = [
            session.request(target, chats.with_system(system, 230), 16, streams=False)
            for _ in range(num_requests)
        ]
        return num_requests / session.send(target, requests, num_connections=1).seconds

    hearth, *others = session.alternate(pair.all, requests_per_second)
    what = f"{num_requests} articles one after another, {NUM_SHARED_TOKENS}-token system prompt"
    return [
        ratio(
            f"{what} / {peer.name}",
            Series("Hearth", "requests/s", hearth),
            Series(peer.name, "requests/s", values),
            must=pair.must_of(peer, at_least(1.1)),
        )
        for peer, values in zip(pair.peers, others, strict=True)
    ]


def measure_prefix_lookup(session: Session) -> list[Row]:
    """How long it takes to find the longest stored prefix of a long prompt."""
    from benchmarks.prefix_lookup import NUM_ENTRIES, NUM_PROMPT_TOKENS, lookup_seconds

    what = f"prefix lookup, a {NUM_PROMPT_TOKENS:,}-token prompt, {NUM_ENTRIES} entries"
    try:
        seconds = lookup_seconds(session.options.repetitions)
    except ModuleNotFoundError as error:
        return [NotMeasured(what, f"this Hearth has no {error.name}", at_most(5))]
    values = tuple(1000 * each for each in seconds)
    return [Figure(what, values, unit="ms", must=at_most(5))]
