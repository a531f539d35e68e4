"""What a line of the log looks like: text for people, or JSON for programs.

Thread: both. The first sink that takes a record has the line made, the others find it there: making
it is most of what a line costs.
"""

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, cast

import orjson

from telemetry.secrets import redact

if TYPE_CHECKING:
    from loguru import Record, RecordException

LogFormat = Literal["text", "json"]
Layout = Callable[["Record"], str]
"""Takes a record, returns a pattern for it, as loguru wants it."""

MAX_FIELD_LENGTH = 500
BODY: dict[LogFormat, str] = {"text": "text_body", "json": "json_body"}
"""Where a line is kept in its record, for patterns to refer to: it may hold braces."""
TEXT_CONSOLE = f"<dim>{{clock}}</dim> <level>{{level: <7}}</level> {{{BODY['text']}}}\n"
TEXT_FILE = f"{{stamp}} {{level: <7}} {{{BODY['text']}}}\n"
JSON = f"{{{BODY['json']}}}\n"


def layout_of(log_format: LogFormat, *, is_console: bool) -> Layout:
    """How a sink writes its lines."""
    body = BODY[log_format]
    make_body = _text_body if log_format == "text" else _json_body
    text_pattern = TEXT_CONSOLE if is_console else TEXT_FILE
    pattern = text_pattern if log_format == "text" else JSON

    def layout(record: "Record") -> str:
        fields = cast(dict[str, Any], record)
        if body not in fields:  # made for the other sink already
            fields[body] = redact(make_body(fields))
        return pattern

    return layout


def _text_body(record: dict[str, Any]) -> str:
    """The message, its fields as key=value, and the stack trace if there is one."""
    stamp = record["stamp"] = record["time"].isoformat(timespec="milliseconds")
    record["clock"] = stamp[11:19]
    words = [record["message"]]
    words += [
        f"{key}={value if isinstance(value, int | float) else one_line(value)}"
        for key, value in record["extra"].items()
        if value is not None and value != ""
    ]
    if record["exception"]:
        words[-1] += "\n" + _trace(record["exception"])
    return " ".join(words)


def _json_body(record: dict[str, Any]) -> str:
    """One flat object; docs/log-line.schema.json says what may be in it."""
    line: dict[str, str | int | float] = {
        "time": record["time"].isoformat(timespec="milliseconds"),
        "level": record["level"].name,
        "message": one_line(record["message"], limit=None),
        "module": record["name"] or "",
    }
    for key, value in record["extra"].items():
        if value is not None and value != "":
            line[key] = value if isinstance(value, int | float) else one_line(value)
    if exception := record["exception"]:
        line["exception_type"] = exception.type.__name__ if exception.type else ""
        line["exception"] = _trace(exception)
    return orjson.dumps(line).decode()


def one_line(value: object, *, limit: int | None = MAX_FIELD_LENGTH) -> str:
    """A value that can neither pretend to be the next line of the log nor steer a terminal."""
    text = str(value)[:limit]
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _trace(exception: "RecordException") -> str:
    """The stack trace without the values of variables, which could hold prompts."""
    lines = traceback.format_exception(exception.type, exception.value, exception.traceback)
    text = "".join(lines).rstrip("\n")
    return "\n".join(one_line(line, limit=None) for line in text.split("\n"))
