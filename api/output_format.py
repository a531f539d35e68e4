"""What the text of an answer has to match, from the one field of a request that says so.

Thread: event loop.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from api.errors import InvalidRequest
from api.generation_schemas import GenerationRequest
from batching.engine.protocol import GrammarKind
from prompts.exact_formats import with_exact_formats

JSON_KINDS: tuple[GrammarKind, ...] = ("json_schema", "json_object")


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """A grammar for the text of an answer, and the field that asked for it."""

    param: str
    kind: GrammarKind
    source: str = ""

    @property
    def schema(self) -> dict[str, object] | None:
        """Its JSON schema; None if it is no JSON."""
        if self.kind == "json_object":
            return {"type": "object"}
        schema: dict[str, object] | None = None
        if self.kind == "json_schema":
            schema = orjson.loads(self.source)
        return schema


def read_output_format(request: GenerationRequest) -> OutputFormat | None:
    """The format that a request asks for; None is any text.

    Raises:
        InvalidRequest: it asks for two.
    """
    formats = [
        *_of_response_format(request),
        *_of_structured_outputs(request),
        *_of_older_fields(request),
    ]
    if len(formats) > 1:
        first, second, *_ = formats
        raise InvalidRequest(
            f"'{first.param}' and '{second.param}' cannot be kept to together. Leave one out.",
            param=second.param,
        )
    return formats[0] if formats else None


def _of_response_format(request: GenerationRequest) -> Iterator[OutputFormat]:
    asked = request.response_format
    if asked.type == "json_schema" and asked.json_schema:
        yield _schema("response_format", asked.json_schema.schema_)
    elif asked.type == "json_object" and asked.schema_ is not None:
        yield _schema("response_format", asked.schema_)
    elif asked.type == "json_object":
        yield OutputFormat("response_format", "json_object")


def _of_structured_outputs(request: GenerationRequest) -> Iterator[OutputFormat]:
    asked = request.structured_outputs
    if asked.json_ is not None:
        yield _schema("structured_outputs.json", asked.json_)
    if asked.json_object:
        yield OutputFormat("structured_outputs.json_object", "json_object")
    if asked.regex:
        yield OutputFormat("structured_outputs.regex", "regex", asked.regex)
    if asked.choice:
        yield _choices("structured_outputs.choice", asked.choice)
    if asked.grammar:
        yield OutputFormat("structured_outputs.grammar", "lark", asked.grammar)


def _of_older_fields(request: GenerationRequest) -> Iterator[OutputFormat]:
    for param, schema in (
        ("guided_json", request.guided_json),
        ("json_schema", request.json_schema),
    ):
        if schema is not None:
            yield _schema(param, schema)
    for param, pattern in (("guided_regex", request.guided_regex), ("regex", request.regex)):
        if pattern:
            yield OutputFormat(param, "regex", pattern)
    if request.guided_choice:
        yield _choices("guided_choice", request.guided_choice)
    grammars = {
        "guided_grammar": request.guided_grammar,
        "grammar": request.grammar,
        "ebnf": request.ebnf,
    }
    for param, grammar in grammars.items():
        if grammar:
            yield OutputFormat(param, "lark", grammar)


def _schema(param: str, schema: dict[str, object]) -> OutputFormat:
    return OutputFormat(param, "json_schema", orjson.dumps(with_exact_formats(schema)).decode())


def _choices(param: str, choices: list[str]) -> OutputFormat:
    return OutputFormat(param, "choice", orjson.dumps(choices).decode())
