"""Which prompt is read next, as values."""

from typing import Any

import pytest

from batching.engine.sampling_params import SamplingParams
from batching.messages import Priority, StopRules, Submit
from batching.prefill_speed import PrefillSpeed
from batching.scheduler import (
    MIN_CHUNK_TOKENS,
    TURN_SECONDS,
    PrefillChunk,
    RoomPlan,
    plan_beside_rows,
    plan_prefill,
    plan_room,
    step_end,
)
from batching.sequence import Sequence

TOKENS_PER_SECOND = 1000
NOW = 1000.0


def sequence(
    name: str,
    *,
    num_tokens: int,
    num_prefilled: int = 0,
    waited_seconds: float = 0.0,
    client: str = "",
    priority: Priority = "interactive",
) -> Sequence:
    stop_rules = StopRules(max_tokens=9)
    submit = Submit(
        name, (1,) * num_tokens, SamplingParams(), stop_rules, client=client, priority=priority
    )
    made = Sequence(submit, NOW - waited_seconds)
    made.num_prefilled = num_prefilled
    return made


def measured_speed() -> PrefillSpeed:
    speed = PrefillSpeed()
    speed.note(TOKENS_PER_SECOND, at=0, seconds=1.0)
    return speed


def plan(
    *sequences: Sequence, seconds_left: float | None = None, is_first: bool = True
) -> PrefillChunk | None:
    return plan_prefill(
        sequences,
        measured_speed(),
        now_seconds=NOW,
        seconds_left=seconds_left,
        max_tokens=256,
        is_first=is_first,
    )


def plan_beside(
    *sequences: Sequence, seconds_left: float | None, max_tokens: int = 256
) -> list[tuple[str, int]]:
    chunks = plan_beside_rows(
        sequences,
        measured_speed(),
        now_seconds=NOW,
        seconds_left=seconds_left,
        max_tokens=max_tokens,
    )
    return [(chunk.sequence.sequence_id, chunk.num_tokens) for chunk in chunks]


def chosen(*sequences: Sequence) -> str:
    chunk = plan(*sequences)
    assert chunk is not None
    return chunk.sequence.sequence_id


def test_without_prompts_there_is_nothing_to_read() -> None:
    assert plan() is None
    assert plan(sequence("decoding", num_tokens=4, num_prefilled=4)) is None


def test_without_a_budget_a_chunk_is_as_long_as_it_may_be() -> None:
    prompt = sequence("a", num_tokens=1024)
    assert plan(prompt) == PrefillChunk(prompt, 256)


def test_with_a_budget_a_chunk_is_what_the_measured_speed_allows() -> None:
    prompt = sequence("a", num_tokens=1000)
    assert plan(prompt, seconds_left=0.05) == PrefillChunk(prompt, 50)
    assert plan(prompt, seconds_left=9.0) == PrefillChunk(prompt, 250)


def test_the_first_chunk_of_a_step_is_read_even_if_the_time_is_over() -> None:
    prompt = sequence("a", num_tokens=1000)
    assert plan(prompt, seconds_left=-1.0) == PrefillChunk(prompt, MIN_CHUNK_TOKENS)
    assert plan(prompt, seconds_left=0.005, is_first=False) is None


def test_the_chunks_of_a_prompt_are_about_equal() -> None:
    prompt = sequence("a", num_tokens=60)
    assert plan(prompt, seconds_left=0.05) == PrefillChunk(prompt, 30)
    assert plan(prompt, seconds_left=0.06) == PrefillChunk(prompt, 60)


def test_a_step_does_not_end_with_a_crumb_of_a_long_prompt() -> None:
    long = sequence("long", num_tokens=1000)
    assert plan(long, seconds_left=0.05, is_first=False) is None
    short = sequence("short", num_tokens=40)
    assert plan(long, short, seconds_left=0.05, is_first=False) == PrefillChunk(short, 40)


@pytest.mark.parametrize(
    ("decode_seconds", "ends"), [(0.02, 0.1), (0.05, 0.1), (0.1, 0.15), (0.16, 0.24), (0.3, 0.4)]
)
def test_prompts_have_half_of_the_budget_or_half_as_long_as_the_decode_up_to_the_budget(
    decode_seconds: float, ends: float
) -> None:
    step_ends = step_end(7.0, decoded_seconds=7.0 + decode_seconds, budget_seconds=0.1)
    assert step_ends == pytest.approx(7.0 + ends)


def test_a_short_prompt_does_not_wait_for_a_long_one() -> None:
    long = sequence("long", num_tokens=4000, num_prefilled=100, waited_seconds=1.0)
    assert chosen(long, sequence("short", num_tokens=200)) == "short"


def test_a_prompt_that_has_waited_long_enough_comes_first() -> None:
    long = sequence("long", num_tokens=4000, waited_seconds=25.0)
    assert chosen(long, sequence("short", num_tokens=200)) == "long"


def test_a_client_with_one_prompt_comes_before_one_with_many() -> None:
    many = [sequence(f"nas{i}", num_tokens=100, client="nas") for i in range(8)]
    chat = sequence("chat", num_tokens=2000, client="person")
    assert chosen(*many, chat) == "chat"


def test_running_answers_count_for_their_client_too() -> None:
    many = [
        sequence(f"nas{i}", num_tokens=9, num_prefilled=9, client="nas", waited_seconds=5.0)
        for i in range(8)
    ]
    another = sequence("one more", num_tokens=100, client="nas")
    assert chosen(*many, another, sequence("chat", num_tokens=2000, client="person")) == "chat"


def test_the_batch_class_is_read_last_but_not_never() -> None:
    chat = sequence("chat", num_tokens=4000, client="a")
    batch = sequence("batch", num_tokens=10, client="b", priority="batch")
    assert chosen(batch, chat) == "chat"
    aged = sequence("batch", num_tokens=10, client="b", priority="batch", waited_seconds=200.0)
    assert chosen(aged, chat) == "batch"


def names(sequences: list[Sequence]) -> list[str]:
    return [each.sequence_id for each in sequences]


def running(name: str, num_tokens: int, **more: Any) -> Sequence:
    return sequence(name, num_tokens=num_tokens, num_prefilled=num_tokens, **more)


def paused(name: str, num_tokens: int, **more: Any) -> Sequence:
    made = sequence(name, num_tokens=num_tokens, **more)
    made.is_paused = True
    return made


def room(*sequences: Sequence, kv_tokens: int = 1000) -> RoomPlan:
    return plan_room(sequences, kv_tokens, now_seconds=NOW)


def test_what_fits_neither_pauses_nor_resumes() -> None:
    plan = room(running("a", 100), running("b", 400))
    assert (plan.pause, plan.resume) == ([], [])


def test_whoever_came_last_pauses_when_the_rows_outgrow_the_room() -> None:
    old = running("old", 400, waited_seconds=9.0)
    new = running("new", 600, waited_seconds=1.0)
    assert names(room(old, new).pause) == ["new"]


def test_the_batch_class_pauses_before_the_interactive_one() -> None:
    batch = running("batch", 100, waited_seconds=9.0, priority="batch")
    assert names(room(batch, running("chat", 500)).pause) == ["batch"]


def test_one_sequence_always_runs() -> None:
    assert names(room(running("a", 900), running("b", 5000)).pause) == ["b"]
    assert room(running("b", 5000)).pause == []


def test_a_paused_sequence_goes_on_when_there_is_room_to_grow() -> None:
    waiting = paused("p", 200)
    assert names(room(running("a", 200), waiting).resume) == ["p"]
    assert room(running("a", 300), waiting).resume == []


def test_alone_a_paused_sequence_always_goes_on() -> None:
    assert names(room(paused("p", 200), kv_tokens=200).resume) == ["p"]


def test_a_long_sequence_whose_turn_is_over_makes_way_for_newcomers() -> None:
    hog = running("hog", 900, waited_seconds=TURN_SECONDS)
    chats = [running(f"chat{i}", 20) for i in range(6)]
    assert names(room(hog, *chats).pause) == ["hog"]


def test_a_sequence_that_was_paused_for_a_turn_goes_before_all_others() -> None:
    hog = paused("hog", 900, waited_seconds=TURN_SECONDS)
    chats = [running(f"chat{i}", 20) for i in range(6)]
    plan = room(*chats, hog)
    assert names(plan.resume) == ["hog"]
    assert len(plan.pause) == 6


def test_who_computes_what_an_urgent_one_waits_for_is_as_urgent() -> None:
    owner = sequence("owner", num_tokens=500, client="a", priority="batch")
    urgent = sequence("urgent", num_tokens=500, client="b")
    urgent.waits_for = "owner"
    others = [sequence(f"other{i}", num_tokens=600, client=f"c{i}") for i in range(3)]
    assert chosen(owner, urgent, *others) == "owner"


def test_beside_rows_the_time_is_filled_with_chunks_of_the_shortest_prompts() -> None:
    prompts = [sequence(name, num_tokens=size) for name, size in (("long", 500), ("short", 40))]
    decoding = sequence("decoding", num_tokens=4, num_prefilled=4)
    assert plan_beside(*prompts, decoding, seconds_left=0.1) == [("short", 40), ("long", 60)]
    assert plan_beside(*prompts, seconds_left=None) == [("short", 40), ("long", 216)]
    assert plan_beside(decoding, seconds_left=0.1) == []


def test_beside_rows_a_first_chunk_is_read_when_there_is_no_time() -> None:
    prompts = [sequence("a", num_tokens=100), sequence("b", num_tokens=101)]
    assert plan_beside(*prompts, seconds_left=-1.0) == [("a", MIN_CHUNK_TOKENS)]


def test_beside_rows_a_prompt_that_is_nearly_read_is_read_to_its_end() -> None:
    prompts = [sequence("a", num_tokens=125), sequence("b", num_tokens=500)]
    assert plan_beside(*prompts, seconds_left=0.1) == [("a", 125)]
    assert plan_beside(sequence("a", num_tokens=126), seconds_left=0.1) == [("a", 100)]
    assert plan_beside(*prompts, seconds_left=0.1, max_tokens=110) == [("a", 100)]


def test_beside_rows_no_prompt_is_begun_for_a_crumb() -> None:
    prompts = [sequence("a", num_tokens=40), sequence("b", num_tokens=100)]
    assert plan_beside(*prompts, seconds_left=0.05) == [("a", 40)]
    assert plan_beside(*prompts, seconds_left=None, max_tokens=50) == [("a", 40)]
