"""A function that a model may call, as far as Hearth itself reads its description.

Thread: both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from prompts.exact_formats import with_exact_formats

ToolSchema = dict[str, object]
"""A function in OpenAI's form, as chat templates get it."""

JsonSchema = Mapping[str, object]


OPEN_KEYS = frozenset(
    {
        "additionalProperties",
        "patternProperties",
        "unevaluatedProperties",
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "$ref",
    }
)
"""With one of them, what `properties` names may not be all."""


def no_parameters() -> JsonSchema:
    """The schema of a function that takes no arguments."""
    return {"type": "object", "properties": {}}


@dataclass(frozen=True, slots=True)
class Tool:
    """A function's name and the JSON schema of its arguments."""

    name: str
    parameters: JsonSchema = field(default_factory=no_parameters)

    @classmethod
    def of(cls, schema: ToolSchema) -> "Tool":
        """Read OpenAI's form; a function without parameters takes none."""
        function = schema.get("function", schema)
        assert isinstance(function, dict)
        return cls(str(function["name"]), function.get("parameters") or no_parameters())

    @property
    def enforced_parameters(self) -> JsonSchema:
        """The schema to keep a model to: without room for arguments that nobody described.

        Its object is closed unless it says otherwise, or is put together from several schemas.
        """
        exact = with_exact_formats(self.parameters)
        return exact if exact.keys() & OPEN_KEYS else {**exact, "additionalProperties": False}

    def takes_text(self, parameter: str) -> bool:
        """Whether an argument is certainly a string, so that its text is not JSON."""
        properties = self.parameters.get("properties")
        schema = properties.get(parameter) if isinstance(properties, Mapping) else None
        if not isinstance(schema, Mapping):
            return False
        values = schema.get("enum")
        if "type" not in schema and isinstance(values, list):
            return all(isinstance(value, str) for value in values)
        return schema.get("type") == "string"
