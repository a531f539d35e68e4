"""The page on the Messages API agrees with the code."""

import re
from typing import get_args

import pytest

from api.anthropic.answer_types import AnthropicErrorKind, StopReason
from api.anthropic.block_schemas import READ_TYPES
from api.anthropic.errors import KINDS
from api.anthropic.request_schemas import MessagesRequest
from api.anthropic.undone import HARMLESS_BLOCKS, IGNORED, REFUSED
from tests.test_docs import section

PAGE = "docs/dialects/anthropic.md"


@pytest.mark.parametrize(
    ("heading", "fields"), [("Refused fields", set(REFUSED)), ("Ignored fields", set(IGNORED))]
)
def test_the_fields_not_honoured_are_those_of_the_code(heading: str, fields: set[str]) -> None:
    [listed] = [part for part in section(PAGE, heading).split("\n\n") if part.startswith("`")]
    assert set(re.findall(r"`(\w+)`", listed)) == fields


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Supported fields", MessagesRequest.field_names()),
        ("Messages", {*map(str, READ_TYPES), *HARMLESS_BLOCKS}),
        ("Answers", get_args(StopReason)),
    ],
)
def test_every_name_is_described(heading: str, names: set[str]) -> None:
    described = section(PAGE, heading)
    assert not [name for name in names if f"`{name}`" not in described]


def test_every_kind_of_error_has_its_status() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| `(\w+)` \|", section(PAGE, "Errors"), re.M)
    described = {int(status): kind for statuses, kind in rows for status in statuses.split(", ")}
    not_yet = {401, 403}  # there are no API keys
    assert KINDS.items() - described.items() == {(each, KINDS[each]) for each in not_yet}
    assert set(described.values()) | {KINDS[each] for each in not_yet} == set(
        get_args(AnthropicErrorKind)
    )
