"""A model's tokenizer: text to token ids, token ids to text, and the bytes behind one token.

Thread: both. `encode` runs in the encode pool while the event loop decodes.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prompts.errors import TokenizerError

if TYPE_CHECKING:
    import tokenizers

DOCUMENT_END = "<|endoftext|>"
"""Where the tokenizer of a model without a BOS token knows it, texts were divided by it."""

_REPLACEMENT = "\ufffd"
_BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")


class Tokenizer:
    """Wraps the Rust tokenizer behind a transformers tokenizer.

    NOTE: transformers' own `encode` sets truncation and padding on the shared Rust object at every
    call, and that fails with "Already borrowed" while another thread is encoding. So both are
    switched off once, before a second thread knows the object; every later call only reads it.
    Source: https://github.com/huggingface/transformers/issues/47085
    """

    def __init__(
        self,
        backend: "tokenizers.Tokenizer",
        *,
        eos_token_ids: Iterable[int] = (),
        special_tokens: Mapping[str, str] | None = None,
        chat_templates: Mapping[str, str] | None = None,
        end_token_id: int | None = None,
    ) -> None:
        backend.no_truncation()
        backend.no_padding()
        self._backend = backend
        self._end = () if end_token_id is None else (end_token_id,)
        self._token_bytes: dict[int, bytes] = {}
        self._anchor_id, self._anchor = _find_anchor(backend)
        self.vocab_size = backend.get_vocab_size(with_added_tokens=True)
        self.eos_token_ids = frozenset(eos_token_ids)
        self.special_tokens = dict(special_tokens or {})
        self.chat_templates = dict(chat_templates or {})
        self.fingerprint = _fingerprint(backend, self.chat_templates)

    @classmethod
    def load(cls, folder: Path) -> "Tokenizer":
        """Read the tokenizer of a model folder. Slow (imports transformers); runs no code from it.

        Raises:
            TokenizerError: there is none, it is broken, or it needs code from the folder.
        """
        from transformers import AutoTokenizer

        try:
            loaded: Any = AutoTokenizer.from_pretrained(
                folder, trust_remote_code=False, local_files_only=True
            )
            eos_token_ids = _read_eos_token_ids(folder, loaded.eos_token_id)
            ends_texts = _read_json(folder / "tokenizer_config.json").get("add_eos_token") is True
        # The Rust side raises plain Exception for a file that it cannot read.
        except Exception as error:
            reason = " ".join(str(error).split())
            raise TokenizerError(f"cannot load the tokenizer in {folder}: {reason}") from error
        if not loaded.is_fast:
            raise TokenizerError(f"the tokenizer in {folder} has no tokenizer.json")
        return cls(
            loaded.backend_tokenizer,
            eos_token_ids=eos_token_ids,
            special_tokens=loaded.special_tokens_map,
            chat_templates=_named_templates(loaded.chat_template),
            end_token_id=loaded.eos_token_id if ends_texts else None,
        )

    @property
    def chat_template(self) -> str | None:
        """The Jinja text of the default chat template; None for most base models."""
        return self.chat_templates.get("default")

    def to_json(self) -> str:
        """All of it as a tokenizer.json, with the tokens that other files of the folder add."""
        return self._backend.to_str()

    def encode(self, text: str, *, adds_special_tokens: bool = False) -> list[int]:
        """Token ids of a text. Special tokens that are written in it are read as such.

        adds_special_tokens: those that the model's texts begin with; a chat template writes them.

        NOTE: `encode_batch_fast` lets go of the GIL; `encode` keeps it, and a long text would stop
        the event loop for seconds.
        """
        encode = self._backend.encode_batch_fast
        return encode([text], add_special_tokens=adds_special_tokens)[0].ids

    def encode_short(self, text: str, *, adds_special_tokens: bool = False) -> list[int]:
        """The same without letting go of the GIL: for a text that takes less than getting it back.

        Only on the event loop.
        """
        ids: list[int] = self._backend.encode(text, add_special_tokens=adds_special_tokens).ids
        return ids

    def encode_inputs(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of texts to embed, each with the special tokens that belong to a text.

        NOTE: `end_token_id` closes every text, whether the backend writes it or not: transformers 5
        leaves that to tokenizer.json, which in some folders contradicts the config beside it.
        Source: https://github.com/embeddings-benchmark/mteb/pull/5237
        """
        encoded = self._backend.encode_batch_fast(texts, add_special_tokens=True)
        return [self._closed(each.ids) for each in encoded]

    def encode_cut_input(self, text: str, max_tokens: int) -> tuple[int, ...]:
        """The same for the beginning of a text that is longer: its special tokens stay."""
        num_special = self._backend.num_special_tokens_to_add(False) + len(self._end)
        [encoded] = self._backend.encode_batch([text], add_special_tokens=False)
        encoded.truncate(max(1, max_tokens - num_special))
        return self._closed(self._backend.post_process(encoded).ids)

    def _closed(self, token_ids: list[int]) -> tuple[int, ...]:
        ids = tuple(token_ids)
        return ids if ids[-1:] == self._end or not self._end else ids + self._end

    def decode(self, token_ids: Sequence[int]) -> str:
        """Text of token ids, special tokens left out and broken UTF-8 as U+FFFD."""
        return self._backend.decode(token_ids, skip_special_tokens=True)

    def decode_all(self, token_ids: Sequence[int]) -> str:
        """The same with special tokens as they are written. Lets go of the GIL."""
        text: str
        [text] = self._backend.decode_batch([token_ids], skip_special_tokens=False)
        return text

    def token_bytes(self, token_id: int, *, is_first: bool = False) -> bytes:
        """The UTF-8 that a token adds to a text, perhaps only a part of a character.

        Empty for special and unknown tokens. `is_first` is for the first token that is not: some
        tokenizers write a space before every word and drop it where the text begins.
        """
        if is_first:
            return self._as_bytes(token_id, self.decode([token_id]))
        if token_id not in self._token_bytes:
            text = self.decode([self._anchor_id, token_id]).removeprefix(self._anchor)
            self._token_bytes[token_id] = self._as_bytes(token_id, text)
        return self._token_bytes[token_id]

    def token_name(self, token_id: int) -> str:
        """How the vocabulary writes a token: for one that adds no text, such as a stop token."""
        return self._backend.id_to_token(token_id) or ""

    def special_ids(self) -> dict[str, int]:
        """The ids of the tokens that decoding leaves out, by their texts."""
        added = self._backend.get_added_tokens_decoder()
        return {token.content: token_id for token_id, token in added.items() if token.special}

    @property
    def begin_id(self) -> int | None:
        """What stands before a text that says nothing else, in what most models were trained on."""
        names = (
            self.special_tokens.get("bos_token"),
            DOCUMENT_END,
            self.special_tokens.get("eos_token"),
        )
        ids = (self._backend.token_to_id(name) for name in names if name)
        return next((token_id for token_id in ids if token_id is not None), None)

    def marker_ids(self, markers: Iterable[str]) -> dict[str, int]:
        """The ids of those markers that are one token. Decoding leaves the special ones out."""
        ids = {marker: self._backend.token_to_id(marker) for marker in markers}
        return {marker: token_id for marker, token_id in ids.items() if token_id is not None}

    def _as_bytes(self, token_id: int, text: str) -> bytes:
        """UTF-8 of a token's text; of its vocabulary entry where that is not whole characters."""
        if _REPLACEMENT not in text:
            return text.encode()
        piece = self._backend.id_to_token(token_id) or ""
        if byte_token := _BYTE_TOKEN.fullmatch(piece):
            return bytes.fromhex(byte_token[1])
        if all(character in _BYTE_OF_CHARACTER for character in piece):
            return bytes(_BYTE_OF_CHARACTER[character] for character in piece)
        return text.encode()


def _byte_of_character() -> dict[str, int]:
    """How byte-level vocabularies write bytes: printable ones as themselves, others from U+0100 on.

    Source: https://github.com/openai/gpt-2/blob/master/src/encoder.py
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = sorted(set(range(0x100)) - set(printable))
    table = {chr(byte): byte for byte in printable}
    return table | {chr(0x100 + i): byte for i, byte in enumerate(others)}


_BYTE_OF_CHARACTER = _byte_of_character()


def _find_anchor(backend: "tokenizers.Tokenizer") -> tuple[int, str]:
    """A token that is a plain word and its text: what follows it is decoded as mid-text."""
    for token_id in range(backend.get_vocab_size(with_added_tokens=True)):
        text = backend.decode([token_id], skip_special_tokens=True)
        if text.isascii() and text.isalnum():
            return token_id, text
    raise TokenizerError("the tokenizer has no token that is an ASCII letter, digit or word")


def _read_eos_token_ids(folder: Path, own_eos_token_id: int | None) -> set[int]:
    """Every id that ends an answer: the tokenizer's and those of the model's settings.

    Chat models often end a turn with another token than the tokenizer's; generation_config.json
    says so, and config.json stands in for it in older folders.
    """
    eos_token_ids = set() if own_eos_token_id is None else {own_eos_token_id}
    for file_name in ("generation_config.json", "config.json"):
        match _read_json(folder / file_name).get("eos_token_id"):
            case int(token_id):
                return eos_token_ids | {token_id}
            case list(token_ids):
                return eos_token_ids | set(token_ids)
    return eos_token_ids


def _read_json(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return content


def _named_templates(chat_template: str | Mapping[str, str] | None) -> dict[str, str]:
    """A tokenizer has no chat template, one, or several with names."""
    if chat_template is None:
        return {}
    return {"default": chat_template} if isinstance(chat_template, str) else dict(chat_template)


def _fingerprint(backend: "tokenizers.Tokenizer", chat_templates: Mapping[str, str]) -> str:
    """16 hex digits that change when the same chat might give other token ids."""
    described = backend.to_str() + json.dumps(chat_templates, sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:16]
