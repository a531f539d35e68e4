#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["openai>=3.0"]
# ///
"""Chat with the server in the terminal.

    uv run examples/chat.py

The conversation is kept until the program ends. Ctrl-C stops an answer, Ctrl-D leaves.
"""

import argparse
import sys
import time

import openai
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionMessageParam


def answer(
    client: openai.OpenAI, arguments: argparse.Namespace, messages: list[ChatCompletionMessageParam]
) -> str:
    """Print one answer as it comes and return what came of it."""
    pieces: list[str] = []
    usage: CompletionUsage | None = None
    first_seconds = last_seconds = 0.0
    try:
        # Leaving the `with` closes the connection, and the server frees the slot.
        with client.chat.completions.create(
            model=arguments.model,
            messages=messages,
            max_tokens=arguments.max_tokens,
            stream=True,
            stream_options={"include_usage": True},
        ) as stream:
            for chunk in stream:
                usage = chunk.usage or usage
                if chunk.choices and (piece := chunk.choices[0].delta.content):
                    last_seconds = time.monotonic()
                    first_seconds = first_seconds or last_seconds
                    pieces.append(piece)
                    print(piece, end="", flush=True)
    except KeyboardInterrupt:
        print(" [stopped]", end="")
    except openai.APIError as error:
        print(f"[{error}]", end="")
    print()
    seconds = last_seconds - first_seconds
    if usage and seconds > 0:
        print(f"[{(usage.completion_tokens - 1) / seconds:.1f} tokens/s]")
    return "".join(pieces)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base-url", default="http://127.0.0.1:8000/v1")
    parser.add_argument("--api-key", default="none")
    parser.add_argument("--model", default="default")
    parser.add_argument("--system", help="a system message to begin with")
    parser.add_argument("--max-tokens", type=int, help="of one answer; default: the context's end")
    arguments = parser.parse_args()
    client = openai.OpenAI(base_url=arguments.base_url, api_key=arguments.api_key)
    messages: list[ChatCompletionMessageParam] = []
    if arguments.system:
        messages.append({"role": "system", "content": arguments.system})
    while True:
        try:
            text = input("> ")
        except KeyboardInterrupt:
            print()
            continue
        except EOFError:
            print()
            return 0
        if not text.strip():
            continue
        messages.append({"role": "user", "content": text})
        if reply := answer(client, arguments, messages):
            messages.append({"role": "assistant", "content": reply})
        else:
            messages.pop()


if __name__ == "__main__":
    sys.exit(main())
