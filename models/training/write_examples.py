"""Writes the example articles, the recommended prompt and the held-out articles for the repository's tests."""

import json
from pathlib import Path
from random import Random

from .articles import Article, Recipe, make_article
from .heldout import main_articles
from .prompts import RECOMMENDED_ANALYST_PROMPT

ROOT = Path(__file__).resolve().parents[2]
NUM_HELD_OUT, NUM_EXAMPLES = 100, 40


def write_held_out(path: Path) -> None:
    """Write articles of held-out templates with their right answers, one JSON object a line."""
    lines = []
    for number, article in enumerate(main_articles(Random("held-out-file"), NUM_HELD_OUT)):
        row = {"id": f"heldout-{number:03d}", "text": article.text, "coin": article.coin}
        lines.append(json.dumps({**row, "sentiment": article.sentiment}, ensure_ascii=False))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def example_articles() -> list[Article]:
    """Make short articles in two languages, half of them from held-out templates."""
    rng = Random("examples")
    recipes = (
        Recipe(min_sentences=2, max_sentences=5),
        Recipe(leads="held_out", min_sentences=2, max_sentences=6),
        Recipe(min_sentences=3, max_sentences=8),
        Recipe(leads="held_out", korean=True, min_sentences=2, max_sentences=4),
    )
    return [make_article(rng, recipes[number % 4]) for number in range(NUM_EXAMPLES)]


def write_examples(folder: Path) -> None:
    """Write one plain text file per example article."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("[0-9][0-9]-*.txt"):
        old.unlink()
    for number, article in enumerate(example_articles(), start=1):
        name = f"{number:02d}-{article.coin.lower()}.txt"
        (folder / name).write_text(article.text + "\n", encoding="utf-8")


def main() -> None:
    """Write all files into the repository."""
    write_held_out(ROOT / "tests" / "data" / "heldout_articles.jsonl")
    write_examples(ROOT / "examples" / "articles")
    prompt = ROOT / "examples" / "analyst_prompt.txt"
    prompt.write_text(RECOMMENDED_ANALYST_PROMPT + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
