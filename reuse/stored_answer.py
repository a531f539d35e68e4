"""The tokens of a finished answer as values, and as bytes to be stored.

Thread: both (pure).
"""

from dataclasses import dataclass
from math import inf
from typing import Any

import orjson

from batching.engine.protocol import TokenLogprobs
from batching.messages import FinishReason

_Rated = tuple[TokenLogprobs, ...]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """All that a token stream hands out of one sequence.

    `reason` is None where the text had ended before the sequence did, as by a stop string.
    """

    token_ids: tuple[int, ...]
    reason: FinishReason | None
    num_cached_tokens: int = 0
    logprobs: _Rated = ()
    prompt_logprobs: _Rated = ()


def encode_answer(answer: StoredAnswer) -> bytes:
    """JSON, in which null is minus infinity: a log probability may be that."""
    return orjson.dumps(
        [
            answer.token_ids,
            answer.reason,
            answer.num_cached_tokens,
            [_plain(each) for each in answer.logprobs],
            [_plain(each) for each in answer.prompt_logprobs],
        ]
    )


def decode_answer(raw: bytes) -> StoredAnswer:
    """What `encode_answer` was given.

    Raises:
        ValueError, TypeError: it is something else.
    """
    token_ids, reason, num_cached_tokens, logprobs, prompt_logprobs = orjson.loads(raw)
    return StoredAnswer(
        tuple(token_ids), reason, num_cached_tokens, _rated(logprobs), _rated(prompt_logprobs)
    )


def _plain(logprobs: TokenLogprobs) -> tuple[float, tuple[tuple[int, float], ...]]:
    return logprobs.logprob, logprobs.top


def _rated(plain: list[Any]) -> _Rated:
    return tuple(
        TokenLogprobs(_finite(logprob), tuple((token_id, _finite(each)) for token_id, each in top))
        for logprob, top in plain
    )


def _finite(logprob: float | None) -> float:
    return -inf if logprob is None else logprob
