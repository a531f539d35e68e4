"""A function that a model may call, as far as Hearth itself reads its description.

Thread: both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ToolSchema = dict[str, object]
"""A function in OpenAI's form, as the client sent it; chat templates get it unchanged."""

JsonSchema = Mapping[str, object]


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
