"""Held-out test items: nothing in them that is marked held-out occurs in training text."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from . import tools
from .articles import Article, Recipe, make_article
from .dialogues import FAQ_TOPICS, Message, system, user
from .events_neutral import EVENTS
from .long_texts import LONG_TOPICS
from .pools import Split
from .prompts import RECOMMENDED_ANALYST_PROMPT, analyst_prompt, generic_prompt, wrap_article
from .refusals import KO_REFUSAL, REFUSAL, refusal_question


@dataclass(frozen=True, slots=True)
class Item:
    """A prompt and the answer that counts as right."""

    messages: list[Message]
    expected: str
    tool_schemas: list[dict[str, Any]] = field(default_factory=list)


ARTICLE_SETS = {
    "train": ("training templates, fresh fills", Recipe(max_sentences=8)),
    "templates": ("held-out leads, reactions, fillers", Recipe(leads="held_out", max_sentences=8)),
    "words": ("price news: training leads, held-out verbs, adjectives, causes", Recipe(words="held_out", max_sentences=8)),
    "templates + words": ("price news: leads and words held out", Recipe(leads="held_out", words="held_out", max_sentences=8)),
    "coins": ("invented coins of held-out syllables", Recipe(coins="held_out", max_sentences=8)),
    "templates + coins": ("both held out", Recipe(leads="held_out", coins="held_out", max_sentences=8)),
    "Korean templates": ("held-out Korean leads", Recipe(leads="held_out", korean=True, max_sentences=6)),
    "long": (
        "training leads in articles of 1,000 tokens and more",
        Recipe(min_sentences=105, max_sentences=140),
    ),
    "long + templates": (
        "held-out leads in articles of 1,000 tokens and more",
        Recipe(leads="held_out", min_sentences=75, max_sentences=110),
    ),
}  # fmt: skip


PRICE_EVENTS = tuple(event for event in EVENTS if event.name.startswith("price_"))


def article_items(rng: Random, recipe: Recipe, count: int) -> list[Item]:
    """Make articles that are bare, have an analyst's system prompt or a request around them.

    Sets of held-out words hold price news only: the other classes need no such words.
    """
    items = []
    for number in range(count):
        event = PRICE_EVENTS[number % 3] if recipe.words == "held_out" else None
        article = make_article(rng, recipe, event)
        system_prompt = [RECOMMENDED_ANALYST_PROMPT, analyst_prompt(rng), "", ""][number % 4]
        start = [system(system_prompt)] if system_prompt else []
        content = wrap_article(rng, article.text) if number % 4 == 3 else article.text
        items.append(Item([*start, user(content)], article.analysis()))
    return items


def long_article_items(rng: Random, recipe: Recipe, count: int) -> list[Item]:
    """Make very long articles, with the recommended prompt or bare."""
    items = []
    for number in range(count):
        article = make_article(rng, recipe)
        start = [system(RECOMMENDED_ANALYST_PROMPT)] if number % 2 else []
        items.append(Item([*start, user(article.text)], article.analysis()))
    return items


def prompt_items(rng: Random, count: int) -> list[Item]:
    """Make articles that are asked for in held-out wordings only."""
    items = []
    for number in range(count):
        article: Article = make_article(rng, Recipe(max_sentences=6))
        if number % 2:
            messages = [system(analyst_prompt(rng, "held_out")), user(article.text)]
        else:
            start = [system(generic_prompt(rng, "held_out"))] if rng.random() < 0.5 else []
            messages = [*start, user(wrap_article(rng, article.text, "held_out"))]
        items.append(Item(messages, article.analysis()))
    return items


def faq_items(rng: Random, *, held_out: bool, count: int) -> list[Item]:
    """Draw questions evenly over the topics."""
    pairs = [
        (question, topic.answer)
        for topic in FAQ_TOPICS
        for question in (topic.held_out if held_out else topic.questions)
    ]
    return [
        Item([user(question)], answer)
        for question, answer in rng.sample(pairs, min(count, len(pairs)))
    ]


def long_text_items(*, held_out: bool) -> list[Item]:
    """Ask for every long text."""
    return [
        Item([user(question)], topic.answer)
        for topic in LONG_TOPICS
        for question in (topic.held_out if held_out else topic.questions[:3])
    ]


def tool_items(rng: Random, *, held_out: bool, count: int) -> list[Item]:
    """Ask questions that need one of several offered tools; expect the call as text."""
    split: Split = "held_out" if held_out else "train"
    items = []
    for number in range(count):
        offered = tools.make_tools(rng, 1 + number % 3)
        tool = rng.choice(offered)
        value = tools.lookup_value(rng, tool.kind, split)
        question = tools.KINDS[tool.kind].questions.pick(rng, split).format(v=value)
        call = f'{{"name": "{tool.name}", "arguments": {{"{tool.argument}": "{value}"}}}}'
        expected = f"<tool_call>\n{call}\n</tool_call>"
        items.append(Item([user(question)], expected, [each.schema for each in offered]))
    return items


def tool_answer_items(rng: Random, count: int) -> list[Item]:
    """Give a tool's result and expect the sentence that reports it."""
    items = []
    for _ in range(count):
        tool = tools.make_tools(rng, 1)[0]
        value = tools.lookup_value(rng, tool.kind, "held_out")
        question = tools.KINDS[tool.kind].questions.pick(rng, "held_out").format(v=value)
        result, sentence = tools.tool_result(rng, tool, value)
        messages = [
            user(question),
            tools.tool_call(tool, value),
            {"role": "tool", "content": result},
        ]
        items.append(Item(messages, sentence, [tool.schema]))
    return items


def refusal_items(rng: Random, count: int) -> list[Item]:
    """Ask about held-out topics in held-out forms."""
    items = []
    for number in range(count):
        korean = number % 6 == 5
        question = refusal_question(rng, "held_out", korean=korean)
        items.append(Item([user(question)], KO_REFUSAL if korean else REFUSAL))
    return items


TEXT_SETS: dict[str, tuple[str, Callable[[Random], list[Item]]]] = {
    "FAQ, trained": (
        "questions seen in training",
        lambda rng: faq_items(rng, held_out=False, count=200),
    ),
    "FAQ, paraphrases": ("held-out wordings", lambda rng: faq_items(rng, held_out=True, count=300)),
    "long texts, trained": (
        "stories, texts, counting",
        lambda rng: long_text_items(held_out=False),
    ),
    "long texts, paraphrases": ("held-out wordings", lambda rng: long_text_items(held_out=True)),
    "tool call, trained": (
        "training phrasings",
        lambda rng: tool_items(rng, held_out=False, count=80),
    ),
    "tool call, held out": (
        "held-out phrasings, cities, invented coins",
        lambda rng: tool_items(rng, held_out=True, count=120),
    ),
    "tool answer": ("held-out questions, fresh results", lambda rng: tool_answer_items(rng, 60)),
    "refusals": ("held-out topics and forms", lambda rng: refusal_items(rng, 100)),
}


def main_articles(rng: Random, count: int, korean_share: float = 0.2) -> list[Article]:
    """Make articles of held-out templates, one language after the other."""
    num_korean = round(count * korean_share)
    english = Recipe(leads="held_out", max_sentences=6)
    korean = Recipe(leads="held_out", korean=True, max_sentences=5)
    return [
        make_article(rng, korean if number < num_korean else english) for number in range(count)
    ]
