"""The chat completions dialect: answers and chunks as OpenAI writes them.

Thread: event loop.
"""

import time
from collections.abc import Sequence

from api.answers import Answers
from api.chat_answer_types import (
    AnswerFunction,
    AnswerMessage,
    ChatAnswerHead,
    ChatChoice,
    ChatCompletion,
    ChatDelta,
    ChatFinishReason,
    ChatUsage,
    ServiceTier,
)
from api.chat_chunks import ChatChunks, frame, new_call_id
from api.chat_logprobs import chat_logprobs
from api.chat_schemas import ChatRequest
from api.errors import ApiError
from api.progress import progress_of
from api.sse import CONTENT_TYPE, DONE, keep_alive_frame
from batching.messages import Priority
from prompts.answer import (
    AnswerEvent,
    ContentDelta,
    WrittenCall,
    whole_answer,
)
from served_model import ServedModel

TIERS: dict[Priority, ServiceTier] = {"interactive": "default", "batch": "flex"}
"""OpenAI's names of the service tiers, as which a request was served."""


class ChatAnswer:
    """Builds every JSON of one response; id, time and model are the same in all of them.

    It is the AnswerWriter of this dialect.
    """

    content_type = CONTENT_TYPE

    def __init__(self, chat: ChatRequest, model: ServedModel, answers: Answers) -> None:
        self._answers = answers
        self._model = model
        self._includes_usage = chat.includes_usage
        self._has_logprobs = chat.logprobs
        self._is_older_form = bool(chat.functions)
        self._shows_reasoning = chat.shows_reasoning
        self._echoed = chat.echoed
        self._has_token_ids = chat.return_token_ids
        self._head: ChatAnswerHead = {
            "id": f"chatcmpl-{chat.answer_id}",
            "created": int(time.time()),
            "model": model.name,
            "system_fingerprint": model.fingerprint,
        }
        if chat.service_tier is not None:
            self._head["service_tier"] = TIERS[chat.priority_class]
        self._chunks = ChatChunks(
            self._head,
            includes_usage=chat.includes_usage,
            is_older_form=self._is_older_form,
            shows_reasoning=chat.shows_reasoning,
        )

    def completion(self, events: list[list[AnswerEvent]]) -> ChatCompletion:
        """The whole response of a request that does not stream; the events are by answer."""
        completion: ChatCompletion = {
            **self._head,
            "object": "chat.completion",
            "choices": [self._choice(index, each) for index, each in enumerate(events)],
            "usage": self._usage(),
        }
        if self._has_token_ids:
            completion["prompt_token_ids"] = self._prompt_token_ids()
        return completion

    def start(self) -> list[bytes]:
        """Each answer's first chunk. Its content is empty because some clients skip this chunk."""
        delta: ChatDelta = {"role": "assistant", "content": "", "refusal": None}
        indices = range(len(self._answers.generations))
        chunks = [self._chunks.chunk(index, delta, None) for index in indices]
        if self._has_token_ids:
            chunks[0]["prompt_token_ids"] = self._prompt_token_ids()
        if self._echoed:
            chunks += [
                self._chunks.chunk(index, {"content": self._echoed}, None) for index in indices
            ]
        return [frame(chunk) for chunk in chunks]

    def frames(self, index: int, events: list[AnswerEvent]) -> list[bytes]:
        """A chunk for each event that shows."""
        frames = []
        for event in events:
            if type(event) is ContentDelta:  # one for every token
                frames.append(self._chunks.text(index, "content", event.text))
            elif written := self._chunks.event(index, event):
                frames.append(written)
        if self._has_token_ids:
            chunk = self._chunks.chunk(index, {}, None)
            chunk["choices"][0]["token_ids"] = self._token_ids(index)
            frames.append(frame(chunk))
        return frames

    def end(self, index: int) -> list[bytes]:
        """The chunk with the reason."""
        return [frame(self._chunks.chunk(index, {}, self._finish_reason(index)))]

    def finish(self) -> list[bytes]:
        """The usage, only for clients that asked: others index choices[0] and would break."""
        if not self._includes_usage:
            return [DONE]
        return [frame(self._chunks.chunk_of([], usage=self._usage())), DONE]

    def keep_alive(self) -> list[bytes]:
        return [keep_alive_frame(progress_of(self._answers, self._model))]

    def fail(self, error: ApiError) -> list[bytes]:
        """No [DONE] follows."""
        return [frame(error.body())]

    def _choice(self, index: int, events: list[AnswerEvent]) -> ChatChoice:
        answer = whole_answer(events)
        message: AnswerMessage = {
            "role": "assistant",
            "content": self._echoed + answer.content or (None if answer.calls else ""),
            "refusal": None,
            "annotations": [],
        }
        if answer.reasoning and self._shows_reasoning:
            message["reasoning_content"] = answer.reasoning
        if answer.calls:
            self._add_calls(message, answer.calls)
        choice: ChatChoice = {
            "index": index,
            "message": message,
            "logprobs": chat_logprobs(events) if self._has_logprobs else None,
            "finish_reason": self._finish_reason(index),
        }
        if self._has_token_ids:
            choice["token_ids"] = self._token_ids(index)
        return choice

    def _prompt_token_ids(self) -> list[int]:
        return list(self._answers.generations[0].tokens.submit.prompt_token_ids)

    def _token_ids(self, index: int) -> list[int]:
        return self._answers.generations[index].take_token_ids()

    def _finish_reason(self, index: int) -> ChatFinishReason:
        generation = self._answers.generations[index]
        if generation.finish_reason == "stop" and generation.has_calls:
            return "function_call" if self._is_older_form else "tool_calls"
        return generation.finish_reason

    def _add_calls(self, message: AnswerMessage, calls: Sequence[WrittenCall]) -> None:
        functions: list[AnswerFunction] = [
            {"name": call.name, "arguments": call.arguments} for call in calls
        ]
        if self._is_older_form:
            message["function_call"] = functions[0]
        else:
            message["tool_calls"] = [
                {"id": new_call_id(), "type": "function", "function": function}
                for function in functions
            ]

    def _usage(self) -> ChatUsage:
        prompt, completion = self._answers.num_prompt_tokens, self._answers.num_completion_tokens
        reasoning = sum(generation.num_reasoning_tokens for generation in self._answers.generations)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {
                "cached_tokens": self._answers.num_cached_tokens,
                "audio_tokens": 0,
            },
            "completion_tokens_details": {
                "reasoning_tokens": reasoning,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }
