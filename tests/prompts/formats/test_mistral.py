"""Mistral's two notations of calls, and its own markers for reasoning."""

import pytest

from prompts.family import ModelFamily
from prompts.formats.mistral import MISTRAL, MISTRAL_LIST
from tests.prompts.splitting import split

OSLO, TIME = ("get_weather", '{"city": "Oslo"}'), ("get_time", "{}")


@pytest.mark.parametrize("family", [MISTRAL, MISTRAL_LIST], ids=lambda family: family.name)
@pytest.mark.parametrize(
    "said",
    [
        '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Oslo"}, "id": "123456789"}, '
        '{"name": "get_time", "arguments": {}}]',
        '[TOOL_CALLS]get_weather[ARGS]{"city": "Oslo"}[TOOL_CALLS]get_time[ARGS]{}',
        '[TOOL_CALLS]get_weather[CALL_ID]123456789[ARGS]{"city": "Oslo"}\n'
        "[TOOL_CALLS] get_time[CALL_ID]abcdefghi[ARGS]{}",
    ],
    ids=["a list", "names", "names and ids"],
)
def test_both_notations_are_read(family: ModelFamily, said: str) -> None:
    answer = split(family, said)
    assert [(call.name, call.arguments) for call in answer.calls] == [OSLO, TIME]
    assert answer.content == ""


def test_reasoning_is_in_brackets() -> None:
    answer = split(MISTRAL, "[THINK]It is late.[/THINK]Good night.")
    assert (answer.reasoning, answer.content) == ("It is late.", "Good night.")
