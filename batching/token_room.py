"""Memory in tokens: what running sequences may come to hold, and whether one more fits.

Thread: both (pure; the loop keeps one for admission, the thread asks `cells` for what is held).
"""

from collections.abc import Iterable

from batching.messages import Submit

RESERVED_TOKENS = 4096
"""Set aside for a request at most, prompt and answer together."""
ANSWER_TOKENS = 1024
"""Set aside for the answer when the prompt alone is longer."""


def cells(lengths: Iterable[int]) -> int:
    """Tokens of KV cache that rows of these lengths take in a batch: all are as long as the
    longest, because a batch is a rectangle."""
    held = list(lengths)
    return len(held) * max(held, default=0)


def tokens_to_reserve(submit: Submit) -> int:
    """What a sequence will probably hold at most.

    Many clients set no token limit, or one that they never reach. Reserving all of it would keep
    everybody else out; who outgrows the memory takes turns with the others instead.
    """
    num_prompt = submit.num_read_tokens
    most = num_prompt + submit.stop_rules.max_tokens
    return min(most, max(RESERVED_TOKENS, num_prompt + ANSWER_TOKENS))


class TokenRoom:
    """The reservations of all sequences that hold a slot, against what the KV caches may hold."""

    def __init__(self, kv_tokens: int | None) -> None:
        self.kv_tokens = kv_tokens
        self._reserved: dict[str, int] = {}

    @property
    def num_reserved(self) -> int:
        return cells(self._reserved.values())

    def fits(self, submit: Submit) -> bool:
        """Whether it fits beside the others; alone, anything does that the context allows.

        A room without a limit takes everything.
        """
        if self.kv_tokens is None or not self._reserved:
            return True
        return cells([*self._reserved.values(), tokens_to_reserve(submit)]) <= self.kv_tokens

    def take(self, submit: Submit) -> None:
        """Reserve, when the sequence gets its slot."""
        self._reserved[submit.sequence_id] = tokens_to_reserve(submit)

    def give_back(self, sequence_id: str) -> None:
        """Free a reservation; unknown ids are ignored."""
        self._reserved.pop(sequence_id, None)
