"""How long the parts of a step take, measured while they are done.

Thread: inference.
"""

from collections.abc import Sequence

from batching.prefill_speed import NEWEST_SHARE, PrefillSpeed
from batching.scheduler import PrefillChunk

FAR_OFF = 2.0
"""A step that took so many times what was expected, or so many times less."""


class StepTimes:
    """Of prompts the speed, of decodes the seconds by the number of rows."""

    def __init__(self) -> None:
        self.speed = PrefillSpeed()
        self._decode_seconds: dict[int, float] = {}

    def decode_seconds(self, num_rows: int) -> float:
        """Of the nearest number of rows that was measured; 0 if none was, or for no rows."""
        if not (num_rows and self._decode_seconds):
            return 0.0
        nearest = min(self._decode_seconds, key=lambda known: (abs(known - num_rows), known))
        return self._decode_seconds[nearest]

    def note_decode(self, num_rows: int, *, seconds: float) -> None:
        """Take in that the rows' next tokens took so long."""
        known = self._decode_seconds.get(num_rows, seconds)
        self._decode_seconds[num_rows] = known + NEWEST_SHARE * (seconds - known)

    def note_prefill(self, chunk: PrefillChunk, *, seconds: float) -> None:
        """Take in that a chunk took so long. Its tokens are not counted as read yet."""
        self.speed.note(chunk.num_tokens, at=chunk.sequence.num_prefilled, seconds=seconds)

    def note_mixed(self, num_rows: int, chunks: Sequence[PrefillChunk], *, seconds: float) -> None:
        """Take in that rows and chunks took so long together.

        Each part was wrong by the factor that their sum was wrong by. So the sum is soon right;
        how it is divided comes from decodes without chunks. Where it was far off, one of the parts
        means nothing, such as a first decode that compiled kernels: the larger one learns it all.
        """
        if not chunks:
            if num_rows:
                self.note_decode(num_rows, seconds=seconds)
            return
        decode_seconds = self.decode_seconds(num_rows)
        chunk_seconds = sum(
            self.speed.seconds_for(chunk.num_tokens, at=chunk.sequence.num_prefilled)
            for chunk in chunks
        )
        factor = seconds / (decode_seconds + chunk_seconds)
        is_decode_known = decode_seconds > 0
        if 1 / FAR_OFF < factor < FAR_OFF:
            decode_seconds, chunk_seconds = factor * decode_seconds, factor * chunk_seconds
        elif decode_seconds > chunk_seconds:
            decode_seconds = max(0.0, seconds - chunk_seconds)
        else:
            chunk_seconds = seconds - decode_seconds
        if is_decode_known:
            self.note_decode(num_rows, seconds=decode_seconds)
        num_tokens = sum(chunk.num_tokens for chunk in chunks)
        self.speed.note(num_tokens, at=chunks[0].sequence.num_prefilled, seconds=chunk_seconds)
