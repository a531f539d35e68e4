"""The inference thread: takes sequences in, runs the engine step by step, reports each step.

Thread: inference.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from loguru import logger

from batching.bridge import Bridge
from batching.engine.errors import EngineError
from batching.engine.protocol import Engine, EngineFactory
from batching.faults import describe
from batching.messages import (
    Cancel,
    EngineState,
    Loaded,
    LoadProgress,
    Stop,
    Submit,
    ThreadEnded,
    ToThread,
)
from batching.sequence_lives import SequenceLives
from batching.step_planner import StepLimits
from batching.stepper import Stepper

CHECK_SECONDS = 60.0
"""Between two counts of what an idle engine holds."""
STATE_SECONDS = 1.0
"""Between two reports of what the engine holds, while no sequence ends."""


class Worker:
    """Owns the engine and its sequences. `run` is the thread's target and never raises."""

    def __init__(
        self,
        bridge: Bridge,
        make_engine: EngineFactory,
        *,
        limits: StepLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bridge = bridge
        self._make_engine = make_engine
        self._limits = limits
        self._clock = clock
        self._is_stopping = False
        self._next_check_seconds = 0.0
        self._next_state_seconds = 0.0

    def run(self) -> None:
        """Load, serve until `Stop`, free. The last message of the thread is `ThreadEnded`."""
        error: str | None = None
        try:
            self._load_and_serve()
        except BaseException as fault:
            error = describe(fault)
            if not isinstance(fault, EngineError):
                logger.opt(exception=fault).error("inference thread ended by a fault")
        self._bridge.post(ThreadEnded(error))

    def _load_and_serve(self) -> None:
        def report(stage: str, percent: int) -> None:
            self._bridge.post(LoadProgress(stage, percent))

        engine = self._make_engine(report)
        try:
            self._bridge.post(Loaded(engine.spec, _state_of(engine)))
            self._serve(engine)
        finally:
            engine.close()

    def _serve(self, engine: Engine) -> None:
        def post() -> None:
            self._post_report(engine, lives)

        lives = SequenceLives(engine, clock=self._clock)
        stepper = Stepper(engine, lives, limits=self._limits, clock=self._clock, post=post)
        while True:
            if not lives.table:
                self._check_integrity(engine, lives)
                post()
            for message in self._bridge.receive(block=not lives.table):
                self._take(lives, message)
            if self._is_stopping:
                return
            self._bridge.beat()
            lives.make_room()
            stepper.step()
            post()

    def _check_integrity(self, engine: Engine, lives: SequenceLives) -> None:
        """Nothing runs: what the engine holds is counted again, now and then."""
        now_seconds = self._clock()
        if now_seconds < self._next_check_seconds:
            return
        self._next_check_seconds = now_seconds + CHECK_SECONDS
        try:
            engine.check_integrity()
        except EngineError as fault:
            lives.work.num_broken_checks += 1
            logger.error("the engine's own numbers contradict each other: {}", describe(fault))

    def _post_report(self, engine: Engine, lives: SequenceLives) -> None:
        report = lives.take_report()
        if not report:
            return
        now_seconds = self._clock()
        if report.endings or now_seconds >= self._next_state_seconds:
            self._next_state_seconds = now_seconds + STATE_SECONDS
            state = _state_of(engine, num_known=len(lives.table))
            report = replace(report, engine_state=state)
        self._bridge.post(report)

    def _take(self, lives: SequenceLives, message: ToThread) -> None:
        match message:
            case Submit():
                lives.start(message)
            case Cancel(sequence_id):
                lives.cancel(sequence_id)
            case Stop():
                self._is_stopping = True


def _state_of(engine: Engine, *, num_known: int = 0) -> EngineState:
    return EngineState(engine.prefix_stats(), engine.memory(), engine.num_sequences - num_known)
