"""The prefix cache as the engine uses it: KV caches go in as blocks and come out as caches.

Thread: inference.
"""

import secrets
from collections.abc import Sequence

from loguru import logger

from batching.engine.prefix.blocks import Block, CacheLayout, Snapshot, are_finite
from batching.engine.prefix.cache import PrefixCache
from batching.engine.prefix.disk import PrefixDisk
from batching.engine.prefix.values import Prefix
from batching.engine.protocol import SHARED_WITH_ALL, PrefixCacheStats, PrefixMatch, PrefixUse
from batching.engine.running_batch import PromptCache

TOKEN_BITS = 32
SALT_BITS = 31
"""Together within the 64 signed bits that a token may have in the prefix cache's digests."""


class PrefixReuse:
    """What was computed for one sequence is used for others.

    A sequence is known from `begin` to `release`.
    """

    def __init__(
        self, layout: CacheLayout, *, max_bytes: int, disk: PrefixDisk | None = None
    ) -> None:
        self._layout = layout
        self._cache: PrefixCache[Block, Snapshot] = PrefixCache(
            block_tokens=layout.block_tokens,
            max_bytes=max_bytes,
            needs_snapshots=layout.needs_snapshots,
            lower_tier=disk,
        )
        self._prefixes: dict[str, Prefix[Block, Snapshot]] = {}
        self._num_begun: dict[str, int] = {}
        self._stops: dict[str, tuple[int, int]] = {}
        self._unshared: set[str] = set()

    def begin(
        self, sequence_id: str, token_ids: Sequence[int], use: PrefixUse = SHARED_WITH_ALL
    ) -> None:
        """Take note of a sequence of which nothing is computed yet."""
        salt = use.salt
        if not use.allowed:
            self._unshared.add(sequence_id)
            salt = secrets.randbits(SALT_BITS)
        # All else follows from the first token: a path in the tree is one of tokens from the root.
        first, *others = token_ids
        self._cache.begin(sequence_id, [first | salt << TOKEN_BITS, *others])
        self._num_begun[sequence_id] = len(token_ids)

    def match(self, sequence_id: str) -> PrefixMatch:
        """What is stored of a sequence that has not computed anything itself."""
        waits_for = self._cache.waits_for(sequence_id)
        prefix = self._cache.match(sequence_id)
        self._prefixes[sequence_id] = prefix
        if waits_for is None:
            logger.debug(
                "prefix of {}: {} tokens, then {}",
                sequence_id,
                prefix.num_tokens,
                prefix.end.value
                if prefix.end_token is None
                else f"token {prefix.end_token} differs",
            )
        return PrefixMatch(prefix.num_tokens, waits_for)

    def restore(self, sequence_id: str) -> PromptCache | None:
        """The KV cache of what was matched; None if nothing was."""
        block_tokens = self._layout.block_tokens
        self._stops[sequence_id] = (
            self._cache.num_stored_blocks(sequence_id) * block_tokens,
            (self._num_begun[sequence_id] - 1) // block_tokens * block_tokens,
        )
        prefix = self._prefixes.pop(sequence_id, None)
        if prefix is None or prefix.num_tokens == 0:
            return None
        return self._layout.restore(prefix.blocks, prefix.snapshot, prefix.num_tokens)

    def next_stop(self, sequence_id: str, *, num_done: int, end: int) -> int:
        """Up to which token, at most `end`, to read in one go.

        A state that cannot be cut can only be copied where it is. So reading pauses where this
        prompt parts from those before it, and at its last whole block: others may part there too.
        """
        if not self._layout.needs_snapshots:
            return end
        stops = self._stops[sequence_id]
        return min((stop for stop in stops if num_done < stop < end), default=end)

    def keep(self, sequence_id: str, cache: PromptCache, *, num_done: int) -> None:
        """Store the whole blocks of a sequence's cache that are not stored yet."""
        if self._cache.has_refused(sequence_id) or sequence_id in self._unshared:
            return
        first = self._cache.num_stored_blocks(sequence_id)
        end = num_done // self._layout.block_tokens
        is_at_stop = self._layout.needs_snapshots and num_done in self._stops[sequence_id]
        if end < first or (end == first and not is_at_stop):
            return
        snapshot = self._layout.take_snapshot(cache, num_done) if is_at_stop else None
        blocks = self._layout.take_blocks(cache, first, end)
        if are_finite(blocks):
            self._cache.store(sequence_id, first, blocks, snapshot)

    def has_read(self, sequence_id: str) -> None:
        """Say that a sequence computes no more of its prompt than is stored by now.

        Its last token is read among others' tokens: a block that ends with it is stored with the
        answer. Who waits for that block would wait for the answer, so it computes it itself.
        """
        self._cache.abandon_claim(sequence_id)

    def wants_answer(self, sequence_id: str, *, num_done: int) -> bool:
        """Whether `keep_answer` would store anything after so many tokens.

        Not for models that need snapshots: their state has moved on from the last block's end.
        """
        if self._layout.needs_snapshots:
            return False
        if self._cache.has_refused(sequence_id) or sequence_id in self._unshared:
            return False
        num_stored = self._cache.num_stored_blocks(sequence_id)
        return num_done // self._layout.block_tokens > num_stored

    def keep_answer(
        self, sequence_id: str, token_ids: Sequence[int], cache: PromptCache, *, num_done: int
    ) -> None:
        """Store a finished sequence, prompt and answer: the next turn of a chat begins with it."""
        self._cache.append(sequence_id, token_ids[self._num_begun[sequence_id] :])
        self.keep(sequence_id, cache, num_done=num_done)

    def release(self, sequence_id: str) -> None:
        """Forget a sequence; what it stored stays. Unknown ids are ignored."""
        self._prefixes.pop(sequence_id, None)
        self._num_begun.pop(sequence_id, None)
        self._stops.pop(sequence_id, None)
        self._unshared.discard(sequence_id)
        self._cache.release(sequence_id)

    def stats(self) -> PrefixCacheStats:
        """The counters as they are now."""
        stats = self._cache.stats()
        return PrefixCacheStats(
            num_bytes=stats.num_bytes,
            max_bytes=stats.max_bytes,
            num_tokens=stats.num_blocks * self._layout.block_tokens,
            prompt_tokens=stats.prompt_tokens,
            hit_tokens=stats.hit_tokens,
            missed_tokens={end.value: count for end, count in stats.missed_tokens.items()},
            num_blocks=stats.num_blocks,
            num_prompts=stats.num_prompts,
            num_hits=stats.num_hits,
            num_evicted_blocks=stats.num_evicted_blocks,
        )

    def check_integrity(self) -> None:
        """Count everything again.

        Raises:
            BrokenPrefixCache: with what is wrong.
        """
        self._cache.check_integrity()

    def close(self) -> None:
        """Save what is to be kept, and free everything."""
        self._prefixes.clear()
        self._num_begun.clear()
        self._stops.clear()
        self._unshared.clear()
        self._cache.close()
