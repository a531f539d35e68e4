"""What a new request costs those that are running, and how long it waits for its first token.

Thread: both.
"""

from dataclasses import dataclass
from itertools import pairwise

from benchmarks.figures import Figure, Row, Series, at_most, percentile, ratio
from benchmarks.loads import LOOPBACK, Answer, LoadFailed, Request, Trigger
from benchmarks.random_model import Recipe
from benchmarks.session import Session
from benchmarks.targets import Target

ENDLESS = 3_000
"""Tokens of a stream that is given up before it has them all."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What was seen of a newcomer and of those that were running."""

    ttft_ms: float
    gaps_ms: tuple[float, ...]

    @classmethod
    def of(cls, newcomer: Answer, running: tuple[Answer, ...]) -> "Arrival":
        """The gaps are those that fall, as a whole or in part, into the newcomer's wait.

        Raises:
            LoadFailed: there are none.
        """
        begin, end = newcomer.sent_seconds, newcomer.piece_seconds[0]
        gaps = [
            1000 * (later - earlier)
            for answer in running
            for earlier, later in pairwise(answer.piece_seconds)
            if later > begin and earlier < end
        ]
        if not gaps:
            raise LoadFailed("no stream was running when the newcomer came")
        return cls(1000 * newcomer.ttft_seconds, tuple(gaps))

    @property
    def worst_gap_ms(self) -> float:
        return max(self.gaps_ms)

    @property
    def p95_gap_ms(self) -> float:
        return percentile(self.gaps_ms, 95)


def measure_long_prompt(session: Session) -> list[Row]:
    """4 streams are running, and a prompt of 4,000 tokens comes."""
    recipe = session.small_vocabulary
    pair = session.pair(recipe)
    num_tokens = session.size(4_000, quick=1_000)

    def arrive(target: Target) -> Arrival:
        requests = running(session, recipe, target, 4, until=Trigger((4,), num_pieces=3))
        requests.append(newcomer(session, recipe, target, num_tokens, running=4))
        answers = session.send(target, requests)
        return Arrival.of(answers[4], answers.all[:4])

    hearth, *others = session.alternate(pair.all, arrive)
    what = f"4 streams running, a {num_tokens:,}-token prompt arrives"
    p95 = Series("Hearth, p95 gap", "ms", tuple(each.p95_gap_ms for each in hearth))
    own = (p95, _worst_gaps("Hearth, worst gap", hearth))
    gap = f"{what}: p95 token gap"
    rows: list[Row] = [Figure(gap, p95.values, unit="ms", must=at_most(150), series=own)]
    for target, arrivals in zip(pair.peers, others, strict=True):
        rows += [
            ratio(
                f"{gap} / {target.name}'s worst",
                p95,
                _worst_gaps(f"{target.name}, worst gap", arrivals),
                must=pair.must_of(target, at_most(1 / 20)),
            ),
            ratio(
                f"{what}: its TTFT / {target.name}",
                _ttfts("Hearth", hearth),
                _ttfts(target.name, arrivals),
                must=pair.must_of(target, at_most(2)),
            ),
        ]
    return rows


def measure_short_with_long(session: Session) -> list[Row]:
    """Three prompts of 32 tokens come together with one of 2,000."""
    recipe = session.small_vocabulary
    pair = session.pair(recipe)
    num_tokens = session.size(2_000, quick=500)

    def arrive(target: Target) -> tuple[float, float]:
        chats = session.chats(recipe)
        prompts = [chats.plain(num_tokens), *(chats.plain(32) for _ in range(3))]
        answers = session.send(target, [session.request(target, chat, 4) for chat in prompts])
        long, *short = (1000 * answer.ttft_seconds for answer in answers.all)
        return max(short), long

    what = f"three 32-token prompts arriving with a {num_tokens:,}-token one: their last TTFT / its"
    rows: list[Row] = []
    for target, values in zip(pair.all, session.alternate(pair.all, arrive), strict=True):
        short, long = zip(*values, strict=True)
        is_hearth = target is pair.hearth
        rows.append(
            ratio(
                what if is_hearth else f"the same, {target.name}",
                Series("short prompts", "ms", short),
                Series("long prompt", "ms", long),
                must=at_most(1 / 5) if is_hearth else None,
            )
        )
    return rows


def measure_join(session: Session) -> list[Row]:
    """8 streams are running, and prompts of 200 tokens come one after another."""
    recipe = session.small_vocabulary
    pair = session.pair(recipe)
    num_joining = 3
    joining = range(8, 8 + num_joining)

    def arrive(target: Target) -> Arrival:
        requests = running(session, recipe, target, 8, until=Trigger.end_of(joining[-1]))
        requests.append(newcomer(session, recipe, target, 200, running=8))
        requests += [
            newcomer(session, recipe, target, 200, after=index - 1) for index in joining[1:]
        ]
        answers = session.send(target, requests)
        return _middle([Arrival.of(answers[index], answers.all[:8]) for index in joining])

    hearth, *others = session.alternate(pair.all, arrive)
    what = "8 streams running, a 200-token prompt arrives"
    rows: list[Row] = []
    for target, arrivals in zip(pair.peers, others, strict=True):
        rows += [
            ratio(
                f"{what}: its TTFT / {target.name}",
                _ttfts("Hearth", hearth),
                _ttfts(target.name, arrivals),
                must=pair.must_of(target, at_most(0.8)),
            ),
            ratio(
                f"{what}: worst token gap / {target.name}",
                _worst_gaps("Hearth", hearth),
                _worst_gaps(target.name, arrivals),
                must=pair.must_of(target, at_most(0.6)),
            ),
        ]
    return rows


def running(
    session: Session,
    recipe: Recipe,
    target: Target,
    num_streams: int,
    *,
    until: Trigger,
    local_address: str = LOOPBACK,
    num_tokens: int = ENDLESS,
) -> list[Request]:
    """Streams that go on until the trigger comes."""
    chats = session.chats(recipe)
    return [
        session.request(
            target,
            chats.plain(64),
            num_tokens,
            given_up_when=until,
            local_address=local_address,
        )
        for _ in range(num_streams)
    ]


def newcomer(
    session: Session,
    recipe: Recipe,
    target: Target,
    num_prompt_tokens: int,
    *,
    running: int = 0,
    after: int | None = None,
) -> Request:
    """A chat that comes when the first `running` streams are well under way, or after another."""
    when = Trigger(tuple(range(running)), num_pieces=8) if after is None else Trigger.end_of(after)
    messages = session.chats(recipe).plain(num_prompt_tokens)
    return session.request(target, messages, 4, sent_when=when)


def _middle(arrivals: list[Arrival]) -> Arrival:
    """The median of both what a newcomer waited and the worst that it did to the others."""
    ttfts = sorted(arrival.ttft_ms for arrival in arrivals)
    worst = sorted(arrival.worst_gap_ms for arrival in arrivals)
    middle = len(arrivals) // 2
    return Arrival(ttfts[middle], (worst[middle],))


def _ttfts(name: str, arrivals: tuple[Arrival, ...]) -> Series:
    return Series(name, "ms", tuple(arrival.ttft_ms for arrival in arrivals))


def _worst_gaps(name: str, arrivals: tuple[Arrival, ...]) -> Series:
    return Series(name, "ms", tuple(arrival.worst_gap_ms for arrival in arrivals))
