"""The Messages dialect: answers and events as Anthropic writes them.

Thread: event loop.
"""

from api.answers import Answers
from api.anthropic.answer_types import (
    AnthropicMessage,
    MessageDelta,
    MessageEnd,
    MessageStart,
    MessageUsage,
    StopReason,
)
from api.anthropic.blocks import BlockFrames, event_frame, whole_blocks
from api.anthropic.errors import anthropic_error
from api.anthropic.request_schemas import MessagesRequest
from api.errors import ApiError
from api.ids import new_id
from api.sse import CONTENT_TYPE
from prompts.answer import AnswerEvent
from served_model import ServedModel


class MessageWriter:
    """Builds the one answer to a request. It is the AnswerWriter of this dialect."""

    content_type = CONTENT_TYPE

    def __init__(
        self, asked: MessagesRequest, model: ServedModel, answers: Answers, *, request_id: str
    ) -> None:
        self._asked = asked
        self._model_name = model.name
        [self._generation] = answers.generations
        self._request_id = request_id
        self._blocks = BlockFrames(hides_thinking=asked.hides_thinking)

    def message(self, events: list[AnswerEvent]) -> AnthropicMessage:
        """The whole answer of a request that does not stream."""
        message = self._empty_message()
        message["content"] = whole_blocks(events, hides_thinking=self._asked.hides_thinking)
        end = self._end()
        return {**message, **end}

    def start(self) -> list[bytes]:
        """The message with what is known of the prompt: clients read its usage here."""
        message = self._empty_message()
        # How many tokens are there already is a matter of time; the last event counts them.
        message["usage"]["output_tokens"] = 0
        message["usage"]["output_tokens_details"] = {"thinking_tokens": 0}
        start: MessageStart = {"type": "message_start", "message": message}
        return [event_frame(start)]

    def frames(self, index: int, events: list[AnswerEvent]) -> list[bytes]:
        return [frame for event in events for frame in self._blocks.frames(event)]

    def end(self, index: int) -> list[bytes]:
        return self._blocks.close()

    def finish(self) -> list[bytes]:
        delta: MessageDelta = {
            "type": "message_delta",
            "delta": self._end(),
            "usage": self._usage(),
        }
        return [event_frame(delta), event_frame({"type": "message_stop"})]

    def keep_alive(self) -> list[bytes]:
        return [event_frame({"type": "ping"})]

    def fail(self, error: ApiError) -> list[bytes]:
        _, body = anthropic_error(error, self._request_id)
        return [event_frame(body)]

    def _empty_message(self) -> AnthropicMessage:
        return {
            "id": f"msg_{new_id()[:24]}",
            "type": "message",
            "role": "assistant",
            "model": self._model_name,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": self._usage(),
        }

    def _end(self) -> MessageEnd:
        stop_string = self._generation.stop_string
        return {"stop_reason": self._stop_reason(), "stop_sequence": stop_string}

    def _stop_reason(self) -> StopReason:
        generation = self._generation
        if generation.finish_reason == "length":
            is_cut = generation.num_completion_tokens < self._asked.max_tokens
            return "model_context_window_exceeded" if is_cut else "max_tokens"
        if generation.stop_string is not None:
            return "stop_sequence"
        return "tool_use" if generation.has_calls else "end_turn"

    def _usage(self) -> MessageUsage:
        tokens = self._generation.tokens
        return {
            "input_tokens": tokens.num_prompt_tokens - tokens.num_cached_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": tokens.num_cached_tokens,
            "output_tokens": self._generation.num_completion_tokens,
            "output_tokens_details": {"thinking_tokens": self._generation.num_reasoning_tokens},
        }
