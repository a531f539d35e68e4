"""Files and batches as OpenAI writes them.

Thread: event loop. Source: OpenAI's client types 3.54.0. Times are in seconds since 1970.
"""

from typing import Any, Literal, cast

from typing_extensions import TypedDict

from jobs.records import Batch, BatchStatus, StoredFile


class FileObject(TypedDict):
    """A file. `status` is there for older clients: a file that is listed is whole."""

    id: str
    object: Literal["file"]
    bytes: int
    created_at: int
    expires_at: int | None
    filename: str
    purpose: str
    status: Literal["processed"]


class FileList(TypedDict):
    """A page of files. The next begins after `last_id`, if it `has_more`."""

    object: Literal["list"]
    data: list[FileObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


class DeletedFile(TypedDict):
    """The file is gone."""

    id: str
    object: Literal["file"]
    deleted: Literal[True]


class BatchError(TypedDict):
    """What is wrong with the input file. `line` counts from 1."""

    code: str
    message: str
    param: str | None
    line: int | None


class BatchErrors(TypedDict):
    """Why a batch failed."""

    object: Literal["list"]
    data: list[BatchError]


class RequestCounts(TypedDict):
    """Lines of the input file. Every one has a line in the output file or in the error file."""

    total: int
    completed: int
    failed: int


class InputTokensDetails(TypedDict):
    """Of the input tokens."""

    cached_tokens: int


class OutputTokensDetails(TypedDict):
    """Of the output tokens."""

    reasoning_tokens: int


class BatchUsage(TypedDict):
    """Tokens of all answers so far."""

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int
    output_tokens_details: OutputTokensDetails
    total_tokens: int


class BatchObject(TypedDict):
    """A batch. `model` is null where its lines name several, and before they were read."""

    id: str
    object: Literal["batch"]
    endpoint: str
    model: str | None
    errors: BatchErrors | None
    input_file_id: str
    completion_window: Literal["24h"]
    status: BatchStatus
    output_file_id: str | None
    error_file_id: str | None
    created_at: int
    in_progress_at: int | None
    expires_at: int
    finalizing_at: int | None
    completed_at: int | None
    failed_at: int | None
    expired_at: int | None
    cancelling_at: int | None
    cancelled_at: int | None
    request_counts: RequestCounts
    usage: BatchUsage
    metadata: dict[str, str] | None


class BatchList(TypedDict):
    """A page of batches, the newest first. The next begins after `last_id`, if it `has_more`."""

    object: Literal["list"]
    data: list[BatchObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


def page(shown: list[FileObject] | list[BatchObject], *, has_more: bool) -> FileList | BatchList:
    """A list of which more may be asked for."""
    ids = [each["id"] for each in shown]
    whole: Any = {
        "object": "list",
        "data": shown,
        "first_id": ids[0] if ids else None,
        "last_id": ids[-1] if ids else None,
        "has_more": has_more,
    }
    return cast(FileList | BatchList, whole)


def file_object(file: StoredFile) -> FileObject:
    """A file as clients see it."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": file.num_bytes,
        "created_at": file.created_unix,
        "expires_at": file.expires_unix,
        "filename": file.filename,
        "purpose": file.purpose,
        "status": "processed",
    }


def batch_object(batch: Batch) -> BatchObject:
    """A batch as clients see it."""
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.endpoint,
        "model": batch.model,
        "errors": _errors(batch),
        "input_file_id": batch.input_file_id,
        "completion_window": "24h",
        "status": batch.status,
        "output_file_id": batch.output_file_id,
        "error_file_id": batch.error_file_id,
        "created_at": batch.created_unix,
        "in_progress_at": batch.in_progress_unix,
        "expires_at": batch.expires_unix,
        "finalizing_at": batch.finalizing_unix,
        "completed_at": batch.completed_unix,
        "failed_at": batch.failed_unix,
        "expired_at": batch.expired_unix,
        "cancelling_at": batch.cancelling_unix,
        "cancelled_at": batch.cancelled_unix,
        "request_counts": {
            "total": batch.num_lines,
            "completed": batch.num_completed,
            "failed": batch.num_failed,
        },
        "usage": _usage(batch),
        "metadata": dict(batch.metadata) if batch.metadata is not None else None,
    }


def _errors(batch: Batch) -> BatchErrors | None:
    if not batch.faults:
        return None
    errors: list[BatchError] = [
        {"code": fault.code, "message": fault.message, "param": fault.param, "line": fault.line}
        for fault in batch.faults
    ]
    return {"object": "list", "data": errors}


def _usage(batch: Batch) -> BatchUsage:
    usage = batch.usage
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
