"""JSON schemas of what goes in and out, by pydantic.

Thread: a worker of asyncio's pool, once.
"""

from collections.abc import Iterable
from typing import Any, cast

from pydantic import AliasChoices, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from api.validation import WireModel

Json = dict[str, Any]


class Schemas:
    """The schemas of some types; those of classes are in `components`, and are referred to."""

    def __init__(self, *, requests: Iterable[object], answers: Iterable[object]) -> None:
        types: list[tuple[object, JsonSchemaMode]] = [
            *((each, "validation") for each in dict.fromkeys(requests)),
            *((each, "serialization") for each in dict.fromkeys(answers)),
        ]
        self._schemas, definitions = TypeAdapter.json_schemas(
            [(each, mode, TypeAdapter(cast(Any, each))) for each, mode in types],
            ref_template="#/components/schemas/{model}",
            schema_generator=_WireSchema,
        )
        self.components: Json = dict(sorted(definitions.get("$defs", {}).items()))

    def of_request(self, body: object) -> Json:
        """What may be sent."""
        return self._schemas[body, "validation"]

    def of_answer(self, answer: object) -> Json:
        """What is sent back."""
        return self._schemas[answer, "serialization"]


class _WireSchema(GenerateJsonSchema):
    """Pydantic's schemas, with what a WireModel accepts besides, and without noise."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A request's optional fields may be null, and some have a second name."""
        json_schema = super().model_schema(schema)
        if not issubclass(schema["cls"], WireModel):
            return json_schema
        required = json_schema.get("required", [])
        for name, field in list(json_schema.get("properties", {}).items()):
            if name not in required:
                json_schema["properties"][name] = _or_null(field)
        _add_other_names(json_schema["properties"], schema["cls"])
        return json_schema

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default that is a plain value says something; null and objects stand for absence."""
        if isinstance(schema.get("default"), str | int | float) and schema["default"] != "":
            return super().default_schema(schema)
        return self.generate_inner(schema["schema"])

    def normalize_name(self, name: str) -> str:
        """Where two types have the same name, their dialects tell them apart."""
        folders = name.split(".")
        if folders[0] != "api":
            return super().normalize_name(name)
        is_in_dialect = len(folders) > 3 and folders[1] != "routes"
        return (folders[1].capitalize() if is_in_dialect else "OpenAI") + folders[-1]

    def field_title_should_be_set(self, schema: object) -> bool:
        """A field's name is its key."""
        return False


def _or_null(field: Json) -> Json:
    if {"type": "null"} in field.get("anyOf", []):
        return field
    about: Json = {key: field.pop(key) for key in ("default", "description") if key in field}
    options = field["anyOf"] if field.keys() == {"anyOf"} else [field]
    return {"anyOf": [*options, {"type": "null"}], **about}


def _add_other_names(properties: Json, model: type[WireModel]) -> None:
    for field in model.model_fields.values():
        if isinstance(field.validation_alias, AliasChoices):
            first, *others = cast(list[str], field.validation_alias.choices)
            for other in others:
                properties[other] = {**properties[first], "description": f"The same as `{first}`."}
