"""What templates can do is found out, and a chat is rewritten for what they cannot."""

from prompts.messages import ChatMessage, ToolCall
from prompts.template import JinjaTemplate
from prompts.tools import ToolSchema

WEATHER = ToolCall("get_weather", {"city": "Oslo"}, "call_1")
TIME = ToolCall("get_time", {}, "call_2")
TOOL: ToolSchema = {"type": "function", "function": {"name": "get_weather"}}
CHAT = [
    ChatMessage("user", "How is it?"),
    ChatMessage("assistant", "Let me look.", tool_calls=(WEATHER, TIME)),
    ChatMessage("tool", "noon", tool_call_id="call_2"),
    ChatMessage("tool", "sunny", tool_call_id="call_1"),
]
LONE_CALL = [ChatMessage("user", "Hi"), ChatMessage("assistant", tool_calls=(WEATHER,))]


def render(text: str, chat: list[ChatMessage], *, tools: list[ToolSchema] | None = None) -> str:
    template = "{% for m in messages %}" + text + "{% endfor %}"
    return JinjaTemplate(template, special_tokens={}).render(chat, tools=tools)


def test_arguments_are_an_object_for_a_template_that_writes_its_json() -> None:
    text = (
        "{{ m.content }}{% for c in m.tool_calls %}{{ c.function.arguments | tojson }}{% endfor %}"
    )
    assert render(text, LONE_CALL) == 'Hi{"city": "Oslo"}'


def test_arguments_are_text_for_a_template_that_writes_them_as_they_are() -> None:
    text = "{{ m.content }}{% for c in m.tool_calls %}{{ c.function.arguments }}{% endfor %}"
    assert render(text, LONE_CALL) == 'Hi{"city": "Oslo"}'


def test_content_is_null_for_a_template_that_writes_calls_only_then() -> None:
    text = (
        "{% if m.content is none %}{{ m.tool_calls[0].function.arguments | tojson }}"
        "{% else %}{{ m.content }}{% endif %}"
    )
    assert render(text, LONE_CALL) == 'Hi{"city": "Oslo"}'


def test_content_is_empty_for_a_template_that_would_write_none() -> None:
    text = (
        "<{{ m.role }}>{{ m.content }}"
        "{% for c in m.tool_calls %}{{ c.function.arguments | tojson }}{% endfor %}"
    )
    assert render(text, LONE_CALL) == '<user>Hi<assistant>{"city": "Oslo"}'


def test_calls_stand_apart_for_a_template_that_writes_the_first_only() -> None:
    text = (
        "<{{ m.role }}>{{ m.content or '' }}"
        "{% if m.tool_calls %}{{ m.tool_calls[0].function | tojson }}{% endif %}"
    )
    assert render(text, CHAT) == (
        "<user>How is it?"
        '<assistant>Let me look.{"name": "get_weather", "arguments": {"city": "Oslo"}}<tool>sunny'
        '<assistant>{"name": "get_time", "arguments": {}}<tool>noon'
    )


def test_calls_are_text_for_a_template_that_knows_none() -> None:
    assert render("<{{ m.role }}>{{ m.content }}", CHAT) == (
        "<user>How is it?"
        "<assistant>Let me look.\n"
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>\n'
        '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>'
        "<user><tool_response>\nnoon\n</tool_response>"
        "<user><tool_response>\nsunny\n</tool_response>"
    )


def test_tools_are_in_the_system_text_for_a_template_that_knows_none() -> None:
    system = ChatMessage("system", "Be brief.")
    rendered = render("<{{ m.role }}>{{ m.content }}", [system, CHAT[0]], tools=[TOOL])
    assert rendered.startswith("<system># Tools\n")
    assert '{"type": "function", "function": {"name": "get_weather"}}' in rendered
    assert '{"name": "<function-name>", "arguments": <args-json-object>}' in rendered
    assert rendered.endswith("\n\nBe brief.<user>How is it?")


def test_reasoning_is_called_thinking_for_a_template_that_calls_it_so() -> None:
    text = (
        "{% set message = m %}<{{ message.thinking }}>{{ m.content or '' }}"
        "{% for c in m.tool_calls %}{{ c.function.arguments | tojson }}{% endfor %}"
    )
    message = ChatMessage(
        "assistant", "Let me look.", tool_calls=(WEATHER,), reasoning_content="Hm."
    )
    assert render(text, [message]) == '<Hm.\n\nLet me look.>{"city": "Oslo"}'


def test_reasoning_goes_by_its_usual_name_else() -> None:
    message = ChatMessage("assistant", "Sunny.", reasoning_content="Hm.")
    assert render("{{ m.reasoning_content }}|{{ m.content }}", [message]) == "Hm.|Sunny."
