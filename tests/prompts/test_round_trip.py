"""What a family's template writes for calls is read as the same calls."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.answer import Answer, AnswerEvent, whole_answer
from prompts.families import find_family
from prompts.family import AnswerSplitter, ModelFamily
from prompts.messages import ChatMessage, ToolCall
from prompts.template import JinjaTemplate
from prompts.text_stream import TextStream
from prompts.tokenizer import Tokenizer
from prompts.tools import Tool, ToolSchema
from tests.prompts.splitting import TIME, TOOLS, WEATHER, split

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Case:
    """A template, the family that it must be recognised as, and the token that ends an answer."""

    file: str
    family: str
    end: str
    writes_several: bool = True

    def text(self) -> str:
        return (DATA / self.file).read_text(encoding="utf-8")


CASES = (
    Case("qwen25_chat_template.jinja", "Qwen", "<|im_end|>\n"),
    Case("qwen3.jinja", "Qwen", "<|im_end|>\n"),
    Case("qwen3_coder.jinja", "Qwen3-Coder", "<|im_end|>\n"),
    Case("llama_3_style.jinja", "Llama 3", "<|eot_id|>", writes_several=False),
    Case("mistral_nemo.jinja", "Mistral, calls as a list", "</s>"),
    Case("ministral_3.jinja", "Mistral", "</s>"),
    Case("deepseek_v31.jinja", "DeepSeek V3.1", "<｜end▁of▁sentence｜>"),
    Case("deepseek_r1_style.jinja", "DeepSeek R1, V3", "<｜end▁of▁sentence｜>"),
    Case("glm_46.jinja", "GLM", ""),
    Case("gpt_oss.jinja", "gpt-oss", "<|call|>", writes_several=False),
    Case("gemma_4_style.jinja", "Gemma 4", "<turn|>\n"),
    Case("alternating_without_system.jinja", "any other", ""),
)
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)

TEXTS = st.sampled_from(["5", "true", "null", 'a "b" \\', " two\nlines ", "서울 😀"]) | st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="<", exclude_categories=["C"])
)
CALLS = st.builds(
    ToolCall,
    st.just("get_weather"),
    st.fixed_dictionaries({"city": TEXTS}, optional={"days": st.integers()}),
)
QUESTION = ChatMessage("user", "How is the weather?")
NO_CALL = ToolCall("get_time", {}, "call_2")


def schema(tool: Tool) -> ToolSchema:
    function = {"name": tool.name, "description": "D", "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


@cache
def loaded(case: Case) -> tuple[JinjaTemplate, ModelFamily]:
    family = find_family([case.text()])
    special_tokens = {"bos_token": "<s>", "eos_token": "</s>"}
    template = JinjaTemplate(
        case.text(), special_tokens=special_tokens, call_shape=family.call_shape
    )
    return template, family


def said_and_read(case: Case, message: ChatMessage) -> tuple[str, Answer]:
    """What the model must have said for this message, and what is read from it."""
    prompt, said = prompt_and_said(case, message)
    return said, split(loaded(case)[1], said, prompt=prompt)


def prompt_and_said(case: Case, message: ChatMessage) -> tuple[str, str]:
    """What the model must have said for this message, and the prompt before that."""
    template, _ = loaded(case)
    tools = [schema(tool) for tool in TOOLS]
    prompt = template.render([QUESTION], tools=tools)
    whole = template.render([QUESTION, message], tools=tools, add_generation_prompt=False)
    num_shared = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(prompt, whole, strict=False))
    )
    return prompt[:num_shared], whole[num_shared:].removesuffix(case.end)


def pairs(answer: Answer) -> list[tuple[str, object]]:
    return [(call.name, json.loads(call.arguments)) for call in answer.calls]


@EVERY_CASE
def test_a_template_says_which_family_it_is(case: Case) -> None:
    assert loaded(case)[1].name == case.family


@EVERY_CASE
@settings(max_examples=30)
@given(calls=st.lists(CALLS, min_size=1, max_size=2))
def test_written_calls_are_read_as_the_same(case: Case, calls: list[ToolCall]) -> None:
    calls = calls if case.writes_several else calls[:1]
    _, answer = said_and_read(case, ChatMessage("assistant", tool_calls=tuple(calls)))
    assert pairs(answer) == [(call.name, call.arguments) for call in calls]
    assert all(call.is_whole for call in answer.calls)
    assert not answer.has_unread_call
    assert answer.content.strip() == answer.reasoning.strip() == ""


@EVERY_CASE
def test_a_call_without_arguments_is_read_as_an_empty_object(case: Case) -> None:
    _, answer = said_and_read(case, ChatMessage("assistant", tool_calls=(NO_CALL,)))
    assert pairs(answer) == [("get_time", {})]


@EVERY_CASE
def test_calls_and_results_of_earlier_turns_are_all_in_the_prompt(case: Case) -> None:
    weather = ToolCall("get_weather", {"city": "Oslo"}, "call_1")
    chat = [
        ChatMessage("system", "Be brief."),
        QUESTION,
        ChatMessage("assistant", tool_calls=(weather, NO_CALL)),
        ChatMessage("tool", "sunny", tool_call_id="call_1"),
        ChatMessage("tool", "noon", tool_call_id="call_2"),
        ChatMessage("assistant", "Sunny at noon."),
        ChatMessage("user", "Thanks"),
    ]
    prompt = loaded(case)[0].render(chat, tools=[schema(WEATHER), schema(TIME)])
    expected = ["Be brief.", "get_weather", "Oslo", "sunny", "get_time", "noon", "Sunny at noon."]
    assert [text for text in expected if text not in prompt] == []
    assert "None" not in prompt


@EVERY_CASE
def test_tools_without_description_or_parameters_can_be_written(case: Case) -> None:
    tools: list[ToolSchema] = [{"type": "function", "function": {"name": "bare_tool"}}]
    assert "bare_tool" in loaded(case)[0].render([QUESTION], tools=tools)


@pytest.mark.parametrize("file", ["qwen3.jinja", "glm_46.jinja", "gemma_4_style.jinja"])
def test_reasoning_before_a_call_is_read_as_reasoning(file: str) -> None:
    case = next(case for case in CASES if case.file == file)
    message = ChatMessage("assistant", tool_calls=(NO_CALL,), reasoning_content="It is\nlate.")
    _, answer = said_and_read(case, message)
    assert answer.reasoning == "It is\nlate."
    assert pairs(answer) == [("get_time", {})]


MESSAGES = st.builds(
    ChatMessage,
    st.just("assistant"),
    TEXTS.filter(bool),
    tool_calls=st.lists(CALLS, max_size=1).map(tuple),
    reasoning_content=st.none() | TEXTS,
)


@EVERY_CASE
@settings(max_examples=40)
@given(message=MESSAGES, borders=st.data())
def test_any_division_of_the_same_tokens_is_the_same_answer(
    case: Case, byte_level: Tokenizer, message: ChatMessage, borders: st.DataObject
) -> None:
    # Emoji, most Korean letters and markers are several tokens here.
    prompt, said = prompt_and_said(case, message)
    token_ids = byte_level.encode(said)
    cuts = sorted(borders.draw(st.sets(st.integers(0, len(token_ids)), max_size=8)))

    def read(cuts: Iterable[int]) -> Answer:
        splitter = loaded(case)[1].splitter(prompt=prompt, tools=TOOLS)
        return by_bunches(splitter, byte_level, token_ids, cuts)

    expected = split(loaded(case)[1], said, prompt=prompt)
    assert read(cuts) == read(range(len(token_ids))) == expected


def by_bunches(
    splitter: AnswerSplitter, tokenizer: Tokenizer, token_ids: list[int], cuts: Iterable[int]
) -> Answer:
    """What is read from tokens that come in bunches, as a server reads it."""
    text = TextStream(tokenizer)
    events: list[AnswerEvent] = []
    for start, end in pairwise([0, *cuts, len(token_ids)]):
        events += splitter.push(text.push(token_ids[start:end]))
    return whole_answer([*events, *splitter.push(text.finish()), *splitter.finish()])
