"""Which tokens a piece of content was made of, with their log probabilities.

Thread: event loop.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from batching.engine.protocol import TokenLogprobs
from prompts.answer import ContentDelta
from prompts.tokenizer import Tokenizer

LEAST_LOGPROB = -9999.0
"""What OpenAI reports for a token that cannot come: minus infinity is no JSON."""


@dataclass(frozen=True, slots=True)
class RatedToken:
    """A token as clients see it. `utf8` is what it adds to the text, perhaps half a character."""

    text: str
    utf8: bytes
    logprob: float


@dataclass(frozen=True, slots=True)
class LoggedToken:
    """A token of the content, and the best ones at its place, best first."""

    chosen: RatedToken
    top: tuple[RatedToken, ...]


@dataclass(frozen=True, slots=True)
class LoggedContent(ContentDelta):
    """A piece of content with its tokens, for a request that asks for log probabilities."""

    tokens: tuple[LoggedToken, ...] = ()


@dataclass(slots=True)
class _Waiting:
    """A token whose text, or the end of it, has not come out yet. None was handed out before."""

    token: LoggedToken | None
    utf8: bytes


class ContentLog:
    """Takes the tokens of one answer, and finds those of each piece of its content.

    Content comes out later than its tokens came in: text waits that may begin a stop string or a
    marker, and markers and the blanks beside them never come out.
    """

    def __init__(self, tokenizer: Tokenizer, *, shown: Mapping[str, int]) -> None:
        self._tokenizer = tokenizer
        self._shown = {token_id: text.encode() for text, token_id in shown.items()}
        self._waiting: list[_Waiting] = []
        self._is_at_start = True

    def add(self, token_id: int, logprobs: TokenLogprobs) -> None:
        """Take the answer's next token, if it may be a part of the content."""
        chosen = self._rated(token_id, logprobs.logprob)
        token = LoggedToken(chosen, tuple(self._rated(*each) for each in logprobs.top))
        self._waiting.append(_Waiting(token, chosen.utf8))
        self._is_at_start = self._is_at_start and not chosen.utf8

    def take(self, text: str) -> tuple[LoggedToken, ...]:
        """The tokens of the content that comes next; each is handed out once."""
        wanted, all_utf8 = text.encode(), b"".join(each.utf8 for each in self._waiting)
        start = all_utf8.find(wanted)
        end = start + len(wanted)
        if start < 0:  # broken UTF-8, which is other bytes in the text
            start, end = 0, len(all_utf8)
        taken: list[LoggedToken] = []
        left: list[_Waiting] = []
        position = 0
        for each in self._waiting:
            token_start, position = position, position + len(each.utf8)
            if token_start >= end:
                left.append(each)
            elif token_start >= start or position > start:
                if each.token:
                    taken.append(each.token)
                if position > end:
                    left.append(_Waiting(None, each.utf8[end - position :]))
        self._waiting = left
        return tuple(taken)

    def _rated(self, token_id: int, logprob: float) -> RatedToken:
        utf8 = self._shown.get(token_id)
        if utf8 is None:
            utf8 = self._tokenizer.token_bytes(token_id, is_first=self._is_at_start)
        text = utf8.decode(errors="replace") or self._tokenizer.token_name(token_id)
        return RatedToken(text, utf8, max(logprob, LEAST_LOGPROB))
