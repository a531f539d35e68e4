"""Prompts for the middle of a text, as each kind of model wants them."""

import pytest

from prompts.fill_in import FORMS, FillInForm, find_fill_in
from prompts.tokenizer import Tokenizer
from tests.prompts.sample_tokenizers import byte_level_backend

WRITTEN = {
    "<|fim_prefix|>": "<|fim_prefix|>def <|fim_suffix|>end<|fim_middle|>",
    "<fim_prefix>": "<fim_prefix>def <fim_suffix>end<fim_middle>",
    "<fim-prefix>": "<fim-prefix>def <fim-suffix>end<fim-middle>",
    "<｜fim▁begin｜>": "<｜fim▁begin｜>def <｜fim▁hole｜>end<｜fim▁end｜>",
    "▁<PRE>": "▁<PRE>def ▁<SUF>end▁<MID>",
    "[SUFFIX]": "[SUFFIX]end[PREFIX]def ",
}


def tokenizer_with(*tokens: str) -> Tokenizer:
    backend = byte_level_backend()
    backend.add_special_tokens(list(tokens))
    return Tokenizer(backend)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.markers[0])
def test_prefix_and_suffix_stand_behind_the_models_own_markers(form: FillInForm) -> None:
    tokenizer = tokenizer_with(*form.markers)
    fill_in = find_fill_in(tokenizer)
    assert fill_in is not None
    prompt = fill_in.prompt(tokenizer.encode("def "), tokenizer.encode("end"), begin=[0])
    assert tokenizer.decode_all(prompt) == "<|im_start|>" + WRITTEN[form.markers[0]]


def test_a_model_without_all_the_markers_cannot_fill_in() -> None:
    assert find_fill_in(tokenizer_with("<|fim_prefix|>", "<|fim_suffix|>")) is None


def test_a_marker_ends_the_middle_and_so_does_what_ends_a_file() -> None:
    tokens = ("▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>", "<|file_sep|>")
    fill_in = find_fill_in(tokenizer := tokenizer_with(*tokens))
    assert fill_in is not None
    assert set(fill_in.stop_token_ids) == set(tokenizer.marker_ids(tokens[:4]).values())
