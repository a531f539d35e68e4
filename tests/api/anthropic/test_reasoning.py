"""Thoughts that a client does not show come back with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.anthropic.reasoning import MARK, seal, unseal


@given(st.text())
def test_a_sealed_thought_is_read_again(thought: str) -> None:
    assert unseal(seal(thought)) == thought


@pytest.mark.parametrize("signature", ["", "EqQBCkgIARABGAIiQL8", f"{MARK}?", f"{MARK}/w=="])
def test_another_signature_holds_nothing(signature: str) -> None:
    assert unseal(signature) == ""
