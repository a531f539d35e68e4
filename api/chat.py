"""The chat completions dialect: answers and chunks as OpenAI writes them.

Thread: event loop.
"""

import time
from functools import cached_property
from typing import Any

import orjson

from api.generation import Generation
from api.ids import new_id
from api.schemas import ChatRequest
from batching.messages import Priority
from model_manager import ServedModel

Json = dict[str, Any]

TIERS: dict[Priority, str] = {"interactive": "default", "batch": "flex"}
"""OpenAI's names of the service tiers, as which a request was served."""


class ChatAnswer:
    """Builds every JSON of one answer; id, time and model are the same in all of them.

    Chunks are JSON texts, because there is one for every token.
    """

    def __init__(self, chat: ChatRequest, model: ServedModel, generation: Generation) -> None:
        self._generation = generation
        self._includes_usage = chat.includes_usage
        self._head: Json = {
            "id": f"chatcmpl-{new_id()}",
            "created": int(time.time()),
            "model": model.name,
            "system_fingerprint": model.fingerprint,
        }
        if chat.service_tier is not None:
            self._head["service_tier"] = TIERS[chat.priority_class]

    def completion(self, text: str) -> Json:
        """The whole answer of a request that does not stream."""
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
            "logprobs": None,
            "finish_reason": self._generation.finish_reason,
        }
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": self._usage(),
        }

    def role_chunk(self) -> bytes:
        """The first chunk. Its content is empty because some clients skip this chunk."""
        return orjson.dumps(
            self._chunk({"role": "assistant", "content": "", "refusal": None}, None)
        )

    def text_chunk(self, piece: str) -> bytes:
        start, end = self._around_text
        return start + orjson.dumps(piece) + end

    def last_chunk(self) -> bytes:
        return orjson.dumps(self._chunk({}, self._generation.finish_reason))

    def usage_chunk(self) -> bytes | None:
        """Only for clients that asked: others index choices[0] and would break."""
        if not self._includes_usage:
            return None
        return orjson.dumps({**self._chunk_head(), "choices": [], "usage": self._usage()})

    @cached_property
    def _around_text(self) -> tuple[bytes, bytes]:
        """A chunk without its text, the only thing that differs from chunk to chunk."""
        empty = orjson.dumps(self._chunk({"content": ""}, None))
        start, _, end = empty.rpartition(b'""')
        return start, end

    def _chunk_head(self) -> Json:
        return {**self._head, "object": "chat.completion.chunk"}

    def _chunk(self, delta: Json, finish_reason: str | None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        chunk = {**self._chunk_head(), "choices": [choice]}
        if self._includes_usage:
            chunk["usage"] = None
        return chunk

    def _usage(self) -> Json:
        prompt = self._generation.tokens.num_prompt_tokens
        completion = self._generation.num_completion_tokens
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {
                "cached_tokens": self._generation.tokens.num_cached_tokens,
                "audio_tokens": 0,
            },
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }
