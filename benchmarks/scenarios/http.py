"""What HTTP, text and batching cost without a model, against aiohttp doing nothing else.

Thread: both.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from benchmarks.bare_http import ANSWER_PATH, EVENTS_PATH
from benchmarks.chats import chat_body
from benchmarks.figures import Must, Row, Series, at_least, ratio
from benchmarks.loads import Answers, LoadFailed, Request
from benchmarks.servers import slot_flags, start_bare_http, start_fake_hearth
from benchmarks.session import Session
from benchmarks.targets import Target
from settings import TINY_MODEL_NAME

PROMPT = "the coin and the market and the people of the coin in"
NUM_PROMPT_TOKENS = 20
NUM_TOKENS = 8
NUM_CONNECTIONS = 16


def measure_http(session: Session) -> list[Row]:
    """20 tokens in, 8 out, on connections that are kept: whole answers, then streams."""
    folder = session.log_folder
    with start_fake_hearth(TINY_MODEL_NAME, *slot_flags(NUM_CONNECTIONS), folder=folder) as hearth:
        whole, streamed = (hearth.target.post(_request(streams).body) for streams in (False, True))
        with start_bare_http(whole, streamed, folder=folder) as bare:
            return [
                *_measure(
                    session,
                    (hearth.target, replace(bare.target, path=ANSWER_PATH)),
                    [whole_request()] * session.size(4_000, quick=200),
                    what="requests without a model, 20 tokens in, 8 out",
                    unit="requests/s",
                    count=lambda answers: len(answers.all),
                    must=at_least(0.2),
                ),
                *_measure(
                    session,
                    (hearth.target, replace(bare.target, path=EVENTS_PATH)),
                    [_request(streams=True)] * session.size(2_000, quick=100),
                    what="events of streams without a model, 20 tokens in, 8 out",
                    unit="events/s",
                    count=lambda answers: sum(answer.num_events for answer in answers.all),
                    must=at_least(0.4),
                ),
            ]


def whole_request() -> Request:
    """One that is answered as a whole."""
    return _request(streams=False)


def _request(streams: bool) -> Request:
    messages = [{"role": "user", "content": PROMPT}]
    body = chat_body(messages, model_id="default", max_tokens=NUM_TOKENS, streams=streams)
    return Request(body, NUM_TOKENS)


def _measure(
    session: Session,
    targets: tuple[Target, Target],
    requests: Sequence[Request],
    *,
    what: str,
    unit: str,
    count: Callable[[Answers], int],
    must: Must,
) -> list[Row]:
    session.say(f"  {what}")
    busy: list[float] = []

    def per_second(target: Target) -> float:
        answers = session.send(target, requests, num_connections=NUM_CONNECTIONS)
        if answers[0].num_prompt_tokens != NUM_PROMPT_TOKENS:
            raise LoadFailed(f"the prompt has {answers[0].num_prompt_tokens} tokens, not as said")
        busy.append(100 * answers.cpu_seconds / answers.seconds)
        return count(answers) / answers.seconds

    hearth, bare = session.alternate([partial(per_second, target) for target in targets], _call)
    return [
        ratio(
            f"{what} / bare aiohttp",
            Series("Hearth", unit, hearth),
            Series("bare aiohttp", unit, bare),
            must=must,
            note=f"the load client used up to {max(busy):.0f} % of a core",
        )
    ]


def _call(measure: Callable[[], float]) -> float:
    return measure()
