"""Every family: pieces do not matter, nothing is lost, and a template says which family it is."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.answer import Answer, ContentDelta, whole_answer
from prompts.families import FAMILIES, find_family
from prompts.family import ModelFamily
from prompts.formats.by_mlx_lm import GEMMA_4, KIMI_K2, LFM2, MINIMAX_M2
from tests.prompts.splitting import events, split

DATA = Path(__file__).parent / "data"
OF_MLX_LM = (GEMMA_4, KIMI_K2, LFM2, MINIMAX_M2)

PAYLOAD = "가나다"
"""Characters that are in no marker and no key, so that each of them can be looked for."""

WORDS = (*PAYLOAD, "Hi 가.", " ", "\n\n", "<", "[", "{", "}", "<tool", '"')
CALL_PARTS = (
    '{"name": "get_weather", "arguments": {"city": "나"}}',
    '{"parameters": {"city": "다 \\" }"}, "name": "get_time"}',
    '{"name": "get_weather", "arguments": "{\\"city\\": \\"가\\"}"}',
    '{"name": "get_weather"}',
    '{"name": "get_weather", "arguments": {"city": "',
    '{"city": ["나"]}',
    "get_weather",
    "get_time",
    "function",
    "\n```json\n",
    "\n```",
    "; ",
    ", ",
    "]",
    "\n<parameter=city>\n가\n</parameter>\n",
    "\n<parameter=days>\n5\n</parameter>\n",
    "get_weather>",
    "</function>",
    "assistant",
    "analysis",
    "commentary",
    "final",
    " to=functions.get_time",
    "json",
)


def make_texts(family: ModelFamily) -> st.SearchStrategy[str]:
    """Anything between an answer and nonsense, of the family's own markers."""
    parts = st.sampled_from(family.markers) | st.sampled_from(CALL_PARTS) | st.sampled_from(WORDS)
    return st.lists(parts, max_size=14).map("".join)


TEXTS = {family.name: make_texts(family) for family in FAMILIES}
"""To make a strategy takes longer than to draw from it."""


def everything(answer: Answer) -> str:
    calls = "".join(call.name + call.arguments for call in answer.calls)
    return answer.content + answer.reasoning + calls


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@given(choices=st.data())
def test_any_pieces_give_the_same_answer(family: ModelFamily, choices: st.DataObject) -> None:
    text = choices.draw(TEXTS[family.name])
    cuts = choices.draw(st.lists(st.integers(0, len(text)), max_size=8))
    at_once = whole_answer(events(family, text))
    assert whole_answer(events(family, text, cuts=cuts)) == at_once
    assert whole_answer(events(family, text, cuts=range(len(text)))) == at_once


@pytest.mark.parametrize(
    "family",
    [family for family in FAMILIES if family not in OF_MLX_LM],
    ids=lambda family: family.name,
)
@given(choices=st.data())
def test_nothing_that_a_model_says_is_lost(family: ModelFamily, choices: st.DataObject) -> None:
    text = choices.draw(TEXTS[family.name])
    shown = everything(whole_answer(events(family, text)))
    said = Counter(character for character in text if character in PAYLOAD)
    assert Counter(character for character in shown if character in PAYLOAD) == said


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@given(choices=st.data())
def test_a_call_that_ended_has_an_object_as_arguments_unless_the_model_wrote_no_json(
    family: ModelFamily, choices: st.DataObject
) -> None:
    answer = whole_answer(events(family, choices.draw(TEXTS[family.name])))
    for call in answer.calls:
        if call.is_whole:
            assert call.name
            assert isinstance(json.loads(call.arguments, strict=False), dict)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@given(text=st.text(alphabet="Hello, 안녕.\n <[", max_size=30))
def test_plain_text_is_content_to_the_last_character(family: ModelFamily, text: str) -> None:
    assert split(family, text, tools=()) == Answer(text, "", (), has_unread_call=False)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_words_are_passed_on_at_once(family: ModelFamily) -> None:
    splitter = family.splitter(prompt="", tools=())
    assert splitter.push("Hello") == [ContentDelta("Hello")]
    assert splitter.push(" world") == [ContentDelta(" world")]


def test_a_template_without_any_marker_is_the_last_family() -> None:
    assert find_family(["{{ messages }}"]) is FAMILIES[-1]
    assert find_family([]) is FAMILIES[-1]


def test_qwen25s_own_template_is_qwens() -> None:
    assert find_family([(DATA / "qwen25_chat_template.jinja").read_text()]).name == "Qwen"
