"""GET and PUT /admin/log-level: what is logged, while the server runs.

Thread: event loop.
"""

import sys
from typing import Literal

from aiohttp import web
from pydantic import ConfigDict, Field, field_validator
from typing_extensions import TypedDict

from api.json_body import json_response, read_json_object
from api.undone import log_unknown
from api.validation import WireModel
from telemetry.log import LEVELS
from telemetry.log_levels import Level


class LogLevelChange(WireModel):
    """A new level, of everything or of a module; `default` is as the server started, and for a
    module as everything else."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"level": "INFO"}]})

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "default"]
    module: str | None = Field(None, min_length=1, max_length=100, examples=["batching"])

    @field_validator("module")
    @classmethod
    def _is_loaded(cls, module: str | None) -> str | None:
        if module is not None and module not in sys.modules:
            raise ValueError(
                f"no module {module!r} is loaded; lines of the log name them, such as "
                "'batching.faults', and 'batching' is all that is in it"
            )
        return module


class LogLevel(TypedDict):
    """The least severe level that is logged, and that of modules that have their own."""

    level: Level
    modules: dict[str, Level]


async def show_log_level(request: web.Request) -> web.Response:
    """What is logged now."""
    return json_response(_log_level())


async def set_log_level(request: web.Request) -> web.Response:
    """Log more or less from now on, everywhere or in one module, until the server ends."""
    body = await read_json_object(request)
    change = LogLevelChange.from_body(body)
    log_unknown(body, known=LogLevelChange.field_names())
    LEVELS.set(None if change.level == "default" else change.level, change.module)
    return json_response(_log_level())


def _log_level() -> LogLevel:
    return {"level": LEVELS.level, "modules": dict(LEVELS.modules)}
