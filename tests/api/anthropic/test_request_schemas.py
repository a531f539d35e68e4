"""Wrong requests name the field, the value and what is allowed."""

from typing import Any

import pytest

from api.anthropic.request_schemas import MessagesRequest
from api.errors import InvalidRequest

HI = {"role": "user", "content": "Hi"}
MINIMAL: dict[str, Any] = {"model": "default", "max_tokens": 9, "messages": [HI]}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": "9"}, "max_tokens"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages[0].content[0].text.text",
        ),
        ({"system": 5}, "system"),
        ({"temperature": 1.1}, "temperature"),
        ({"top_k": -1}, "top_k"),
        ({"thinking": {"type": "often"}}, "thinking.type"),
        ({"tools": [{"name": "f"}]}, "tools[0].input_schema"),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools[0]"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort"),
        ({"output_config": {"format": {"type": "json_schema"}}}, "output_config.format.schema"),
    ],
)
def test_a_wrong_value_is_named(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        MessagesRequest.from_body({**MINIMAL, **fields})
    assert caught.value.kind.param == param
    assert f"'{param}'" in caught.value.message


def test_a_tool_that_runs_elsewhere_is_named_by_its_type() -> None:
    tool = {"type": "web_search_20250305", "name": "web_search"}
    with pytest.raises(InvalidRequest, match="web_search_20250305"):
        MessagesRequest.from_body({**MINIMAL, "tools": [tool]})


def test_null_means_absent_for_every_field() -> None:
    names = MessagesRequest.field_names() - {"model", "max_tokens", "messages"}
    asked = MessagesRequest.from_body({**MINIMAL, **dict.fromkeys(names)})
    assert asked == MessagesRequest.from_body(MINIMAL)


def test_a_way_to_show_thoughts_that_is_new_is_no_error() -> None:
    thinking = {"type": "adaptive", "display": "sung"}
    assert not MessagesRequest.from_body({**MINIMAL, "thinking": thinking}).hides_thinking
