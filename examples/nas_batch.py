#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["openai>=3.0", "tqdm>=4.67"]
# ///
"""Hand articles to the server as one batch, wait, and collect the answers.

    uv run examples/nas_batch.py examples/articles

Articles are a folder of .txt files; a file's name is its id. Each answer is one line of the results
file. The state file remembers the batch: stopped and started again, this program waits for the
batch that it began, and begins no second one.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Literal

import openai
from openai import OpenAI
from openai.types import Batch
from tqdm import tqdm

ANALYST_PROMPT = Path(__file__).parent / "analyst_prompt.txt"
ENDED = ("completed", "failed", "expired", "cancelled")
POLL_SECONDS = 2.0
ENDPOINT: Literal["/v1/chat/completions"] = "/v1/chat/completions"


class Problem(Exception):
    """Something the user has to mend; the message is one line."""


def request_line(article: Path, prompt: str, asked: argparse.Namespace) -> str:
    """One article as a line of a batch. What they share comes first: it is computed once."""
    body = {
        "model": asked.model,
        "max_tokens": asked.max_tokens,
        "temperature": 0,
        "messages": [
            {"role": "system", "content": prompt},
            {"role": "user", "content": article.read_text(encoding="utf-8-sig")},
        ],
    }
    line = {"custom_id": article.stem, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(line) + "\n"


def begin(client: OpenAI, asked: argparse.Namespace) -> str:
    """Upload and start; the batch's id."""
    articles = sorted(asked.articles.glob("*.txt"))
    if not articles:
        raise Problem(f"{asked.articles}: no articles; expected a folder of .txt files")
    prompt = asked.system_prompt.read_text(encoding="utf-8").strip()
    content = "".join(request_line(article, prompt, asked) for article in articles)
    file = client.files.create(file=("articles.jsonl", content.encode()), purpose="batch")
    batch = client.batches.create(input_file_id=file.id, endpoint=ENDPOINT, completion_window="24h")
    return batch.id


def wait(client: OpenAI, batch_id: str) -> Batch:
    """Until the batch has ended; a server that restarts meanwhile is waited for."""
    with tqdm(unit=" articles", disable=None) as bar:
        while True:
            try:
                batch = client.batches.retrieve(batch_id)
            except (openai.APIConnectionError, openai.InternalServerError):
                bar.set_description("no answer, waiting")
            else:
                counts = batch.request_counts
                assert counts
                bar.total = counts.total or None
                bar.set_description(batch.status, refresh=False)
                bar.update(counts.completed + counts.failed - bar.n)
                if batch.status in ENDED:
                    return batch
            time.sleep(POLL_SECONDS)


def collect(client: OpenAI, batch: Batch, results: Path) -> int:
    """Write the answers, whole or not at all; how many articles have none."""
    answers: list[dict[str, Any]] = []
    if batch.output_file_id:
        for output in read_lines(client, batch.output_file_id):
            message = output["response"]["body"]["choices"][0]["message"]
            answers.append({"id": output["custom_id"], "answer": message["content"]})
    if batch.error_file_id:
        for output in read_lines(client, batch.error_file_id):
            error = output["error"] or output["response"]["body"]["error"]
            print(f"{output['custom_id']}: {error['message']}", file=sys.stderr)
    for fault in batch.errors.data or [] if batch.errors else []:
        print(f"line {fault.line}: {fault.message}", file=sys.stderr)
    lines = (json.dumps(answer, ensure_ascii=False) for answer in answers)
    write_whole(results, "".join(f"{line}\n" for line in lines))
    assert batch.request_counts
    return max(batch.request_counts.total - len(answers), 0 if answers else 1)


def read_lines(client: OpenAI, file_id: str) -> list[dict[str, Any]]:
    """The lines of a file as bytes: in a text, what an answer says may end a line too (U+2028)."""
    return [json.loads(line) for line in client.files.content(file_id).content.splitlines()]


def write_whole(file: Path, text: str) -> None:
    """So that a kill leaves the old content or the new one."""
    beside = file.with_name(f"{file.name}.part")
    with beside.open("w", encoding="utf-8") as part:
        part.write(text)
        part.flush()
        os.fsync(part.fileno())
    beside.replace(file)


def run(client: OpenAI, asked: argparse.Namespace) -> int:
    """Begin or go on, wait, collect; the exit code."""
    state: Path = asked.state
    if state.exists():
        batch_id = state.read_text(encoding="utf-8").strip()
        print(f"going on with {batch_id} of {state}", file=sys.stderr)
    else:
        batch_id = begin(client, asked)
        write_whole(state, batch_id)
    try:
        batch = wait(client, batch_id)
    except openai.NotFoundError:
        state.unlink()
        raise Problem(f"the server does not know {batch_id}; start again for a new one") from None
    num_missing = collect(client, batch, asked.results)
    state.unlink()
    print(f"{batch.status}; the answers are in {asked.results}", file=sys.stderr)
    return 1 if num_missing else 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Analyse a folder of articles as one batch.")
    parser.add_argument("articles", type=Path, help="folder of .txt files")
    parser.add_argument("--base-url", default="http://127.0.0.1:8000/v1")
    parser.add_argument("--api-key", default="none")
    parser.add_argument("--model", default="default")
    parser.add_argument("--max-tokens", type=int, default=200)
    parser.add_argument("--system-prompt", type=Path, default=ANALYST_PROMPT)
    parser.add_argument("--results", type=Path, default=Path("batch-results.jsonl"))
    parser.add_argument("--state", type=Path, default=Path("batch-state.txt"))
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    try:
        with OpenAI(base_url=asked.base_url, api_key=asked.api_key) as client:
            return run(client, asked)
    except (Problem, OSError, openai.OpenAIError) as problem:
        print(f"nas_batch: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
