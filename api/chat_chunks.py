"""The chunks of a streamed chat, built so that each token costs little.

Thread: event loop.
"""

from typing import Literal

import orjson

from api.chat_answer_types import (
    ChatAnswerHead,
    ChatChunkChoice,
    ChatCompletionChunk,
    ChatDelta,
    ChatFinishReason,
    ChatLogprobs,
    ChatUsage,
    FunctionDelta,
    ToolCallDelta,
)
from api.chat_logprobs import chat_logprobs
from api.content_log import LoggedContent
from api.ids import new_id
from api.sse import data_frame
from prompts.answer import AnswerEvent, ReasoningDelta, ToolCallArguments, ToolCallStarted


class ChatChunks:
    """Writes the chunks of one response; `head` is the same in all of them.

    With `is_older_form` a call is a function_call, of which an answer has one.
    """

    def __init__(
        self,
        head: ChatAnswerHead,
        *,
        includes_usage: bool,
        is_older_form: bool,
        shows_reasoning: bool,
    ) -> None:
        self._head = head
        self._includes_usage = includes_usage
        self._is_older_form = is_older_form
        self._shows_reasoning = shows_reasoning
        self._around: dict[tuple[int, str], tuple[bytes, bytes]] = {}

    def event(self, index: int, event: AnswerEvent) -> bytes | None:
        """The frame of an event that shows; None of others."""
        match event:
            case LoggedContent(text):
                logprobs = chat_logprobs([event])
                return frame(self.chunk(index, {"content": text}, None, logprobs))
            case ReasoningDelta(text) if self._shows_reasoning:
                return self.text(index, "reasoning_content", text)
            case ToolCallStarted(call, name):
                return self._call(index, call, {"name": name, "arguments": ""}, is_first=True)
            case ToolCallArguments(call, text):
                return self._call(index, call, {"arguments": text}, is_first=False)
        return None

    def _call(self, index: int, call: int, function: FunctionDelta, *, is_first: bool) -> bytes:
        """A piece of a call. Its id comes once: clients take a second one for a second call."""
        if self._is_older_form:
            return frame(self.chunk(index, {"function_call": function}, None))
        piece: ToolCallDelta = {"index": call, "function": function}
        if is_first:
            piece = {"index": call, "id": new_call_id(), "type": "function", "function": function}
        return frame(self.chunk(index, {"tool_calls": [piece]}, None))

    def text(self, index: int, field: Literal["content", "reasoning_content"], text: str) -> bytes:
        """The text is the only thing that differs from chunk to chunk."""
        around = self._around.get((index, field))
        if around is None:
            delta: ChatDelta = {"content": ""} if field == "content" else {"reasoning_content": ""}
            empty = frame(self.chunk(index, delta, None))
            start, _, end = empty.rpartition(b'""')
            around = self._around[index, field] = (start, end)
        return around[0] + orjson.dumps(text) + around[1]

    def chunk(
        self,
        index: int,
        delta: ChatDelta,
        finish_reason: ChatFinishReason | None,
        logprobs: ChatLogprobs | None = None,
    ) -> ChatCompletionChunk:
        choice: ChatChunkChoice = {
            "index": index,
            "delta": delta,
            "logprobs": logprobs,
            "finish_reason": finish_reason,
        }
        return self.chunk_of([choice], usage=None)

    def chunk_of(
        self, choices: list[ChatChunkChoice], *, usage: ChatUsage | None
    ) -> ChatCompletionChunk:
        chunk: ChatCompletionChunk = {
            **self._head,
            "object": "chat.completion.chunk",
            "choices": choices,
            "usage": usage,
        }
        if not self._includes_usage:
            del chunk["usage"]
        return chunk


def frame(chunk: object) -> bytes:
    return data_frame(orjson.dumps(chunk))


def new_call_id() -> str:
    return f"call_{new_id()[:24]}"
