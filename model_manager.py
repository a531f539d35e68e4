"""All served models, from the load to the last token.

Thread: event loop.
"""

import asyncio

from served_model import ServedModel


class ModelManager:
    """All served models, found by the names that clients use. Today it holds one."""

    def __init__(self, models: list[ServedModel]) -> None:
        self.models = models

    @property
    def default(self) -> ServedModel:
        """What `default` means, and what the status page shows."""
        return self.models[0]

    def find(self, name: str) -> ServedModel | None:
        return next((model for model in self.models if model.goes_by(name)), None)

    async def load(self) -> None:
        """Load every model.

        Raises:
            EngineError, PromptError: with the reason in one line.
        """
        for model in self.models:
            await model.load()

    async def drain(self, grace_seconds: float) -> bool:
        """Take no new requests and let the accepted ones finish; False when some did not."""
        drained = [model.batcher.drain(grace_seconds) for model in self.models]
        return all(await asyncio.gather(*drained))

    async def wait_for_failure(self) -> str:
        """Returns when an inference thread has ended by itself, with the reason."""
        ended = [
            asyncio.create_task(model.batcher.thread_ended.wait(), name=f"watch {model.name}")
            for model in self.models
        ]
        try:
            await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ended:
                task.cancel()
            await asyncio.gather(*ended, return_exceptions=True)
        return next(model.batcher.error for model in self.models if model.batcher.error)

    async def stop(self) -> bool:
        """Stop every model; False when a thread did not end in time."""
        return all(await asyncio.gather(*(model.stop() for model in self.models)))
