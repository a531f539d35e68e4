"""The text completions dialect: completions and chunks as OpenAI writes them.

Thread: event loop.
"""

import time
from collections.abc import Sequence

import orjson

from api.answers import Answers
from api.completions.answer_types import (
    Completion,
    CompletionChoice,
    CompletionLogprobs,
    CompletionUsage,
)
from api.completions.logprobs import LogprobsWriter, joined, mean_logprob
from api.completions.schemas import CompletionRequest
from api.content_log import LoggedContent
from api.errors import ApiError
from api.ids import new_id
from api.progress import progress_of
from api.sse import CONTENT_TYPE, DONE, data_frame, keep_alive_frame
from batching.messages import FinishReason
from prompts.answer import AnswerEvent, ContentDelta, whole_answer
from served_model import ServedModel


class CompletionAnswer:
    """Builds every JSON of one response; id, time and model are the same in all of them.

    It is the AnswerWriter of this dialect. `prompts` are texts, for a request that wants them
    echoed.
    """

    content_type = CONTENT_TYPE

    def __init__(
        self,
        request: CompletionRequest,
        model: ServedModel,
        answers: Answers,
        *,
        prompts: Sequence[str],
    ) -> None:
        self._request = request
        self._model = model
        self._answers = answers
        self._prompts = prompts
        self._id = f"cmpl-{new_id()}"
        self._created_unix = int(time.time())
        num_answers = len(answers.generations)
        self._has_begun = [False] * num_answers
        self._logprobs = [LogprobsWriter() for _ in range(num_answers)]
        self._around: dict[int, tuple[bytes, bytes]] = {}

    def completion(self, events: list[list[AnswerEvent]]) -> Completion:
        """The whole response of a request that does not stream; the events are by answer."""
        choices = [
            self._whole_choice(number, index, events[index])
            for number, index in enumerate(self._handed_out(events))
        ]
        return {**self._completion(choices), "usage": self._usage()}

    def start(self) -> list[bytes]:
        """Nothing: an answer begins with its text."""
        return []

    def frames(self, index: int, events: list[AnswerEvent]) -> list[bytes]:
        """A chunk for each event; before the first, the prompt if it is echoed."""
        frames = self._opening(index)
        for event in events:
            match event:
                case LoggedContent(text):
                    logprobs = self._logprobs[index].of_answer([event])
                    frames.append(self._chunk(index, text, logprobs))
                case ContentDelta(text):
                    frames.append(self._text_frame(index, text))
        return frames

    def end(self, index: int) -> list[bytes]:
        """The chunk with the reason."""
        reason = self._answers.generations[index].finish_reason
        return [*self._opening(index), self._chunk(index, "", finish_reason=reason)]

    def finish(self) -> list[bytes]:
        """The usage, only for clients that asked: others index choices[0] and would break."""
        if not self._request.includes_usage:
            return [DONE]
        usage: Completion = {**self._completion([]), "usage": self._usage()}
        return [data_frame(orjson.dumps(usage)), DONE]

    def keep_alive(self) -> list[bytes]:
        return [keep_alive_frame(progress_of(self._answers, self._model))]

    def fail(self, error: ApiError) -> list[bytes]:
        """No [DONE] follows."""
        return [data_frame(orjson.dumps(error.body()))]

    def _handed_out(self, events: list[list[AnswerEvent]]) -> list[int]:
        """The answers that the client gets; of each prompt's the best, if there are more."""
        per_prompt = self._answers.num_per_prompt
        indices: list[int] = []
        for first in range(0, len(events), per_prompt):
            of_prompt = range(first, first + per_prompt)
            if self._request.picks_best:
                ranked = sorted(of_prompt, key=lambda index: -mean_logprob(events[index]))
                indices += ranked[: self._request.n]
            else:
                indices += of_prompt
        return indices

    def _whole_choice(self, number: int, index: int, events: list[AnswerEvent]) -> CompletionChoice:
        text, logprobs = whole_answer(events).content, None
        if self._request.logprobs is not None:
            echoed = self._prompt_logprobs(index)
            logprobs = self._logprobs[index].of_answer(events)
            logprobs = joined(echoed, logprobs) if echoed else logprobs
        reason = self._answers.generations[index].finish_reason
        return _choice(number, self._echo(index) + text, logprobs, reason)

    def _opening(self, index: int) -> list[bytes]:
        """The chunk with the prompt, before an answer's first one."""
        if self._has_begun[index]:
            return []
        self._has_begun[index] = True
        if not self._request.echo:
            return []
        return [self._chunk(index, self._echo(index), self._prompt_logprobs(index))]

    def _echo(self, index: int) -> str:
        if not self._request.echo:
            return ""
        return self._prompts[index // self._answers.num_per_prompt]

    def _prompt_logprobs(self, index: int) -> CompletionLogprobs | None:
        if not self._request.echo or self._request.logprobs is None:
            return None
        tokens = self._answers.generations[index].tokens
        return self._logprobs[index].of_prompt(
            tokens.submit.prompt_token_ids,
            self._echo(index),
            tokens.prompt_logprobs,
            self._model.tokenizer,
        )

    def _text_frame(self, index: int, text: str) -> bytes:
        """The text is the only thing that differs from chunk to chunk."""
        around = self._around.get(index)
        if around is None:
            start, _, end = self._chunk(index, "").rpartition(b'""')
            around = self._around[index] = (start, end)
        return around[0] + orjson.dumps(text) + around[1]

    def _chunk(
        self,
        index: int,
        text: str,
        logprobs: CompletionLogprobs | None = None,
        finish_reason: FinishReason | None = None,
    ) -> bytes:
        chunk = self._completion([_choice(index, text, logprobs, finish_reason)])
        if self._request.includes_usage:
            chunk["usage"] = None
        return data_frame(orjson.dumps(chunk))

    def _completion(self, choices: list[CompletionChoice]) -> Completion:
        return {
            "id": self._id,
            "object": "text_completion",
            "created": self._created_unix,
            "model": self._model.name,
            "system_fingerprint": self._model.fingerprint,
            "choices": choices,
        }

    def _usage(self) -> CompletionUsage:
        prompt, completion = self._answers.num_prompt_tokens, self._answers.num_completion_tokens
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": self._answers.num_cached_tokens},
        }


def _choice(
    index: int, text: str, logprobs: CompletionLogprobs | None, finish_reason: FinishReason | None
) -> CompletionChoice:
    return {"text": text, "index": index, "logprobs": logprobs, "finish_reason": finish_reason}
