"""Every error that a client can get, in OpenAI's shape.

Thread: event loop.

ApiError                    anything answered with an error body
├── InvalidRequest          400, names the parameter
└── ModelNotFound           404
Exceptions of the other packages become one of these through `ERRORS`, the one table.
"""

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from typing_extensions import TypedDict

from access.errors import NotAdmitted, NotAllowed, OverLimit, TokensUsedUp
from batching.errors import (
    RESTART_SECONDS,
    GenerationFailed,
    InvalidGrammar,
    NotBegun,
    NotServing,
    QueueFull,
    RequestTimeout,
    WrongModelKind,
)
from jobs.errors import (
    Conflict,
    JobsUnavailable,
    StorageFault,
    TooLarge,
    TooManyBatches,
    UnknownId,
    UnusableFile,
)
from prompts.errors import EncoderClosed, PromptError, PromptTooLong, TemplateError


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """How one kind of error looks on the wire."""

    status: int
    type: str
    code: str | None = None
    param: str | None = None


INVALID = "invalid_request_error"

ERRORS: dict[type[Exception], ErrorKind] = {
    PromptTooLong: ErrorKind(400, INVALID, "context_length_exceeded", "messages"),
    TemplateError: ErrorKind(400, INVALID, "invalid_value", "messages"),
    EncoderClosed: ErrorKind(503, "server_error", "service_unavailable"),
    PromptError: ErrorKind(400, INVALID, "invalid_value", "messages"),
    InvalidGrammar: ErrorKind(400, INVALID, "invalid_value"),
    WrongModelKind: ErrorKind(400, INVALID, "model_not_supported", "model"),
    QueueFull: ErrorKind(429, "requests", "rate_limit_exceeded"),
    NotServing: ErrorKind(503, "server_error", "service_unavailable"),
    NotBegun: ErrorKind(503, "server_error", "request_not_begun"),
    RequestTimeout: ErrorKind(504, "server_error", "request_timeout"),
    UnknownId: ErrorKind(404, INVALID, "not_found"),
    UnusableFile: ErrorKind(400, INVALID, "invalid_value", "input_file_id"),
    Conflict: ErrorKind(409, INVALID, "conflict"),
    TooLarge: ErrorKind(413, INVALID, "request_too_large", "file"),
    TooManyBatches: ErrorKind(429, "requests", "rate_limit_exceeded"),
    JobsUnavailable: ErrorKind(503, "server_error", "jobs_unavailable"),
    StorageFault: ErrorKind(507, "server_error", "insufficient_storage"),
    NotAdmitted: ErrorKind(401, INVALID, "invalid_api_key"),
    NotAllowed: ErrorKind(403, INVALID, "missing_scope"),
    TokensUsedUp: ErrorKind(429, "tokens", "rate_limit_exceeded"),
    OverLimit: ErrorKind(429, "requests", "rate_limit_exceeded"),
    GenerationFailed: ErrorKind(500, "server_error", "internal_error"),
}
"""The first class that an exception is an instance of decides."""

INTERNAL = ErrorKind(500, "server_error", "internal_error")
HTTP_CODES = {404: "unknown_url", 405: "method_not_allowed", 413: "request_too_large"}


class ErrorDetails(TypedDict):
    """What is wrong, for people and for programs; `param` names the field."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(TypedDict):
    """An error as OpenAI writes it; all four keys are always there."""

    error: ErrorDetails


class ApiError(Exception):
    """An error with everything the wire needs."""

    def __init__(
        self, message: str, kind: ErrorKind, *, headers: Mapping[str, str] | None = None
    ) -> None:
        # What a header says may be no text that JSON can hold: its bytes need not be UTF-8.
        self.message = message.encode(errors="replace").decode()
        super().__init__(self.message)
        self.kind = kind
        self.headers = dict(headers or {})

    def body(self) -> ErrorBody:
        """The JSON body."""
        kind = self.kind
        return {
            "error": {
                "message": self.message,
                "type": kind.type,
                "param": kind.param,
                "code": kind.code,
            }
        }


class InvalidRequest(ApiError):
    """The request is wrong in a way its sender can mend."""

    def __init__(
        self, message: str, *, param: str | None = None, code: str | None = "invalid_value"
    ) -> None:
        super().__init__(message, ErrorKind(400, INVALID, code, param))


class ModelNotFound(ApiError):
    """The request names a model that is not served."""

    def __init__(self, name: str, *, served: str) -> None:
        super().__init__(
            f"The model {shorten(name)} is not served here. Use {served!r} or 'default'.",
            ErrorKind(404, INVALID, "model_not_found", "model"),
        )


def as_api_error(error: Exception) -> ApiError:
    """Any exception as what its client is told; faults of ours keep their details in the log."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, web.HTTPException):
        return _from_aiohttp(error)
    for kind_of_error, kind in ERRORS.items():
        if isinstance(error, kind_of_error):
            return ApiError(str(error), kind, headers=_headers(error))
    return ApiError("The server made a mistake; its log says more.", INTERNAL)


NO_RETRY = (GenerationFailed, NotBegun, RequestTimeout, Conflict, JobsUnavailable, StorageFault)
"""What would go wrong again, or is not wanted any more."""

_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 3, 100, 100


def shorten(value: object) -> str:
    """A value as an error message shows it, however long or deep it is."""
    return _SHORT.repr(value)


def _from_aiohttp(error: web.HTTPException) -> ApiError:
    kind = ErrorKind(error.status, INVALID, HTTP_CODES.get(error.status))
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = error.headers["Allow"]
        message = f"{shorten(error.method)} is not possible here; possible: {allowed}."
        return ApiError(message, kind, headers={"Allow": allowed})
    if isinstance(error, web.HTTPNotFound):
        return ApiError("There is no such path. GET /v1/models lists the models.", kind)
    return ApiError(error.text or error.reason, kind)


def _headers(error: Exception) -> dict[str, str]:
    """Clients retry 429 and 5xx by themselves: say when, or that it is no use. To 401 belongs how
    to do better."""
    if isinstance(error, NotAdmitted):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, QueueFull | NotServing | TooManyBatches | OverLimit):
        return {"Retry-After": str(error.retry_after_seconds)}
    if isinstance(error, EncoderClosed):
        return {"Retry-After": str(RESTART_SECONDS)}
    if isinstance(error, NO_RETRY):
        return {"x-should-retry": "false"}
    return {}
