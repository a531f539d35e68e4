"""Files: POST and GET /v1/files, GET and DELETE /v1/files/{id}, GET /v1/files/{id}/content.

Thread: event loop.
"""

from aiohttp import web

from api.batches.answer_types import DeletedFile, file_object, page
from api.batches.download import SentFile
from api.batches.schemas import FileQuery
from api.batches.upload import receive_file
from api.caller import caller_of
from api.json_body import json_response
from api.keys import JOBS, SETTINGS


async def create_file(request: web.Request) -> web.Response:
    """Keep a file, for a batch to read.

    It is written to the disk as it comes. A batch's file is kept for 30 days, or for
    `expires_after[seconds]`.
    """
    return json_response(file_object(await receive_file(request, request.app[JOBS].files)))


async def list_files(request: web.Request) -> web.Response:
    """Uploaded files and results of batches, the newest first. A key sees its own."""
    asked = FileQuery.from_body(dict(request.query))
    found = await request.app[JOBS].files.list(
        after=asked.after,
        limit=asked.limit + 1,
        order=asked.order,
        purpose=asked.purpose,
        owner=caller_of(request).seen_owner,
    )
    shown = [file_object(file) for file in found[: asked.limit]]
    return json_response(page(shown, has_more=len(found) > asked.limit))


async def retrieve_file(request: web.Request) -> web.Response:
    """What is known about a file."""
    file = await request.app[JOBS].files.get(
        request.match_info["id"], owner=caller_of(request).seen_owner
    )
    return json_response(file_object(file))


async def retrieve_file_content(request: web.Request) -> web.StreamResponse:
    """The bytes of a file."""
    files, file_id = request.app[JOBS].files, request.match_info["id"]
    owner = caller_of(request).seen_owner
    path = await files.content_path(file_id, owner=owner)
    return SentFile(
        path,
        num_bytes=(await files.get(file_id, owner=owner)).num_bytes,
        timeout_seconds=request.app[SETTINGS].send_timeout_seconds,
    )


async def delete_file(request: web.Request) -> web.Response:
    """Delete a file, unless a batch that has not ended reads it."""
    file_id = request.match_info["id"]
    await request.app[JOBS].files.remove(file_id, owner=caller_of(request).seen_owner)
    answer: DeletedFile = {"id": file_id, "object": "file", "deleted": True}
    return json_response(answer)
