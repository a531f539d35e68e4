"""Memory in tokens: what running sequences may come to hold, and whether one more fits.

Thread: both (pure; the loop keeps one for admission, the thread asks `cells` for what is held).
"""

from collections.abc import Iterable

from batching.messages import Submit

OPEN_ENDED_TOKENS = 4096
"""Set aside for a request without a token limit, prompt and answer together."""
ANSWER_TOKENS = 1024
"""Set aside for the answer when such a request's prompt alone is longer."""


def cells(lengths: Iterable[int]) -> int:
    """Tokens of KV cache that rows of these lengths take in a batch: all are as long as the
    longest, because mlx-lm pads them."""
    held = list(lengths)
    return len(held) * max(held, default=0)


def tokens_to_reserve(submit: Submit) -> int:
    """What a sequence may come to hold.

    Without a limit of its client's it could fill the whole context, and hardly ever does: it gets
    a fixed amount, and pauses if it outgrows the memory.
    """
    num_prompt = len(submit.prompt_token_ids)
    most = num_prompt + submit.stop_rules.max_tokens
    if not submit.stop_rules.is_open_ended:
        return most
    return min(most, max(OPEN_ENDED_TOKENS, num_prompt + ANSWER_TOKENS))


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
