"""Sixteen clients at once, whole answers: greedy, sampled, and some with a seed.

Thread: both.
"""

from collections.abc import Sequence

from benchmarks.chats import GREEDY, MIXED, Sampling, mixed_sampling
from benchmarks.figures import Must, Row, Series, at_least, ratio
from benchmarks.random_model import Recipe
from benchmarks.session import Session
from benchmarks.targets import Target

NUM_STREAMS = 16
NUM_PROMPT_TOKENS = 230
NUM_GREEDY_TOKENS = 96
NUM_SAMPLED_TOKENS = 48


def measure_greedy(session: Session) -> list[Row]:
    """16 greedy streams of 230-token prompts, prefill and all."""
    return _measure(
        session,
        session.small_vocabulary,
        [GREEDY] * NUM_STREAMS,
        num_tokens=NUM_GREEDY_TOKENS,
        what=f"{NUM_STREAMS} greedy streams of {NUM_PROMPT_TOKENS}-token prompts",
        must=at_least(1.1),
    )


def measure_sampled(session: Session) -> list[Row]:
    """The same with a large vocabulary and a mixture of settings, and with seeds on half."""
    recipe = session.large_vocabulary
    crowd = f"16 streams, mixed temperatures and top_p, vocabulary {recipe.vocab_size:,}"
    return [
        *_measure(
            session,
            recipe,
            mixed_sampling(),
            what=crowd,
            num_tokens=NUM_SAMPLED_TOKENS,
            must=at_least(1.3),
            note="temperature and top_p: " + ", ".join(f"{t} {p}" for t, p in MIXED),
        ),
        *_measure(
            session,
            recipe,
            mixed_sampling(num_seeded=8),
            what=f"{crowd}, a seed on 8",
            num_tokens=NUM_SAMPLED_TOKENS,
            must=at_least(2.5),
            note="mlx_lm.server computes requests with a seed one at a time",
        ),
    ]


def _measure(
    session: Session,
    recipe: Recipe,
    samplings: Sequence[Sampling],
    *,
    what: str,
    num_tokens: int,
    must: Must,
    note: str = "",
) -> list[Row]:
    session.say(f"  {what}")
    num_tokens = session.size(num_tokens, quick=8)
    pair = session.pair(recipe)

    def tokens_per_second(target: Target) -> float:
        chats = session.chats(recipe)
        requests = [
            session.request(target, chats.plain(NUM_PROMPT_TOKENS), num_tokens, sampling=sampling)
            for sampling in samplings
        ]
        answers = session.send(target, requests)
        return answers.num_completion_tokens / answers.seconds

    values = session.alternate(pair.all, tokens_per_second)
    hearth, *others = (
        Series(target.name, "tokens/s", of_side)
        for target, of_side in zip(pair.all, values, strict=True)
    )
    return [
        ratio(
            f"{what}, whole run / {peer.name}",
            hearth,
            other,
            must=pair.must_of(peer, must),
            note=note,
        )
        for peer, other in zip(pair.peers, others, strict=True)
    ]
