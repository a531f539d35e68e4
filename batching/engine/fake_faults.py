"""What goes wrong in a FakeEngine, as a test wants it.

Thread: inference; scripted on any, before the engine runs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from batching.engine.errors import EngineError, FatalEngineError
from batching.engine.protocol import EngineSequence


@dataclass(slots=True)
class Faults:
    """What goes wrong in a FakeEngine. Counting starts at 1 and goes on after a fault.

    `broken_books` is what a check of the engine's own numbers finds; `num_orphans` sequences are
    held that nobody knows of.
    """

    broken_books: str = ""
    num_orphans: int = 0

    _prefills: dict[int, BaseException] = field(default_factory=dict)
    _decodes: dict[int, BaseException] = field(default_factory=dict)
    _sequences: dict[str, BaseException] = field(default_factory=dict)
    _tokens: dict[int, BaseException] = field(default_factory=dict)
    _read_tokens: dict[int, BaseException] = field(default_factory=dict)

    def fail_prefill(self, nth: int, error: BaseException) -> None:
        """The nth call of `prefill` raises."""
        self._prefills[nth] = error

    def fail_decode(self, nth: int, error: BaseException) -> None:
        """The nth call of `decode` raises."""
        self._decodes[nth] = error

    def fail_with_sequence(self, sequence_id: str, error: BaseException) -> None:
        """Every decode with this sequence in the batch raises."""
        self._sequences[sequence_id] = error

    def fail_with_token(self, token_id: int, error: BaseException) -> None:
        """Every decode with this token in a row, in its prompt or generated, raises."""
        self._tokens[token_id] = error

    def fail_reading(self, token_id: int, error: BaseException) -> None:
        """Every prefill or decode that reads a chunk of a prompt with this token raises."""
        self._read_tokens[token_id] = error

    def die_at_decode(self, nth: int) -> None:
        """The nth call of `decode` raises what no worker survives."""
        self.fail_decode(nth, FatalEngineError("the engine cannot go on"))

    def check_books(self) -> None:
        if self.broken_books:
            raise EngineError(self.broken_books)

    def check_prefill(self, nth: int) -> None:
        if error := self._prefills.get(nth):
            raise error

    def check_reading(self, sequence: EngineSequence) -> None:
        for token_id in sequence.token_ids:
            if error := self._read_tokens.get(token_id):
                raise error

    def check_decode(self, nth: int, rows: Iterable[tuple[EngineSequence, Sequence[int]]]) -> None:
        """rows: each sequence of the batch with the tokens sampled for it."""
        if error := self._decodes.get(nth):
            raise error
        if not (self._sequences or self._tokens):
            return
        for sequence, sampled in rows:
            if error := self._sequences.get(sequence.sequence_id):
                raise error
            for token_id in (*sequence.token_ids, *sampled):
                if error := self._tokens.get(token_id):
                    raise error
