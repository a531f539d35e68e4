"""Log probabilities as text completions have them: lists side by side, and offsets in the text.

Thread: event loop.
"""

from collections.abc import Iterable, Iterator, Sequence

from api.completions.answer_types import CompletionLogprobs
from api.content_log import LEAST_LOGPROB, LoggedContent, LoggedToken, RatedToken
from batching.engine.protocol import TokenLogprobs
from prompts.answer import AnswerEvent
from prompts.tokenizer import Tokenizer


class LogprobsWriter:
    """Writes the tokens of one choice. Offsets go on from piece to piece, in characters."""

    def __init__(self) -> None:
        self._num_characters = 0

    def of_answer(self, events: Iterable[AnswerEvent]) -> CompletionLogprobs:
        """Those of a piece of the answer."""
        written = _nothing()
        for event in events:
            if isinstance(event, LoggedContent):
                for token in event.tokens:
                    self._add(written, token.chosen, token)
        return written

    def of_prompt(
        self,
        token_ids: Sequence[int],
        text: str,
        logprobs: Sequence[TokenLogprobs],
        tokenizer: Tokenizer,
    ) -> CompletionLogprobs:
        """Those of a prompt; `logprobs` begin with its second token."""
        written = _nothing()
        rated = _prompt_tokens(token_ids, text, tokenizer)
        self._add(written, next(rated), None)
        for token, each in zip(rated, logprobs, strict=True):
            top = tuple(_rated(other, logprob, tokenizer) for other, logprob in each.top)
            chosen = RatedToken(token.text, token.utf8, max(each.logprob, LEAST_LOGPROB))
            self._add(written, chosen, LoggedToken(chosen, top))
        return written

    def _add(
        self, written: CompletionLogprobs, chosen: RatedToken, token: LoggedToken | None
    ) -> None:
        written["tokens"].append(_name(chosen))
        written["token_logprobs"].append(chosen.logprob if token else None)
        written["top_logprobs"].append(_top(token) if token else None)
        starts = [byte & 0xC0 != 0x80 for byte in chosen.utf8]
        # A token that goes on with a character stands where the character does.
        is_inside = bool(starts) and not starts[0] and self._num_characters > 0
        written["text_offset"].append(self._num_characters - is_inside)
        self._num_characters += sum(starts)


def joined(first: CompletionLogprobs, second: CompletionLogprobs) -> CompletionLogprobs:
    """The tokens of two pieces that follow each other."""
    return {
        "tokens": first["tokens"] + second["tokens"],
        "token_logprobs": first["token_logprobs"] + second["token_logprobs"],
        "top_logprobs": first["top_logprobs"] + second["top_logprobs"],
        "text_offset": first["text_offset"] + second["text_offset"],
    }


def mean_logprob(events: Iterable[AnswerEvent]) -> float:
    """How likely the model thought an answer, for each token of it."""
    logprobs = [
        token.chosen.logprob
        for event in events
        if isinstance(event, LoggedContent)
        for token in event.tokens
    ]
    return sum(logprobs) / len(logprobs) if logprobs else LEAST_LOGPROB


def _nothing() -> CompletionLogprobs:
    return {"tokens": [], "token_logprobs": [], "top_logprobs": [], "text_offset": []}


def _name(token: RatedToken) -> str:
    """Its text, or as OpenAI wrote tokens that are no whole characters."""
    try:
        return token.utf8.decode() or token.text
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in token.utf8)


def _top(token: LoggedToken) -> dict[str, float]:
    """The best tokens, and the chosen one; of two with one name the better."""
    top: dict[str, float] = {}
    for each in (*token.top, token.chosen):
        top.setdefault(_name(each), each.logprob)
    return top


def _rated(token_id: int, logprob: float, tokenizer: Tokenizer) -> RatedToken:
    utf8 = tokenizer.token_bytes(token_id)
    return RatedToken(tokenizer.token_name(token_id), utf8, max(logprob, LEAST_LOGPROB))


def _prompt_tokens(
    token_ids: Sequence[int], text: str, tokenizer: Tokenizer
) -> Iterator[RatedToken]:
    """The tokens of a prompt. A special token is text where the text has it."""
    utf8, position = text.encode(), 0
    for token_id in token_ids:
        name = tokenizer.token_name(token_id)
        of_token = tokenizer.token_bytes(token_id, is_first=position == 0)
        if not of_token and utf8.startswith(name.encode(), position):
            of_token = name.encode()
        position += len(of_token)
        yield RatedToken(name, of_token, 0.0)
