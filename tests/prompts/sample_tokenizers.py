"""Small tokenizers of the kinds that models have, made on the spot."""

import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

TRAINING_TEXT = """The coin fell while the market was closed, and nobody at home knew why.
비트코인 가격이 어제보다 올랐다. 시장은 조용했고 사람들은 기다렸다.
Emoji of one and of several code points: 😀 🎉 👩‍👩‍👧 🇰🇷. Tabs\tand  two spaces."""


def byte_level_backend() -> Tokenizer:
    """As GPT-2, Llama 3 and Qwen: every token is a string of bytes."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=340,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|im_start|>", "<|im_end|>"],
        show_progress=False,
    )
    backend.train_from_iterator(TRAINING_TEXT.splitlines(), trainer)
    return backend


def word_backend(decoder: decoders.Decoder) -> Tokenizer:
    """As sentencepiece models: words that begin with a space, and byte tokens for the rest."""
    words = [f"▁{word}" for word in TRAINING_TEXT.split()]
    pieces = ["▁", "▁▁", *"abcdefghijklmnopqrstuvwxyz가", *dict.fromkeys(words)]
    byte_tokens = [f"<0x{byte:02X}>" for byte in range(256)]
    vocabulary = [(token, 0.0) for token in ("<unk>", "<|im_end|>")]
    vocabulary += [(token, -20.0) for token in byte_tokens]
    vocabulary += [(piece, -10.0 + len(piece)) for piece in pieces]
    backend = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=True))
    backend.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    backend.decoder = decoder
    backend.add_special_tokens(["<unk>", "<|im_end|>"])
    return backend


def backend_of_kind(kind: str) -> Tokenizer:
    match kind:
        case "byte_level":
            return byte_level_backend()
        case "llama":
            space = decoders.Replace("▁", " ")
            strip = decoders.Strip(" ", 1, 0)
            steps = [space, decoders.ByteFallback(), decoders.Fuse(), strip]
            return word_backend(decoders.Sequence(steps))
        case _:
            steps = [decoders.Metaspace(), decoders.ByteFallback(), decoders.Fuse()]
            return word_backend(decoders.Sequence(steps))


def save_tokenizer(backend: Tokenizer, folder: Path, *, chat_template: str | None = None) -> Path:
    """Write the tokenizer files of a model folder."""
    backend.add_tokens(["<think>", "카드", " sp ace"])
    backend.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>"}
    if chat_template is not None:
        config["chat_template"] = chat_template
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder
