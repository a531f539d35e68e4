"""The written-out format equals Qwen2.5-Instruct's own template, byte for byte."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from prompts.formats.qwen25 import Qwen25Template
from prompts.messages import ChatMessage, ToolCall
from prompts.template import JinjaTemplate

DATA = Path(__file__).parents[1] / "data"
ORIGINAL = JinjaTemplate((DATA / "qwen25_chat_template.jinja").read_text(), special_tokens={})

TEXTS = st.sampled_from(["", "Hi", "안녕 😀", " two\n\nlines ", "<b>&'\"{x}{{y}}%</b>"]) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=3)
CALLS = st.builds(ToolCall, TEXTS, OBJECTS, st.none() | st.just("call_1"))
PLAIN_MESSAGES = st.builds(ChatMessage, st.sampled_from(["system", "user", "assistant"]), TEXTS)
TOOL_MESSAGES = st.builds(ChatMessage, st.just("tool"), TEXTS, tool_call_id=st.just("call_1"))
CALLING_MESSAGES = st.builds(
    ChatMessage,
    st.just("assistant"),
    TEXTS,
    tool_calls=st.lists(CALLS, min_size=1, max_size=2).map(tuple),
)
CHATS = st.lists(PLAIN_MESSAGES | TOOL_MESSAGES | CALLING_MESSAGES, min_size=1, max_size=6)


@given(messages=st.lists(PLAIN_MESSAGES, min_size=1, max_size=6), opens_turn=st.booleans())
def test_plain_chats_equal_the_original(messages: list[ChatMessage], opens_turn: bool) -> None:
    ours = Qwen25Template().render(messages, add_generation_prompt=opens_turn)
    assert ours == ORIGINAL.render(messages, add_generation_prompt=opens_turn)


@given(messages=CHATS, tools=st.none() | st.lists(OBJECTS, max_size=3))
def test_chats_with_tools_equal_the_original(
    messages: list[ChatMessage], tools: list[dict[str, object]] | None
) -> None:
    ours = Qwen25Template().render(messages, tools=tools)
    assert ours == ORIGINAL.render(messages, tools=tools)


def test_without_a_system_message_the_model_is_told_who_it_is() -> None:
    assert Qwen25Template().render([ChatMessage("user", "Hi")]) == (
        "<|im_start|>system\n"
        "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
