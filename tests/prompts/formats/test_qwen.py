"""Calls in XML-like tags, with the types that the tool's schema says."""

import json

import pytest

from prompts.formats.qwen import QWEN_CODER
from tests.prompts.splitting import split

PARAMETERS = "<parameter=city>\n5\n</parameter>\n<parameter=days>\n5\n</parameter>\n"


@pytest.mark.parametrize(
    "said",
    [
        f"<tool_call>\n<function=get_weather>\n{PARAMETERS}</function>\n</tool_call>",
        f"<function=get_weather>\n{PARAMETERS}</function>",
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": "5", "days": 5}}\n</tool_call>',
    ],
    ids=["as trained", "without the outer tag", "enforced"],
)
def test_parameters_have_the_types_of_the_schema(said: str) -> None:
    answer = split(QWEN_CODER, f"Let me look.\n{said}\n")
    [call] = answer.calls
    assert (call.name, json.loads(call.arguments)) == ("get_weather", {"city": "5", "days": 5})
    assert answer.content == "Let me look."


def test_text_between_parameters_is_not_thrown_away() -> None:
    said = f"<tool_call>\n<function=get_weather>\nWell, {PARAMETERS}</function>\n</tool_call>"
    answer = split(QWEN_CODER, said)
    assert answer.content == said
    assert answer.calls == ()
