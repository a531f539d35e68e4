"""What a batch writes: the lines of its output file and its error file, and the files.

Thread: event loop.
"""

from collections.abc import Callable

import orjson

from jobs.file_area import FileArea, FileWriter
from jobs.input_lines import Line
from jobs.line_server import LineAnswer
from jobs.records import KEPT_SECONDS, OUTPUT_PURPOSE, Batch, LineResult, StoredFile, new_id
from jobs.store import JobStore

RESULTS_AT_ONCE = 20
"""Held in memory while files are written: a line of embeddings may have megabytes."""


def answered(line: Line, answer: LineAnswer) -> LineResult:
    """A line with its answer, or with the error that its client would have got."""
    response = {
        "status_code": answer.status,
        "request_id": answer.request_id,
        "body": orjson.Fragment(answer.body),
    }
    json = _line_json(line, response=response, error=None)
    return LineResult(line.number, answer.status == 200, json, answer.usage)


def unanswered(line: Line, code: str, message: str) -> LineResult:
    """A line that was never answered, with the reason."""
    json = _line_json(line, response=None, error={"code": code, "message": message})
    return LineResult(line.number, False, json)


def _line_json(line: Line, *, response: object, error: object) -> bytes:
    return orjson.dumps(
        {
            "id": new_id("batch_req_"),
            "custom_id": line.custom_id,
            "response": response,
            "error": error,
        }
    )


async def write_outputs(
    batch: Batch, store: JobStore, area: FileArea, *, now_unix: int
) -> tuple[StoredFile | None, StoredFile | None]:
    """The output file and the error file of a batch; None is a file that would be empty.

    Raises:
        StorageFault: they could not be written; nothing of them is left.
    """
    output_id, error_id = new_id("file-"), new_id("file-")
    async with area.write(output_id) as output, area.write(error_id) as errors:
        number = 0
        while results := await store.results(batch.id, after=number, limit=RESULTS_AT_ONCE):
            for result in results:
                await (output if result.is_completed else errors).add(result.json + b"\n")
            number = results[-1].number
        expires_unix = now_unix + (batch.output_seconds or KEPT_SECONDS)

        def record(file_id: str, kind: str, writer: FileWriter) -> StoredFile:
            name = f"{batch.id}_{kind}.jsonl"
            return StoredFile(
                file_id,
                name,
                OUTPUT_PURPOSE,
                writer.num_bytes,
                now_unix,
                expires_unix,
                batch.owner,
            )

        return (
            await _kept(output, lambda: record(output_id, "output", output)),
            await _kept(errors, lambda: record(error_id, "error", errors)),
        )


async def _kept(writer: FileWriter, record: Callable[[], StoredFile]) -> StoredFile | None:
    if not writer.num_bytes:
        return None
    await writer.keep()
    return record()
