"""A compiled grammar, and how far one answer is in it: which tokens may come next.

Thread: both. A compiled grammar never changes, so it may cross threads. A state stays on the
thread that began it.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from llguidance import LLMatcher
from numpy.typing import NDArray

Words = NDArray[np.uint32]
"""A mask: one bit for each token of the vocabulary, the lowest bit first; 1 is allowed."""


class GrammarFault(Exception):
    """The grammar cannot say what comes next: a limit on its states is reached."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledGrammar:
    """A grammar for one model's vocabulary, with what has been learned about its states.

    `start` is never advanced, only copied; copies share what they learn. `stop_token_ids` are what
    the grammar allows where an answer may end. `source_digest` tells grammars apart.
    `begins_after` are the tokens behind which the grammar begins; with none it begins with the
    answer. With `postponed_by` they count only where that token is the answer's first.
    """

    start: LLMatcher
    num_words: int
    stop_token_ids: frozenset[int]
    source_digest: bytes
    begins_after: tuple[int, ...] = ()
    postponed_by: int | None = None

    def begin(self, generated: Iterable[int] = ()) -> "GrammarState":
        """The state of an answer of which these tokens are there already."""
        state = GrammarState(self)
        for token_id in generated:
            state.accept(token_id)
        return state


class GrammarState:
    """How far one answer is in its grammar."""

    def __init__(self, grammar: CompiledGrammar) -> None:
        self._matcher = grammar.start.deep_copy()
        self.num_words = grammar.num_words
        self._begins_after = grammar.begins_after
        self._latest = deque[int](maxlen=len(grammar.begins_after))
        self._postponed_by = grammar.postponed_by
        """Of an answer without tokens; None once there is one."""
        self.has_begun = not grammar.begins_after or grammar.postponed_by is not None

    @property
    def is_complete(self) -> bool:
        """Whether nothing but a stop token may follow."""
        return self.has_begun and self._matcher.is_stopped()

    def accept(self, token_id: int) -> None:
        """Take the answer's next token."""
        postponed_by, self._postponed_by = self._postponed_by, None
        if token_id == postponed_by:
            self.has_begun = False
        elif self.has_begun:
            # A token that does not fit is told by the next mask.
            self._matcher.consume_token(token_id)
        else:
            self._latest.append(token_id)
            self.has_begun = tuple(self._latest) == self._begins_after

    def mask(self) -> Words:
        """Which tokens may come next; only of a state that has begun.

        Raises:
            GrammarFault: a limit is reached, or a token was accepted that the mask forbade.
        """
        words = np.empty(self.num_words, dtype=np.uint32)
        self._matcher.unsafe_compute_mask_ptr(words.ctypes.data, words.nbytes)
        # NOTE: a matcher that has failed does not raise; it allows the stop tokens.
        if self._matcher.is_error():
            # Only the reason: what the library quotes is part of the answer.
            raise GrammarFault(re.split('["\n]', self._matcher.get_error())[0])
        if self._postponed_by is not None:
            word, bit = divmod(self._postponed_by, 32)
            words[word] |= np.uint32(1 << bit)
        return words
