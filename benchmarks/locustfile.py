"""Users of a loaded server, for Locust: people who chat, one NAS, and one who submits batches.

Thread: none of ours; Locust's greenlets, in a process of its own. `./run.sh loadtest` starts it.
Nothing of ours is imported: Locust has a folder of its own, with other versions of packages.
"""

import json
import random
import time
from collections.abc import Iterator
from typing import Any

from locust import HttpUser, between, constant, events, task

CHAT = "/v1/chat/completions"
WORDS = ("river", "stone", "lamp", "garden", "window", "paper", "summer", "letter", "music")
TIMEOUT_SECONDS = 300.0

NUM_BATCH_LINES = 5
BATCH_POLL_SECONDS = 1.0
BATCH_ENDS = ("completed", "failed", "expired", "cancelled")


def question(num_words: int) -> list[dict[str, str]]:
    """A prompt that nobody has asked before: caches have nothing of its end."""
    words = " ".join(random.choices(WORDS, k=num_words))
    return [{"role": "user", "content": f"{random.random()} Tell me about: {words}"}]


def chat(num_words: int, max_tokens: int, **fields: Any) -> dict[str, Any]:
    messages = question(num_words)
    return {"model": "default", "messages": messages, "max_tokens": max_tokens, **fields}


class PoliteUser(HttpUser):
    """A user who obeys Retry-After. What was refused is a line of its own in the report."""

    abstract = True

    def ask(self, name: str, body: dict[str, Any]) -> None:
        begun_seconds = time.perf_counter()
        with self.client.post(
            CHAT,
            json=body,
            name=name,
            stream=bool(body.get("stream")),
            catch_response=True,
            timeout=TIMEOUT_SECONDS,
        ) as response:
            if response.status_code == 429:
                response.request_meta["name"] = f"{name}, refused (429)"
                response.success()
            elif response.status_code != 200:
                response.failure(f"{response.status_code}: {response.text[:200]}")
            elif body.get("stream") and not self.read(name, response, begun_seconds):
                response.failure("the stream did not end with [DONE]")
        if response.status_code == 429:
            time.sleep(float(response.headers["Retry-After"]))

    def read(self, name: str, response: Any, begun_seconds: float) -> bool:
        """Report the times of a stream's tokens; False if it was not whole."""
        last_seconds = begun_seconds
        is_first = True
        for line in response.iter_lines():
            if line == b"data: [DONE]":
                report(f"{name}, whole answer", time.perf_counter() - begun_seconds)
                return True
            if b'"content":"' not in line or b'"content":""' in line:
                continue
            now_seconds = time.perf_counter()
            what = "time to first token" if is_first else "gap between tokens"
            report(f"{name}, {what}", now_seconds - last_seconds)
            last_seconds, is_first = now_seconds, False
        return False


class ChattingUser(PoliteUser):
    """Somebody who reads an answer while it comes, and thinks before the next question."""

    weight = 10
    wait_time = between(0.5, 3.0)

    @task
    def chat(self) -> None:
        self.ask("chat", chat(random.randint(5, 60), 64, stream=True))


class NasUser(PoliteUser):
    """A machine that works through its files, one after the other, and waits for whole answers."""

    fixed_count = 1
    wait_time = constant(0)

    @task
    def describe_a_file(self) -> None:
        self.ask("NAS", chat(200, 48, temperature=0, priority=1))


class BatchUser(HttpUser):
    """Somebody who submits a file of requests, waits until all are done, and submits the next."""

    fixed_count = 1
    wait_time = between(2.0, 5.0)
    has_files = True

    @task
    def submit(self) -> None:
        begun_seconds = time.perf_counter()
        file_id = self.upload() if self.has_files else None
        if file_id is None:
            return
        batch_id = self.create(file_id)
        for batch in self.states(batch_id):
            if batch["status"] in BATCH_ENDS:
                break
        counts = batch["request_counts"]
        is_whole = batch["status"] == "completed" and counts["completed"] == counts["total"]
        failure = None if is_whole else RuntimeError(f"{batch['status']}: {counts}")
        report("batch, from upload to end", time.perf_counter() - begun_seconds, failure)

    def upload(self) -> str | None:
        lines = [
            json.dumps(
                {"custom_id": str(number), "method": "POST", "url": CHAT, "body": chat(30, 32)}
            )
            for number in range(NUM_BATCH_LINES)
        ]
        file = ("requests.jsonl", "\n".join(lines).encode())
        with self.client.post(
            "/v1/files", files={"file": file}, data={"purpose": "batch"}, catch_response=True
        ) as response:
            if response.status_code == 404:
                response.success()
                print("This server has no /v1/files: nobody submits batches in this test.")
                self.has_files = False  # a user who stopped would be replaced by another
                return None
            response.raise_for_status()
        return str(response.json()["id"])

    def create(self, file_id: str) -> str:
        body = {"input_file_id": file_id, "endpoint": CHAT, "completion_window": "24h"}
        response = self.client.post("/v1/batches", json=body)
        response.raise_for_status()
        return str(response.json()["id"])

    def states(self, batch_id: str) -> Iterator[dict[str, Any]]:
        while True:
            time.sleep(BATCH_POLL_SECONDS)
            yield self.client.get(f"/v1/batches/{batch_id}", name="/v1/batches/[id]").json()


def report(name: str, seconds: float, failure: Exception | None = None) -> None:
    """A time that is no request, as a line of Locust's report."""
    events.request.fire(
        request_type="time",
        name=name,
        response_time=seconds * 1000,
        response_length=0,
        exception=failure,
        context={},
    )
