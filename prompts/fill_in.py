"""Prompts for text between two others, for models that were trained to fill in the middle.

Thread: both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from prompts.tokenizer import Tokenizer

Part = Literal["prefix", "suffix", "middle"]


@dataclass(frozen=True, slots=True)
class FillInForm:
    """How one kind of model is asked for the middle: each part behind its marker, in this order.

    `ends` are tokens that some of these models write where the middle ends; they may have others.
    """

    parts: tuple[tuple[Part, str], ...]
    ends: tuple[str, ...]

    @property
    def markers(self) -> tuple[str, ...]:
        return tuple(marker for _, marker in self.parts)


def _prefix_first(prefix: str, suffix: str, middle: str, *ends: str) -> FillInForm:
    return FillInForm((("prefix", prefix), ("suffix", suffix), ("middle", middle)), ends)


FORMS = (
    # Qwen2.5-Coder, CodeGemma, Granite 4
    _prefix_first(
        "<|fim_prefix|>",
        "<|fim_suffix|>",
        "<|fim_middle|>",
        *("<|endoftext|>", "<|fim_pad|>", "<|file_sep|>", "<|repo_name|>", "<|file_separator|>"),
    ),
    # StarCoder, Granite Code, Stable Code
    _prefix_first(
        *("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
        *("<|endoftext|>", "<fim_pad>", "<file_sep>"),
    ),
    # SantaCoder
    _prefix_first("<fim-prefix>", "<fim-suffix>", "<fim-middle>", "<|endoftext|>"),
    # DeepSeek Coder: the suffix stands behind the hole, and nothing behind the end
    _prefix_first("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),
    # CodeLlama
    _prefix_first("▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>"),
    # Codestral: the middle goes on where the prefix ends
    FillInForm((("suffix", "[SUFFIX]"), ("prefix", "[PREFIX]")), ()),
)
"""Source: the model cards of these models; mistral-common's FIM encoding for Codestral."""


@dataclass(frozen=True, slots=True)
class FillIn:
    """A form with the token ids that a tokenizer has for it."""

    parts: tuple[tuple[Part, int], ...]
    stop_token_ids: tuple[int, ...]

    def prompt(
        self, prefix: Sequence[int], suffix: Sequence[int], *, begin: Sequence[int]
    ) -> list[int]:
        """The prompt for what comes between; `begin` are the tokens that all texts begin with."""
        texts: dict[Part, Sequence[int]] = {"prefix": prefix, "suffix": suffix, "middle": ()}
        token_ids = list(begin)
        for part, marker_id in self.parts:
            token_ids += (marker_id, *texts[part])
        return token_ids


def find_fill_in(tokenizer: Tokenizer) -> FillIn | None:
    """The form whose markers are all tokens of the model's; None if it cannot fill in."""
    for form in FORMS:
        ids = tokenizer.marker_ids((*form.markers, *form.ends))
        if ids.keys() >= set(form.markers):
            parts = tuple((part, ids[marker]) for part, marker in form.parts)
            return FillIn(parts, tuple(ids.values()))
    return None
