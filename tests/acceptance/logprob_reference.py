"""Log probabilities by mlx-lm's model, in fp32 and without cache or batch: the truth for ours.

Run as a program, so that mlx lives and ends in a process of its own: reads [[prompt token ids,
answer token ids], …] as JSON from stdin, writes for each answer its tokens' log probabilities.
"""

import json
import sys
from typing import Any

import mlx.core as mx
import numpy as np
from mlx_lm import load

from settings import TINY_MODEL_PATH


def logprobs(model: Any, prompt: list[int], answer: list[int]) -> list[float]:
    """Of each token of the answer, from one forward of all tokens."""
    logits = np.array(model(mx.array([prompt + answer]))[0], dtype=np.float64)
    before = logits[len(prompt) - 1 : -1]
    shifted = before - before.max(axis=-1, keepdims=True)
    normalised = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return [float(row[token]) for row, token in zip(normalised, answer, strict=True)]


def main() -> None:
    model: Any = load(str(TINY_MODEL_PATH), lazy=True)[0]
    model.set_dtype(mx.float32)
    json.dump([logprobs(model, *each) for each in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
