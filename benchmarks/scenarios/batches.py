"""Articles as one batch: what it saves, and what a chat beside it notices.

Thread: both.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.batch_jobs import BatchJob
from benchmarks.figures import Figure, Must, Row, Series, at_least, at_most, percentile, ratio
from benchmarks.loads import Answers, Request
from benchmarks.random_model import Recipe
from benchmarks.servers import slot_flags, start_hearth
from benchmarks.session import NUM_ROWS, Session
from benchmarks.targets import Target
from benchmarks.yardstick import Articles, Decode
from settings import TINY_MODEL_NAME

NUM_SHARED_TOKENS = 400
NUM_ARTICLE_TOKENS = 100
NUM_ANSWER_TOKENS = 64
NUM_CHAT_PROMPT_TOKENS = 64
NUM_CHAT_TOKENS = 48
STEP_BUDGET_MS = 100
TOKENS_A_WORD = 4
"""About so many of the bundled model are one of a random model."""

WAYS = ("batch", "one by one")
"""To have articles answered."""


def measure_batch(session: Session) -> list[Row]:
    """150 articles through /v1/batches, against one after another and against the bare loop."""
    recipe = session.small_vocabulary
    num_articles = session.size(150, quick=12)
    num_tokens = session.size(NUM_ANSWER_TOKENS, quick=8)
    work = Articles(num_articles, NUM_ROWS, NUM_SHARED_TOKENS, NUM_ARTICLE_TOKENS, num_tokens)
    with session.hearth_alone(recipe) as server:

        def seconds(way: str) -> float:
            if way == "bare loop":
                return session.bare_loop(recipe).articles_seconds(work)
            bodies = _articles(session, server.target, recipe, num_articles, num_tokens)
            return _seconds(session, server.target, bodies, num_tokens, way)

        batch, bare, one_by_one = session.alternate(("batch", "bare loop", "one by one"), seconds)
    what = f"{num_articles} articles, {NUM_SHARED_TOKENS}-token system prompt"
    return [
        _batch_ratio(what, batch, one_by_one, must=at_most(0.5)),
        ratio(
            f"{what}: articles a second of the batch / of a bare loop in groups of {NUM_ROWS}",
            Series("batch", "articles/s", tuple(num_articles / each for each in batch)),
            Series("bare loop", "articles/s", tuple(num_articles / each for each in bare)),
            must=at_least(0.9),
        ),
        _measure_bundled(session, num_articles, num_tokens),
    ]


def _measure_bundled(session: Session, num_articles: int, num_tokens: int) -> Row:
    """The bundled model, to see: prompts of about as many tokens, of a quarter as many words."""
    session.say("  the bundled model")
    session.stop_servers()
    with start_hearth(TINY_MODEL_NAME, *slot_flags(NUM_ROWS), folder=session.log_folder) as server:
        session.warm_up(server.target, session.small_vocabulary)

        def seconds(way: str) -> float:
            bodies = _articles(
                session,
                server.target,
                session.small_vocabulary,
                num_articles,
                num_tokens,
                num_shared=NUM_SHARED_TOKENS // TOKENS_A_WORD,
                num_own=NUM_ARTICLE_TOKENS // TOKENS_A_WORD,
            )
            return _seconds(session, server.target, bodies, num_tokens, way)

        batch, one_by_one = session.alternate(WAYS, seconds)
    return _batch_ratio(f"{num_articles} articles on the bundled model", batch, one_by_one)


def _seconds(
    session: Session, target: Target, bodies: list[str], num_tokens: int, way: str
) -> float:
    """Until all articles are answered, in one of the WAYS."""
    if way == "batch":
        return BatchJob(target, bodies).wait()
    requests = [Request(body, num_tokens) for body in bodies]
    return session.send(target, requests, num_connections=1).seconds


def _batch_ratio(
    what: str, batch: Sequence[float], one_by_one: Sequence[float], *, must: Must | None = None
) -> Row:
    return ratio(
        f"{what}: as a batch / one by one",
        Series("batch", "s", tuple(batch)),
        Series("one by one", "s", tuple(one_by_one)),
        must=must,
    )


@dataclass(frozen=True, slots=True)
class _Beside:
    """Chats, and the lines a second of a batch that ran meanwhile."""

    chats: Answers
    lines_per_second: float

    @property
    def p95_gap_ms(self) -> float:
        return 1000 * percentile([gap for each in self.chats.all for gap in each.gaps_seconds], 95)

    @property
    def p95_ttft_ms(self) -> float:
        return 1000 * percentile([each.ttft_seconds for each in self.chats.all], 95)


def measure_chat_beside_batch(session: Session) -> list[Row]:
    """Chats one after another, with and without a batch of 500 lines."""
    recipe = session.small_vocabulary
    decode = Decode("bare", NUM_ROWS, NUM_SHARED_TOKENS + NUM_ARTICLE_TOKENS, NUM_CHAT_TOKENS)
    step_ms = 1000 * session.bare_loop(recipe).step_seconds(decode)
    with session.hearth_alone(recipe) as server:
        calm, beside, idle = session.alternate(
            ("calm", "beside", "idle"), lambda way: _measure(session, server.target, recipe, way)
        )
    num_lines = session.size(500, quick=40)
    what = f"chats beside a batch of {num_lines} lines"
    gaps = Series("beside the batch", "ms", tuple(each.p95_gap_ms for each in beside))
    calm_gaps = Series("without it", "ms", tuple(each.p95_gap_ms for each in calm))
    return [
        Figure(
            f"{what}: p95 token gap beyond one step of {NUM_ROWS} rows",
            tuple(value - step_ms for value in gaps.values),
            unit="ms",
            must=at_most(STEP_BUDGET_MS),
            series=(gaps, calm_gaps),
        ),
        ratio(
            f"{what}: p95 TTFT / without it",
            Series("beside the batch", "ms", tuple(each.p95_ttft_ms for each in beside)),
            Series("without it", "ms", tuple(each.p95_ttft_ms for each in calm)),
            must=at_most(2),
        ),
        ratio(
            f"{what}: lines of the batch a second / without chats",
            Series("beside chats", "lines/s", tuple(each.lines_per_second for each in beside)),
            Series("alone", "lines/s", tuple(each.lines_per_second for each in idle)),
            must=at_least(0.3),
        ),
    ]


def _measure(session: Session, target: Target, recipe: Recipe, way: str) -> _Beside:
    job: BatchJob | None = None
    if way != "calm":
        num_lines, num_tokens = session.size(500, quick=40), session.size(64, quick=32)
        job = BatchJob(target, _articles(session, target, recipe, num_lines, num_tokens))
        job.wait_for(1)
    before = job.num_completed() if job else 0
    begun = time.monotonic()
    if way == "idle" and job:
        job.wait_for(before + session.size(100, quick=16))
        chats = Answers((), 0.0, 0.0)
    else:
        prompts = session.chats(recipe)
        requests = [
            session.request(target, prompts.plain(NUM_CHAT_PROMPT_TOKENS), NUM_CHAT_TOKENS)
            for _ in range(session.size(20, quick=2))
        ]
        chats = session.send(target, requests, num_connections=1)
    seconds = time.monotonic() - begun
    num_answered = job.num_completed() - before if job else 0
    if job:
        job.cancel()
    return _Beside(chats, num_answered / seconds)


def _articles(
    session: Session,
    target: Target,
    recipe: Recipe,
    num_articles: int,
    num_tokens: int,
    *,
    num_shared: int = NUM_SHARED_TOKENS,
    num_own: int = NUM_ARTICLE_TOKENS,
) -> list[str]:
    chats = session.chats(recipe)
    system = chats.system(num_shared)
    return [
        session.request(target, chats.with_system(system, num_own), num_tokens, streams=False).body
        for _ in range(num_articles)
    ]
