"""Greedy answers by mlx-lm's own single-sequence loop, in fp32: the truth for the server's.

Run as a program, so that mlx lives and ends in a process of its own:
reads prompts as JSON from stdin, writes [[text, number of tokens], …] to stdout.
"""

import json
import sys
from typing import Any

import mlx.core as mx
from mlx_lm import load
from mlx_lm.generate import generate_step

from settings import TINY_MODEL_PATH

STOP_TOKENS = {0, 2}


def greedy(model: Any, tokenizer: Any, messages: list[Any], max_tokens: int) -> tuple[str, int]:
    """The text up to the stop token, and how many tokens it has."""
    prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True)
    token_ids = []
    for token, _ in generate_step(mx.array(prompt), model, max_tokens=max_tokens):
        if token in STOP_TOKENS:
            break
        token_ids.append(int(token))
    return tokenizer.decode(token_ids), len(token_ids)


def main() -> None:
    asked = json.load(sys.stdin)
    model, tokenizer = load(str(TINY_MODEL_PATH), lazy=True)[:2]
    model.set_dtype(mx.float32)
    answers = [
        greedy(model, tokenizer, messages, asked["max_tokens"]) for messages in asked["prompts"]
    ]
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
