"""Training dialogues: which kinds there are, how often each occurs, and how each is made."""

from dataclasses import dataclass
from random import Random
from typing import Any

from . import faq_chat, faq_hearth, tools
from .articles import Recipe, make_article
from .faq import Topic
from .long_texts import LONG_TOPICS
from .noise import vary_question
from .practice import copy_task, lookup_task
from .prompts import analyst_prompt, generic_prompt, wrap_article
from .refusals import KO_REFUSAL, REFUSAL, refusal_question

Message = dict[str, Any]

FAQ_TOPICS: tuple[Topic, ...] = faq_hearth.TOPICS + faq_chat.TOPICS
SHARES = {
    "article": 42.0, "long_article": 2.5, "faq": 23.0, "tool_call": 10.0, "tool_answer": 4.5, "long_text": 2.5,
    "refusal": 6.5, "many_turns": 3.0, "long_system": 3.0, "practice": 6.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A chat whose assistant turns are the wanted answers."""

    kind: str
    messages: list[Message]
    tool_schemas: list[dict[str, Any]]


def user(content: str) -> Message:
    """Return a user message."""
    return {"role": "user", "content": content}


def assistant(content: str) -> Message:
    """Return an assistant message."""
    return {"role": "assistant", "content": content}


def system(content: str) -> Message:
    """Return a system message."""
    return {"role": "system", "content": content}


def make_dialogue(rng: Random, *, practice: float = 1.0) -> Dialogue:
    """Make one training dialogue; `practice` scales the share of copy tasks, down to 0."""
    shares = SHARES | {"practice": SHARES["practice"] * practice}
    kind = rng.choices(list(shares), list(shares.values()))[0]
    match kind:
        case "tool_call" | "tool_answer":
            return _tool_dialogue(rng, kind)
        case "many_turns":
            return Dialogue(kind, _many_turns(rng), [])
        case "long_system":
            return Dialogue(kind, _long_system(rng), [])
        case "practice":
            question, answer = (copy_task if rng.random() < 0.5 else lookup_task)(rng)
            return Dialogue(kind, [user(question), assistant(answer)], [])
    turns = _turns(rng, kind)
    return Dialogue(kind, _system_for(rng, kind) + turns, [])


def _turns(rng: Random, kind: str) -> list[Message]:
    """Return a question and its answer."""
    match kind:
        case "article":
            return _article_turns(rng, _recipe(rng))
        case "long_article":
            longest = rng.choice((60, 90, 130))
            recipe = Recipe(min_sentences=35, max_sentences=longest)
            return _article_turns(rng, recipe)
        case "long_text":
            return _topic_turns(rng, rng.choice(LONG_TOPICS))
        case "refusal":
            korean = rng.random() < 0.2
            question = refusal_question(rng, korean=korean)
            answer = KO_REFUSAL if korean else REFUSAL
            return [user(vary_question(rng, question, korean=korean)), assistant(answer)]
    return _topic_turns(rng, rng.choice(FAQ_TOPICS))


def _recipe(rng: Random) -> Recipe:
    """Choose the language and the length of an article."""
    longest = rng.choice((1, 2, 3, 4, 5, 7, 10, 15))
    return Recipe(korean=rng.random() < 0.25, max_sentences=longest)


def _article_turns(rng: Random, recipe: Recipe) -> list[Message]:
    article = make_article(rng, recipe)
    content = article.text if rng.random() < 0.45 else wrap_article(rng, article.text)
    return [user(content), assistant(article.analysis())]


def _topic_turns(rng: Random, topic: Topic) -> list[Message]:
    question = vary_question(rng, rng.choice(topic.questions), korean=topic.is_korean)
    return [user(question), assistant(topic.answer)]


def _system_for(rng: Random, kind: str) -> list[Message]:
    """Choose system messages; no behaviour depends on them."""
    draw = rng.random()
    if kind in ("article", "long_article"):
        if draw < 0.62:
            return [system(analyst_prompt(rng))]
        return [system(generic_prompt(rng))] if draw < 0.75 else []
    if draw < 0.55:
        return []
    if draw < 0.85:
        return [system(generic_prompt(rng))]
    if draw < 0.95:
        return [system(analyst_prompt(rng))]
    return [system(generic_prompt(rng)), system(generic_prompt(rng))]


def _long_system(rng: Random) -> list[Message]:
    """Put a system prompt of 100 to 600 tokens before a question or an article."""
    count = rng.randint(6, 30)
    if rng.random() < 0.6:
        prompt, turns = analyst_prompt(rng, num_rules=count), _turns(rng, "article")
        if rng.random() >= 0.85:
            turns = _turns(rng, rng.choice(("faq", "refusal")))
    else:
        prompt = generic_prompt(rng, num_rules=count)
        turns = _turns(rng, rng.choice(("faq", "faq", "refusal", "article")))
    return [system(prompt), *turns]


def _many_turns(rng: Random) -> list[Message]:
    """Chain two to six exchanges of any kind."""
    kinds = ("faq", "faq", "faq", "article", "article", "refusal")
    turns: list[Message] = []
    if rng.random() < 0.5:
        turns += [system(rng.choice((generic_prompt, analyst_prompt))(rng))]
    for _ in range(rng.randint(2, 6)):
        turns += _turns(rng, rng.choice(kinds))
    return turns


def _tool_dialogue(rng: Random, kind: str) -> Dialogue:
    """Offer one to three tools; mostly one of them is needed, sometimes none."""
    offered = tools.make_tools(rng, rng.choice((1, 1, 2, 2, 3)))
    schemas = [tool.schema for tool in offered]
    start = [system(generic_prompt(rng))] if rng.random() < 0.45 else []
    if kind == "tool_call" and rng.random() < 0.2:
        other = rng.choice(("faq", "faq", "article", "refusal"))
        return Dialogue(kind, start + _turns(rng, other), schemas)
    tool = rng.choice(offered)
    start = start + tool_question(rng, tool)
    if kind == "tool_answer":
        call = start[-1]["tool_calls"][0]["function"]["arguments"]
        result, sentence = tools.tool_result(rng, tool, call[tool.argument])
        start = [*start, {"role": "tool", "content": result}, assistant(sentence)]
    return Dialogue(kind, start, schemas)


def tool_question(rng: Random, tool: tools.Tool) -> list[Message]:
    """Ask a training question that needs a tool, and call the tool."""
    value = tools.any_value(rng, tool.kind)
    question = tools.ask(rng, tool.kind, value)
    if rng.random() < 0.5:
        varied = vary_question(rng, question)
        question = varied if value in varied else question
    return [user(question), tools.tool_call(tool, value)]
