"""Pydantic's findings as the errors that OpenAI's clients know.

Thread: event loop.
"""

from dataclasses import dataclass
from typing import Any, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import ErrorDetails, core_schema

from api.errors import InvalidRequest, shorten

MAX_NAME_LENGTH = 40


class WireModel(BaseModel):
    """Base of the request bodies: no coercion of types, unknown fields left aside."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: field for name, field in value.items() if field is not None}

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> Self:
        """Validate a body.

        Raises:
            InvalidRequest: names the first wrong parameter, its value and what is allowed.
        """
        try:
            return cls.model_validate(body)
        except ValidationError as error:
            raise _invalid(error.errors(include_url=False)[0]) from None

    @classmethod
    def field_names(cls) -> frozenset[str]:
        """Every name that a body may use for a field, aliases included."""
        names = set(cls.model_fields)
        for field in cls.model_fields.values():
            if isinstance(field.validation_alias, AliasChoices):
                names.update(map(str, field.validation_alias.choices))
        return frozenset(names)


def at_most(limit: int) -> "_AtMost":
    """For a list or an object that may be long: no more items than this."""
    return _AtMost(limit)


@dataclass(frozen=True, slots=True)
class _AtMost:
    """Refuses a longer list or object before any of its items is looked at."""

    limit: int

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        json_schema = handler(schema)
        for kind, bound in (("array", "maxItems"), ("object", "maxProperties")):
            if json_schema.get("type") == kind:
                json_schema[bound] = self.limit
        return json_schema

    def _check(self, value: object) -> object:
        if isinstance(value, list | dict) and len(value) > self.limit:
            raise ValueError(f"{len(value)} items; the limit is {self.limit}")
        return value


def _invalid(error: ErrorDetails) -> InvalidRequest:
    param = _path(error["loc"])
    if error["type"] == "missing":
        return InvalidRequest(
            f"Missing required parameter: '{param}'.",
            param=param,
            code="missing_required_parameter",
        )
    reason = error["msg"].removeprefix("Value error, ")
    got = "" if error["type"] == "value_error" else f", but got {shorten(error['input'])}"
    return InvalidRequest(f"Invalid '{param}': {reason}{got}.", param=param, code=_code(error))


def _path(loc: tuple[int | str, ...]) -> str:
    """('messages', 0, 'content') as messages[0].content, without keys that the client made up."""
    path = ""
    for part in loc:
        if isinstance(part, str) and not (part.isidentifier() and len(part) <= MAX_NAME_LENGTH):
            break
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _code(error: ErrorDetails) -> str:
    """OpenAI's name for the fault. A bound is in the error's context under gt, ge, lt or le."""
    if error["type"].endswith("_type"):
        return "invalid_type"
    for bound, side in (
        ("gt", "below_min"),
        ("ge", "below_min"),
        ("lt", "above_max"),
        ("le", "above_max"),
    ):
        if bound in (context := error.get("ctx", {})):
            number = "integer" if isinstance(context[bound], int) else "decimal"
            return f"{number}_{side}_value"
    return "invalid_value"
