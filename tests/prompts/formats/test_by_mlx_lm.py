"""Families whose calls mlx-lm's parsers read."""

import json

import pytest

from prompts.family import ModelFamily
from prompts.formats.by_mlx_lm import GEMMA_4, KIMI_K2, LFM2, MINIMAX_M2
from tests.prompts.splitting import split

EXAMPLES: tuple[tuple[ModelFamily, str], ...] = (
    (GEMMA_4, '<|tool_call>call:get_weather{city:<|"|>Oslo, {N}<|"|>,days:2}<tool_call|>'),
    (LFM2, '<|tool_call_start|>[get_weather(city="Oslo, {N}", days=2)]<|tool_call_end|>'),
    (
        KIMI_K2,
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0"
        '<|tool_call_argument_begin|>{"city": "Oslo, {N}", "days": 2}<|tool_call_end|>'
        "<|tool_calls_section_end|>",
    ),
    (
        MINIMAX_M2,
        '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Oslo, {N}'
        '</parameter>\n<parameter name="days">2</parameter>\n</invoke>\n</minimax:tool_call>',
    ),
)
EVERY_EXAMPLE = pytest.mark.parametrize(
    ("family", "said"), EXAMPLES, ids=[family.name for family, _ in EXAMPLES]
)


@EVERY_EXAMPLE
def test_a_call_is_read(family: ModelFamily, said: str) -> None:
    answer = split(family, f"Let me look.\n{said}")
    [call] = answer.calls
    assert (call.name, call.is_whole) == ("get_weather", True)
    assert json.loads(call.arguments) == {"city": "Oslo, {N}", "days": 2}
    assert answer.content == "Let me look."


@EVERY_EXAMPLE
def test_what_the_parser_refuses_is_content(family: ModelFamily, said: str) -> None:
    said = said.replace("get_weather", "").replace("invoke", "").replace(":0", "")
    answer = split(family, said)
    assert answer.content == said
    assert answer.has_unread_call


def test_gemma_4_thinks_on_a_channel() -> None:
    answer = split(GEMMA_4, "<|channel>thought\nIt is late.\n<channel|>Good night.")
    assert (answer.reasoning, answer.content) == ("It is late.", "Good night.")
