"""Output tokens per second over HTTP against a model's own decode loop, and how a step grows.

Thread: both.
"""

from benchmarks.decode_rate import decode_rate, span_rate, step_seconds
from benchmarks.figures import Figure, Row, Series, at_least, at_most, ratio
from benchmarks.loads import Answers, Request
from benchmarks.random_model import Recipe
from benchmarks.session import Pair, Session
from benchmarks.targets import Target
from benchmarks.yardstick import Decode, Kind

NUM_PROMPT_TOKENS = 32
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
    bare: dict[Kind, list[float]] = {"bare": [], "batch_generator": []}

    def measure_bare() -> None:
        for kind, rates in bare.items():
            decode = Decode(kind, num_streams, NUM_PROMPT_TOKENS, num_tokens)
            rates.append(num_streams / session.bare_loop(recipe).step_seconds(decode))

    def over_http(target: Target) -> Answers:
        requests = _requests(session, recipe, target, num_streams, num_tokens)
        if target is not pair.hearth:
            return session.send(target, requests)
        # Its yardsticks are measured beside it, one time after it and the next before it.
        is_bare_first = len(bare["bare"]) % 2 == 1
        if is_bare_first:
            measure_bare()
        answers = session.send(target, requests)
        if not is_bare_first:
            measure_bare()
        return answers

    hearth, *others = session.alternate(pair.all, over_http)
    return _rows(pair, num_streams, hearth, others, bare)


def _rows(
    pair: Pair,
    num_streams: int,
    hearth: tuple[Answers, ...],
    others: list[tuple[Answers, ...]],
    bare: dict[Kind, list[float]],
) -> list[Row]:
    decoding = _rates("Hearth", [decode_rate(answers) for answers in hearth])
    all_of_hearth = _rates("Hearth", [span_rate(answers) for answers in hearth])
    yardstick = _rates(BARE_LOOP, bare["bare"])
    generator = _rates("mlx-lm's BatchGenerator", bare["batch_generator"])
    streams = f"{num_streams} stream{'s' if num_streams > 1 else ''}"
    what = f"output over HTTP, {streams}, prefill excluded / bare loop"
    is_fair = f"is the yardstick long enough? bare loop / BatchGenerator, {num_streams} rows"
    return [
        ratio(what, decoding, yardstick, must=at_least(0.95)),
        *(
            ratio(
                f"output over HTTP, {streams}, first token to last / {peer.name}",
                all_of_hearth,
                _rates(peer.name, [span_rate(each) for each in answers]),
            )
            for peer, answers in zip(pair.peers, others, strict=True)
        ),
        ratio(is_fair, yardstick, generator, must=at_least(1)),
    ]


def _rates(name: str, values: list[float]) -> Series:
    return Series(name, "tokens/s", tuple(values))


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
