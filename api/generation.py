"""One answer under way: the tokens of one sequence as content, reasoning and tool calls.

Thread: event loop.
"""

import time

from loguru import logger

from api.answer_log import Excerpt, log_text
from api.content_log import ContentLog, LoggedContent
from batching.messages import FinishReason
from batching.stream import TokenStream
from prompts.answer import AnswerEvent, ContentDelta, ToolCallEnded, ToolCallStarted
from prompts.family import AnswerSplitter
from prompts.text_stream import TextStream


class Generation:
    """One answer, event by event. Whoever holds it calls `cancel` when it stops reading.

    What an `excerpt` takes of it is logged at its end. With a `log` content comes with its tokens.
    Only with `may_call` the events may be calls; with `ends_with_call` the first one ends it.
    """

    def __init__(
        self,
        tokens: TokenStream,
        text: TextStream,
        splitter: AnswerSplitter,
        *,
        log: ContentLog | None = None,
        may_call: bool = False,
        ends_with_call: bool = False,
        excerpt: Excerpt | None = None,
    ) -> None:
        self.tokens = tokens
        self._text = text
        self._splitter = splitter
        self._log = log
        self._may_call = may_call
        self._ends_with_call = ends_with_call
        self._is_call_enough = False
        self._excerpt = excerpt
        self.has_ended = False
        """Whether all of its events were handed out."""
        self.num_reasoning_tokens = 0
        self.has_calls = False
        self._token_ids: list[int] = []

    def cancel(self) -> None:
        """Free the slot; nothing happens after the end."""
        self.tokens.cancel()
        if self._excerpt:
            log_text("answer", self._excerpt)
            self._excerpt = None

    async def next_events(self, *, patience_seconds: float | None = None) -> list[AnswerEvent]:
        """The next events, at least one for each token that shows; none are the end.

        Raises:
            TimeoutError: there was nothing for so long; asking again loses nothing.
            BatchingError: the sequence failed.
        """
        until_seconds = None
        if patience_seconds is not None:
            until_seconds = time.monotonic() + patience_seconds
        while not self.has_ended:
            events: list[AnswerEvent] = []
            for token_id in await self.tokens.next_bunch(until_seconds=until_seconds):
                events += self._read(token_id)
            if self._text.is_stopped or self._is_call_enough or self.tokens.is_over:
                self.has_ended = True
                events += self._finish()
                self.tokens.enough()
            if events:
                return events
        return []

    async def all_events(self) -> list[AnswerEvent]:
        """The whole answer at once."""
        if not (self._text.has_stop_strings or self._ends_with_call):  # nothing ends it early
            await self.tokens.wait_for_end()
        events: list[AnswerEvent] = []
        while not self.has_ended:
            events += await self.next_events()
        return events

    @property
    def finish_reason(self) -> FinishReason:
        """Valid after the last event."""
        if self._text.is_stopped or self._is_call_enough:
            return "stop"
        return self.tokens.finish_reason or "stop"

    @property
    def stop_string(self) -> str | None:
        """The stop string that ended the answer."""
        return self._text.stop_string

    @property
    def num_completion_tokens(self) -> int:
        return self._text.num_tokens

    def take_token_ids(self) -> list[int]:
        """The tokens read since the last call: all that the usage counts."""
        token_ids, self._token_ids = self._token_ids, []
        return token_ids

    def _read(self, token_id: int) -> list[AnswerEvent]:
        if self._text.is_stopped or self._is_call_enough:
            return []
        self._token_ids.append(token_id)
        if self._splitter.is_reasoning:
            self.num_reasoning_tokens += 1
        if self._log:
            self._note_logprobs(self._log, token_id)
        text = self._text.push((token_id,))
        if self._excerpt:
            self._excerpt.push(text)
        events = self._splitter.push(text) if text else []
        return self._noted(events) if self._may_call or self._log else events

    def _note_logprobs(self, log: ContentLog, token_id: int) -> None:
        logprobs = self.tokens.logprobs.popleft()
        if not self._splitter.is_reasoning:
            log.add(token_id, logprobs)

    def _finish(self) -> list[AnswerEvent]:
        if self._is_call_enough:
            return []
        return self._noted([*self._splitter.push(self._text.finish()), *self._splitter.finish()])

    def _noted(self, events: list[AnswerEvent]) -> list[AnswerEvent]:
        """The events up to the end of the answer, which may be within them."""
        for position, event in enumerate(events):
            match event:
                case ContentDelta() if self._log:
                    tokens = self._log.take(event.text)
                    events[position] = LoggedContent(event.text, event.is_unread_call, tokens)
                case ToolCallStarted():
                    self.has_calls = True
                case ToolCallEnded() if self._ends_with_call:
                    self._is_call_enough = True
                    return events[: position + 1]
            if isinstance(event, ContentDelta) and event.is_unread_call:
                logger.warning("a tool call could not be read and was passed on as content")
        return events
