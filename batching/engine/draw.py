"""One step's tokens: on the device at once, on the host when somebody reads them.

Thread: inference.
"""

from collections.abc import Sequence
from typing import cast

import mlx.core as mx

from batching.engine.errors import BadLogits
from batching.engine.logprobs import DeviceLogprobs
from batching.engine.protocol import TokenLogprobs
from batching.engine.row import Row


class Draw:
    """The next token of each row.

    `token_ids`, (rows,) int32, may not be computed yet; it can be fed to the model as it is.
    Whatever computes it, such as mx.async_eval, computes the rest too, so that reading waits for
    nothing that was launched after it. A row that cannot be drawn from has token 0 until `read`
    says so.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        token_ids: mx.array,
        is_usable: mx.array,
        logprobs: DeviceLogprobs | None,
    ) -> None:
        self._sequence_ids = [row.sequence_id for row in rows]
        self._is_usable = is_usable
        self._logprobs = logprobs
        beside = [is_usable, *(logprobs.arrays if logprobs else ())]
        [self.token_ids] = mx.depends([mx.where(is_usable, token_ids, 0).astype(mx.int32)], beside)

    def read(self) -> list[int]:
        """The token ids, waiting for them if need be.

        Raises:
            BadLogits: some rows hold NaN or +inf, or no token is left; it names them.
        """
        mx.eval(self.token_ids, self._is_usable)
        usable = cast(list[bool], self._is_usable.tolist())
        bad = [name for name, ok in zip(self._sequence_ids, usable, strict=True) if not ok]
        if bad:
            raise BadLogits(bad)
        return cast(list[int], self.token_ids.tolist())

    def logprobs(self) -> list[TokenLogprobs | None]:
        """For each row what it asked for, None if nothing."""
        found = self._logprobs.read() if self._logprobs else {}
        return [found.get(index) for index in range(len(self._sequence_ids))]
