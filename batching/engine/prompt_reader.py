"""Reads prompts, chunk by chunk, into caches of their own, until their rows join the batch.

Thread: inference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import mlx.core as mx

from batching.engine.loader import LanguageModel
from batching.engine.logprobs import DeviceLogprobs
from batching.engine.mixed_forward import PromptPart
from batching.engine.prefix.reuse import PrefixReuse
from batching.engine.protocol import EngineSequence, TokenLogprobs
from batching.engine.running_batch import PromptCache

MAX_RATED_TOKENS = 32
"""Of a prompt, at once: each has logits for the whole vocabulary, as a row has."""


@dataclass(slots=True)
class Prefill:
    """A sequence on its way into the batch: what of it is in its own cache already.

    `cache` is None until something is computed: a prefix that matches may still grow.
    """

    sequence: EngineSequence
    cache: PromptCache | None = None
    num_done: int = 0

    @property
    def num_left(self) -> int:
        return len(self.sequence.token_ids) - self.num_done

    @property
    def num_top(self) -> int | None:
        return self.sequence.sampling.num_prompt_top

    def check(self, num_tokens: int) -> None:
        if not 0 < num_tokens <= self.num_left:
            raise ValueError(f"{num_tokens} tokens to prefill; {self.num_left} are left")


class PromptReader:
    """Reads prompts with what is stored of them, and stores what it reads for others."""

    def __init__(self, reuse: PrefixReuse | None) -> None:
        self._reuse = reuse

    def read(self, model: LanguageModel, prefill: Prefill, num_tokens: int) -> list[TokenLogprobs]:
        """Read and compute the next tokens, and keep them for others."""
        sequence_id, token_ids = prefill.sequence.sequence_id, prefill.sequence.token_ids
        reuse = self._reuse
        cache = self.cache_of(model, prefill)
        end = prefill.num_done + num_tokens
        found: list[TokenLogprobs] = []
        while prefill.num_done < end:
            start, stop = prefill.num_done, end
            if prefill.num_top is not None:
                stop = min(stop, start + MAX_RATED_TOKENS)
            if reuse:
                stop = reuse.next_stop(sequence_id, num_done=start, end=stop)
            chunk = mx.array([token_ids[start:stop]], dtype=mx.int32)
            logits = model.forward_all(chunk, cache)[0]
            if prefill.num_top is not None:
                found += _rate(logits, token_ids[start + 1 : stop + 1], num_top=prefill.num_top)
            # Only the cache is computed, not the logits, unless they were asked for.
            mx.eval([layer.state for layer in cache])
            self.note_read(prefill, cache, num_tokens=stop - start)
        return found

    def part(self, model: LanguageModel, prefill: Prefill, num_tokens: int) -> PromptPart:
        """The next tokens, to be read in a mixed forward."""
        prefill.check(num_tokens)
        end = prefill.num_done + num_tokens
        return PromptPart(
            token_ids=prefill.sequence.token_ids[prefill.num_done : end],
            cache=self.cache_of(model, prefill),
            is_last=num_tokens == prefill.num_left,
        )

    def cache_of(self, model: LanguageModel, prefill: Prefill) -> PromptCache:
        if prefill.cache is None:
            reuse = self._reuse
            restored = reuse.restore(prefill.sequence.sequence_id) if reuse else None
            prefill.cache = restored or model.new_cache()
        return prefill.cache

    def note_read(self, prefill: Prefill, cache: PromptCache, *, num_tokens: int) -> None:
        """Count tokens whose keys and values are computed, and keep them for others."""
        prefill.num_done += num_tokens
        if self._reuse:
            self._reuse.keep(prefill.sequence.sequence_id, cache, num_done=prefill.num_done)


def _rate(logits: mx.array, token_ids: Sequence[int], *, num_top: int) -> Iterable[TokenLogprobs]:
    """How likely the tokens were that follow in a prompt. logits: (tokens, vocab)"""
    following = mx.array(list(token_ids), dtype=mx.int32)
    logprobs = DeviceLogprobs.of_prompt(logits.astype(mx.float32), following, num_top=num_top)
    return logprobs.read().values()
