"""Log probabilities, for the rows and prompts that ask for them.

Thread: inference.

They are the model's own: of its logits as they came, before penalties, bias, temperature and
filters, as OpenAI and vLLM report them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import mlx.core as mx

from batching.engine.best_tokens import BlockedLogits, best_tokens
from batching.engine.protocol import TokenLogprobs
from batching.engine.row import Row
from batching.engine.weights import total, weigh


@dataclass(frozen=True, slots=True)
class DeviceLogprobs:
    """Log probabilities of some rows, perhaps not computed yet.

    `num_top`: for each of these rows, by its index in the batch, how many of the best it wants.
    `chosen`: (asking,); `top_token_ids` and `top`: (asking, any), best first.
    """

    num_top: dict[int, int]
    chosen: mx.array
    top_token_ids: mx.array
    top: mx.array

    @classmethod
    def of(
        cls, logits: mx.array, rows: Sequence[Row], token_ids: mx.array
    ) -> DeviceLogprobs | None:
        """None if nobody asks. logits: (rows, vocab) float32; token_ids: (rows,), the chosen."""
        num_top = {
            index: row.sampling.top_logprobs
            for index, row in enumerate(rows)
            if row.sampling.top_logprobs is not None
        }
        if not num_top:
            return None
        at = mx.array(list(num_top))
        return cls._rate(logits[at], token_ids[at], num_top)

    @classmethod
    def of_prompt(cls, logits: mx.array, token_ids: mx.array, *, num_top: int) -> DeviceLogprobs:
        """Those of a prompt's tokens, as if each was a row that had chosen the next one.

        logits: (tokens, vocab) float32; token_ids: (tokens,), what follows each.
        """
        return cls._rate(logits, token_ids, dict.fromkeys(range(logits.shape[0]), num_top))

    @classmethod
    def _rate(
        cls, logits: mx.array, token_ids: mx.array, num_top: dict[int, int]
    ) -> DeviceLogprobs:
        asking = BlockedLogits.of(logits)
        best = asking.best
        log_mass = mx.log(total(weigh(asking.flat, best)))
        chosen = mx.take_along_axis(asking.flat, token_ids[:, None], axis=-1)
        num_best = min(asking.vocab_size, max(1, *num_top.values()))
        top_token_ids, top = best_tokens(asking, num_best)
        # The best is subtracted first: it may be large, and what is left is small.
        chosen, top = chosen - best - log_mass, top - best - log_mass
        return cls(num_top, chosen[:, 0], top_token_ids, top)

    @property
    def arrays(self) -> tuple[mx.array, ...]:
        """What has to be computed."""
        return self.chosen, self.top_token_ids, self.top

    def read(self) -> dict[int, TokenLogprobs]:
        """The log probabilities, by the row's index in the batch."""
        chosen = cast(list[float], self.chosen.tolist())
        token_ids = cast(list[list[int]], self.top_token_ids.tolist())
        top = cast(list[list[float]], self.top.tolist())
        found = {}
        for at, (index, num) in enumerate(self.num_top.items()):
            best = tuple(zip(token_ids[at][:num], top[at][:num], strict=True))
            found[index] = TokenLogprobs(chosen[at], best)
        return found
