"""The plan of one step, as values."""

from batching.engine.protocol import SamplingParams
from batching.messages import StopRules, Submit
from batching.scheduler import PrefillChunk, StepPlan, plan_step
from batching.sequence import Sequence


def sequence(name: str, *, num_tokens: int, num_prefilled: int = 0) -> Sequence:
    submit = Submit(name, (1,) * num_tokens, SamplingParams(), StopRules(max_tokens=9))
    made = Sequence(submit)
    made.num_prefilled = num_prefilled
    return made


def test_nothing_to_do_is_an_empty_plan() -> None:
    assert plan_step([], chunk_tokens=16) == StepPlan(decodes=False, prefill=None)


def test_the_oldest_unread_prompt_is_read_a_chunk_at_a_time() -> None:
    old, new = sequence("old", num_tokens=40), sequence("new", num_tokens=5)
    assert plan_step([old, new], chunk_tokens=16) == StepPlan(False, PrefillChunk(old, 16))


def test_the_last_chunk_is_what_is_left() -> None:
    almost = sequence("a", num_tokens=40, num_prefilled=32)
    assert plan_step([almost], chunk_tokens=16).prefill == PrefillChunk(almost, 8)


def test_running_rows_decode_beside_a_prompt() -> None:
    running = sequence("r", num_tokens=4, num_prefilled=4)
    waiting = sequence("w", num_tokens=4)
    plan = plan_step([running, waiting], chunk_tokens=16)
    assert plan == StepPlan(True, PrefillChunk(waiting, 4))
