"""What the sampler's tests share: rows, and the exact probabilities in plain float64."""

import mlx.core as mx
import numpy as np

from batching.engine.counter_random import uniform_at
from batching.engine.protocol import EngineSequence
from batching.engine.row import Row
from batching.engine.sampler import sample
from batching.engine.sampling_params import SamplingParams

Logits = list[float]

GREEDY = SamplingParams(temperature=0)


def make_row(
    sampling: SamplingParams,
    *,
    prompt: tuple[int, ...] = (0,),
    generated: tuple[int, ...] = (),
    min_tokens: int = 0,
    stop_token_ids: frozenset[int] = frozenset(),
    sequence_id: str = "a",
) -> Row:
    return Row(
        EngineSequence(
            sequence_id,
            prompt + generated,
            len(prompt),
            sampling,
            min_tokens=min_tokens,
            stop_token_ids=stop_token_ids,
        )
    )


def sample_one(logits: Logits, row: Row) -> int:
    return sample(mx.array([logits], dtype=mx.float32), [row]).read()[0]


def normal_logits(num_logits: int, deviation: float, seed: int = 1) -> Logits:
    """float32 values, so that the reference sees what the sampler sees."""
    drawn = np.random.default_rng(seed).normal(0, deviation, num_logits)
    return [float(x) for x in drawn.astype(np.float32)]


def reference_probabilities(
    logits: Logits, sampling: SamplingParams, *, excludes_top: bool = False
) -> dict[int, float]:
    """Token → probability, in the order of the draw; one filter after the other."""
    scaled = np.array(logits, dtype=np.float64) / sampling.temperature
    order = np.argsort(-scaled, kind="stable")
    kept = order[: sampling.top_k or len(order)]
    weights = np.exp(scaled[kept] - scaled[kept[0]])
    probabilities = weights / weights.sum()
    before = np.cumsum(probabilities) - probabilities
    top_p = sampling.top_p if sampling.top_p < 1 else np.inf
    is_kept = (before < top_p) & (probabilities >= sampling.min_p * probabilities[0])
    is_kept[0] = True
    probabilities = np.where(is_kept, probabilities, 0)
    probabilities /= probabilities.sum()
    if excludes_top:
        probabilities = without_top(probabilities, kept, sampling)
    by_rank = {int(token_id): float(p) for token_id, p in zip(kept, probabilities, strict=True)}
    in_order = sorted(by_rank) if is_unfiltered(sampling, len(logits)) else by_rank
    return {token_id: by_rank[token_id] for token_id in in_order if by_rank[token_id] > 0}


def without_top(
    probabilities: np.ndarray, token_ids: np.ndarray, sampling: SamplingParams
) -> np.ndarray:
    """XTC token by token."""
    exclusion = sampling.exclusion
    assert exclusion is not None
    above = [p for p in probabilities if p > exclusion.threshold]
    left = [
        0.0 if p > min(above, default=2.0) and token_id not in exclusion.exempt else p
        for p, token_id in zip(probabilities, token_ids, strict=True)
    ]
    return np.array(left) / sum(left)


def is_unfiltered(sampling: SamplingParams, vocab_size: int) -> bool:
    """Whether tokens are drawn in the order of their ids."""
    is_top_k = 0 < sampling.top_k < vocab_size
    return not is_top_k and sampling.top_p >= 1 and sampling.min_p == 0


def reference_token(logits: Logits, sampling: SamplingParams, position: int = 0) -> int | None:
    """The token that has to be drawn; None if float32 may rightly decide otherwise."""
    kept = reference_probabilities(logits, sampling)
    unfiltered = reference_probabilities(
        logits, SamplingParams(temperature=sampling.temperature, top_k=sampling.top_k, min_p=1e-300)
    )
    values = np.array(list(unfiltered.values()))
    cumulative = np.cumsum(list(kept.values()))
    uniform = uniform_at(sampling.seed, position)
    # All tokens together make 1, which is no border of a nucleus.
    top_p_borders = np.cumsum(values)[:-1] - sampling.top_p
    borders = np.concatenate([top_p_borders, cumulative - uniform])
    # Relative: a small min_p lies among small probabilities.
    min_p_borders = values / values[0] / sampling.min_p - 1 if sampling.min_p else np.ones(1)
    if np.abs(borders).min() < 1e-4 or np.abs(min_p_borders).min() < 1e-4:
        return None
    return list(kept)[int(np.sum(cumulative <= uniform))]


def cdf_error(kept: dict[int, float], token_id: int, uniform: float) -> float:
    """How far a uniform lies outside of the interval of a token; 0 inside.

    kept: of `reference_probabilities`. With thousands of tokens, the exact token would be too
    much to ask of float32.
    """
    if token_id not in kept:
        return float("inf")
    rank = list(kept).index(token_id)
    cumulative = np.cumsum([0.0, *kept.values()])
    return float(max(cumulative[rank] - uniform, uniform - cumulative[rank + 1], 0.0))
