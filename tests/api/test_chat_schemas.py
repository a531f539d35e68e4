"""The body of a chat request as values."""

from typing import Any

import pytest

from api.chat_schemas import ChatRequest
from tests.api.conftest import minimal_chat


def chat(**fields: Any) -> ChatRequest:
    return ChatRequest.from_body(minimal_chat(**fields))


@pytest.mark.parametrize(
    ("fields", "limit"),
    [
        ({}, None),
        ({"max_tokens": 5}, 5),
        ({"n_predict": 5}, 5),
        ({"max_completion_tokens": 7}, 7),
        ({"max_completion_tokens": 7, "max_tokens": 5}, 7),
        ({"max_completion_tokens": None, "max_tokens": 5}, 5),
    ],
)
def test_the_token_limit_has_three_names(fields: dict[str, Any], limit: int | None) -> None:
    assert chat(**fields).token_limit == limit


@pytest.mark.parametrize(
    ("stop", "stops"), [("x", ["x"]), (["x", "", "y"], ["x", "y"]), ("", []), (None, []), ([], [])]
)
def test_stop_is_a_list_without_empty_strings(stop: Any, stops: list[str]) -> None:
    assert chat(stop=stop).stop == stops


@pytest.mark.parametrize(
    ("fields", "priority"),
    [
        ({}, "interactive"),
        ({"service_tier": "flex"}, "batch"),
        ({"service_tier": "auto"}, "interactive"),
        ({"service_tier": "priority"}, "interactive"),
        ({"priority": 1}, "batch"),
        ({"priority": 0}, "interactive"),
        ({"priority": -5}, "interactive"),
        ({"service_tier": "flex", "priority": 0}, "interactive"),
        ({"service_tier": "default", "priority": 7}, "batch"),
        ({"service_tier": "flex", "priority": None}, "batch"),
    ],
)
def test_the_priority_class_is_the_tier_unless_a_number_is_given(
    fields: dict[str, Any], priority: str
) -> None:
    assert chat(**fields).priority_class == priority


def test_a_whole_number_is_a_temperature() -> None:
    assert chat(temperature=1).temperature == 1.0


def test_a_request_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        chat().stream = True  # type: ignore[misc]


def test_the_names_of_all_fields_include_their_aliases() -> None:
    assert {"max_tokens", "n_predict", "repeat_penalty", "messages"} <= ChatRequest.field_names()
