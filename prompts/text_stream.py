"""The text of one sequence: its tokens decoded and cut at the first stop string.

Thread: event loop.
"""

from collections.abc import Iterable, Mapping

from prompts.detokenizer import NOTHING_SHOWN, Detokenizer
from prompts.stop import StopStrings
from prompts.tokenizer import Tokenizer


class TextStream:
    """Takes the token ids of one sequence in chunks of any size and gives its text.

    `num_tokens` counts the tokens up to and including the one that completed a stop string, which
    is what the client's usage says, however many more the model made before it was cancelled.
    `shown` are tokens whose text is wanted though they may be special, by their text.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        stop_strings: Iterable[str] = (),
        *,
        shown: Mapping[str, int] = NOTHING_SHOWN,
        shows_stop_string: bool = False,
    ) -> None:
        self._detokenizer = Detokenizer(tokenizer, shown=shown)
        self._stop_strings = StopStrings(stop_strings, are_shown=shows_stop_string)
        self.has_stop_strings = self._stop_strings.are_any
        self.is_stopped = False
        self.num_tokens = 0

    def push(self, token_ids: Iterable[int]) -> str:
        """The text that is safe to send; "" once a stop string was found."""
        pieces = []
        for token_id in token_ids:
            if self.is_stopped:
                break
            self.num_tokens += 1
            pieces.append(self._cut(self._detokenizer.push(token_id)))
        return "".join(pieces)

    def finish(self) -> str:
        """What was held back, at the end of the sequence; "" if a stop string was found."""
        if self.is_stopped:
            return ""
        return self._cut(self._detokenizer.flush()) + self._stop_strings.flush()

    @property
    def stop_string(self) -> str | None:
        """The stop string that was found."""
        return self._stop_strings.found

    def _cut(self, text: str) -> str:
        safe, self.is_stopped = self._stop_strings.push(text)
        return safe
