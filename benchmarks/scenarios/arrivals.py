"""What a new request costs those that are running, and how long it waits for its first token.

Thread: both.
"""

import socket
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.figures import Figure, NotMeasured, Row, Series, at_most, percentile, ratio
from benchmarks.loads import LOOPBACK, Answer, LoadFailed, Request, Trigger
from benchmarks.random_model import Recipe
from benchmarks.servers import Target
from benchmarks.session import Session

ENDLESS = 3_000
"""Tokens of a stream that is given up before it has them all."""

FLOOD_ADDRESS = "127.0.0.2"


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
        requests = _running(session, recipe, target, 4, until=Trigger((4,), num_pieces=3))
        requests.append(_newcomer(session, recipe, target, num_tokens, running=4))
        answers = session.send(target, requests)
        return Arrival.of(answers[4], answers.all[:4])

    hearth, *others = session.alternate(pair.all, arrive)
    what = f"4 streams running, a {num_tokens:,}-token prompt arrives"
    p95 = Series("Hearth, p95 gap", "ms", tuple(each.p95_gap_ms for each in hearth))
    rows: list[Row] = [
        Figure(
            f"{what}: p95 token gap",
            p95.values,
            unit="ms",
            must=at_most(150),
            series=(p95, _worst_gaps("Hearth, worst gap", hearth)),
        )
    ]
    for target, arrivals in zip(pair.peers, others, strict=True):
        rows += [
            ratio(
                f"{what}: p95 token gap / {target.name}'s worst",
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
        requests = _running(session, recipe, target, 8, until=Trigger.end_of(joining[-1]))
        requests.append(_newcomer(session, recipe, target, 200, running=8))
        requests += [
            _newcomer(session, recipe, target, 200, after=index - 1) for index in joining[1:]
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


def measure_flood(session: Session) -> list[Row]:
    """150 requests at once from one address, then a chat from another."""
    recipe = session.small_vocabulary
    num_requests = session.size(150, quick=30)
    what = f"{num_requests} requests at once, then a chat from another address: its TTFT / with 8"
    bound = at_most(2)
    if not can_send_from(FLOOD_ADDRESS):
        reason = f"this machine does not send from {FLOOD_ADDRESS}"
        return [NotMeasured(what, reason, bound)]
    hearth = session.pair(recipe).hearth

    def ttft_ms(num_running: int) -> float:
        requests = _running(
            session,
            recipe,
            hearth,
            num_running,
            until=Trigger((num_running,)),
            local_address=FLOOD_ADDRESS,
            num_tokens=64,
        )
        requests.append(_newcomer(session, recipe, hearth, 64, running=1))
        return 1000 * session.send(hearth, requests)[num_running].ttft_seconds

    flooded, calm = session.alternate((num_requests, 8), ttft_ms)
    return [
        ratio(
            f"{what} running",
            Series(f"behind {num_requests}", "ms", flooded),
            Series("with 8 running", "ms", calm),
            must=bound,
        )
    ]


def can_send_from(address: str) -> bool:
    """Whether this machine has the address: macOS has only the first of 127.0.0.0/8."""
    with socket.socket() as sender:
        try:
            sender.bind((address, 0))
        except OSError:
            return False
    return True


def _running(
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


def _newcomer(
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
