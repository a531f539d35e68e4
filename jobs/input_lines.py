"""The lines of a batch's input file: read in pieces on another thread, and looked at there.

Thread: event loop; `read_line` and what begins with an underscore run in asyncio's own pool.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import orjson

from jobs.errors import UnusableFile
from jobs.opening import open_file
from jobs.records import LineFault

T = TypeVar("T")

PIECE_BYTES = 1_000_000
MAX_CUSTOM_ID_LENGTH = 512
ENDPOINTS = ("/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings")


@dataclass(frozen=True, slots=True)
class Line:
    """A request of a batch."""

    number: int
    custom_id: str
    body: dict[str, Any]


class InvalidLine(Exception):
    """A line is no request of its batch."""

    def __init__(
        self, code: str, message: str, *, param: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.fault = LineFault(code, message, param, line)


@asynccontextmanager
async def open_lines(
    path: Path, *, num_bytes: int, max_line_bytes: int
) -> AsyncIterator["InputLines"]:
    """The lines of a file that should have so many bytes.

    Raises:
        UnusableFile: it cannot be opened, or is not the file that was uploaded.
    """
    try:
        file = await open_file(path, "rb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnusableFile(f"The input file {path.name} cannot be read: {reason}.") from None
    with file:
        num_found = (await asyncio.to_thread(path.stat)).st_size
        if num_found != num_bytes:
            raise UnusableFile(
                f"The input file {path.name} was changed: it has {num_found:,} bytes, and had "
                f"{num_bytes:,} when it was uploaded."
            )
        yield InputLines(file, max_line_bytes=max_line_bytes)


class InputLines:
    """Reads an open file from its start to its end. Blank lines count, and are left out."""

    def __init__(self, file: BinaryIO, *, max_line_bytes: int) -> None:
        self._file = file
        self._max_line_bytes = max_line_bytes
        self._number = 0

    async def next_piece(self, look: Callable[[int, bytes], T]) -> list[T] | None:
        """What `look` makes of about a megabyte of lines, given their numbers; None at the end.

        Raises:
            UnusableFile: the file cannot be read on.
        """

        def read_and_look() -> list[T] | None:
            lines = self._read_piece()
            return None if lines is None else [look(number, raw) for number, raw in lines]

        try:
            return await asyncio.to_thread(read_and_look)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnusableFile(f"The input file cannot be read: {reason}.") from None

    def _read_piece(self) -> list[tuple[int, bytes]] | None:
        lines: list[tuple[int, bytes]] = []
        num_bytes = 0
        while num_bytes < PIECE_BYTES:
            # More than is allowed, so that a line that is too long is told from one that is not.
            raw = self._file.readline(self._max_line_bytes + len(b"\r\n") + 1)
            if not raw:
                break
            self._number += 1
            num_bytes += len(raw)
            if raw.strip():
                lines.append((self._number, raw))
            while raw and not raw.endswith(b"\n"):
                raw = self._file.readline(PIECE_BYTES)  # the rest of a line that is too long
        return lines if num_bytes else None


def read_line(number: int, raw: bytes, *, endpoint: str, max_bytes: int) -> Line:
    """A line as the request that it is.

    Raises:
        InvalidLine: it is none, or none of this batch.
    """
    if len(raw.rstrip(b"\r\n")) > max_bytes:
        raise InvalidLine(
            "invalid_json_line", f"The line has more than {max_bytes:,} bytes, the limit of a body."
        )
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidLine("invalid_json_line", f"The line is not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise InvalidLine(
            "invalid_json_line", f"The line is no JSON object, but {type(value).__name__}."
        )
    custom_id = _field(value, "custom_id", str)
    if not 1 <= len(custom_id) <= MAX_CUSTOM_ID_LENGTH:
        raise InvalidLine(
            "invalid_value",
            f"'custom_id' has {len(custom_id)} characters; allowed is 1 to {MAX_CUSTOM_ID_LENGTH}.",
            param="custom_id",
        )
    _check_target(value, endpoint)
    body = _field(value, "body", dict)
    if not isinstance(body.get("model"), str):
        raise InvalidLine(
            "missing_required_parameter", "'body.model' must name a model.", param="body.model"
        )
    return Line(number, custom_id, body)


def _check_target(value: dict[str, Any], endpoint: str) -> None:
    method, url = _field(value, "method", str), _field(value, "url", str)
    if method != "POST":
        raise InvalidLine(
            "invalid_method", f"'method' is {method[:40]!r}; it must be 'POST'.", param="method"
        )
    if url not in ENDPOINTS:
        raise InvalidLine(
            "invalid_url",
            f"'url' is {url[:100]!r}; batches are served for {', '.join(ENDPOINTS)}.",
            param="url",
        )
    if url != endpoint:
        raise InvalidLine(
            "mismatched_endpoint",
            f"'url' is {url!r}, but the batch is for {endpoint!r}.",
            param="url",
        )


def _field(value: dict[str, Any], name: str, kind: type[T]) -> T:
    found = value.get(name)
    if found is None:
        raise InvalidLine("missing_required_parameter", f"The line has no {name!r}.", param=name)
    if not isinstance(found, kind):
        wanted = "a text" if isinstance("", kind) else "an object"
        raise InvalidLine(
            "invalid_type", f"{name!r} must be {wanted}, not {type(found).__name__}.", param=name
        )
    return found
