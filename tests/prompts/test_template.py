"""Which template a model gets, and what happens to chats that a template refuses."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.errors import TemplateError
from prompts.formats.qwen25 import Qwen25Template
from prompts.messages import ChatMessage
from prompts.template import RESERVED_OPTIONS, JinjaTemplate, get_chat_template
from prompts.tokenizer import Tokenizer
from tests.prompts.sample_tokenizers import byte_level_backend, save_tokenizer

DATA = Path(__file__).parent / "data"
HELLO = [ChatMessage("user", "Hello")]
SYSTEM, USER, ASSISTANT = (
    ChatMessage("system", "Be brief."),
    ChatMessage("user", "Hi"),
    ChatMessage("assistant", "Hello"),
)
CHATS = st.lists(
    st.builds(ChatMessage, st.sampled_from(["system", "user", "assistant"]), st.uuids().map(str)),
    max_size=6,
).map(lambda messages: [ChatMessage("user", "Hello"), *messages])


def jinja(text: str, **special_tokens: str) -> JinjaTemplate:
    return JinjaTemplate(text, special_tokens=special_tokens)


with_system = jinja((DATA / "alternating_with_system.jinja").read_text())
without_system = jinja((DATA / "alternating_without_system.jinja").read_text(), bos_token="<bos>")


def test_the_tokenizers_own_template_is_taken_first(tmp_path: Path) -> None:
    text = "{{ eos_token }}{{ messages[0].content }}"
    loaded = Tokenizer.load(save_tokenizer(byte_level_backend(), tmp_path, chat_template=text))
    template = get_chat_template(loaded, model_type="qwen2", model_name="Qwen2.5-7B-Instruct")
    assert template.render(HELLO) == "<|im_end|>Hello"


def test_a_known_family_without_a_template_gets_its_format(byte_level: Tokenizer) -> None:
    template = get_chat_template(
        byte_level, model_type="qwen2", model_name="mlx-community/Qwen2.5-0.5B-Instruct-4bit"
    )
    assert isinstance(template, Qwen25Template)


@pytest.mark.parametrize(
    ("model_type", "model_name"), [("qwen2", "Qwen2-7B"), ("llama", "Llama-like-Qwen2.5")]
)
def test_an_unknown_model_without_a_template_is_told_what_to_do(
    byte_level: Tokenizer, model_type: str, model_name: str
) -> None:
    with pytest.raises(TemplateError, match=f"{model_name}.* Serve its Instruct or Chat variant"):
        get_chat_template(byte_level, model_type=model_type, model_name=model_name)


def test_options_are_the_templates_variables() -> None:
    template = jinja("{{ enable_thinking }}{{ messages[0].content }}")
    assert template.render(HELLO, options={"enable_thinking": False}) == "FalseHello"


@pytest.mark.parametrize("option", sorted(RESERVED_OPTIONS))
def test_options_cannot_replace_the_chat_or_the_template(option: str) -> None:
    with pytest.raises(TemplateError, match=f"may not be called '{option}'"):
        jinja("{{ messages }}").render(HELLO, options={option: "x"})


def test_a_template_for_tools_is_taken_only_with_tools() -> None:
    tool_text = "tool {{ tools[0].function.name }}"
    template = JinjaTemplate("plain", special_tokens={}, tool_text=tool_text)
    assert template.render(HELLO) == "plain"
    assert template.render(HELLO, tools=[]) == "plain"
    assert template.render(HELLO, tools=[{"function": {"name": "get_time"}}]) == "tool get_time"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ raise_exception('Only\n text') }}", "Only text"),
        ("{{ messages[0].images.first }}", "has no attribute 'images'"),
        ("{{ messages[0].content + 1 }}", "can only concatenate str"),
        ("{{ 1 // 0 }}", "division"),
        ("{% if %}", "Expected an expression"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
    ],
    ids=["raise_exception", "undefined", "type", "arithmetic", "syntax", "sandbox"],
)
def test_whatever_a_template_raises_is_a_template_error_of_one_line(text: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason) as raised:
        jinja(text).render(HELLO)
    assert "\n" not in str(raised.value)


def test_chats_that_a_template_takes_are_left_as_they_are() -> None:
    template = jinja("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}")
    chat = [USER, USER, SYSTEM, ASSISTANT]
    assert template.render(chat) == "<user>Hi<user>Hi<system>Be brief.<assistant>Hello"


def test_a_system_message_that_is_not_the_first_is_moved_there() -> None:
    rendered = with_system.render([SYSTEM, USER, ASSISTANT, SYSTEM, USER])
    expected = "<system>Be brief.\n\nBe brief.<user>Hi<assistant>Hello<user>Hi<assistant>"
    assert rendered == expected


def test_two_user_messages_in_a_row_are_joined() -> None:
    assert with_system.render([USER, USER]) == "<user>Hi\n\nHi<assistant>"


def test_without_a_system_role_the_system_text_opens_the_first_question() -> None:
    rendered = without_system.render([SYSTEM, USER, ASSISTANT, USER])
    assert rendered == "<bos><user>Be brief.\n\nHi<assistant>Hello<user>Hi<assistant>"


def test_a_template_that_hides_system_messages_is_not_believed() -> None:
    text = "{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    assert jinja(text).render([SYSTEM, USER]) == "<user>Be brief.\n\nHi"


def test_a_chat_that_is_refused_after_joining_too_is_a_template_error() -> None:
    chat = [ASSISTANT, ASSISTANT, USER]
    with pytest.raises(TemplateError, match="roles must alternate"):
        with_system.render(chat)


@pytest.mark.parametrize("template", [with_system, without_system])
@given(messages=CHATS)
def test_strict_templates_take_any_chat_that_a_user_begins_and_drop_nothing(
    template: JinjaTemplate, messages: list[ChatMessage]
) -> None:
    rendered = template.render(messages)
    assert all(message.content in rendered for message in messages)
