"""Content, reasoning and calls of families with markers around them."""

import pytest

from prompts.answer import (
    Answer,
    ContentDelta,
    ReasoningDelta,
    ToolCallArguments,
    ToolCallEnded,
    ToolCallStarted,
    WrittenCall,
)
from prompts.formats.llama import LLAMA
from prompts.formats.qwen import QWEN
from tests.prompts.splitting import TOOLS, events, split

CALL = '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>'
GET_TIME = WrittenCall("get_time", "{}", is_whole=True)


def answer(
    content: str = "", reasoning: str = "", *calls: WrittenCall, unread: bool = False
) -> Answer:
    return Answer(content, reasoning, calls, has_unread_call=unread)


def test_reasoning_content_and_calls_are_told_apart() -> None:
    said = f"<think>\nIt is late.\n</think>\n\nLet me look.\n{CALL}\n{CALL}"
    assert split(QWEN, said) == answer("Let me look.", "It is late.", GET_TIME, GET_TIME)


def test_an_answer_begins_in_reasoning_if_the_prompt_opened_it() -> None:
    said = "It is late.\n</think>\n\nGood night."
    prompt = "<|im_start|>assistant\n<think>\n"
    assert split(QWEN, said, prompt=prompt) == answer("Good night.", "It is late.")


def test_a_prompt_with_a_closed_block_does_not_open_reasoning() -> None:
    prompt = "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    assert split(QWEN, "Good night.", prompt=prompt) == answer("Good night.")


def test_reasoning_that_does_not_end_is_all_reasoning() -> None:
    assert split(QWEN, f"<think>\nHm. {CALL}") == answer("", f"Hm. {CALL}")


def test_a_marker_that_content_speaks_of_opens_nothing() -> None:
    said = "The tag <think> opens reasoning.</think>"
    assert split(QWEN, said) == answer(said)


def test_reasoning_may_come_again_after_a_call() -> None:
    said = f"<think>One.</think>{CALL}<think>Two.</think>Done."
    assert split(QWEN, said) == answer("Done.", "One.Two.", GET_TIME)


def test_without_tools_a_call_is_content() -> None:
    assert split(QWEN, CALL, tools=()) == answer(CALL)


@pytest.mark.parametrize(
    "said",
    [
        "<tool_call>\nget_time()\n</tool_call>",
        "<tool_call>\n{'name': 'get_time'}\n</tool_call>",
        '<tool_call>\n{"city": "Oslo"}\n</tool_call>',
        '<tool_call>\n{"name": "get_ti',
        "Use \n<tool_call> for calls.",
    ],
)
def test_what_is_no_call_is_content_to_the_last_character(said: str) -> None:
    assert split(QWEN, said) == answer(said, unread=True)


def test_a_call_that_is_cut_off_keeps_what_was_passed_on() -> None:
    said = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Os'
    cut_off = WrittenCall("get_weather", '{"city": "Os', is_whole=False)
    assert split(QWEN, said) == answer("", "", cut_off)


def test_a_forgotten_end_marker_does_not_spoil_the_next_call() -> None:
    said = f"{CALL.removesuffix('</tool_call>')}{CALL}"
    assert split(QWEN, said) == answer("", "", GET_TIME, GET_TIME)


def test_arguments_are_passed_on_while_they_are_written() -> None:
    splitter = QWEN.splitter(prompt="", tools=TOOLS)
    assert splitter.push('<tool_call>\n{"name": "get_weather", "arg') == [
        ToolCallStarted(0, "get_weather")
    ]
    assert splitter.push('uments": {"city": "O') == [ToolCallArguments(0, '{"city": "O')]
    assert splitter.push('slo"}}') == [ToolCallArguments(0, 'slo"}'), ToolCallEnded(0)]
    assert splitter.push("\n</tool_call>") == splitter.finish() == []


def test_arguments_that_come_before_the_name_wait_for_it() -> None:
    said = '<tool_call>{"arguments": {"city": "Oslo"}, "name": "get_weather"}</tool_call>'
    assert events(QWEN, said, cuts=range(len(said))) == [
        ToolCallStarted(0, "get_weather"),
        ToolCallArguments(0, '{"city": "Oslo"}'),
        ToolCallEnded(0),
    ]


def test_a_possible_marker_waits_only_until_it_is_none() -> None:
    splitter = QWEN.splitter(prompt="", tools=TOOLS)
    assert splitter.push("a <tool") == [ContentDelta("a")]
    assert splitter.push("box") == [ContentDelta(" <toolbox")]
    assert splitter.push(" b\n") == [ContentDelta(" b")]
    assert splitter.finish() == [ContentDelta("\n")]


def test_reasoning_is_passed_on_while_it_is_written() -> None:
    splitter = QWEN.splitter(prompt="", tools=())
    assert splitter.push("<think>\nOne") == [ReasoningDelta("One")]
    assert splitter.push(" two\n</thi") == [ReasoningDelta(" two")]
    assert splitter.push("nk>\n\nYes") == [ContentDelta("Yes")]


@pytest.mark.parametrize(
    "said",
    [
        '{"name": "get_time", "parameters": {}}',
        '<|python_tag|>{"name": "get_time", "parameters": {}}',
        '{"type": "function", "name": "get_time", "parameters": "{}"}',
        '{"type": "function", "function": "get_time"}',
    ],
)
def test_bare_json_with_a_tools_name_is_a_call(said: str) -> None:
    assert split(LLAMA, said) == answer("", "", GET_TIME)


@pytest.mark.parametrize(
    "said",
    [
        '{"city": "Oslo"}',
        '{"name": "Oslo", "population": 700000}',
        '{"name": "get_tim',
        "{x | x > 0}",
        'As JSON: {"name": "get_time", "parameters": {}}',
    ],
)
def test_other_json_is_an_answer_and_no_broken_call(said: str) -> None:
    assert split(LLAMA, said) == answer(said)


def test_it_is_known_whether_the_next_token_is_reasoning() -> None:
    splitter = QWEN.splitter(prompt="", tools=())
    known = []
    for piece in ["<think>", "\nHm.", "\n</think>", "\n\nGood night."]:
        splitter.push(piece)
        known.append(splitter.is_reasoning)
    assert known == [True, True, False, False]
    assert QWEN.splitter(prompt="<think>\n").is_reasoning
