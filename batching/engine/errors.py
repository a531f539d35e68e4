"""What an engine, and the loading of one, tells its caller.

Thread: both.

EngineError
├── ModelError                       the model cannot be served; one line for the terminal
│   ├── ModelNotFound                no such folder or hub id, or no right to read it
│   ├── ModelUnreachable             the hub cannot be reached and the cache lacks files
│   ├── UnsupportedArchitecture      mlx-lm does not know it, or cannot batch it
│   ├── ModelTooLarge                does not fit into memory, even with one short slot
│   └── BrokenModel                  its files are missing, truncated or contradict each other
├── InvalidSequence                  the engine cannot take this sequence
├── BadLogits                        the model gave rows from which nothing can be drawn
│   └── BadVector                    the model gave an embedding that is not made of numbers
└── FatalEngineError                 the engine cannot go on; its thread must end
"""

from collections.abc import Sequence


class EngineError(Exception):
    """Base of everything here. The message fits on one line."""


class ModelError(EngineError):
    """The model cannot be served; the message names the value, the limit and the next step."""


class ModelNotFound(ModelError):
    """There is no such model, or this machine may not read it."""


class ModelUnreachable(ModelError):
    """The hub did not answer, and the cache does not hold the whole model."""


class UnsupportedArchitecture(ModelError):
    """The installed mlx-lm cannot run this kind of model, or not in a batch."""


class ModelTooLarge(ModelError):
    """The weights and one short slot need more memory than there is."""


class BrokenModel(ModelError):
    """The model's files are missing, truncated or contradict each other."""


class InvalidSequence(EngineError):
    """The sequence does not fit this engine: its tokens, its length or the number of slots."""


class BadLogits(EngineError):
    """No token can be drawn for these sequences: a logit is not a number, or none is allowed."""

    def __init__(self, sequence_ids: Sequence[str]) -> None:
        self.sequence_ids = tuple(sequence_ids)
        super().__init__(f"no token can be drawn for {', '.join(sequence_ids)}: unusable logits")


class BadVector(BadLogits):
    """An input's embedding is not made of numbers."""

    def __init__(self, sequence_id: str) -> None:
        self.sequence_ids = (sequence_id,)
        EngineError.__init__(
            self, f"{sequence_id} has an embedding that is not made of numbers; try --dtype float32"
        )


class FatalEngineError(EngineError):
    """The engine cannot go on, with any sequence. The worker must not try again."""
