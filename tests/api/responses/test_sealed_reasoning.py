"""Reasoning as clients keep it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.responses.sealed_reasoning import PREFIX, sealed, unsealed


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_is_the_same_again(text: str) -> None:
    assert unsealed(sealed(text)) == text


@pytest.mark.parametrize("content", ["", "gAAAAAB", f"{PREFIX}a", f"{PREFIX}____", f"{PREFIX}é"])
def test_what_another_server_sealed_is_nothing(content: str) -> None:
    assert unsealed(content) is None
