"""Finds stop strings in a text that arrives in chunks.

Thread: event loop.
"""

from collections.abc import Iterable


class StopStrings:
    """Lets text through up to the first stop string, and never a part of one.

    With `are_shown` the first stop string itself is let through too.

    The stop string that is complete first wins, and of those that end at the same character the
    longest: so the answer does not depend on where the chunks are cut. Empty stop strings are
    ignored.
    """

    def __init__(self, stop_strings: Iterable[str], *, are_shown: bool = False) -> None:
        self._are_shown = are_shown
        self._matchers = [_Matcher(stop) for stop in dict.fromkeys(stop_strings) if stop]
        self._held = ""
        self.found: str | None = None
        """The stop string that ended the text."""

    @property
    def are_any(self) -> bool:
        return bool(self._matchers)

    def push(self, text: str) -> tuple[str, bool]:
        """Returns the text that is safe to emit, and whether a stop string was found.

        Each new character is looked at once for each stop string. After a stop everything is
        dropped.
        """
        if self.found is not None:
            return "", True
        if not self._matchers:
            return text, False
        num_held = len(self._held)
        text = self._held + text
        for end in range(num_held, len(text)):
            length = max(matcher.advance(text[end]) for matcher in self._matchers)
            if length:
                start = end + 1 - length
                self._held, self.found = "", text[start : end + 1]
                return text[: end + 1 if self._are_shown else start], True
        safe = len(text) - max(matcher.num_matched for matcher in self._matchers)
        self._held = text[safe:]
        return text[:safe], False

    def flush(self) -> str:
        """The text still held back, at the end of the sequence: it was not a stop string."""
        held, self._held = self._held, ""
        return held


class _Matcher:
    """How much of one stop string the text ends with.

    Source: Knuth, Morris and Pratt, "Fast pattern matching in strings" (1977): time linear in the
    text, whatever the stop string looks like.
    """

    def __init__(self, stop: str) -> None:
        self._stop = stop
        self._fallbacks = _fallbacks(stop)
        self.num_matched = 0

    def advance(self, character: str) -> int:
        """Take the next character; the stop string's length when it is complete, else 0."""
        while self.num_matched and self._stop[self.num_matched] != character:
            self.num_matched = self._fallbacks[self.num_matched - 1]
        if self._stop[self.num_matched] == character:
            self.num_matched += 1
        return len(self._stop) if self.num_matched == len(self._stop) else 0


def _fallbacks(stop: str) -> list[int]:
    """For each prefix, the length of its longest proper prefix that it also ends with."""
    lengths = [0]
    for character in stop[1:]:
        length = lengths[-1]
        while length and stop[length] != character:
            length = lengths[length - 1]
        lengths.append(length + (stop[length] == character))
    return lengths
