"""The fake engine keeps the protocol, and fails exactly where a test asks it to."""

from array import array
from dataclasses import replace

import pytest

from batching.engine.errors import EngineError, FatalEngineError, InvalidSequence
from batching.engine.fake import DEFAULT_SPEC, FakeEngine, fake_vector
from batching.engine.fake_faults import Faults
from batching.engine.protocol import Chunk, Engine, EngineSequence, EngineSpec, Vector
from batching.engine.sampling_params import SamplingParams

STOP = 2


def make_sequence(
    sequence_id: str, *prompt: int, generated: tuple[int, ...] = (), min_tokens: int = 0
) -> EngineSequence:
    return EngineSequence(
        sequence_id,
        prompt + generated,
        len(prompt),
        SamplingParams(),
        min_tokens=min_tokens,
        stop_token_ids=frozenset({STOP}),
    )


def start(engine: Engine, sequence: EngineSequence) -> None:
    """Add and prefill at once."""
    engine.add(sequence)
    engine.prefill(sequence.sequence_id, len(sequence.token_ids))


def test_chunks_are_read_beside_rows_and_the_last_one_brings_a_token() -> None:
    engine = FakeEngine(EngineSpec(256, 4096, max_slots=8, can_mix=True))
    start(engine, make_sequence("a", 10, 11, 12))
    engine.add(make_sequence("b", 20, 21, 22))
    tokens = engine.decode(ahead=False, chunks=[Chunk("b", 2)])
    assert [token.sequence_id for token in tokens] == ["a"]
    tokens = engine.decode(ahead=False, chunks=[Chunk("b", 1)])
    assert [(token.sequence_id, token.token_id) for token in tokens] == [("a", 11), ("b", 20)]


def test_rows_that_rest_get_no_token_beside_chunks() -> None:
    engine = FakeEngine(EngineSpec(256, 4096, max_slots=8, can_mix=True))
    start(engine, make_sequence("a", 10, 11))
    engine.add(make_sequence("b", 20, 21))
    assert engine.decode(ahead=False, chunks=[Chunk("b", 1)], rows_rest=True) == []
    [token] = engine.decode(ahead=False, chunks=[Chunk("b", 1)], rows_rest=True)
    assert (token.sequence_id, token.token_id) == ("b", 20)
    assert decode(engine) == {"a": 10, "b": 21}


def test_nothing_is_under_way_once_no_row_is_left() -> None:
    engine = FakeEngine(EngineSpec(256, 4096, max_slots=8, can_mix=True))
    start(engine, make_sequence("a", 10))
    engine.decode(ahead=True)
    engine.remove(["a"])
    engine.add(make_sequence("b", 20))
    [token] = engine.decode(ahead=False, chunks=[Chunk("b", 1)])
    assert (token.sequence_id, token.token_id) == ("b", 20)


@pytest.mark.parametrize("can_mix", [True, False])
def test_chunks_are_refused_where_an_engine_could_not_read_them(*, can_mix: bool) -> None:
    engine = FakeEngine(EngineSpec(256, 4096, max_slots=8, can_mix=can_mix))
    engine.add(make_sequence("a", 10, 11))
    start(engine, make_sequence("b", 20))
    engine.decode(ahead=True)
    with pytest.raises(ValueError, match="under way"):
        engine.decode(ahead=False, chunks=[Chunk("a", 1)])


def decode(engine: Engine) -> dict[str, int]:
    return {token.sequence_id: token.token_id for token in engine.decode(ahead=True)}


def test_it_echoes_the_prompt_and_stops() -> None:
    engine = FakeEngine()
    start(engine, make_sequence("a", 10, 11))
    assert [decode(engine)["a"] for _ in range(3)] == [10, 11, STOP]


def test_min_tokens_puts_the_stop_off() -> None:
    engine = FakeEngine()
    start(engine, make_sequence("a", 10, min_tokens=3))
    assert [decode(engine)["a"] for _ in range(4)] == [10, 10, 10, STOP]


def test_a_resumed_sequence_goes_on_at_its_position() -> None:
    engine = FakeEngine()
    start(engine, make_sequence("a", 10, 11, 12, generated=(10,)))
    assert decode(engine) == {"a": 11}


def test_a_script_decides_by_sequence_and_position() -> None:
    engine = FakeEngine(script=lambda sequence, position: len(sequence.token_ids) * 10 + position)
    start(engine, make_sequence("a", 1, 1))
    assert decode(engine) == {"a": 20}
    start(engine, make_sequence("b", 1))
    assert decode(engine) == {"a": 21, "b": 10}


def test_prefill_comes_in_chunks_and_the_row_decodes_only_after_the_last() -> None:
    engine = FakeEngine()
    engine.add(make_sequence("a", 10, 11, 12))
    engine.prefill("a", 2)
    assert decode(engine) == {}
    with pytest.raises(ValueError, match="1 are left"):
        engine.prefill("a", 2)
    engine.prefill("a", 1)
    assert engine.sequence_ids == {"a"}
    engine.remove(["a", "unknown"])
    assert engine.sequence_ids == frozenset()
    assert engine.num_calls == {"add": 1, "prefill": 3, "decode": 1, "remove": 1}


def test_it_refuses_what_the_real_engine_refuses() -> None:
    engine = FakeEngine(EngineSpec(vocab_size=20, context_length=4, max_slots=1))
    with pytest.raises(InvalidSequence, match="token 20"):
        engine.add(make_sequence("a", 20))
    with pytest.raises(InvalidSequence, match="5 tokens; the limit is 4"):
        engine.add(make_sequence("a", 1, 1, 1, 1, 1))
    engine.add(make_sequence("a", 1))
    with pytest.raises(InvalidSequence, match="all 1 slots"):
        engine.add(make_sequence("b", 1))
    engine.close()
    assert engine.is_closed
    with pytest.raises(EngineError, match="closed"):
        engine.decode(ahead=True)


def test_faults_come_at_the_call_they_were_ordered_for() -> None:
    faults = Faults()
    faults.fail_prefill(2, RuntimeError("second prefill"))
    faults.fail_decode(1, RuntimeError("first decode"))
    faults.die_at_decode(3)
    engine = FakeEngine(faults=faults)
    start(engine, make_sequence("a", 10))
    with pytest.raises(RuntimeError, match="second prefill"):
        start(engine, make_sequence("b", 10))
    with pytest.raises(RuntimeError, match="first decode"):
        engine.decode(ahead=True)
    assert decode(engine) == {"a": 10}
    with pytest.raises(FatalEngineError):
        engine.decode(ahead=True)


def test_a_poisoned_sequence_or_token_breaks_each_batch_it_is_in() -> None:
    faults = Faults()
    faults.fail_with_sequence("bad", RuntimeError("sequence"))
    faults.fail_with_token(99, RuntimeError("token"))
    engine = FakeEngine(faults=faults)
    start(engine, make_sequence("good", 10))
    for poison, reason in (
        (make_sequence("bad", 10), "sequence"),
        (make_sequence("other", 99), "token"),
    ):
        start(engine, poison)
        for _ in range(2):
            with pytest.raises(RuntimeError, match=reason):
                engine.decode(ahead=True)
        engine.remove([poison.sequence_id])
        assert "good" in decode(engine)


def test_a_step_takes_its_time_before_it_fails_or_answers() -> None:
    naps: list[float] = []
    engine = FakeEngine(step_seconds=0.25, sleep=naps.append)
    start(engine, make_sequence("a", 10))
    engine.decode(ahead=True)
    assert naps == [0.25]
    assert engine.max_rows_at_once == 1


def test_inputs_get_vectors_when_they_are_read() -> None:
    engine = FakeEngine(replace(DEFAULT_SPEC, embedding_size=3))
    engine.add(EngineSequence("job", (7, 8, 9), 3, SamplingParams(), input_lengths=(1, 2)))
    assert engine.prefill("job", 2).vectors == [Vector(0, fake_vector([7], 3))]
    assert engine.prefill("job", 1).vectors == [Vector(1, fake_vector([8, 9], 3))]
    assert array("f", fake_vector([8, 9], 3)).tolist() == [2.0, 8.0, 9.0]
