"""Token ids to text, one token at a time.

Thread: event loop.
"""

import codecs
from collections.abc import Mapping
from types import MappingProxyType

from prompts.tokenizer import Tokenizer

NOTHING_SHOWN: Mapping[str, int] = MappingProxyType({})


class Detokenizer:
    """Gives the text of one sequence as soon as its characters are whole.

    Each token adds its bytes to an incremental UTF-8 decoder, which holds back at most the 3 bytes
    of an unfinished character. The pieces together are `tokenizer.decode` of all token ids, with
    one improvement: sentencepiece decoders turn a whole run of byte tokens into U+FFFD if one byte
    of it is wrong; here the good characters of the run stay.

    `shown` are tokens whose text is wanted though they may be special: see `ModelFamily.markers`.
    """

    def __init__(self, tokenizer: Tokenizer, *, shown: Mapping[str, int] = NOTHING_SHOWN) -> None:
        self._tokenizer = tokenizer
        self._shown = {token_id: text.encode() for text, token_id in shown.items()}
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._is_at_start = True

    def push(self, token_id: int) -> str:
        """The text that is final with this token, "" if a character is still unfinished."""
        if token_id in self._shown:
            return self._utf8.decode(self._shown[token_id])
        token_bytes = self._tokenizer.token_bytes(token_id)
        if self._is_at_start and token_bytes:
            token_bytes = self._tokenizer.token_bytes(token_id, is_first=True)
            self._is_at_start = False
        return self._utf8.decode(token_bytes)

    def flush(self) -> str:
        """The rest, at the end of the sequence: U+FFFD for a character that was never finished."""
        return self._utf8.decode(b"", final=True)
