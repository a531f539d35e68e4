"""How fast prompts are read, measured while they are: the later in a context, the slower.

Thread: inference.
"""

FIRST_GUESS = 500.0
"""Tokens per second before anything was measured: low, so that the first chunk is short."""
NEWEST_SHARE = 0.3
"""Weight of the newest chunk in the running mean."""
SHORTEST_MEASURED = 8
"""A chunk of fewer tokens says more about the cost of a call than about the speed."""


class PrefillSpeed:
    """Tokens per second by the length of what was read before, in bands that double in width.

    Attention makes a token cost more the further back it looks, so a chunk that takes 60 ms at
    the start of a prompt takes several times that at 100,000 tokens.
    """

    def __init__(self) -> None:
        self._tokens_per_second: dict[int, float] = {}

    def note(self, num_tokens: int, *, at: int, seconds: float) -> None:
        """Take in that a chunk read after `at` tokens took so long."""
        if num_tokens < SHORTEST_MEASURED or seconds <= 0:
            return
        measured = num_tokens / seconds
        band = _band(at)
        known = self._tokens_per_second.get(band, measured)
        self._tokens_per_second[band] = known + NEWEST_SHARE * (measured - known)

    def tokens_per_second(self, *, at: int) -> float:
        """The measured speed after `at` tokens, else that of the nearest band before or after."""
        if not self._tokens_per_second:
            return FIRST_GUESS
        band = _band(at)
        nearest = min(self._tokens_per_second, key=lambda known: (abs(known - band), known))
        return self._tokens_per_second[nearest]

    def tokens_in(self, seconds: float, *, at: int) -> int:
        """How many tokens can be read in so much time; 0 if it is over."""
        return max(0, int(seconds * self.tokens_per_second(at=at)))

    def seconds_for(self, num_tokens: int, *, at: int) -> float:
        """How long the rest of a prompt would take alone."""
        return num_tokens / self.tokens_per_second(at=at)


def _band(num_tokens: int) -> int:
    """0 to 255 tokens, then 256 to 511, 512 to 1,023, and so on."""
    return (num_tokens >> 8).bit_length()
