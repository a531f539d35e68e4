"""Held-out material never occurs in training text, and generation is deterministic."""

import re
from collections.abc import Iterable
from functools import cache
from random import Random

import pytest

from . import prompts, tools, vocabulary
from .chatml import render
from .dialogues import FAQ_TOPICS, Dialogue, make_dialogue
from .events_neutral import EVENTS
from .fillers import DISTRACTORS, FILLERS, KO_FILLERS, REACTIONS
from .long_texts import LONG_TOPICS
from .pools import Pool
from .refusals import ABOUT, KO_ABOUT, KO_THINGS, QUESTIONS, THINGS
from .sentiment_words import ADJECTIVES, CAUSES, KO_VERBS, VERBS

NUM_DIALOGUES = 6000
SLOT = re.compile(r"\\\{\w+(?::\w+)?\\\}")


@cache
def training_dialogues() -> tuple[Dialogue, ...]:
    rng = Random("test-splits")
    return tuple(make_dialogue(rng) for _ in range(NUM_DIALOGUES))


@cache
def training_text() -> str:
    return "\n\x00\n".join(text for each in training_dialogues() for text in dialogue_texts(each))


def dialogue_texts(dialogue: Dialogue) -> list[str]:
    return [text for text, _ in render(dialogue.messages, dialogue.tool_schemas)]


@cache
def user_questions() -> frozenset[str]:
    return frozenset(
        normalised(message["content"])
        for each in training_dialogues()
        for message in each.messages
        if message["role"] == "user"
    )


def normalised(question: str) -> str:
    return re.sub(r"[^\w/+-]+", " ", question.lower()).strip()


def template_pattern(template: str) -> re.Pattern[str]:
    """Match any filling of a template that stays within one line."""
    parts = SLOT.split(re.escape(template.rstrip(".")))
    return re.compile(r"[^\n]{1,40}?".join(parts), re.IGNORECASE)


def longest_part(template: str) -> str:
    return max(re.split(r"\{[^}]*\}", template.rstrip(".")), key=len).strip()


def occurring_templates(templates: Iterable[str]) -> list[str]:
    lowered = training_text().lower()
    return [
        template
        for template in templates
        if longest_part(template).lower() in lowered
        and template_pattern(template).search(training_text())
    ]


def occurring_words(pool: Pool) -> list[str]:
    return [
        word
        for word in pool.held_out
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", training_text(), re.IGNORECASE)
    ]


def test_held_out_lead_templates_do_not_occur() -> None:
    templates = [
        lead for event in EVENTS for pool in (event.leads, event.korean) for lead in pool.held_out
    ]
    assert len(templates) > 80
    assert occurring_templates(templates) == []


def test_held_out_surrounding_sentences_do_not_occur() -> None:
    pools = (FILLERS, DISTRACTORS, REACTIONS, KO_FILLERS)
    assert occurring_templates(each for pool in pools for each in pool.held_out) == []


@pytest.mark.parametrize("table", [VERBS, ADJECTIVES, CAUSES, KO_VERBS])
def test_held_out_sentiment_words_do_not_occur(table: dict[str, Pool]) -> None:
    assert [word for pool in table.values() for word in occurring_words(pool)] == []


def test_training_coins_are_made_of_training_syllables() -> None:
    rng = Random(1)
    first, last = vocabulary.FIRST_SYLLABLES, vocabulary.LAST_SYLLABLES
    assert not set(first.train) & set(first.held_out)
    assert not set(last.train) & set(last.held_out)
    pattern = re.compile(f"({'|'.join(first.train)})({'|'.join(last.train)}){{1,2}}")
    for _ in range(NUM_DIALOGUES):
        assert pattern.fullmatch(vocabulary.invented_coin(rng).name)


def test_held_out_coins_do_not_occur() -> None:
    rng = Random(2)
    names = {vocabulary.invented_coin(rng, "held_out").name for _ in range(200)}
    assert [name for name in names if name in training_text()] == []


def test_held_out_questions_do_not_occur() -> None:
    held_out = [question for topic in (*FAQ_TOPICS, *LONG_TOPICS) for question in topic.held_out]
    assert len(held_out) > 250
    assert [each for each in held_out if normalised(each) in user_questions()] == []


def test_held_out_questions_are_not_training_questions() -> None:
    topics = (*FAQ_TOPICS, *LONG_TOPICS)
    trained = {normalised(question) for topic in topics for question in topic.questions}
    assert [
        each for topic in topics for each in topic.held_out if normalised(each) in trained
    ] == []


@pytest.mark.parametrize("kind", sorted(tools.KINDS))
def test_held_out_tool_phrasings_do_not_occur(kind: str) -> None:
    assert occurring_templates(tools.KINDS[kind].questions.held_out) == []


def test_held_out_cities_do_not_occur() -> None:
    assert occurring_words(Pool((), vocabulary.HELD_OUT_CITIES)) == []


@pytest.mark.parametrize("pool", [ABOUT, QUESTIONS, KO_ABOUT])
def test_held_out_refusal_forms_do_not_occur(pool: Pool) -> None:
    assert occurring_templates(pool.held_out) == []


@pytest.mark.parametrize("pool", [THINGS, KO_THINGS])
def test_held_out_topics_do_not_occur(pool: Pool) -> None:
    assert occurring_words(pool) == []


def test_held_out_wordings_of_requests_do_not_occur() -> None:
    pools: tuple[Pool, ...] = (
        prompts.ROLES,
        prompts.TASKS,
        prompts.KEYS,
        prompts.LIMITS,
        prompts.RULES,
        prompts.GENERIC,
    )
    pools += (prompts.GUIDELINES, prompts.BEFORE, prompts.AFTER)
    assert [each for pool in pools for each in pool.held_out if each in training_text()] == []


def test_recommended_prompt_is_trained() -> None:
    assert prompts.RECOMMENDED_ANALYST_PROMPT in training_text()


def test_generation_is_deterministic() -> None:
    rng = Random("test-splits")
    assert tuple(make_dialogue(rng) for _ in range(500)) == training_dialogues()[:500]
