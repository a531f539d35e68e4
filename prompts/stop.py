"""Finds stop strings in a text that arrives in chunks.

Thread: event loop.
"""

from collections.abc import Iterable


class StopStrings:
    """Lets text through up to the first stop string, and never a part of one.

    The stop string that is complete first wins, and of those that end at the same character the
    longest: so the answer does not depend on where the chunks are cut. Empty stop strings are
    ignored.
    """

    def __init__(self, stop_strings: Iterable[str]) -> None:
        self._stop_strings = tuple(filter(None, stop_strings))
        self._held = ""
        self._is_stopped = False

    def push(self, text: str) -> tuple[str, bool]:
        """Returns the text that is safe to emit, and whether a stop string was found.

        Only what was held back and the new text are looked at. After a stop everything is dropped.
        """
        if self._is_stopped:
            return "", True
        text = self._held + text
        ends = {stop: text.index(stop) + len(stop) for stop in self._stop_strings if stop in text}
        if ends:
            stop = min(ends, key=lambda stop: (ends[stop], -len(stop)))
            self._held, self._is_stopped = "", True
            return text[: ends[stop] - len(stop)], True
        safe = min((_possible_start(stop, text) for stop in self._stop_strings), default=len(text))
        self._held = text[safe:]
        return text[:safe], False

    def flush(self) -> str:
        """The text still held back, at the end of the sequence: it was not a stop string."""
        held, self._held = self._held, ""
        return held


def _possible_start(stop: str, text: str) -> int:
    """Where the longest suffix of the text starts that `stop` could go on from; else the end."""
    start = text.find(stop[0], max(0, len(text) - len(stop) + 1))
    while start != -1 and not stop.startswith(text[start:]):
        start = text.find(stop[0], start + 1)
    return len(text) if start == -1 else start
