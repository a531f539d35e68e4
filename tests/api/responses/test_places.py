"""Errors name what the client sent, not what was made of it."""

import pytest

from api.errors import ApiError, InvalidRequest
from api.responses.places import named_as_sent
from prompts.errors import PromptTooLong

PLACES = {
    "messages[1]": "input[4]",
    "messages[1].tool_calls[0]": "input[5]",
    "tools[0].function": "tools[3]",
    "tools[0].function.parameters": "tools[3].format",
}


@pytest.mark.parametrize(
    ("param", "sent"),
    [
        ("messages", "input"),
        ("messages[1]", "input[4]"),
        ("messages[1].content[2]", "input[4].content[2]"),
        ("messages[1].tool_calls[0]", "input[5]"),
        ("messages[10]", "input[10]"),
        ("tools[0].function.name", "tools[3].name"),
        ("tools[0].function.parameters", "tools[3].format"),
        ("response_format", "text.format"),
        ("seed", "seed"),
    ],
)
def test_the_longest_place_that_is_known_is_renamed(param: str, sent: str) -> None:
    with pytest.raises(ApiError) as caught, named_as_sent(PLACES):
        raise InvalidRequest(f"Invalid '{param}': no.", param=param)
    assert caught.value.kind.param == sent
    assert caught.value.message == f"Invalid '{sent}': no."


def test_an_error_of_the_prompt_names_the_input() -> None:
    with pytest.raises(ApiError) as caught, named_as_sent({}):
        raise PromptTooLong(10, 5)
    assert (caught.value.kind.param, caught.value.kind.status) == ("input", 400)


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), named_as_sent(PLACES):
        raise ZeroDivisionError
