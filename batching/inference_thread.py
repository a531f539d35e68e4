"""The loop's hold on one inference thread: its start, what is sent to it, and its end.

Thread: event loop.
"""

import asyncio
import threading
from collections.abc import Callable

from batching.bridge import Bridge
from batching.engine.protocol import EngineFactory
from batching.messages import Stop, ThreadEnded, ToLoop, ToThread
from batching.step_planner import StepLimits
from batching.watchdog import wait_for_stall
from batching.worker import Worker

STEP_PATIENCE_SECONDS = 30.0
LOAD_PATIENCE_SECONDS = 0.5
"""How long a stop waits for the inference thread to read its inbox."""


class InferenceThread:
    """Starts the thread, gives it up when it hangs, and stops it.

    `on_message` gets what the thread says, `on_end` the reason when it has ended or was given up,
    which is None after a `stop`; nothing comes after that.
    """

    def __init__(
        self,
        make_engine: EngineFactory,
        *,
        limits: StepLimits,
        on_message: Callable[[ToLoop], None],
        on_end: Callable[[str | None], None],
    ) -> None:
        self._on_message = on_message
        self._on_end = on_end
        self._bridge = Bridge(self._take)
        worker = Worker(self._bridge, make_engine, limits=limits)
        self._thread = threading.Thread(target=worker.run, name="inference", daemon=True)
        self._watchdog: asyncio.Task[None] | None = None
        self._is_given_up = False
        self.has_ended = asyncio.Event()

    @property
    def last_step_seconds(self) -> float:
        """When it began its last step, in the loop's monotonic seconds."""
        return self._bridge.last_step_seconds

    def start(self) -> None:
        """It loads the engine and then takes sequences."""
        self._thread.start()

    def send(self, message: ToThread) -> None:
        """Put a message into its inbox."""
        self._bridge.send(message)

    def watch(self, step_age: Callable[[], float | None], *, limit_seconds: float) -> None:
        """Give the thread up when its last step is older; `step_age` is None while it has none."""
        watching = self._watch(step_age, limit_seconds)
        self._watchdog = asyncio.create_task(watching, name="watchdog")

    async def stop(self) -> bool:
        """End the thread.

        False when it is too deep in a step or a download to answer in time; it is a daemon thread
        and ends with the process.
        """
        if self._thread.ident is None:
            return True
        # A download is not interrupted and would only be waited for in vain.
        patience_seconds = STEP_PATIENCE_SECONDS if self._watchdog else LOAD_PATIENCE_SECONDS
        self._bridge.send(Stop())
        if self._is_given_up:
            return False
        try:
            async with asyncio.timeout(patience_seconds):
                await self.has_ended.wait()
        except TimeoutError:
            self._end(None)
            return False
        await asyncio.to_thread(self._thread.join)
        return True

    async def _watch(self, step_age: Callable[[], float | None], limit_seconds: float) -> None:
        age_seconds = await wait_for_stall(step_age, limit_seconds=limit_seconds)
        self._is_given_up = True
        self._end(
            f"no step for {age_seconds:.0f} s while requests were running; "
            f"the limit is {limit_seconds:.0f} s"
        )

    def _take(self, message: ToLoop) -> None:
        if self.has_ended.is_set():
            return  # from a thread that was given up
        if isinstance(message, ThreadEnded):
            self._end(message.error)
        else:
            self._on_message(message)

    def _end(self, error: str | None) -> None:
        if self._watchdog:
            self._watchdog.cancel()
        self._on_end(error)
        self.has_ended.set()
