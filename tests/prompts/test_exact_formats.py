"""Dates and times that a schema lets through are those that exist."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.exact_formats import PATTERNS, with_exact_formats

DAYS = st.tuples(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
NEAR_LEAP_DAYS = st.tuples(st.integers(0, 9999), st.just(2), st.sampled_from([28, 29, 30]))


@given(day=DAYS | NEAR_LEAP_DAYS)
def test_a_date_matches_if_it_exists(day: tuple[int, int, int]) -> None:
    text = "{:04}-{:02}-{:02}".format(*day)
    try:
        exists = bool(date(*day))
    except ValueError:
        exists = False
    assert bool(re.match(PATTERNS["date"], text)) == exists


@pytest.mark.parametrize(
    ("text", "exists"),
    [
        ("00:00:00Z", True),
        ("23:59:59.123456789+09:30", True),
        ("23:59:60Z", False),
        ("24:00:00Z", False),
        ("12:00:00", False),
        ("12:00:00.Z", False),
        ("12:00:00-24:00", False),
        ("12:00:00.1234567890Z", False),
    ],
)
def test_a_time_matches_if_it_exists(text: str, exists: bool) -> None:
    assert bool(re.match(PATTERNS["time"], text)) == exists
    assert bool(re.match(PATTERNS["date-time"], f"2024-02-29T{text}")) == exists


DATE = {"type": "string", "pattern": PATTERNS["date"]}


@pytest.mark.parametrize(
    "around",
    [
        lambda schema: schema,
        lambda schema: {"properties": {"format": schema, "const": schema}},
        lambda schema: {"$defs": {"day": schema}, "items": {"$ref": "#/$defs/day"}},
        lambda schema: {"items": schema, "prefixItems": [schema, True]},
        lambda schema: {"anyOf": [schema, {"type": "null"}], "additionalProperties": schema},
        lambda schema: {"additionalProperties": False, "items": {"items": schema}},
    ],
)
def test_a_format_becomes_a_pattern_wherever_it_stands(around: object) -> None:
    assert callable(around)
    assert with_exact_formats(around({"type": "string", "format": "date"})) == around(DATE)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "uuid"},
        {"type": "string", "format": "date", "pattern": "^2"},
        {"const": {"format": "date"}},
        {"enum": [{"format": "time"}], "default": {"format": "date"}},
    ],
)
def test_all_else_stays_as_it_is(schema: dict[str, object]) -> None:
    assert with_exact_formats(schema) == schema
