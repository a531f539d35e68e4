"""The bounded queue of requests that wait for a slot.

Thread: event loop.
"""

import asyncio
from collections import OrderedDict

from batching.errors import QueueFull
from batching.stream import TokenStream


class RequestQueue(asyncio.Queue[TokenStream]):
    """First in, first out, bounded in requests and in prompt tokens; a request can leave early.

    asyncio's own queue has no removal, so the storage hooks that its PriorityQueue overrides are
    overridden here with an ordered dict.
    """

    def __init__(self, *, max_requests: int, max_tokens: int) -> None:
        super().__init__()
        self.max_requests = max_requests
        self.max_tokens = max_tokens
        self.num_tokens = 0

    def _init(self, maxsize: int) -> None:
        self._waiting: OrderedDict[str, TokenStream] = OrderedDict()

    def qsize(self) -> int:
        return len(self._waiting)

    def empty(self) -> bool:
        return not self._waiting

    def _put(self, item: TokenStream) -> None:
        self._waiting[item.sequence_id] = item
        self.num_tokens += item.num_prompt_tokens

    def _get(self) -> TokenStream:
        _, stream = self._waiting.popitem(last=False)
        self.num_tokens -= stream.num_prompt_tokens
        return stream

    def put_bounded(self, stream: TokenStream, *, retry_after_seconds: int) -> None:
        """Append a request.

        A single request may exceed `max_tokens` when nothing else waits: it could never enter
        otherwise.

        Raises:
            QueueFull: one of the two bounds is reached.
        """
        num_requests = self.qsize() + 1
        if num_requests > self.max_requests:
            raise QueueFull(
                "requests",
                value=num_requests,
                limit=self.max_requests,
                retry_after_seconds=retry_after_seconds,
            )
        num_tokens = self.num_tokens + stream.num_prompt_tokens
        if num_tokens > self.max_tokens and not self.empty():
            raise QueueFull(
                "prompt tokens",
                value=num_tokens,
                limit=self.max_tokens,
                retry_after_seconds=retry_after_seconds,
            )
        self.put_nowait(stream)

    def discard(self, stream: TokenStream) -> bool:
        """Take a request out of the middle; False when it is not waiting (any more)."""
        if self._waiting.pop(stream.sequence_id, None) is None:
            return False
        self.num_tokens -= stream.num_prompt_tokens
        return True
