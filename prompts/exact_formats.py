"""Dates and times in JSON schemas, as exact as validators have them.

Thread: both (pure).
llguidance lets the 30th of February and a 61st second pass, and fractions without an end.
"""

from collections.abc import Mapping

_NOT_YEAR_0 = "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_LEAP_YEAR = (
    "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"  # not 1900
)
_DAY_OF_MONTH = (
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))"
)
_DATE = f"({_NOT_YEAR_0}-{_DAY_OF_MONTH}|{_LEAP_YEAR}-02-29)"
_HOUR_AND_MINUTE = "([01][0-9]|2[0-3]):[0-5][0-9]"
_TIME = rf"{_HOUR_AND_MINUTE}:[0-5][0-9](\.[0-9]{{1,9}})?(Z|[+-]{_HOUR_AND_MINUTE})"

PATTERNS = {"date": f"^{_DATE}$", "time": f"^{_TIME}$", "date-time": f"^{_DATE}T{_TIME}$"}
"""Source: RFC 3339, without leap seconds and its small letters."""

_NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "definitions"})
_SCHEMAS = frozenset(
    {"items", "prefixItems", "additionalProperties", "allOf", "anyOf", "oneOf", "not"}
)


def with_exact_formats(schema: Mapping[str, object]) -> dict[str, object]:
    """The schema with patterns in place of those formats, wherever there is no pattern yet."""
    exact = {key: _part(key, value) for key, value in schema.items()}
    kind = exact.get("format")
    if isinstance(kind, str) and kind in PATTERNS and "pattern" not in exact:
        del exact["format"]
        exact["pattern"] = PATTERNS[kind]
    return exact


def _part(key: str, value: object) -> object:
    """What stands under a key; what is no schema, such as a constant, stays as it is."""
    if key in _NAMED_SCHEMAS and isinstance(value, dict):
        return {name: _exact(each) for name, each in value.items()}
    if key in _SCHEMAS:
        return [_exact(each) for each in value] if isinstance(value, list) else _exact(value)
    return value


def _exact(value: object) -> object:
    return with_exact_formats(value) if isinstance(value, dict) else value
