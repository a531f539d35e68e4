"""One answer while it is computed, with all who read it.

Thread: event loop.
"""

from collections.abc import Callable, Sequence
from functools import partial

from batching.batcher import Batcher
from batching.engine.protocol import TokenLogprobs
from batching.errors import QueueFull
from batching.messages import Cancelled, Ending, Finished, Submit
from batching.stream import TokenStream
from reuse.stored_answer import StoredAnswer


class SharedAnswer:
    """The sequence belongs to no reader: it goes on as long as there is one.

    While it waits, each client that wants it has an entry in the queue, so that nobody waits for
    the turn of another client. The first that gets a slot computes it for all; the others leave the
    queue. `on_end` is called once, when nothing more comes.
    """

    def __init__(self, batcher: Batcher, *, on_end: Callable[["SharedAnswer"], None]) -> None:
        self._batcher = batcher
        self._on_end = on_end
        self._readers: dict[TokenStream, None] = {}
        self._entries: dict[str, TokenStream] = {}
        """Those that have not ended, by client."""
        self._admitted: _Entry | None = None
        self._token_ids: list[int] = []
        self._logprobs: list[TokenLogprobs] = []
        self._prompt_logprobs: list[TokenLogprobs] = []
        self._num_cached_tokens = 0
        self._is_enough = False
        """Whether a reader's text has ended with the tokens that there are."""
        self._ending: Ending | None = None

    def join(self, submit: Submit) -> TokenStream:
        """A stream of all tokens, from the first one on.

        Raises:
            NotServing, QueueFull: as `Batcher.submit` does; of an answer that nobody reads yet.
        """
        if self._admitted is None and submit.client not in self._entries:
            self._queue_up(submit)
        reader = TokenStream(submit, cancel=self._leave)
        self._readers[reader] = None
        if entry := self._entries.get(submit.client):
            reader.queue_place = entry.queue_place
        if self._admitted:
            reader.admitted()
            reader.note_read(self._admitted.num_read_tokens)
        if self._token_ids:
            self._give(reader, self._token_ids, self._logprobs)
        return reader

    def result(self) -> StoredAnswer | None:
        """The whole answer; None of one that was not completed."""
        reason = None
        if isinstance(self._ending, Finished):
            reason = self._ending.reason
        elif not (isinstance(self._ending, Cancelled) and self._is_enough):
            return None
        return StoredAnswer(
            tuple(self._token_ids),
            reason,
            self._num_cached_tokens,
            tuple(self._logprobs),
            tuple(self._prompt_logprobs),
        )

    def _queue_up(self, submit: Submit) -> None:
        try:
            entry = self._batcher.submit(submit, partial(_Entry, self))
        except QueueFull:
            if not self._entries:
                raise
            return  # somebody else's turn will come
        self._entries[submit.client] = entry

    def _leave(self, reader: TokenStream) -> None:
        del self._readers[reader]
        self._is_enough |= reader.is_enough
        reader.end(Cancelled())
        if self._readers or self._ending:
            return
        self._ending = Cancelled()
        for entry in [*self._entries.values()]:
            entry.is_enough = self._is_enough
            entry.cancel()
        self._on_end(self)

    def entry_admitted(self, entry: "_Entry") -> None:
        """It computes the answer; the other clients' entries are not needed any more."""
        self._admitted = entry
        for other in [*self._entries.values()]:
            if other is not entry:
                other.cancel()
        for reader in self._readers:
            reader.admitted()

    def entry_read(self, num_tokens: int) -> None:
        """Tell how much of the prompt is read."""
        for reader in self._readers:
            reader.note_read(num_tokens)

    def entry_fed(self, entry: "_Entry", token_ids: list[int]) -> None:
        """Pass new tokens on, and keep them for readers to come."""
        self._note_prompt(entry)
        logprobs = [*entry.logprobs]
        entry.logprobs.clear()
        self._token_ids += token_ids
        self._logprobs += logprobs
        for reader in self._readers:
            self._give(reader, token_ids, logprobs)

    def entry_ended(self, entry: "_Entry", ending: Ending) -> None:
        """The end for all, unless another entry is left."""
        if self._entries.get(entry.submit.client) is entry:
            del self._entries[entry.submit.client]
        is_needless = entry is not self._admitted and bool(self._admitted or self._entries)
        if self._ending or is_needless:
            return
        self._note_prompt(entry)
        self._ending = ending
        readers, self._readers = self._readers, {}
        for reader in readers:
            self._give(reader, (), ())
            reader.num_rows = entry.num_rows
            reader.end(ending)
        self._on_end(self)

    def _note_prompt(self, entry: "_Entry") -> None:
        self._num_cached_tokens = entry.num_cached_tokens
        self._prompt_logprobs = entry.prompt_logprobs

    def _give(
        self, reader: TokenStream, token_ids: Sequence[int], logprobs: Sequence[TokenLogprobs]
    ) -> None:
        reader.num_cached_tokens = self._num_cached_tokens
        reader.prompt_logprobs = self._prompt_logprobs
        reader.logprobs.extend(logprobs)
        if token_ids:
            reader.feed(token_ids)


class _Entry(TokenStream):
    """A shared answer's place in the queue, or its slot: the stream that the batcher knows."""

    def __init__(
        self, shared: SharedAnswer, submit: Submit, *, cancel: Callable[[TokenStream], None]
    ) -> None:
        super().__init__(submit, cancel=cancel)
        self._shared = shared

    def admitted(self) -> None:
        super().admitted()
        self._shared.entry_admitted(self)

    def note_read(self, num_tokens: int) -> None:
        super().note_read(num_tokens)
        self._shared.entry_read(num_tokens)

    def feed(self, token_ids: Sequence[int]) -> None:
        self.note_token_time()
        self._shared.entry_fed(self, [*token_ids])

    def end(self, ending: Ending) -> None:
        if self.ending is None:
            super().end(ending)
            self._shared.entry_ended(self, ending)


def replay(stored: StoredAnswer, submit: Submit) -> TokenStream:
    """The stream of an answer that is there as a whole."""
    stream = TokenStream(submit, cancel=lambda reader: None)
    stream.admitted()
    stream.num_cached_tokens = stored.num_cached_tokens
    stream.prompt_logprobs = [*stored.prompt_logprobs]
    stream.logprobs.extend(stored.logprobs)
    if stored.token_ids:
        stream.feed(stored.token_ids)
    stream.end(Finished(stored.reason) if stored.reason else Cancelled())
    return stream
