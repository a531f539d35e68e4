"""What a greedy chat must be answered: `python -m benchmarks.soak.oracle MODEL`.

Thread: both (the only thread of a process of its own).

It is mlx-lm's own loop for one sequence, in float32, with mlx-lm's tokenizer and template.
"""

import sys
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx_lm import load
from mlx_lm.generate import generate_step

from benchmarks.soak.traffic import Chat
from benchmarks.worker_process import WorkerProcess, answer_lines
from prompts.tokenizer import Tokenizer


class Oracle:
    """The process, seen from the soak test."""

    def __init__(self, model: Path) -> None:
        self._worker = WorkerProcess("benchmarks.soak.oracle", str(model))

    def answer(self, chat: Chat) -> str:
        """The text of a greedy chat."""
        question = {"messages": chat.body()["messages"], "max_tokens": chat.max_tokens}
        return str(self._worker.ask(question)["text"])

    def close(self) -> None:
        self._worker.close()


def main(folder: str) -> None:
    loaded: Any = load(folder, lazy=True)
    model, tokenizer = loaded[:2]
    model.set_dtype(mx.float32)
    stop_tokens = Tokenizer.load(Path(folder)).eos_token_ids

    def answer(question: Any) -> dict[str, str]:
        prompt = tokenizer.apply_chat_template(question["messages"], add_generation_prompt=True)
        token_ids = []
        tokens = generate_step(mx.array(prompt), model, max_tokens=question["max_tokens"])
        for token, _ in tokens:
            if token in stop_tokens:
                break
            token_ids.append(int(token))
        return {"text": tokenizer.decode(token_ids)}

    answer_lines(answer)


if __name__ == "__main__":
    main(sys.argv[1])
