"""Calls, results and tools rewritten; nothing of them is lost."""

from hypothesis import given
from hypothesis import strategies as st

from prompts.messages import ChatMessage, ToolCall
from prompts.tool_messages import calls_apart, short_ids, with_all_fields

IDS = st.none() | st.sampled_from(["a", "b", "call_1"])
CALLS = st.builds(ToolCall, st.uuids().map(str), st.just({}), IDS)
MESSAGES = st.builds(
    ChatMessage,
    st.just("assistant"),
    st.uuids().map(str),
    tool_calls=st.lists(CALLS, max_size=3).map(tuple),
) | st.builds(ChatMessage, st.sampled_from(["tool", "user"]), st.uuids().map(str), tool_call_id=IDS)
CHATS = st.lists(MESSAGES, max_size=8)


@given(chat=CHATS)
def test_apart_there_is_one_call_per_message_and_nothing_is_lost(chat: list[ChatMessage]) -> None:
    apart = calls_apart(chat)
    assert all(len(message.tool_calls) <= 1 for message in apart)
    assert [call for message in apart for call in message.tool_calls] == [
        call for message in chat for call in message.tool_calls
    ]
    said = sorted(message.content for message in apart if message.content)
    assert said == sorted(message.content for message in chat)


@given(chat=CHATS)
def test_apart_once_is_apart(chat: list[ChatMessage]) -> None:
    assert calls_apart(calls_apart(chat)) == calls_apart(chat)


@given(chat=CHATS)
def test_short_ids_are_nine_letters_and_pair_as_before(chat: list[ChatMessage]) -> None:
    shortened = short_ids(chat)
    for before, after in zip(chat, shortened, strict=True):
        assert (after.tool_call_id is None) == (before.tool_call_id is None)
        for call in after.tool_calls:
            assert call.id is not None
            assert len(call.id) == 9
            assert call.id.isalnum()
    assert short_ids(shortened) == shortened
    asking = ChatMessage("assistant", tool_calls=(ToolCall("f", {}, "call_1"),))
    calling, result = short_ids([asking, ChatMessage("tool", tool_call_id="call_1")])
    assert calling.tool_calls[0].id == result.tool_call_id


def test_missing_fields_of_a_tool_come_after_those_it_has() -> None:
    function = {"name": "f", "parameters": {"properties": {}}, "strict": True}
    [tool] = with_all_fields([{"type": "function", "function": function}])
    assert repr(tool["function"]) == repr(
        {
            "name": "f",
            "parameters": {"properties": {}, "type": "object"},
            "strict": True,
            "description": "",
        }
    )
