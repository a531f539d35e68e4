"""What the prefix cache keeps in tests: payloads that know what they are for."""

from dataclasses import dataclass

from batching.engine.prefix.node import NODE_BYTES

PAYLOAD_BYTES = 100
BLOCK_BYTES = NODE_BYTES + PAYLOAD_BYTES
"""Of one block in the cache's books."""


@dataclass(frozen=True, slots=True)
class Payload:
    """Of the last block of these tokens, or of the state after them."""

    token_ids: tuple[int, ...]
    nbytes: int = PAYLOAD_BYTES
