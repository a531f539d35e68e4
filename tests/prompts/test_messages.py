"""Messages for templates, and the rewritings that lose nothing."""

from hypothesis import given
from hypothesis import strategies as st

from prompts.messages import (
    ChatMessage,
    ToolCall,
    normalise,
    system_first,
    system_in_user,
    turns_joined,
)

ROLES = st.sampled_from(["system", "user", "assistant", "tool"])
CALLS = st.lists(st.builds(ToolCall, st.just("now"), st.just({})), max_size=1).map(tuple)
NAMES = st.sampled_from([None, "Ann", "Bo"])
CHATS = st.lists(
    st.builds(ChatMessage, ROLES, st.uuids().map(str), NAMES, tool_calls=CALLS), max_size=8
)


def test_absent_fields_are_absent_keys() -> None:
    assert ChatMessage("user", "Hi").as_template_dict() == {"role": "user", "content": "Hi"}


def test_every_field_reaches_the_template() -> None:
    call = ToolCall("weather", {"city": "서울"}, id="call_1")
    message = ChatMessage("assistant", "", "Hearth", "call_0", (call,), "Let me look.")
    assert message.as_template_dict() == {
        "role": "assistant",
        "content": "",
        "name": "Hearth",
        "tool_call_id": "call_0",
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "weather", "arguments": {"city": "서울"}},
            }
        ],
        "reasoning_content": "Let me look.",
    }


def test_roles_of_other_clients_get_the_names_templates_know() -> None:
    messages = [
        ChatMessage("developer", "Be brief."),
        ChatMessage("user", "Hi"),
        ChatMessage("function", "21:30", name="now"),
    ]
    assert normalise(messages) == [
        ChatMessage("system", "Be brief."),
        ChatMessage("user", "Hi"),
        ChatMessage("tool", "21:30", name="now"),
    ]


def test_several_system_messages_become_one_in_front() -> None:
    messages = [
        ChatMessage("system", "Be brief."),
        ChatMessage("user", "Hi"),
        ChatMessage("system", "Be kind."),
    ]
    assert system_first(messages) == [
        ChatMessage("system", "Be brief.\n\nBe kind."),
        ChatMessage("user", "Hi"),
    ]


def test_the_system_text_can_stand_in_front_of_the_first_question() -> None:
    messages = [
        ChatMessage("system", "Be brief."),
        ChatMessage("user", "Hi"),
        ChatMessage("assistant", "Hello"),
        ChatMessage("user", "Bye"),
    ]
    assert system_in_user(messages) == [
        ChatMessage("user", "Be brief.\n\nHi"),
        ChatMessage("assistant", "Hello"),
        ChatMessage("user", "Bye"),
    ]


def test_a_system_text_without_a_question_becomes_the_question() -> None:
    assert system_in_user([ChatMessage("system", "Go.")]) == [ChatMessage("user", "Go.")]


def test_user_messages_in_a_row_become_one() -> None:
    messages = [ChatMessage("user", "One"), ChatMessage("user", "Two")]
    assert turns_joined(messages) == [ChatMessage("user", "One\n\nTwo")]


def test_speakers_keep_their_names_in_a_joined_message() -> None:
    messages = [ChatMessage("user", "Tea?", name="Ann"), ChatMessage("user", "Yes", name="Bo")]
    assert turns_joined(messages) == [ChatMessage("user", "Ann: Tea?\n\nBo: Yes")]


def test_assistant_messages_in_a_row_keep_all_their_calls() -> None:
    now, weather = ToolCall("now", {}), ToolCall("weather", {})
    messages = [
        ChatMessage("assistant", "Let me look.", tool_calls=(now,)),
        ChatMessage("assistant", tool_calls=(weather,)),
    ]
    assert turns_joined(messages) == [
        ChatMessage("assistant", "Let me look.", tool_calls=(now, weather))
    ]


def test_tool_results_stay_apart() -> None:
    messages = [ChatMessage("tool", "21:30"), ChatMessage("tool", "21:31")]
    assert turns_joined(messages) == messages


@given(messages=CHATS)
def test_joining_turns_drops_no_text_and_no_call(messages: list[ChatMessage]) -> None:
    joined = turns_joined(messages)
    text = "\n".join(message.content for message in joined)
    assert all(message.content in text for message in messages)
    assert sum(len(m.tool_calls) for m in joined) == sum(len(m.tool_calls) for m in messages)


@given(messages=CHATS)
def test_moving_the_system_text_drops_nothing_and_leaves_no_system_message(
    messages: list[ChatMessage],
) -> None:
    moved = system_in_user(messages)
    text = "\n".join(message.content for message in moved)
    assert all(message.content in text for message in messages)
    assert all(message.role != "system" for message in moved)


@given(messages=CHATS)
def test_joining_turns_twice_changes_nothing_more(messages: list[ChatMessage]) -> None:
    assert turns_joined(turns_joined(messages)) == turns_joined(messages)
