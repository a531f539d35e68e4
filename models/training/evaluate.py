"""Scores the model folder on held-out sets: mlx, greedy, weights upcast to fp32. Writes scores.json."""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import mlx.core as mx
from mlx_lm import batch_generate, load

from .events_neutral import REASONS
from .heldout import (
    ARTICLE_SETS,
    TEXT_SETS,
    Item,
    article_items,
    long_article_items,
    prompt_items,
)

DEFAULT_FOLDER = Path(__file__).resolve().parent.parent / "tiny"
SEED = 2026
KEYS = {"coin", "sentiment", "reason"}
Row = dict[str, Any]


class Model:
    """A loaded model folder that answers many prompts at once."""

    def __init__(self, folder: Path) -> None:
        self.network, self.tokenizer = load(str(folder), lazy=True)[:2]
        self.network.set_dtype(mx.float32)
        mx.eval(self.network.parameters())

    def answers(self, items: list[Item], max_tokens: int = 420) -> list[str]:
        """Return the greedy answer to every item."""
        prompts = [self._prompt(item) for item in items]
        return list(
            batch_generate(self.network, self.tokenizer, prompts, max_tokens=max_tokens).texts
        )

    def _prompt(self, item: Item) -> list[int]:
        template: Any = self.tokenizer.apply_chat_template
        tools = item.tool_schemas or None
        text = template(item.messages, tools=tools, tokenize=False, add_generation_prompt=True)
        return list(self.tokenizer.encode(text, add_special_tokens=False))


def parsed(text: str) -> dict[str, Any] | None:
    """Parse an analysis; None unless it is an object with exactly the three keys."""
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and set(answer) == KEYS else None


def share(hits: list[bool]) -> float:
    """Return the mean, to three places."""
    return round(sum(hits) / len(hits), 3)


def score_articles(items: list[Item], answers: list[str]) -> Row:
    """Compare analyses key by key."""
    pairs = [
        (json.loads(item.expected), parsed(text)) for item, text in zip(items, answers, strict=True)
    ]

    def rate(*keys: str) -> float:
        return share(
            [got is not None and all(got[key] == want[key] for key in keys) for want, got in pairs]
        )

    return {
        "n": len(items),
        "valid_json": share([got is not None for _, got in pairs]),
        "coin": rate("coin"),
        "sentiment": rate("sentiment"),
        "coin_and_sentiment": rate("coin", "sentiment"),
        "reason": rate("reason"),
        "reason_in_set": share([got is not None and got["reason"] in REASONS for _, got in pairs]),
    }


def score_texts(items: list[Item], answers: list[str]) -> Row:
    """Count answers that equal the expected text."""
    return {
        "n": len(items),
        "exact": share(
            [item.expected == text.strip() for item, text in zip(items, answers, strict=True)]
        ),
    }


def measure(
    model: Model,
    name: str,
    what: str,
    items: list[Item],
    score: Callable[[list[Item], list[str]], Row],
) -> tuple[Row, list[Row]]:
    """Answer and score one set; also return what went wrong."""
    start = time.monotonic()
    answers = model.answers(items)
    row = {"set": name, "what": what, **score(items, answers)}
    print(f"{name}: {row} ({time.monotonic() - start:.0f} s)", flush=True)
    wrong = [
        {"set": name, "asked": item.messages[-1]["content"], "want": item.expected, "got": text}
        for item, text in zip(items, answers, strict=True)
        if item.expected != text.strip()
    ]
    return row, wrong


def evaluate(model: Model, scale: float) -> tuple[dict[str, list[Row]], list[Row]]:
    """Score all sets; `scale` shrinks them for a quick look."""
    articles: list[Row] = []
    texts: list[Row] = []
    mistakes: list[Row] = []

    def add(rows: list[Row], result: tuple[Row, list[Row]]) -> None:
        rows.append(result[0])
        mistakes.extend(result[1])

    for name, (what, recipe) in ARTICLE_SETS.items():
        rng = Random(f"{SEED}-{name}")
        make, count = (long_article_items, 20) if name.startswith("long") else (article_items, 120)
        items = make(rng, recipe, max(8, int(count * scale)))
        add(articles, measure(model, name, what, items, score_articles))
    items = prompt_items(Random(f"{SEED}-prompts"), max(8, int(120 * scale)))
    add(articles, measure(model, "prompts", "requests in held-out wordings", items, score_articles))
    for name, (what, make_items) in TEXT_SETS.items():
        items = make_items(Random(f"{SEED}-{name}"))
        items = items[: max(8, int(len(items) * scale))]
        add(texts, measure(model, name, what, items, score_texts))
    return {"articles": articles, "texts": texts}, mistakes


def table(rows: list[Row]) -> str:
    """Write rows as a Markdown table."""
    names = list(rows[0])
    head = f"| {' | '.join(name.replace('_', ' ') for name in names)} |\n|{'---|' * len(names)}"
    body = "\n".join(f"| {' | '.join(str(row[name]) for name in names)} |" for row in rows)
    return f"{head}\n{body}"


def main() -> None:
    """Evaluate as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="size of the sets; below 1 writes no scores"
    )
    parser.add_argument(
        "--mistakes", type=Path, help="also write wrong answers here, as JSON lines"
    )
    options = parser.parse_args()
    scores, mistakes = evaluate(Model(options.folder), options.scale)
    print(f"\n{table(scores['articles'])}\n\n{table(scores['texts'])}")
    if options.mistakes:
        lines = (json.dumps(each, ensure_ascii=False) for each in mistakes)
        options.mistakes.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if options.scale >= 1:
        content = {"model": "hearth-tiny-demo", "decoding": "greedy, fp32", "seed": SEED, **scores}
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        (options.folder / "scores.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
