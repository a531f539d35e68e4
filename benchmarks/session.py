"""What the scenarios of one run share: models, servers, the load client, and how much to measure.

Thread: both (the driving process; it computes nothing itself).
"""

import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.chats import GREEDY, Chats, JsonSchema, Messages, Sampling, chat_body
from benchmarks.figures import Must
from benchmarks.load_client import LoadClient
from benchmarks.loads import LOOPBACK, Answers, Load, Request, Trigger
from benchmarks.progress import Progress
from benchmarks.random_model import (
    LARGE_VOCABULARY,
    SMALL_VOCABULARY,
    TINY,
    Recipe,
    save_random_model,
)
from benchmarks.servers import ServerProcess, slot_flags, start_hearth, start_mlx_lm
from benchmarks.targets import Target
from benchmarks.yardstick import BareLoop, Decode

Side = TypeVar("Side")
Value = TypeVar("Value")

MAX_OPEN_FILES = (30_000, 10_240)
"""The second where the system refuses the first."""
NUM_ROWS = 16
"""That a server may compute at once, unless a scenario says otherwise."""
WARM_UP_PROMPT_TOKENS = 32
WARM_UP_TOKENS = 4


@dataclass(frozen=True, slots=True)
class Options:
    """How a run was asked for."""

    repetitions: int = 3
    is_quick: bool = False
    idle_seconds: float = 60.0
    url: str | None = None
    url_model: str = "default"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Servers of the same model that take turns: Hearth, mlx_lm.server and one from --url."""

    hearth: Target
    mlx_lm: Target
    other: Target | None = None

    @property
    def peers(self) -> tuple[Target, ...]:
        """What Hearth is compared with."""
        return (self.mlx_lm, self.other) if self.other else (self.mlx_lm,)

    @property
    def all(self) -> tuple[Target, ...]:
        return (self.hearth, *self.peers)

    def must_of(self, peer: Target, must: Must) -> Must | None:
        """What must be reached against mlx_lm.server; a server of the user's sets no bound."""
        return must if peer is self.mlx_lm else None


class Session:
    """Starts what a scenario asks for when it first does, and keeps it for the next one."""

    def __init__(self, options: Options, *, folder: Path) -> None:
        self.options = options
        self.log_folder = folder / "logs"
        self.log_folder.mkdir(exist_ok=True)
        self._stack = ExitStack()
        self._servers = ExitStack()
        self._pair: tuple[Recipe, Pair] | None = None
        self._bare_loop: tuple[Recipe, BareLoop] | None = None
        self._models: dict[Recipe, Path] = {}
        self._chats: dict[Recipe, Chats] = {}
        self._progress = Progress()
        self._model_folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix=".models-", dir=folder))
        )
        self.client = LoadClient()
        self._stack.callback(self.client.close)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop_servers()
        self._stack.close()

    # ------------------------------------------------------------------ how much to measure

    def size(self, full: int, *, quick: int) -> int:
        """A number that a quick run makes smaller."""
        return quick if self.options.is_quick else full

    @property
    def small_vocabulary(self) -> Recipe:
        return TINY if self.options.is_quick else SMALL_VOCABULARY

    @property
    def large_vocabulary(self) -> Recipe:
        return TINY if self.options.is_quick else LARGE_VOCABULARY

    def alternate(
        self, sides: Sequence[Side], measure: Callable[[Side], Value], *, num_rounds: int = 1
    ) -> list[tuple[Value, ...]]:
        """Measure all sides in turn, again and again, in an order that turns round each time.

        A repetition has `num_rounds` of them: what is measured in a second is disturbed less where
        the other side's turn comes soon. Returns the values of each side, one for each round.
        """
        values: list[list[Value]] = [[] for _ in sides]
        order = [*range(len(sides))]
        for repetition in range(self.options.repetitions):
            for _ in range(num_rounds):
                for index in order:
                    values[index].append(measure(sides[index]))
                order.reverse()
            self.say(f"  repetition {repetition + 1} of {self.options.repetitions}")
        return [tuple(of_side) for of_side in values]

    def say(self, text: str) -> None:
        """A line of progress."""
        self._progress.say(text)

    # ------------------------------------------------------------------------ what to measure

    def model(self, recipe: Recipe) -> Path:
        """The folder of a random model, made when first asked for."""
        if recipe not in self._models:
            folder = self._model_folder / recipe.name
            self._models[recipe] = save_random_model(recipe, folder)
        return self._models[recipe]

    def chats(self, recipe: Recipe) -> Chats:
        if recipe not in self._chats:
            self._chats[recipe] = Chats(recipe, seed=self.options.seed)
        return self._chats[recipe]

    def pair(self, recipe: Recipe) -> Pair:
        """Hearth and mlx_lm.server on this model, warm; the last pair of another model ends."""
        if self._pair and self._pair[0] == recipe:
            return self._pair[1]
        self.stop_servers()
        model = str(self.model(recipe))
        self.say(f"  starting Hearth and mlx_lm.server on {recipe.name}")
        folder = self.log_folder
        enter = self._servers.enter_context
        hearth = enter(start_hearth(model, *slot_flags(NUM_ROWS), folder=folder))
        mlx_lm = enter(start_mlx_lm(model, folder=folder))
        pair = Pair(hearth.target, mlx_lm.target, self._other())
        for target in pair.all:
            self.warm_up(target, recipe)
        self._pair = (recipe, pair)
        return pair

    def bare_loop(self, recipe: Recipe) -> BareLoop:
        """The yardstick on this model, warm."""
        if self._bare_loop and self._bare_loop[0] == recipe:
            return self._bare_loop[1]
        loop = BareLoop(self.model(recipe))
        self._servers.callback(loop.close)
        loop.step_seconds(Decode("bare", 1, WARM_UP_PROMPT_TOKENS, WARM_UP_TOKENS))
        self._bare_loop = (recipe, loop)
        return loop

    @contextmanager
    def hearth_alone(
        self, recipe: Recipe, *flags: str, num_rows: int = NUM_ROWS
    ) -> Iterator[ServerProcess]:
        """A Hearth of its own, with flags, for a scenario that needs a fresh one."""
        self.stop_servers()
        flags = (*flags, *slot_flags(num_rows))
        model = str(self.model(recipe))
        with start_hearth(model, *flags, folder=self.log_folder) as server:
            self.warm_up(server.target, recipe)
            yield server

    def stop_servers(self) -> None:
        """End what runs, so that the next measurement has the machine for itself."""
        self._servers.close()
        self._pair = None
        self._bare_loop = None

    def _other(self) -> Target | None:
        url, model = self.options.url, self.options.url_model
        return Target.at(url, model_id=model) if url else None

    # -------------------------------------------------------------------------- how to load it

    def request(
        self,
        target: Target,
        messages: Messages,
        num_tokens: int,
        *,
        sampling: Sampling = GREEDY,
        streams: bool = True,
        schema: JsonSchema | None = None,
        sent_when: Trigger | None = None,
        given_up_when: Trigger | None = None,
        local_address: str = LOOPBACK,
    ) -> Request:
        """A chat for this target; sent at once, unless there is a trigger."""
        body = chat_body(
            messages,
            model_id=target.model_id,
            max_tokens=num_tokens,
            sampling=sampling,
            streams=streams,
            schema=schema,
        )
        return Request(body, num_tokens, sent_when, given_up_when, local_address)

    def send(
        self, target: Target, requests: Sequence[Request], *, num_connections: int | None = None
    ) -> Answers:
        """Send requests and wait for their answers.

        Raises:
            LoadFailed: not all were answered as they should be.
        """
        load = Load(
            target.host,
            target.port,
            target.path,
            tuple(requests),
            num_connections,
            api_key=target.api_key,
        )
        self.client.start(load)
        answers = self.client.finish()
        answers.check(load, is_exact=target.is_exact)
        return answers

    def warm_up(self, target: Target, recipe: Recipe) -> None:
        """A first request, which nobody measures."""
        self.send(
            target,
            [self.request(target, self.chats(recipe).plain(WARM_UP_PROMPT_TOKENS), WARM_UP_TOKENS)],
        )


def allow_many_connections() -> None:
    """Raise the limit of open files for this process and those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    is_bounded = hard != resource.RLIM_INFINITY
    for num_files in MAX_OPEN_FILES:
        wanted = min(num_files, hard) if is_bounded else num_files
        if soft >= wanted:
            return
        # macOS says "unlimited" and then refuses more than it allows a process.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return
