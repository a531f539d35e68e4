"""Batches of a server, from the upload to the last line.

Thread: both (the driving process).
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson

from benchmarks.loads import LoadFailed
from benchmarks.targets import CHAT, ServerFailed, Target

BOUNDARY = "hearth-benchmark"
POLL_SECONDS = 0.25
"""Each look takes the server some milliseconds, which its model then lacks."""
TIME_LIMIT_SECONDS = 900.0


class BatchJob:
    """A batch that was begun on a server. bodies: of chats, as JSON."""

    def __init__(self, target: Target, bodies: Sequence[str]) -> None:
        self._target = target
        self._num_lines = len(bodies)
        self.begun_seconds = time.monotonic()
        file = target.send("POST", "/v1/files", _form(_lines(bodies)), content_type=_FORM_TYPE)
        wanted = {"input_file_id": file["id"], "endpoint": CHAT, "completion_window": "24h"}
        self._id = target.send("POST", "/v1/batches", orjson.dumps(wanted))["id"]

    def num_completed(self) -> int:
        """Lines so far.

        Raises:
            LoadFailed: a line failed, or the batch did.
        """
        batch = self._look()
        completed: int = batch["request_counts"]["completed"]
        return completed

    def wait_for(self, num_completed: int) -> None:
        """Until so many lines are answered."""
        while self.num_completed() < num_completed:
            self._pause()

    def wait(self) -> float:
        """Until it is completed; the seconds since its upload began."""
        while self._look()["status"] != "completed":
            self._pause()
        return time.monotonic() - self.begun_seconds

    def cancel(self) -> None:
        """End it; what it answered does not matter any more."""
        with suppress(ServerFailed):  # it may have completed just now
            self._target.send("POST", f"/v1/batches/{self._id}/cancel", b"{}")
        while self._target.send("GET", f"/v1/batches/{self._id}")["status"] == "cancelling":
            self._pause()

    def _look(self) -> Any:
        batch = self._target.send("GET", f"/v1/batches/{self._id}")
        if batch["errors"] or batch["request_counts"]["failed"]:
            raise LoadFailed(f"lines of a batch failed: {batch}")
        return batch

    def _pause(self) -> None:
        if time.monotonic() - self.begun_seconds > TIME_LIMIT_SECONDS:
            raise LoadFailed(f"no end of a batch within {TIME_LIMIT_SECONDS:g} s")
        time.sleep(POLL_SECONDS)


_FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def _lines(bodies: Sequence[str]) -> bytes:
    return b"".join(
        orjson.dumps(
            {
                "custom_id": f"line-{number}",
                "method": "POST",
                "url": CHAT,
                "body": orjson.Fragment(body),
            }
        )
        + b"\n"
        for number, body in enumerate(bodies)
    )


def _form(content: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    file = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
        'name="file"; filename="lines.jsonl"\r\n\r\n'
    )
    return f"{head}{file}".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
