"""DeepSeek's calls in tags, where each parameter says whether it is a string."""

import json

import pytest

from prompts.family import ModelFamily
from prompts.formats.deepseek import DEEPSEEK_V4, DEEPSEEK_V32
from tests.prompts.splitting import split


def section(family: ModelFamily, body: str) -> str:
    name = "function_calls" if family is DEEPSEEK_V32 else "tool_calls"
    return f"<｜DSML｜{name}>\n{body}\n</｜DSML｜{name}>"


def parameter(name: str, value: str, *, is_string: str) -> str:
    tag = "｜DSML｜parameter"
    return f'<{tag} name="{name}" string="{is_string}">{value}</{tag}>\n'


EITHER = pytest.mark.parametrize("family", [DEEPSEEK_V32, DEEPSEEK_V4], ids=lambda each: each.name)


@EITHER
def test_parameters_have_the_type_that_they_say(family: ModelFamily) -> None:
    values = parameter("city", "5", is_string="true") + parameter("days", "5", is_string="false")
    invoke = f'<｜DSML｜invoke name="get_weather">\n{values}</｜DSML｜invoke>'
    answer = split(family, "Let me look.\n\n" + section(family, f"{invoke}\n{invoke}"))
    assert answer.content == "Let me look."
    assert [json.loads(call.arguments) for call in answer.calls] == [{"city": "5", "days": 5}] * 2


@EITHER
@pytest.mark.parametrize(
    "values",
    [
        parameter("days", "five", is_string="false"),
        parameter("days", "5", is_string="false") + "and so on",
        parameter("days", "5", is_string="false") * 2,
    ],
)
def test_what_does_not_fit_is_content(family: ModelFamily, values: str) -> None:
    said = section(family, f'<｜DSML｜invoke name="get_weather">\n{values}</｜DSML｜invoke>')
    answer = split(family, said)
    assert answer.content == said
    assert answer.calls == ()
