"""Lines on stderr that say how far a long run is.

Thread: both.
"""

import sys
import time


class Progress:
    """Counts from the moment it is made."""

    def __init__(self) -> None:
        self._begun_seconds = time.monotonic()

    def say(self, text: str) -> None:
        """A line, with minutes and seconds in front."""
        minutes, seconds = divmod(int(time.monotonic() - self._begun_seconds), 60)
        print(f"{minutes:4d}:{seconds:02d} {text}", file=sys.stderr, flush=True)
