"""What answers that keep to a JSON schema cost, and what they cost those beside them.

Thread: both.
"""

from dataclasses import dataclass

from benchmarks.chats import JsonSchema
from benchmarks.decode_rate import decode_rate
from benchmarks.figures import Row, Series, at_least, ratio
from benchmarks.loads import Answers
from benchmarks.servers import slot_flags, start_hearth
from benchmarks.session import NUM_ROWS, Session
from benchmarks.targets import Target
from settings import TINY_MODEL_NAME

NUM_PROMPT_TOKENS = 32
NUM_STREAMS = 8

ARTICLE: JsonSchema = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 40},
        "score": {"type": "number", "minimum": -1, "maximum": 1},
        "sentiment": {"enum": ["positive", "negative", "neutral"]},
        "year": {"type": "integer", "minimum": 1900, "maximum": 2100},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 12}, "maxItems": 3},
        "is_certain": {"type": "boolean"},
    },
    "required": ["title", "score", "sentiment", "year", "tags", "is_certain"],
    "additionalProperties": False,
}
SCHEMA: JsonSchema = {"type": "array", "items": ARTICLE, "minItems": 100}
"""Longer than any answer here, so that all have the length that they shall have."""


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Streams that run together, and how many of them keep to the schema: the last ones."""

    num_streams: int
    num_bound: int


ALL_FREE, ALL_BOUND = _Crowd(NUM_STREAMS, 0), _Crowd(NUM_STREAMS, NUM_STREAMS)
FREE_BESIDE_FREE = _Crowd(2 * NUM_STREAMS, 0)
FREE_BESIDE_BOUND = _Crowd(2 * NUM_STREAMS, NUM_STREAMS)
# Those that are alike stand apart, so that their ratio shows what one run differs from another.
CROWDS = (ALL_FREE, ALL_BOUND, FREE_BESIDE_FREE, FREE_BESIDE_BOUND, ALL_FREE, FREE_BESIDE_FREE)


def measure_grammar(session: Session) -> list[Row]:
    """On a random model, and on the bundled one, to see: its steps are as short as steps can be."""
    recipe = session.small_vocabulary
    with session.hearth_alone(recipe) as server:
        rows = _measure(
            session, server.target, recipe.name, session.size(96, quick=80), is_judged=True
        )
    session.stop_servers()
    flags = slot_flags(NUM_ROWS)
    with start_hearth(TINY_MODEL_NAME, *flags, folder=session.log_folder) as server:
        session.warm_up(server.target, recipe)
        num_tokens = session.size(256, quick=80)
        return rows + _measure(
            session, server.target, "the bundled model", num_tokens, is_judged=False
        )


def _measure(
    session: Session, target: Target, model: str, num_tokens: int, *, is_judged: bool
) -> list[Row]:
    session.say(f"  {model}")

    def rate(crowd: _Crowd) -> float:
        """Tokens per second of the first streams."""
        answers = _send(session, target, crowd, num_tokens)
        first = Answers(answers.all[:NUM_STREAMS], answers.begun_seconds, answers.cpu_seconds)
        return decode_rate(first)

    rate(ALL_BOUND)  # compiles the grammar, and learns its states
    free, bound, beside_free, beside_bound, free_again, beside_free_again = (
        _series(crowd, rates)
        for crowd, rates in zip(CROWDS, session.alternate(CROWDS, rate), strict=True)
    )
    what = f"{NUM_STREAMS} streams, {model}"
    return [
        ratio(
            f"output of {what}, kept to a schema / free",
            bound,
            free,
            must=at_least(0.9) if is_judged else None,
        ),
        ratio(f"the same, free / free: how exact that is, {model}", free_again, free),
        ratio(
            f"output of {what}, free: beside {NUM_STREAMS} kept to a schema / beside free ones",
            beside_bound,
            beside_free,
            must=at_least(0.97) if is_judged else None,
        ),
        ratio(
            f"the same, beside free / beside free: how exact that is, {model}",
            beside_free_again,
            beside_free,
        ),
    ]


def _send(session: Session, target: Target, crowd: _Crowd, num_tokens: int) -> Answers:
    chats = session.chats(session.small_vocabulary)
    num_free = crowd.num_streams - crowd.num_bound
    requests = [
        session.request(
            target,
            chats.plain(NUM_PROMPT_TOKENS),
            num_tokens,
            schema=SCHEMA if index >= num_free else None,
        )
        for index in range(crowd.num_streams)
    ]
    return session.send(target, requests)


def _series(crowd: _Crowd, rates: tuple[float, ...]) -> Series:
    kinds = f"{crowd.num_streams - crowd.num_bound} free, {crowd.num_bound} kept to a schema"
    return Series(kinds, "tokens/s", rates)
