"""Inputs to embed, texts or token ids, as token ids.

Thread: the encode pool.
"""

import reprlib
from collections.abc import Iterator, Sequence
from typing import cast

from loguru import logger

from prompts.errors import InputTooLong, UnusableInput
from prompts.tokenizer import Tokenizer

Input = str | Sequence[object]
"""A text, or what a client sent as token ids."""

TURN_SIZE = 50_000
"""Characters, or tokens, that are encoded in one turn: some 20 ms."""


def in_turns(inputs: Sequence[Input]) -> Iterator[list[Input]]:
    """A few inputs at a time, in their order."""
    few: list[Input] = []
    size = 0
    for each in inputs:
        few.append(each)
        size += len(each)
        if size >= TURN_SIZE:
            yield few
            few, size = [], 0
    if few:
        yield few


def encode_few(
    tokenizer: Tokenizer,
    inputs: Sequence[Input],
    *,
    first: int,
    prompt: str,
    vocab_size: int,
    context_length: int,
    cuts: bool = False,
) -> list[tuple[int, ...]]:
    """Token ids of each; `prompt` is put before texts. first: the index of the first of them.

    cuts: of a text that is too long the beginning is taken.

    Raises:
        UnusableInput: an input is empty, has a value that is no token id, or is too long.
    """
    for index, each in enumerate(inputs, start=first):
        if not each:
            raise UnusableInput(index, "is empty.")
    texts = [prompt + each for each in inputs if isinstance(each, str)]
    of_texts = iter(tokenizer.encode_inputs(texts))
    encoded = []
    for index, each in enumerate(inputs, start=first):
        if isinstance(each, str):
            token_ids = next(of_texts)
        else:
            token_ids = _as_token_ids(each, index, vocab_size)
        if len(token_ids) > context_length:
            if not (cuts and isinstance(each, str)):
                raise InputTooLong(index, len(token_ids), context_length)
            logger.warning("input {} of {} tokens is cut as asked", index, len(token_ids))
            token_ids = tokenizer.encode_cut_input(prompt + each, context_length)
        encoded.append(token_ids)
    return encoded


def _as_token_ids(values: Sequence[object], index: int, vocab_size: int) -> tuple[int, ...]:
    for place, value in enumerate(values):
        # NOTE: not isinstance, to which True is an integer.
        if type(value) is not int or not 0 <= value < vocab_size:
            reason = (
                f"has {reprlib.repr(value)} at place {place}; a token id is an integer from 0 to "
                f"{vocab_size - 1}."
            )
            raise UnusableInput(index, reason)
    return tuple(cast(Sequence[int], values))
