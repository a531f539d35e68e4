#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["openai>=3.0", "tqdm>=4.67"]
# ///
"""Send articles to the server one after another and keep each answer.

    uv run examples/nas_client.py examples/articles
    uv run examples/nas_client.py news.jsonl --results news-results.jsonl

Articles are a folder of .txt files (the file's name is the id) or a JSONL file whose lines have
"id" and "text". Each answer is one line of the results file. A stopped run goes on where it was
when the same command is started again. Runs on Linux and macOS.
"""

import argparse
import fcntl
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import openai
from openai.types.chat import ChatCompletion
from tqdm import tqdm

ANALYST_PROMPT = Path(__file__).parent / "analyst_prompt.txt"
LINE_START = b'{"id": "'
PAUSE_SECONDS = 2.0
TRY_LATER = (429, 502, 503, 504)
HOPELESS = (401, 403, 404)
USAGE = {"prompt_tokens", "completion_tokens", "total_tokens"}


class Problem(Exception):
    """Something the user has to mend; the message is one line."""


def read_articles(source: Path) -> dict[str, str]:
    """Texts by id, in the order of the source; all of it is checked before anything is sent."""
    articles: dict[str, str] = {}
    for place, line in read_lines(source):
        try:
            article = json.loads(line)
            article_id, text = article["id"], article["text"]
            if type(article_id) not in (str, int) or not text.encode().strip():
                raise ValueError
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Problem(f'{place}: expected {{"id": …, "text": …}} with some text') from None
        if str(article_id) in articles:
            raise Problem(f"{place}: the id {article_id!r} was there before")
        articles[str(article_id)] = text
    if not articles:
        raise Problem(f"{source}: no articles; expected a folder of .txt files or a JSONL file")
    return articles


def read_lines(source: Path) -> Iterator[tuple[str, bytes]]:
    """Each article as a JSON line, with the place to name in an error."""
    if not source.is_dir():
        for number, line in enumerate(source.read_bytes().split(b"\n"), 1):
            if line.strip():
                yield f"{source}, line {number}", line
        return
    for file in sorted(source.glob("*.txt")):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            number = file.read_bytes()[: error.start].count(b"\n") + 1
            raise Problem(f"{file}, line {number}: not UTF-8") from None
        yield f"{file}, line 1", json.dumps({"id": file.stem, "text": text}).encode()


def read_results(file: BinaryIO) -> dict[str, bool]:
    """By id, whether each answer of earlier runs was valid JSON.

    A last line that a killed run wrote only in part is cut off; its article is asked again.
    """
    file.seek(0)
    *lines, rest = file.read().split(b"\n")
    done: dict[str, bool] = {}
    try:
        for line in lines:
            result = json.loads(line)
            done[result["id"]] = result["valid"]
        if not is_part_of_a_result(rest):
            raise ValueError
    except (ValueError, TypeError, KeyError):
        number = len(done) + 1
        raise Problem(f"{file.name}, line {number}: not a result of this program") from None
    file.truncate(file.tell() - len(rest))
    return done


def is_part_of_a_result(rest: bytes) -> bool:
    """Whether the unfinished end of a file is ours to cut off, and not of some other file."""
    try:
        return "valid" in json.loads(rest)
    except ValueError:
        return rest.startswith(LINE_START) or LINE_START.startswith(rest)


def append(file: BinaryIO, result: dict[str, Any]) -> None:
    """Write one line and see it on the disk."""
    line = json.dumps(result, ensure_ascii=False)
    # A lone surrogate, which UTF-8 cannot hold, becomes the escape that JSON has for it.
    file.write(line.encode("utf-8", "backslashreplace") + b"\n")
    file.flush()
    os.fsync(file.fileno())


def ask(client: openai.OpenAI, arguments: argparse.Namespace, text: str) -> ChatCompletion:
    """One answer. The client repeats a failed request twice; a server that restarts or is busy
    for longer is waited for, up to --max-wait seconds."""
    deadline_seconds = time.monotonic() + arguments.max_wait
    while True:
        try:
            return client.chat.completions.create(
                model=arguments.model,
                messages=[
                    {"role": "system", "content": arguments.system},
                    {"role": "user", "content": text},
                ],
                temperature=0,
                max_tokens=arguments.max_tokens,
            )
        except (openai.APIStatusError, openai.APIConnectionError) as error:
            if isinstance(error, openai.APIStatusError) and error.status_code not in TRY_LATER:
                raise
            if time.monotonic() >= deadline_seconds:
                raise Problem(f"gave up on {arguments.base_url}: {explain(error)}") from None
        time.sleep(PAUSE_SECONDS)


def explain(error: openai.APIError) -> str:
    """The server's own words where it has some."""
    body = error.body
    return str(body["message"]) if isinstance(body, dict) and "message" in body else str(error)


def as_result(article_id: str, completion: ChatCompletion, seconds: float) -> dict[str, Any]:
    """One line of the results file."""
    choice = completion.choices[0]
    text = choice.message.content or ""
    answer = parse_answer(text)
    return {
        "id": article_id,
        "answer": text if answer is None else answer,
        "valid": answer is not None,
        "finish_reason": choice.finish_reason,
        "usage": completion.usage and completion.usage.model_dump(include=USAGE),
        "seconds": round(seconds, 3),
    }


def parse_answer(text: str) -> dict[str, Any] | None:
    """The JSON object that the answer is, also inside a Markdown fence; None if it is none."""
    try:
        answer = json.loads(re.sub(r"^```(?:json)?\s*|\s*```$", "", text.strip()))
        json.dumps(answer, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def run(arguments: argparse.Namespace, articles: dict[str, str], file: BinaryIO) -> int:
    """Ask for every article without a result and sum up; returns the exit code."""
    done = read_results(file)
    start_seconds = time.monotonic()
    try:
        num_failed = ask_for_all(arguments, articles, file, done)
    finally:
        answered = [done[article_id] for article_id in articles if article_id in done]
        seconds = time.monotonic() - start_seconds
        print(
            f"{len(answered)} of {len(articles)} articles answered, {sum(answered)} with valid "
            f"JSON; {seconds:.1f} s; results in {arguments.results}"
        )
    return int(num_failed > 0)


def ask_for_all(
    arguments: argparse.Namespace, articles: dict[str, str], file: BinaryIO, done: dict[str, bool]
) -> int:
    """Returns how many articles the server refused; they get no line and are asked again next
    time. `done` grows with each answer."""
    client = openai.OpenAI(base_url=arguments.base_url, api_key=arguments.api_key)
    waiting = [article_id for article_id in articles if article_id not in done]
    num_done, num_failed = len(articles) - len(waiting), 0
    # disable=None: no bar in a log file.
    for article_id in tqdm(waiting, total=len(articles), initial=num_done, disable=None):
        asked_seconds = time.monotonic()
        try:
            completion = ask(client, arguments, articles[article_id])
        except openai.APIStatusError as error:
            if error.status_code in HOPELESS:
                raise Problem(explain(error)) from None
            tqdm.write(f"nas_client: {article_id}: {explain(error)}", file=sys.stderr)
            num_failed += 1
            continue
        result = as_result(article_id, completion, time.monotonic() - asked_seconds)
        append(file, result)
        done[article_id] = result["valid"]
    return num_failed


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("articles", type=Path, help="a folder of .txt files or a JSONL file")
    add("--results", type=Path, default=Path("results.jsonl"), help="default: %(default)s")
    add("--system-prompt", type=Path, default=ANALYST_PROMPT, help="default: analyst_prompt.txt")
    add("--base-url", default="http://127.0.0.1:8000/v1", help="default: %(default)s")
    add("--api-key", default="none", help="default: %(default)s")
    add("--model", default="default", help="default: %(default)s")
    add("--max-tokens", type=int, default=512, help="of one answer; default: %(default)s")
    add("--max-wait", type=float, default=600, help="seconds to keep trying one article")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    try:
        articles = read_articles(arguments.articles)
        arguments.system = arguments.system_prompt.read_text(encoding="utf-8-sig").strip()
        with arguments.results.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return run(arguments, articles, file)
    except BlockingIOError:
        print(f"nas_client: another run is writing to {arguments.results}", file=sys.stderr)
    except (Problem, OSError, UnicodeDecodeError) as problem:
        print(f"nas_client: {problem}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
