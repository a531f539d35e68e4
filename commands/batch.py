"""`./run.sh batch`: hand a file of requests to a running server, and fetch what became of it.

Thread: both (a process of its own; it only talks HTTP).
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from tqdm import tqdm

EXIT_FAILED = 1
EXIT_UNREACHABLE = 3
EXIT_INTERRUPTED = 130

ENDED = ("completed", "failed", "expired", "cancelled")
ENDPOINTS = ("/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings")
POLL_SECONDS = 1.0
PIECE_BYTES = 1_000_000
ANSWER_SECONDS = 60.0


class Refused(Exception):
    """The server says no; the message is its own."""


class Server:
    """The few calls that are needed here."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer.

        Raises:
            Refused: it is an error.
        """
        async with self._http.request(method, path, **options) as response:
            try:
                answer = await response.json(content_type=None)
                if response.status != 200:
                    raise Refused(answer["error"]["message"])
            except (ValueError, LookupError, TypeError):
                raise Refused(
                    f"{response.url} is answered with {response.status} and not as Hearth does; "
                    "give its --url"
                ) from None
            return answer

    async def upload(self, file: Path) -> str:
        form = aiohttp.FormData()
        form.add_field("purpose", "batch")
        with file.open("rb") as content:
            form.add_field("file", content, filename=file.name)
            uploaded = await self.call("POST", "/v1/files", data=form)
        return str(uploaded["id"])

    async def batch(self, batch_id: str) -> Any:
        return await self.call("GET", f"/v1/batches/{batch_id}")

    async def download(self, file_id: str, place: Path) -> None:
        """Whole, or not at all."""
        beside = place.with_name(f"{place.name}.part")
        async with self._http.get(f"/v1/files/{file_id}/content") as response:
            if response.status != 200:
                raise Refused((await response.json())["error"]["message"])
            with beside.open("wb") as file:
                async for piece in response.content.iter_chunked(PIECE_BYTES):
                    file.write(piece)
        beside.replace(place)


def server_url(text: str) -> str:
    """Where the server is, whether or not `/v1` was added."""
    url = text.rstrip("/").removesuffix("/v1")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or url != f"{parts.scheme}://{parts.netloc}":
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as http://mac.local:8000")
    return url


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The subcommand and its flags."""
    parser = argparse.ArgumentParser(
        prog="run.sh batch", description="Batches of requests on a running server."
    )
    parser.add_argument(
        "--url",
        type=server_url,
        default="http://127.0.0.1:8000",
        help="of the server; default: %(default)s",
    )
    parser.add_argument(
        "--api-key",
        default=os.environ.get("OPENAI_API_KEY"),
        help="that the server wants; default: OPENAI_API_KEY of the environment",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    submit = commands.add_parser("submit", help="hand over a file of requests; prints the id")
    submit.add_argument("file", type=Path, help="one JSON object a line, as OpenAI's batches have")
    submit.add_argument("--endpoint", choices=ENDPOINTS, default=ENDPOINTS[0])
    submit.add_argument("--watch", action="store_true", help="and wait for the end")
    for name, about in (
        ("status", "how far a batch is; without an id: the last 20"),
        ("watch", "wait for the end; Ctrl-C leaves the batch running"),
        ("cancel", "stop a batch; what is finished is kept"),
    ):
        command = commands.add_parser(name, help=about)
        command.add_argument("id", nargs="?" if name == "status" else None)
    results = commands.add_parser("results", help="fetch the output file and the error file")
    results.add_argument("id")
    results.add_argument(
        "--output", type=Path, default=Path(), help="folder for them; default: here"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Do it; the exit code is 0 unless the server refuses, or a batch that was watched or fetched
    has not completed."""
    asked = parse(arguments)
    try:
        return asyncio.run(run(asked))
    except (Refused, OSError, aiohttp.ClientError) as problem:
        if isinstance(problem, aiohttp.ClientConnectionError):
            print(f"hearth: no server answers at {asked.url}; give its --url", file=sys.stderr)
            return EXIT_UNREACHABLE
        print(f"hearth: {problem}", file=sys.stderr)
        return EXIT_FAILED


async def run(asked: argparse.Namespace) -> int:
    """One subcommand."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=ANSWER_SECONDS)
    headers = {"Authorization": f"Bearer {asked.api_key}"} if asked.api_key else {}
    async with aiohttp.ClientSession(asked.url, timeout=timeout, headers=headers) as http:
        server = Server(http)
        match asked.command:
            case "submit":
                return await submit(server, asked)
            case "status":
                return await show(server, asked.id)
            case "watch":
                return await watch(server, asked.id)
            case "cancel":
                print(one_line(await server.call("POST", f"/v1/batches/{asked.id}/cancel")))
                return 0
            case _:
                asked.output.mkdir(parents=True, exist_ok=True)
                return await fetch(server, asked.id, asked.output)


async def submit(server: Server, asked: argparse.Namespace) -> int:
    """Upload, begin, print the id."""
    wanted = {
        "input_file_id": await server.upload(asked.file),
        "endpoint": asked.endpoint,
        "completion_window": "24h",
    }
    batch = await server.call("POST", "/v1/batches", json=wanted)
    print(batch["id"], flush=True)
    return await watch(server, batch["id"]) if asked.watch else 0


async def show(server: Server, batch_id: str | None) -> int:
    """One batch, or the last ones."""
    if batch_id:
        batches = [await server.batch(batch_id)]
    else:
        batches = (await server.call("GET", "/v1/batches"))["data"]
    for batch in batches:
        print(one_line(batch))
    return 0


async def watch(server: Server, batch_id: str) -> int:
    """A bar at a terminal, a line for each change elsewhere."""
    batch = await server.batch(batch_id)
    is_terminal = sys.stderr.isatty()
    shown = ""
    with tqdm(
        total=batch["request_counts"]["total"] or None,
        initial=num_done(batch),
        unit=" lines",
        disable=not is_terminal,
        file=sys.stderr,
    ) as bar:
        while batch["status"] not in ENDED:
            if is_terminal:
                bar.total = batch["request_counts"]["total"] or None
                bar.set_description(batch["status"], refresh=False)
                bar.update(num_done(batch) - bar.n)
            elif (line := one_line(batch)) != shown:
                print(line, file=sys.stderr, flush=True)
                shown = line
            await asyncio.sleep(POLL_SECONDS)
            batch = await server.batch(batch_id)
        bar.update(num_done(batch) - bar.n)
    return report(batch)


async def fetch(server: Server, batch_id: str, folder: Path) -> int:
    """What there is of a batch that has ended."""
    batch = await server.batch(batch_id)
    if batch["status"] not in ENDED:
        raise Refused(f"{batch_id} is {batch['status']}: ./run.sh batch watch {batch_id}")
    for kind in ("output", "error"):
        if file_id := batch[f"{kind}_file_id"]:
            place = folder / f"{batch_id}_{kind}.jsonl"
            await server.download(file_id, place)
            print(place)
    return report(batch)


def report(batch: Any) -> int:
    """Say how a batch ended; the exit code."""
    print(one_line(batch), file=sys.stderr)
    for error in (batch["errors"] or {"data": []})["data"]:
        where = "" if error["line"] is None else f"line {error['line']}: "
        print(f"  {where}{error['code']}: {error['message']}", file=sys.stderr)
    is_good = batch["status"] == "completed" and not batch["request_counts"]["failed"]
    return 0 if is_good else EXIT_FAILED


def num_done(batch: Any) -> int:
    counts = batch["request_counts"]
    return int(counts["completed"] + counts["failed"])


def one_line(batch: Any) -> str:
    """A batch for people."""
    counts = batch["request_counts"]
    created = time.strftime("%Y-%m-%d %H:%M", time.localtime(batch["created_at"]))
    return (
        f"{batch['id']}  {created}  {batch['status']}  {num_done(batch)} of {counts['total']}, "
        f"{counts['failed']} failed"
    )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
