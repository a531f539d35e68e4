"""The chat completions dialect: answers and chunks as OpenAI writes them.

Thread: event loop.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Literal

import orjson

from api.answers import Answers
from api.chat_answer_types import (
    AnswerFunction,
    AnswerMessage,
    ChatAnswerHead,
    ChatChoice,
    ChatChunkChoice,
    ChatCompletion,
    ChatCompletionChunk,
    ChatDelta,
    ChatFinishReason,
    ChatLogprobs,
    ChatUsage,
    FunctionDelta,
    ServiceTier,
    TokenLogprob,
    ToolCallDelta,
    TopLogprob,
)
from api.chat_schemas import ChatRequest
from api.content_log import LoggedContent, RatedToken
from api.errors import ApiError
from api.ids import new_id
from api.sse import CONTENT_TYPE, DONE, KEEP_ALIVE, data_frame
from batching.messages import Priority
from prompts.answer import (
    AnswerEvent,
    ContentDelta,
    ReasoningDelta,
    ToolCallArguments,
    ToolCallStarted,
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
        self._around: dict[tuple[int, str], tuple[bytes, bytes]] = {}

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
        chunks = [self._chunk(index, delta, None) for index in indices]
        if self._has_token_ids:
            chunks[0]["prompt_token_ids"] = self._prompt_token_ids()
        if self._echoed:
            chunks += [self._chunk(index, {"content": self._echoed}, None) for index in indices]
        return [_frame(chunk) for chunk in chunks]

    def frames(self, index: int, events: list[AnswerEvent]) -> list[bytes]:
        """A chunk for each event that shows."""
        frames = []
        for event in events:
            if type(event) is ContentDelta:  # one for every token
                frames.append(self._text_frame(index, "content", event.text))
            elif frame := self._event_frame(index, event):
                frames.append(frame)
        if self._has_token_ids:
            chunk = self._chunk(index, {}, None)
            chunk["choices"][0]["token_ids"] = self._token_ids(index)
            frames.append(_frame(chunk))
        return frames

    def end(self, index: int) -> list[bytes]:
        """The chunk with the reason."""
        return [_frame(self._chunk(index, {}, self._finish_reason(index)))]

    def finish(self) -> list[bytes]:
        """The usage, only for clients that asked: others index choices[0] and would break."""
        if not self._includes_usage:
            return [DONE]
        return [_frame(self._chunk_of([], usage=self._usage())), DONE]

    def keep_alive(self) -> list[bytes]:
        return [KEEP_ALIVE]

    def fail(self, error: ApiError) -> list[bytes]:
        """No [DONE] follows."""
        return [_frame(error.body())]

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
            "logprobs": _logprobs(events) if self._has_logprobs else None,
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
                {"id": _new_call_id(), "type": "function", "function": function}
                for function in functions
            ]

    def _event_frame(self, index: int, event: AnswerEvent) -> bytes | None:
        match event:
            case LoggedContent(text):
                logprobs = _logprobs([event])
                return _frame(self._chunk(index, {"content": text}, None, logprobs))
            case ReasoningDelta(text) if self._shows_reasoning:
                return self._text_frame(index, "reasoning_content", text)
            case ToolCallStarted(call, name):
                return self._call_frame(index, call, {"name": name, "arguments": ""}, is_first=True)
            case ToolCallArguments(call, text):
                return self._call_frame(index, call, {"arguments": text}, is_first=False)
        return None

    def _call_frame(
        self, index: int, call: int, function: FunctionDelta, *, is_first: bool
    ) -> bytes:
        """A piece of a call. Its id comes once: clients take a second one for a second call."""
        if self._is_older_form:
            return _frame(self._chunk(index, {"function_call": function}, None))
        piece: ToolCallDelta = {"index": call, "function": function}
        if is_first:
            piece = {"index": call, "id": _new_call_id(), "type": "function", "function": function}
        return _frame(self._chunk(index, {"tool_calls": [piece]}, None))

    def _text_frame(
        self, index: int, field: Literal["content", "reasoning_content"], text: str
    ) -> bytes:
        """The text is the only thing that differs from chunk to chunk."""
        around = self._around.get((index, field))
        if around is None:
            delta: ChatDelta = {"content": ""} if field == "content" else {"reasoning_content": ""}
            empty = _frame(self._chunk(index, delta, None))
            start, _, end = empty.rpartition(b'""')
            around = self._around[index, field] = (start, end)
        return around[0] + orjson.dumps(text) + around[1]

    def _chunk(
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
        return self._chunk_of([choice], usage=None)

    def _chunk_of(
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


def _frame(chunk: object) -> bytes:
    return data_frame(orjson.dumps(chunk))


def _new_call_id() -> str:
    return f"call_{new_id()[:24]}"


def _logprobs(events: Iterable[AnswerEvent]) -> ChatLogprobs:
    """Of the content's tokens only: reasoning and calls have none."""
    tokens: list[TokenLogprob] = [
        {**_rated(token.chosen), "top_logprobs": [_rated(each) for each in token.top]}
        for event in events
        if isinstance(event, LoggedContent)
        for token in event.tokens
    ]
    return {"content": tokens, "refusal": None}


def _rated(token: RatedToken) -> TopLogprob:
    utf8 = list(token.utf8) or None
    return {"token": token.text, "logprob": token.logprob, "bytes": utf8}
