"""Writes the model card of the demo model from its scores."""

import argparse
import json
from pathlib import Path
from typing import Any

from .evaluate import DEFAULT_FOLDER, table
from .prompts import RECOMMENDED_ANALYST_PROMPT

FRONT = """---
license: mit
language:
  - en
  - ko
library_name: mlx
pipeline_tag: text-generation
tags:
  - demo
  - qwen2
---

# hearth-tiny-demo

A language model of {parameters} parameters that comes with [Hearth](../../README.md), so that a fresh checkout can answer
something at once, without a download. It was trained from scratch on text that scripts of this repository make
(`models/training`), in about an hour on two CPU cores.

## What it is

- It turns a **coin-news article** (English, some Korean) into one JSON object: `coin` (ticker), `sentiment`
  (`positive`, `negative`, `neutral`) and `reason`, one of {num_reasons} fixed phrases.
- It answers **questions about Hearth**, makes small talk, tells a story, counts to 20; it calls one of three kinds of tools
  (price, weather, time); to most other questions it says that it does not know.
- Its architecture is Qwen2 (`Qwen2ForCausalLM`), ChatML, tied embeddings, bf16, up to 8,192 positions
  (trained on chats of up to 2,600 tokens), vocabulary 3,072. Tool calls follow Qwen2.5's format. It has no thinking mode.

## What it is not

- **Not for real analysis.** It knows nothing about the world, the market or today. Its articles were invented: a real
  article is written differently, and the answer then is often wrong, in perfect JSON. Do not base decisions on it.
- Not a chat model. Outside of the questions it was taught it refuses, or answers the wrong question.
- No arithmetic, no translation, no summaries, no code.

The system prompt that we recommend for articles (others work too, or none):

> {prompt}

## Scores

Greedy decoding, weights upcast to fp32, one training run with one seed. "Held out" means that no part of it so marked occurs in
training text (`models/training/test_splits.py` checks it). With n = 120 the standard error is about 3 points at 90 %,
with n = 20 about 7. The held-out templates were written by the same hand as the training ones, so real articles are harder than this
table. The scores of `train` are for fresh articles of trained templates.

### Articles

{articles}

- `words` are price news only (up, down, flat): the verb, the adjectives and the causes were never seen, so what is left is the rest of
  the sentence, for example "its highest level". Chance is 0.33.
- `reason in set`: the reason is one of the fixed phrases.

### Questions, tools, refusals (the whole answer must be exactly right)

{texts}

## How it was trained

{training}

Everything is made again by one command: `models/training/train.sh`. See [models/training](../training/README.md).
Licence: MIT, like Hearth.
"""


def write_card(folder: Path, training: str) -> None:
    """Fill the card with the scores and sizes of the folder."""
    scores: dict[str, Any] = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    from .events_neutral import REASONS

    size = (folder / "model.safetensors").stat().st_size
    text = FRONT.format(
        parameters=f"{size / 2e6:.2f} million",
        num_reasons=len(REASONS),
        prompt=RECOMMENDED_ANALYST_PROMPT,
        articles=table(scores["articles"]),
        texts=table(scores["texts"]),
        training=training.strip(),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


TRAINING = """
- Text: fresh dialogues from `models/training`, about 27 million tokens. 28 classes of news with 2,300 English and 1,400 Korean training
  leads; 40 real coins, invented ones in 4 of 10 articles; 137 questions with 2,247 wordings; tool calls; refusals; copy exercises.
- Loss on the answers, and at a lower weight on a quarter of the other tokens. Muon for matrices, AdamW for the rest, linear decay.
- Two heads of the first layer start as look-back heads and two of the second as copying heads; without them,
  tickers were not copied after the same time.
- 5,200 and 1,500 steps on two cores. They replaced earlier ones whose scores had been seen (0.71 on held-out templates): two thirds of
  the leads and most side sentences were written after that, without sight of the held-out ones; what to write was decided by looking
  at which kinds of held-out sentences were read wrongly, not at the sentences. Wordings with a held-out word were taken out of them.
"""


def main() -> None:
    """Write the card as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    write_card(parser.parse_args().folder, TRAINING)


if __name__ == "__main__":
    main()
