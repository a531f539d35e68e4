"""What is not honoured is refused by name; what does not change the answer is let through."""

from typing import Any

import pytest

from api.anthropic.request_schemas import CountTokensRequest, MessagesRequest
from api.anthropic.undone import IGNORED, REFUSED, UNREADABLE_BLOCKS, refuse_unreadable
from api.errors import InvalidRequest
from api.left_out import LEFT_OUT_TYPES
from tests.api.conftest import Api

REFUSED_VALUES: dict[str, Any] = {
    "compaction": {"type": "summarize"},
    "container": "container_1",
    "mcp_servers": [{"type": "url", "url": "http://x", "name": "x"}],
    "thread": {"type": "create"},
}


def asked(*blocks: dict[str, Any], role: str = "user") -> CountTokensRequest:
    messages = [{"role": "user", "content": "Hi"}, {"role": role, "content": list(blocks)}]
    return CountTokensRequest.from_body({"model": "default", "messages": messages})


@pytest.mark.parametrize(("field", "value"), REFUSED_VALUES.items())
async def test_a_field_that_would_change_the_answer_is_refused_by_name(
    api: Api, field: str, value: Any
) -> None:
    body = {"model": "default", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    for path in ("/v1/messages", "/v1/messages/count_tokens"):
        reply = await api.request("POST", path, json={**body, field: value})
        assert reply.status == 400
        assert f"'{field}'" in reply.json["error"]["message"]


def test_every_refused_field_is_tried_here() -> None:
    assert REFUSED_VALUES.keys() == REFUSED.keys()


def test_no_field_is_both_honoured_and_refused_or_ignored() -> None:
    honoured = MessagesRequest.field_names()
    assert not honoured & (REFUSED.keys() | IGNORED)
    assert not IGNORED & REFUSED.keys()


@pytest.mark.parametrize("kind", sorted(UNREADABLE_BLOCKS | {"web_search_tool_result"}))
def test_a_block_that_cannot_be_shown_is_refused_with_its_place(kind: str) -> None:
    text = {"type": "text", "text": "Look:"}
    with pytest.raises(InvalidRequest, match=kind) as caught:
        refuse_unreadable(asked(text, {"type": kind}))
    assert caught.value.kind.param == "messages[1].content[1]"
    if kind in LEFT_OUT_TYPES:
        return  # of a result it is told that they are left out
    result = {"type": "tool_result", "tool_use_id": "t", "content": [text, {"type": kind}]}
    with pytest.raises(InvalidRequest, match=kind) as caught:
        refuse_unreadable(asked(result))
    assert caught.value.kind.param == "messages[1].content[0].content[1]"


@pytest.mark.parametrize("kind", ["redacted_thinking", "fallback", "brand_new"])
def test_a_block_that_nobody_needs_is_left_out(kind: str) -> None:
    refuse_unreadable(asked({"type": kind, "deep": [1]}, role="assistant"))


@pytest.mark.parametrize(
    ("block", "role"),
    [
        ({"type": "tool_use", "id": "t", "name": "f", "input": {}}, "user"),
        ({"type": "tool_result", "tool_use_id": "t"}, "assistant"),
    ],
)
def test_a_call_or_result_of_the_wrong_side_is_refused(block: dict[str, Any], role: str) -> None:
    with pytest.raises(InvalidRequest, match="belongs in a message of role"):
        refuse_unreadable(asked(block, role=role))
