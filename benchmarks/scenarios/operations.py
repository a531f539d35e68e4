"""What log lines, metrics and API keys cost together, against a Hearth without them.

Thread: both.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

from access.first_key import make_first_key
from access.key_file import KeyFile
from benchmarks.figures import Must, Row, Series, at_least, ratio
from benchmarks.loads import Answers, Request
from benchmarks.scenarios.http import NUM_CONNECTIONS, whole_request
from benchmarks.servers import FAKE, QUIET, REAL, slot_flags, start_program
from benchmarks.session import Session
from benchmarks.targets import Target
from settings import TINY_MODEL_NAME

NUM_STREAMS = 16
NUM_PROMPT_TOKENS = 32


def measure_operations(session: Session) -> list[Row]:
    """16 streams of a model, then requests without one."""
    session.stop_servers()
    recipe = session.small_vocabulary
    chats, num_tokens = session.chats(recipe), session.size(128, quick=16)

    def streams(target: Target) -> list[Request]:
        prompts = [chats.plain(NUM_PROMPT_TOKENS) for _ in range(NUM_STREAMS)]
        return [session.request(target, prompt, num_tokens) for prompt in prompts]

    return [
        *_measure(
            session,
            engine="real",
            model=str(session.model(recipe)),
            requests=streams,
            what=f"tokens/s of {NUM_STREAMS} streams",
            unit="tokens/s",
            count=lambda answers: answers.num_completion_tokens,
            must=at_least(0.97),
        ),
        *_measure(
            session,
            engine="fake",
            model=TINY_MODEL_NAME,
            requests=lambda _: [whole_request()] * session.size(600, quick=200),
            num_connections=NUM_CONNECTIONS,
            num_rounds=session.size(5, quick=1),
            what="requests/s without a model",
            unit="requests/s",
            count=lambda answers: len(answers.all),
            must=at_least(0.8),
        ),
    ]


def _measure(
    session: Session,
    *,
    engine: str,
    model: str,
    requests: Callable[[Target], Sequence[Request]],
    what: str,
    unit: str,
    count: Callable[[Answers], int],
    must: Must,
    num_connections: int | None = None,
    num_rounds: int = 1,
) -> list[Row]:
    session.say(f"  {what}")
    with ExitStack() as stack:
        start = partial(_start, session, stack, engine, model)
        targets = [start("operated"), start("plain"), start("plain again")]

        def per_second(target: Target) -> float:
            answers = session.send(target, requests(target), num_connections=num_connections)
            return count(answers) / answers.seconds

        for target in targets:  # a first time, which nobody measures
            per_second(target)
        values = session.alternate(targets, per_second, num_rounds=num_rounds)
        operated, plain, again = (
            Series(target.name, unit, of_target)
            for target, of_target in zip(targets, values, strict=True)
        )
    return [
        ratio(f"{what}, with log, metrics and keys / without", operated, plain, must=must),
        ratio(f"{what}, without / without (noise)", again, plain),
    ]


def _start(session: Session, stack: ExitStack, engine: str, model: str, name: str) -> Target:
    folder = session.log_folder / f"{engine}-{name.replace(' ', '-')}"
    folder.mkdir()
    flags, key = slot_flags(NUM_STREAMS), ""
    if name == "operated":
        program: Sequence[str] = FAKE if engine == "fake" else REAL
        key = make_first_key(KeyFile(folder)) or ""
        flags += ["--log-format", "json", "--require-key", "always"]
    else:
        program = ("-m", "benchmarks.plain_server", engine)
        flags += QUIET
    return stack.enter_context(
        start_program(program, model, *flags, folder=folder, name=name, api_key=key)
    ).target
