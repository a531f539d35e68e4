"""The least that aiohttp can do: `python -m benchmarks.bare_http PORT ANSWER_FILE EVENTS_FILE`.

Thread: event loop (of a process of its own).

It reads each request and sends prepared bytes: one answer whole, the other event by event.
"""

import sys
from pathlib import Path

from aiohttp import web

from benchmarks.loads import LOOPBACK

ANSWER_PATH = "/answer"
EVENTS_PATH = "/events"
READY_PATH = "/ready"
EVENT_END = b"\n\n"


def make_app(answer: bytes, events: bytes) -> web.Application:
    """An application that sends these bytes."""
    pieces = [piece + EVENT_END for piece in events.split(EVENT_END) if piece]

    async def send_answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answer, content_type="application/json")

    async def send_events(request: web.Request) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
        await response.write_eof()
        return response

    async def be_ready(request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_post(ANSWER_PATH, send_answer)
    app.router.add_post(EVENTS_PATH, send_events)
    app.router.add_get(READY_PATH, be_ready)
    return app


def main(port: str, answer_file: str, events_file: str) -> None:
    app = make_app(Path(answer_file).read_bytes(), Path(events_file).read_bytes())
    web.run_app(app, host=LOOPBACK, port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
