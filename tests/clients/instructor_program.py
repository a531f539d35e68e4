"""Instructor in a process of its own: its packages are older than the other clients'.

`instructor_program.py BASE_URL MODE MODEL` asks for a Verdict, whole and streamed, and prints both.
With `leaves` behind that it asks once, and cancels when the standard input is closed.
"""

import asyncio
import json
import sys

import instructor  # type: ignore[import-not-found]  # installed in .venv/instructor
import openai
from instructor.core.exceptions import (  # type: ignore[import-not-found]
    InstructorRetryException,
)

from tests.clients.cases import Verdict


def find(finding: object) -> None:
    print(json.dumps(finding), flush=True)


def fields_of(model: str) -> dict[str, object]:
    return {
        "model": model,
        "messages": [{"role": "user", "content": "Hello"}],
        "response_model": Verdict,
        "temperature": 0,
        "max_retries": 1,
    }


async def leave(base_url: str, mode: str, model: str) -> None:
    official = openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)
    client = instructor.from_openai(official, mode=instructor.Mode[mode])
    endless = {"extra_body": {"ignore_eos": True}}
    asking = asyncio.create_task(client.create(**fields_of(model), **endless))
    find("asking")
    await asyncio.to_thread(sys.stdin.read)
    asking.cancel()
    await asyncio.wait([asking])
    find({"cancelled": asking.cancelled()})


def main(base_url: str, mode: str, model: str, *leaves: str) -> None:
    if leaves:
        return asyncio.run(leave(base_url, mode, model))
    official = openai.OpenAI(base_url=base_url, api_key="none", max_retries=0)
    client = instructor.from_openai(official, mode=instructor.Mode[mode])
    fields = fields_of(model)
    try:
        find(client.create(**fields).model_dump())
        *_, last = client.create_partial(**fields)
        find(last.model_dump())
    except InstructorRetryException as error:
        find({"error": type(error.__cause__).__name__, "message": str(error)})


if __name__ == "__main__":
    main(*sys.argv[1:])
