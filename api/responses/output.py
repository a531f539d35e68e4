"""The items of an answer, from its events, and the events of the stream that tell of them.

Thread: event loop.
"""

from collections.abc import Iterable, Iterator

from api.responses.answer_types import ItemStatus, OutputItem
from api.responses.call_items import OpenCustomCall, OpenFunctionCall
from api.responses.event_types import ItemEvent, ItemEventType, StreamEvent
from api.responses.items import ItemPlace, OpenItem, OpenMessage, OpenReasoning
from api.responses.tools import ToolBook
from prompts.answer import (
    AnswerEvent,
    ContentDelta,
    ReasoningDelta,
    ToolCallEnded,
    ToolCallStarted,
)


class Output:
    """Takes the events of an answer and opens and closes items as they ask for.

    NOTE: an item in an event goes on changing until it is closed: write the event at once.
    """

    def __init__(self, tools: ToolBook, sequence: Iterator[int], *, seals_reasoning: bool) -> None:
        self.items: list[OutputItem] = []
        """Those that are closed."""
        self._tools = tools
        self._sequence = sequence
        self._seals_reasoning = seals_reasoning
        self._open: OpenItem | None = None

    def take(self, events: Iterable[AnswerEvent]) -> Iterator[StreamEvent]:
        """The stream's events for these."""
        for event in events:
            match event:
                case ContentDelta() if not isinstance(self._open, OpenMessage):
                    yield from self._begin(OpenMessage(self._place()))
                case ReasoningDelta() if not isinstance(self._open, OpenReasoning):
                    reasoning = OpenReasoning(self._place(), is_sealed=self._seals_reasoning)
                    yield from self._begin(reasoning)
                case ToolCallStarted():
                    yield from self._begin(self._call(event.name))
                    continue
                case ToolCallEnded():
                    yield from self._end("completed")
                    continue
            if self._open:
                yield from self._open.push(event)

    def finish(self, *, is_whole: bool) -> Iterator[StreamEvent]:
        """Close what is open. There is always an item: clients read the first one unasked."""
        if not self.items and self._open is None:
            yield from self._begin(OpenMessage(self._place()))
        yield from self._end("completed" if is_whole else "incomplete")

    def _place(self) -> ItemPlace:
        num_items = len(self.items) + (self._open is not None)
        return ItemPlace(num_items, self._sequence)

    def _call(self, name: str) -> OpenItem:
        tool = self._tools.by_function.get(name)
        if tool and tool.is_custom:
            return OpenCustomCall(self._place(), tool)
        return OpenFunctionCall(self._place(), name, tool)

    def _begin(self, item: OpenItem) -> Iterator[StreamEvent]:
        yield from self._end("completed")
        self._open = item
        yield self._item_event("response.output_item.added", item.item)
        yield from item.open()

    def _end(self, status: ItemStatus) -> Iterator[StreamEvent]:
        if self._open is None:
            return
        yield from self._open.close(status)
        yield self._item_event("response.output_item.done", self._open.item)
        self.items.append(self._open.item)
        self._open = None

    def _item_event(self, kind: ItemEventType, item: OutputItem) -> ItemEvent:
        return {
            "type": kind,
            "sequence_number": next(self._sequence),
            "output_index": len(self.items),
            "item": item,
        }
