"""What the scenarios of one run share: models, servers, the load client, and how much to measure.

Thread: both (the driving process; it computes nothing itself).
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.chats import GREEDY, Chats, Messages, Sampling, chat_body
from benchmarks.load_client import LoadClient
from benchmarks.loads import Answers, Load, Request
from benchmarks.random_model import (
    LARGE_VOCABULARY,
    SMALL_VOCABULARY,
    TINY,
    Recipe,
    save_random_model,
)
from benchmarks.servers import ServerProcess, Target, start_hearth, start_mlx_lm
from benchmarks.yardstick import BareLoop

Side = TypeVar("Side")
Value = TypeVar("Value")

MAX_OPEN_FILES = 30_000
WARM_UP_TOKENS = 4


@dataclass(frozen=True, slots=True)
class Options:
    """How a run was asked for."""

    repetitions: int = 3
    is_quick: bool = False
    idle_seconds: float = 60.0
    url: str | None = None
    url_model: str | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Servers of the same model that take turns; `others` come from --url."""

    hearth: Target
    mlx_lm: Target
    others: tuple[Target, ...] = ()

    @property
    def all(self) -> tuple[Target, ...]:
        return (self.hearth, self.mlx_lm, *self.others)


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
        self._begun_seconds = time.monotonic()
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
        self, sides: Sequence[Side], measure: Callable[[Side], Value]
    ) -> list[tuple[Value, ...]]:
        """Measure all sides in turn, again and again, in an order that turns round each time.

        Returns the values of each side, one for each repetition.
        """
        values: list[list[Value]] = [[] for _ in sides]
        for repetition in range(self.options.repetitions):
            order = list(range(len(sides)))
            for index in order if repetition % 2 == 0 else reversed(order):
                values[index].append(measure(sides[index]))
            self.say(f"  repetition {repetition + 1} of {self.options.repetitions}")
        return [tuple(of_side) for of_side in values]

    def say(self, text: str) -> None:
        """A line of progress."""
        seconds = time.monotonic() - self._begun_seconds
        minutes, seconds = divmod(int(seconds), 60)
        print(f"{minutes:4d}:{seconds:02d} {text}", file=sys.stderr, flush=True)

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
        hearth = self._servers.enter_context(start_hearth(model, folder=self.log_folder))
        mlx_lm = self._servers.enter_context(start_mlx_lm(model, folder=self.log_folder))
        pair = Pair(hearth.target, mlx_lm.target, self._others())
        for target in pair.all:
            self.warm_up(target, recipe)
        self._pair = (recipe, pair)
        return pair

    def bare_loop(self, recipe: Recipe) -> BareLoop:
        """The yardstick on this model."""
        if self._bare_loop and self._bare_loop[0] == recipe:
            return self._bare_loop[1]
        loop = BareLoop(self.model(recipe))
        self._servers.callback(loop.close)
        self._bare_loop = (recipe, loop)
        return loop

    @contextmanager
    def hearth_alone(self, recipe: Recipe, *flags: str) -> Iterator[ServerProcess]:
        """A Hearth of its own, with flags, for a scenario that needs a fresh one."""
        self.stop_servers()
        model = str(self.model(recipe))
        with start_hearth(model, *flags, folder=self.log_folder) as server:
            self.warm_up(server.target, recipe)
            yield server

    def stop_servers(self) -> None:
        """End what runs, so that the next measurement has the machine for itself."""
        self._servers.close()
        self._pair = None
        self._bare_loop = None

    def _others(self) -> tuple[Target, ...]:
        if self.options.url is None:
            return ()
        return (Target.at(self.options.url, model_id=self.options.url_model or "default"),)

    # -------------------------------------------------------------------------- how to load it

    def request(
        self,
        target: Target,
        messages: Messages,
        max_tokens: int,
        *,
        sampling: Sampling = GREEDY,
    ) -> Request:
        """A streaming chat that is sent at once."""
        body = chat_body(
            messages, model_id=target.model_id, max_tokens=max_tokens, sampling=sampling
        )
        return Request(body)

    def send(
        self, target: Target, requests: Sequence[Request], *, num_connections: int | None = None
    ) -> Answers:
        """Send requests and wait for their answers.

        Raises:
            LoadFailed: not all were answered.
        """
        load = Load(target.host, target.port, target.path, tuple(requests), num_connections)
        return self.client.send(load)

    def warm_up(self, target: Target, recipe: Recipe) -> None:
        """A first request, which nobody measures."""
        self.send(target, [self.request(target, self.chats(recipe).plain(32), WARM_UP_TOKENS)])


def allow_many_connections() -> None:
    """Raise the limit of open files for this process and those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
