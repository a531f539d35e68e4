"""Trains the tokenizer: byte-level BPE whose pieces suit copying.

Digits and the letters of a ticker are single tokens, and no bracket or quote is glued to them, so copying `BTC` out
of `(BTC)` or `$BTC` is the same for the model. The merges are learned with a strict splitting of the text; the
finished tokenizer splits like Qwen2's, because transformers puts Qwen2's splitting in place for every qwen2 model.
With merges learned strictly, both give the same tokens, except that the space before a ticker joins its first letter.
"""

from collections.abc import Iterable

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)

VOCAB_SIZE = 3072
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
MARKERS = ("<tool_call>", "</tool_call>")
STRICT = r" ?(?!\p{Lu}{2})\p{L}+|\p{Lu}|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def splitting(pattern: str) -> pre_tokenizers.PreTokenizer:
    """Split by a pattern, then write bytes as letters."""
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level])


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """Learn the vocabulary from training text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = splitting(STRICT)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE - len(MARKERS),
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.pre_tokenizer = splitting(QWEN2)
    tokenizer.add_tokens([AddedToken(text, normalized=False, special=False) for text in MARKERS])
    return tokenizer
