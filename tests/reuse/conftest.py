"""Requests for answers that are the same every time."""

from dataclasses import dataclass

from batching.engine.sampling_params import SamplingParams
from batching.messages import Priority, StopRules, Submit
from reuse.answer_key import AnswerRequest
from reuse.stored_answer import StoredAnswer

GREEDY = SamplingParams(temperature=0)


def wanted(
    name: str,
    *prompt: int,
    client: str = "",
    priority: Priority = "interactive",
    sampling: SamplingParams = GREEDY,
    max_tokens: int = 3,
    has_seed: bool = False,
    owner: str = "",
    text_end: str = "",
) -> AnswerRequest:
    submit = Submit(
        name, prompt or (1, 2), sampling, StopRules(max_tokens), client=client, priority=priority
    )
    return AnswerRequest(submit, has_seed, owner, text_end)


@dataclass
class WallClock:
    """Stands in for the time of day."""

    now_unix: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now_unix


def stored(*token_ids: int) -> StoredAnswer:
    return StoredAnswer(token_ids, "stop")
