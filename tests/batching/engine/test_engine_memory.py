"""What an engine says it holds."""

from batching.engine.loader import LanguageModel
from batching.engine.mlx_engine import MlxEngine
from tests.batching.engine.test_mlx_engine import SPEC, make_sequence, prefill_all


def test_sequences_hold_memory_from_their_first_chunk_to_their_end(model: LanguageModel) -> None:
    engine = MlxEngine(model, SPEC)
    assert (engine.memory().kv_bytes, engine.num_sequences) == (0, 0)
    engine.add(make_sequence("a", range(1, 40)))
    engine.prefill("a", 16)
    read_bytes = engine.memory().kv_bytes
    assert read_bytes > 0
    prefill_all(engine, make_sequence("b", range(1, 40)))
    assert engine.memory().kv_bytes > read_bytes  # on its way into the batch
    engine.decode(ahead=False)
    memory = engine.memory()
    assert memory.kv_bytes > read_bytes
    assert engine.num_sequences == 2
    assert 0 < memory.active_bytes <= memory.peak_bytes
    engine.remove(["a", "b"])
    assert (engine.memory().kv_bytes, engine.num_sequences) == (0, 0)
