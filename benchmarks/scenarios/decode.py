"""Output tokens per second over HTTP against a model's own decode loop, and how a step grows.

Thread: both.
"""

from functools import partial

from benchmarks.decode_rate import decode_rate, step_seconds
from benchmarks.figures import Figure, Row, Series, at_least, at_most, ratio
from benchmarks.loads import Request
from benchmarks.random_model import Recipe
from benchmarks.session import Session
from benchmarks.targets import Target
from benchmarks.yardstick import Decode, Kind

NUM_PROMPT_TOKENS = 32
TOKENS_PER_SECOND = "tokens/s"
BARE_LOOP = "bare loop"


def measure_decode(session: Session) -> list[Row]:
    """1, 4 and 16 streams, prefill excluded."""
    recipe = session.small_vocabulary
    rows: list[Row] = []
    for num_streams in (1, 4, 16):
        session.say(f"  {num_streams} streams")
        rows += _measure_streams(session, recipe, num_streams)
    return rows


def _measure_streams(session: Session, recipe: Recipe, num_streams: int) -> list[Row]:
    num_tokens = session.size(128, quick=200)
    pair = session.pair(recipe)

    def over_http(target: Target) -> float:
        return decode_rate(
            session.send(target, _requests(session, recipe, target, num_streams, num_tokens))
        )

    def bare(kind: Kind) -> float:
        decode = Decode(kind, num_streams, NUM_PROMPT_TOKENS, num_tokens)
        return num_streams / session.bare_loop(recipe).step_seconds(decode)

    sides = [partial(bare, "bare"), *(partial(over_http, target) for target in pair.all)]
    sides.append(partial(bare, "batch_generator"))
    names = [BARE_LOOP, *(target.name for target in pair.all), "mlx-lm's BatchGenerator"]
    values = session.alternate(sides, lambda side: side())
    yardstick, hearth, *others, generator = (
        Series(name, TOKENS_PER_SECOND, of_side)
        for name, of_side in zip(names, values, strict=True)
    )
    streams = f"{num_streams} stream{'s' if num_streams > 1 else ''}"
    return [
        ratio(
            f"output over HTTP, {streams}, prefill excluded / bare loop",
            hearth,
            yardstick,
            must=at_least(0.95),
        ),
        *(ratio(f"the same / {other.name}", hearth, other) for other in others),
        ratio(
            f"is the yardstick long enough? bare loop / BatchGenerator, {num_streams} rows",
            yardstick,
            generator,
            must=at_least(1),
        ),
    ]


def measure_growth(session: Session) -> list[Row]:
    """Hearth's own share of a step, from 1 row to 32."""
    recipe = session.small_vocabulary
    num_tokens = session.size(96, quick=200)
    rows: list[Row] = []
    with session.hearth_alone(recipe, num_rows=32) as server:
        for num_rows in (1, 2, 4, 8, 16, 32):
            session.say(f"  {num_rows} rows")

            def over_http(num_rows: int = num_rows) -> float:
                requests = _requests(session, recipe, server.target, num_rows, num_tokens)
                return step_seconds(session.send(server.target, requests)) * 1000

            def bare(num_rows: int = num_rows) -> float:
                decode = Decode("bare", num_rows, NUM_PROMPT_TOKENS, num_tokens)
                return session.bare_loop(recipe).step_seconds(decode) * 1000

            hearth, yardstick = session.alternate([over_http, bare], lambda side: side())
            rows.append(_beyond_the_bare_step(num_rows, hearth, yardstick))
    return rows


def _beyond_the_bare_step(
    num_rows: int, hearth: tuple[float, ...], yardstick: tuple[float, ...]
) -> Figure:
    beyond = tuple(
        100 * (with_server - bare) / bare
        for with_server, bare in zip(hearth, yardstick, strict=True)
    )
    return Figure(
        f"step time beyond the bare step, {num_rows} row{'s' if num_rows > 1 else ''}",
        beyond,
        unit="%",
        must=at_most(5),
        series=(Series("Hearth", "ms", hearth), Series(BARE_LOOP, "ms", yardstick)),
    )


def _requests(
    session: Session, recipe: Recipe, target: Target, num_streams: int, num_tokens: int
) -> list[Request]:
    chats = session.chats(recipe)
    return [
        session.request(target, chats.plain(NUM_PROMPT_TOKENS), num_tokens)
        for _ in range(num_streams)
    ]
