"""A form with a file in it, straight to the disk.

Thread: event loop.
"""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from api.batches.schemas import FileForm
from api.caller import caller_of
from api.errors import INVALID, ApiError, ErrorKind, InvalidRequest
from api.json_body import refuse_packed
from api.keys import SETTINGS
from jobs.file_area import FileWriter
from jobs.files import Files
from jobs.records import StoredFile

T = TypeVar("T")

MIN_BYTES_PER_SECOND = 1_000
"""Whoever sends more slowly has the time of any body, and no more."""

MAX_FIELD_BYTES = 1_000
MAX_FIELDS = 16
MAX_NAME_LENGTH = 40
MAX_FILENAME_LENGTH = 255
NO_NAME = "upload.jsonl"


async def receive_file(request: web.Request, files: Files) -> StoredFile:
    """Keep the file of a form, in whatever order its fields come.

    Raises:
        JobsError: it is too large, or cannot be kept.
        InvalidRequest: a field is missing or wrong.
        ApiError: it is no form, or does not arrive.
    """
    reader = await _open_form(request)
    patience = Patience(request.app[SETTINGS].receive_timeout_seconds)
    fields: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        writer: FileWriter | None = None
        filename = NO_NAME
        while (part := await patience.wait(reader.next())) is not None:
            if not isinstance(part, BodyPartReader):
                raise InvalidRequest("A form within the form is not supported.", code=None)
            if part.name != "file":
                name = _as_text(part.name or "")[:MAX_NAME_LENGTH]
                if name in fields:
                    raise InvalidRequest(f"The form has two {name!r}; send one.", param=name)
                if len(fields) == MAX_FIELDS:
                    raise InvalidRequest(f"The form has more than {MAX_FIELDS} fields, the limit.")
                fields[name] = await _read_field(part, name, patience)
                continue
            if writer is not None:
                raise InvalidRequest("The form has two files; send one.", param="file")
            writer = await stack.enter_async_context(files.receive())
            filename = _plain_name(part.filename or "")
            while piece := await patience.wait(part.read_chunk()):
                patience.num_bytes += len(piece)
                await writer.add(piece)
        form = FileForm.from_body(_nested(fields))
        if writer is None:
            raise InvalidRequest(
                "Missing required parameter: 'file'.",
                param="file",
                code="missing_required_parameter",
            )
        return await files.keep(
            writer,
            filename=filename,
            purpose=form.purpose,
            seconds=form.expires_after.seconds if form.expires_after else None,
            owner=caller_of(request).key_name,
        )


class Patience:
    """How long a form may go on arriving: longer, the more of it has come."""

    def __init__(self, limit_seconds: float) -> None:
        self._limit_seconds = limit_seconds
        self._begun_seconds = time.monotonic()
        self.num_bytes = 0

    async def wait(self, arriving: Awaitable[T]) -> T:
        """The next part or piece.

        Raises:
            ApiError: it took too long.
            InvalidRequest: what came is no form.
        """
        granted_seconds = self._limit_seconds + self.num_bytes / MIN_BYTES_PER_SECOND
        try:
            async with asyncio.timeout_at(self._begun_seconds + granted_seconds):
                return await arriving
        except TimeoutError:
            message = (
                f"Of the body {self.num_bytes} bytes arrived within {granted_seconds:.3g} s; it "
                f"has to come at {MIN_BYTES_PER_SECOND} bytes/s."
            )
            raise ApiError(message, ErrorKind(408, INVALID)) from None
        except (ValueError, HttpProcessingError, web.RequestPayloadError) as error:
            reason = " ".join(str(error).split())  # aiohttp's may be drawings of several lines
            raise InvalidRequest(f"The form cannot be read: {reason[:200]}.", code=None) from None


async def _open_form(request: web.Request) -> MultipartReader:
    refuse_packed(request)
    if request.content_type != "multipart/form-data":
        message = (
            f"The body must be multipart/form-data with 'file' and 'purpose', not "
            f"{request.content_type[:100]}."
        )
        raise ApiError(message, ErrorKind(415, INVALID))
    try:
        return await request.multipart()
    except ValueError as error:
        raise InvalidRequest(f"The form cannot be read: {error}.", code=None) from None


def _as_text(name: str) -> str:
    """A name that can be written as JSON: aiohttp keeps bytes that are not UTF-8 as surrogates."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def _plain_name(filename: str) -> str:
    """Without folders, of whichever system. It is shown, and never used as a path."""
    name = _as_text(filename).replace("\\", "/").rpartition("/")[2]
    return name[:MAX_FILENAME_LENGTH] or NO_NAME


def _nested(fields: dict[str, str]) -> dict[str, Any]:
    """`expires_after[seconds]` as a field within `expires_after`."""
    prefix = "expires_after["
    expiry = {
        name.removeprefix(prefix).removesuffix("]"): value
        for name, value in fields.items()
        if name.startswith(prefix)
    }
    return {**fields, "expires_after": expiry} if expiry else {**fields}


async def _read_field(part: BodyPartReader, name: str, patience: Patience) -> str:
    raw = b""
    while piece := await patience.wait(part.read_chunk(MAX_FIELD_BYTES)):
        raw += piece
        if len(raw) > MAX_FIELD_BYTES:
            raise InvalidRequest(
                f"The field {name!r} has more than {MAX_FIELD_BYTES} bytes, the limit. A file is "
                "sent as 'file'.",
                param=name,
            )
    return raw.decode(errors="replace")
