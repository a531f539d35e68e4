"""Ways in which people change a question: case, punctuation, politeness, typos."""

from random import Random

from .pools import items

OPENERS = items("Hi, Hey, Hello, Sorry, Okay, So, And, Well, Please, Quick question:")
CLOSERS = items("please, thanks, thank you, if you can")


def vary_question(rng: Random, question: str, *, korean: bool = False) -> str:
    """Return the question as one of many people might type it; mostly unchanged."""
    if rng.random() < 0.35:
        return question
    if not korean:
        question = _polite(rng, question)
    question = _punctuation(rng, question)
    if not korean and rng.random() < 0.35:
        question = question.lower() if rng.random() < 0.9 else question.upper()
    return _typo(rng, question) if rng.random() < 0.12 else question


def _polite(rng: Random, question: str) -> str:
    """Put a word before or after a question of several words."""
    if question.count(" ") < 2 or rng.random() < 0.6:
        return question
    if rng.random() < 0.6:
        opener = rng.choice(OPENERS)
        comma = " " if opener.endswith((":", "So", "And", "Please")) else ", "
        return f"{opener}{comma}{question[0].lower() + question[1:]}"
    ending = question[-1] if question[-1] in ".?!" else ""
    comma = rng.choice((", ", " "))
    return f"{question.rstrip('.?!')}{comma}{rng.choice(CLOSERS)}{ending}"


def _punctuation(rng: Random, question: str) -> str:
    """Drop or change the last sign."""
    bare = question.rstrip(".?!")
    return rng.choice(
        (question, question, bare, bare, f"{bare}!", f"{bare}?", f"{bare}??", f"{bare}.")
    )


def _typo(rng: Random, question: str) -> str:
    """Swap, drop or double one inner letter."""
    places = [at for at in range(1, len(question) - 2) if question[at : at + 2].isalpha()]
    if len(question) < 8 or not places:
        return question
    at = rng.choice(places)
    kind = rng.randrange(3)
    if kind == 0:
        return question[:at] + question[at + 1] + question[at] + question[at + 2 :]
    return question[:at] + question[at] * (2 if kind == 1 else 0) + question[at + 1 :]
