"""Text that arrives in pieces, read by generators as if it were all there.

Thread: event loop.

A reader is a generator. It yields what it found, and None when it needs more text; so a format
is written down in the order in which it is read, wherever the pieces are cut.
"""

import re
from collections.abc import Callable, Collection, Generator
from typing import TypeVar

from prompts.answer import AnswerEvent

Found = TypeVar("Found")
Reading = Generator[AnswerEvent | None, None, Found]
MakeEvent = Callable[[str], AnswerEvent]

_NO_SPACE = re.compile(r"\S")
_SCALAR_END = re.compile(r"[\s,}\]]")
_STRUCTURE = re.compile(r'["{}\[\]]')
_IN_STRING = re.compile(r'["\\]')


class UnreadableCall(Exception):
    """What began like a tool call is none, or the answer ended within it."""


class IncomingText:
    """What has arrived and was not read yet.

    `taken` is what was read since the last event: it is shown as content if it cannot be
    understood. Waits are decided by the text alone, so any pieces give the same result.
    """

    def __init__(self) -> None:
        self.taken = ""
        self._buffer = ""
        self._is_ended = False

    def run(self, reading: Reading[None], text: str, *, is_last: bool = False) -> list[AnswerEvent]:
        """Add a piece and let the reader go on until it needs more."""
        self._buffer += text
        self._is_ended = is_last
        events: list[AnswerEvent] = []
        for event in reading:
            if event is None:
                break
            self.taken = ""
            events.append(event)
        return events

    def take(self, length: int) -> str:
        text, self._buffer = self._buffer[:length], self._buffer[length:]
        self.taken += text
        return text

    def peek(self) -> Reading[str]:
        """The next character, which stays; "" at the end."""
        while not self._buffer and not self._is_ended:
            yield None
        return self._buffer[:1]

    def space(self) -> Reading[str]:
        """Read over white space."""
        read = []
        while True:
            found = _NO_SPACE.search(self._buffer)
            read.append(self.take(found.start() if found else len(self._buffer)))
            if found or self._is_ended:
                return "".join(read)
            yield None

    def next_marker(self, markers: Collection[str]) -> Reading[str]:
        """The marker that comes next, which stays; "" if something else does."""
        while True:
            for marker in markers:
                if self._buffer.startswith(marker):
                    return marker
            if self._is_ended or not any(each.startswith(self._buffer) for each in markers):
                return ""
            yield None

    def take_if(self, *markers: str) -> Reading[str]:
        """Read the marker if one of these comes next; "" if not."""
        marker = yield from self.next_marker(markers)
        return self.take(len(marker))

    def expect(self, marker: str) -> Reading[None]:
        """Read over white space and a marker.

        Raises:
            UnreadableCall: something else comes next.
        """
        yield from self.space()
        if not (yield from self.take_if(marker)):
            raise UnreadableCall(f"no {marker!r}")

    def up_to(self, *markers: str) -> Reading[str]:
        """The text before the first of the markers, which is read too.

        Raises:
            UnreadableCall: the text ended.
        """
        searched = 0
        while True:
            position, marker = _first_marker(self._buffer, markers, searched)
            if marker:
                return self.take(position + len(marker)).removesuffix(marker)
            if self._is_ended:
                self.take(len(self._buffer))
                raise UnreadableCall(f"no {markers[0]!r}")
            searched = max(0, len(self._buffer) - max(map(len, markers)) + 1)
            yield None

    def relay(self, make: MakeEvent, markers: Collection[str]) -> Reading[bool]:
        """Pass the text on up to a marker, which stays; False if the text ended.

        The space before a marker stays too: it belongs to the marker, not to the text.
        """
        while True:
            position, marker = _first_marker(self._buffer, markers)
            if self._is_ended and not marker:
                if self._buffer:
                    yield make(self.take(len(self._buffer)))
                return False
            safe = self._buffer[: position if marker else _num_safe(self._buffer, markers)]
            if visible := len(safe.rstrip()) if markers else len(safe):
                yield make(self.take(visible))
            if marker:
                return True
            yield None

    def relay_json(self, make: MakeEvent) -> Reading[None]:
        """Pass a JSON object, array or string on as it arrives, up to its end.

        Raises:
            UnreadableCall: the text ended.
        """
        scan = _JsonScan()
        while True:
            end = scan.end_in(self._buffer)
            if self._buffer:
                yield make(self.take(len(self._buffer) if end is None else end))
            if end is not None:
                return
            if self._is_ended:
                raise UnreadableCall("the JSON does not end")
            yield None

    def json(self) -> Reading[str]:
        """The text of a JSON value.

        Raises:
            UnreadableCall: the text ended.
        """
        yield from self.space()
        is_scalar = (yield from self.peek()) not in ("{", "[", '"')
        scan, searched = _JsonScan(), 0
        while True:
            if is_scalar:
                found = _SCALAR_END.search(self._buffer)
                end = found.start() if found else None
            else:
                end = scan.end_in(self._buffer[searched:])
            if end is not None:
                return self.take(searched + end)
            if self._is_ended:
                self.take(len(self._buffer))
                raise UnreadableCall("the JSON does not end")
            searched = 0 if is_scalar else len(self._buffer)
            yield None


class _JsonScan:
    """Finds where a JSON value ends, by its brackets and quotes."""

    def __init__(self) -> None:
        self._depth = 0
        self._is_in_string = False
        self._is_escaped = False

    def end_in(self, text: str) -> int | None:
        """Look at the next piece; where the value ends in it, or None if it goes on."""
        position = 0
        if self._is_escaped and text:
            self._is_escaped, position = False, 1
        while found := (_IN_STRING if self._is_in_string else _STRUCTURE).search(text, position):
            position = found.end()
            if found[0] == "\\":
                self._is_escaped = position == len(text)
                position += 1
                continue
            if found[0] == '"':
                self._is_in_string = not self._is_in_string
            else:
                self._depth += 1 if found[0] in "{[" else -1
            if self._depth <= 0 and not self._is_in_string:
                return position
        return None


def _first_marker(text: str, markers: Collection[str], start: int = 0) -> tuple[int, str]:
    """Where the first marker is and which; (-1, "") if there is none."""
    found = [(text.find(marker, start), marker) for marker in markers]
    return min((each for each in found if each[0] >= 0), default=(-1, ""))


def _num_safe(text: str, markers: Collection[str]) -> int:
    """How many characters come before what may be the beginning of a marker."""
    safe = len(text)
    for marker in markers:
        start = max(0, len(text) - len(marker) + 1)
        while (start := text.find(marker[0], start)) >= 0:
            if marker.startswith(text[start:]):
                safe = min(safe, start)
                break
            start += 1
    return safe
