"""Questions with one fixed answer each; some wordings of every question are held out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """An answer with the questions that lead to it."""

    answer: str
    questions: tuple[str, ...]
    held_out: tuple[str, ...]
    is_korean: bool = False


def parse_topics(text: str, *, is_korean: bool = False) -> tuple[Topic, ...]:
    """Read blocks of lines marked `A ` (answer), `Q ` (question) and `H ` (held-out question)."""
    topics = []
    for block in text.strip().split("\n\n"):
        rows = [line.strip() for line in block.splitlines()]
        marked = {
            mark: tuple(row[2:] for row in rows if row.startswith(mark + " ")) for mark in "AQH"
        }
        topics.append(Topic("\n".join(marked["A"]), marked["Q"], marked["H"], is_korean))
    return tuple(topics)


@dataclass(frozen=True, slots=True)
class Concept:
    """A term that can be asked for in many fixed forms."""

    names: tuple[str, ...]
    answer: str


FORMS = (
    "What is {x}?", "What's {x}?", "What does {x} mean?", "Explain {x}.", "Can you explain {x}?",
    "Tell me about {x}.", "Define {x}.", "Please explain {x} to me.", "What do you mean by {x}?",
    "I don't understand {x}.", "What is meant by {x}?", "Could you tell me what {x} is?",
    "{x}?", "Do you know what {x} is?", "Give me a short explanation of {x}.", "how does {x} work?",
)  # fmt: skip
HELD_OUT_FORMS = (
    "What's the meaning of {x}?", "Help me understand {x}.", "Describe {x} briefly.",
    "I keep reading about {x}, what is that?",
)  # fmt: skip
KO_FORMS = (
    "{x} 뭐야?", "{x}란 무엇인가요?", "{x} 설명해줘", "{x}에 대해 알려줘", "{x}이 뭐예요?", "{x}의 뜻이 뭐야?", "{x}?",
)  # fmt: skip
KO_HELD_OUT_FORMS = ("{x} 쉽게 설명해 주세요.", "{x} 무슨 뜻이에요?")


def parse_concepts(text: str) -> tuple[Concept, ...]:
    """Read lines of the form `name, other name = answer`."""
    concepts = []
    for line in text.strip().splitlines():
        names, answer = line.strip().split(" = ", 1)
        concepts.append(Concept(tuple(name.strip() for name in names.split(",")), answer))
    return tuple(concepts)


def concept_topics(concepts: tuple[Concept, ...], *, is_korean: bool = False) -> tuple[Topic, ...]:
    """Expand every concept into its questions."""
    forms, held_out = (KO_FORMS, KO_HELD_OUT_FORMS) if is_korean else (FORMS, HELD_OUT_FORMS)
    return tuple(
        Topic(
            concept.answer,
            tuple(form.format(x=name) for name in concept.names for form in forms),
            tuple(form.format(x=concept.names[0]) for form in held_out),
            is_korean,
        )
        for concept in concepts
    )
