"""Messages on harmony's channels."""

import pytest

from prompts.answer import ContentDelta, ReasoningDelta, ToolCallArguments, ToolCallStarted
from prompts.formats.gpt_oss import GPT_OSS
from tests.prompts.splitting import TOOLS, split

ANALYSIS = "<|channel|>analysis<|message|>It is late.<|end|><|start|>assistant"
FINAL = "<|channel|>final<|message|>Good night."


def test_analysis_is_reasoning_and_the_final_channel_content() -> None:
    answer = split(GPT_OSS, ANALYSIS + FINAL)
    assert (answer.reasoning, answer.content, answer.calls) == ("It is late.", "Good night.", ())


@pytest.mark.parametrize(
    "header",
    [
        "<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>",
        " to=functions.get_time<|channel|>commentary json<|message|>",
        " to=functions.get_time<|channel|>commentary<|message|>",
        "<|channel|>analysis to=functions.get_time<|message|>",
    ],
)
@pytest.mark.parametrize("end", ["", "<|call|>"])
def test_a_message_to_a_function_is_a_call(header: str, end: str) -> None:
    answer = split(GPT_OSS, f'{ANALYSIS}{header}{{"zone":"UTC"}}{end}')
    [call] = answer.calls
    assert (call.name, call.arguments, call.is_whole) == ("get_time", '{"zone":"UTC"}', True)
    assert (answer.reasoning, answer.content) == ("It is late.", "")


def test_a_preamble_is_content() -> None:
    preamble = "<|channel|>commentary<|message|>Let me look.<|end|><|start|>assistant"
    assert split(GPT_OSS, ANALYSIS + preamble + FINAL).content == "Let me look.Good night."


def test_arguments_and_text_are_passed_on_while_they_are_written() -> None:
    splitter = GPT_OSS.splitter(prompt="", tools=TOOLS)
    assert splitter.push("<|channel|>analysis<|message|>It is") == [ReasoningDelta("It is")]
    assert splitter.push(" late.<|end|><|start|>assistant<|ch") == [ReasoningDelta(" late.")]
    header = "annel|>commentary to=functions.get_time <|constrain|>json<|message|>"
    assert splitter.push(header) == [ToolCallStarted(0, "get_time")]
    assert splitter.push('{"zo') == [ToolCallArguments(0, '{"zo')]


def test_text_without_a_header_is_content() -> None:
    splitter = GPT_OSS.splitter(prompt="")
    assert splitter.push("Good") == [ContentDelta("Good")]
    assert splitter.push(" night.<|end|>") == [ContentDelta(" night.")]


@pytest.mark.parametrize("recipient", ["python", "browser.search", "functions."])
def test_a_message_to_nobody_we_know_is_content(recipient: str) -> None:
    answer = split(GPT_OSS, f"<|channel|>commentary to={recipient}<|message|>print(1)<|call|>")
    assert answer.has_unread_call
    assert answer.calls == ()
    assert recipient in answer.content
    assert answer.content.endswith("print(1)")


def test_a_header_that_is_cut_off_is_shown() -> None:
    answer = split(GPT_OSS, "<|channel|>comment")
    assert answer.content == "<|channel|>comment"


def test_a_call_without_arguments_is_an_empty_object() -> None:
    header = "<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>"
    [call] = split(GPT_OSS, f"{header}<|call|>").calls
    assert (call.arguments, call.is_whole) == ("{}", True)


def test_a_call_that_is_cut_off_is_not_whole() -> None:
    header = "<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>"
    answer = split(GPT_OSS, f'{header}{{"zone": "U')
    [call] = answer.calls
    assert (call.arguments, call.is_whole) == ('{"zone": "U', False)
    assert (answer.content, answer.has_unread_call) == ("", False)


def test_it_is_known_whether_the_next_token_is_reasoning() -> None:
    splitter = GPT_OSS.splitter(prompt="")
    pieces = [*ANALYSIS.partition("<|end|>"), FINAL]
    known = []
    for piece in pieces:
        splitter.push(piece)
        known.append(splitter.is_reasoning)
    assert known == [True, False, False, False]
