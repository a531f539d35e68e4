"""The MLX engine against mlx-lm's own single-sequence generation."""

import gc
import random
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import mlx.core as mx
import pytest
from mlx_lm.generate import generate_step

from batching.engine.errors import BadLogits, EngineError, InvalidSequence
from batching.engine.loader import LanguageModel, load_language_model
from batching.engine.make_engine import make_mlx_engine
from batching.engine.memory import plan_memory
from batching.engine.mlx_engine import MlxEngine
from batching.engine.model_source import inspect_model
from batching.engine.protocol import Engine, EngineSequence, EngineSpec
from batching.engine.sampling_params import SamplingParams

SPEC = EngineSpec(vocab_size=512, context_length=256, max_slots=8)
GREEDY = SamplingParams(temperature=0)

ROOT = Path(__file__).resolve().parents[3]
BUNDLED_MODEL = ROOT / "models" / "tiny"


@pytest.fixture
def engine(model: LanguageModel) -> MlxEngine:
    return MlxEngine(model, SPEC)


def make_engine(folder: Path) -> Engine:
    """As the server makes it."""
    facts = inspect_model(str(folder))
    plan = plan_memory(facts, limit_bytes=10**9, max_slots=8, context_length=None, dtype="float32")
    return make_mlx_engine(facts, lambda stage, percent: None, plan=plan, dtype="float32")


def make_sequence(
    sequence_id: str,
    prompt: Sequence[int],
    *,
    generated: Sequence[int] = (),
    sampling: SamplingParams = GREEDY,
) -> EngineSequence:
    return EngineSequence(sequence_id, (*prompt, *generated), len(prompt), sampling)


def make_prompt(rng: random.Random) -> list[int]:
    return [rng.randrange(512) for _ in range(rng.choice([1, rng.randint(2, 60)]))]


def prefill_all(engine: Engine, sequence: EngineSequence, *, chunk: int = 16) -> None:
    """Add and prefill; the first token comes with a decode."""
    engine.add(sequence)
    num_left = len(sequence.token_ids)
    while num_left:
        engine.prefill(sequence.sequence_id, min(chunk, num_left))
        num_left -= min(chunk, num_left)


def generate(
    engine: Engine, sequence: EngineSequence, num_tokens: int, *, ahead: bool = True
) -> list[int]:
    """A sequence's answer; what else is in the batch goes on beside it."""
    prefill_all(engine, sequence)
    token_ids: list[int] = []
    while len(token_ids) < num_tokens:
        tokens = engine.decode(ahead=ahead)
        token_ids += [t.token_id for t in tokens if t.sequence_id == sequence.sequence_id]
    engine.remove([sequence.sequence_id])
    return token_ids


def oracle(model: LanguageModel, prompt: Sequence[int], num_tokens: int) -> list[int]:
    steps = generate_step(mx.array(list(prompt)), model.module, max_tokens=num_tokens)
    return [int(token) for token, _ in islice(steps, num_tokens)]


def assert_greedy(model: LanguageModel, prompt: Sequence[int], answer: Sequence[int]) -> None:
    """Each token is the best one behind those before it, or as good: a random model has logits
    that differ by less than what the shape of a batch changes."""
    logits = model.module(mx.array([[*prompt, *answer]]))[0, len(prompt) - 1 : -1]
    chosen = mx.take_along_axis(logits, mx.array(list(answer))[:, None], axis=-1)[:, 0]
    assert mx.all(mx.max(logits, axis=-1) - chosen < 0.001).item()


@pytest.mark.parametrize("seed", range(4))
def test_greedy_text_under_random_joins_and_leaves_equals_single_generation(
    model: LanguageModel, seed: int
) -> None:
    engine = MlxEngine(model, SPEC)
    rng = random.Random(seed)
    prompts = {f"s{i}": make_prompt(rng) for i in range(12)}
    lengths = {sequence_id: rng.randint(1, 30) for sequence_id in prompts}
    answers: dict[str, list[int]] = {}
    waiting = list(prompts)
    running: set[str] = set()
    while waiting or running:
        if waiting and len(running) < SPEC.max_slots and rng.random() < 0.4:
            sequence_id = waiting.pop()
            sequence = make_sequence(sequence_id, prompts[sequence_id])
            prefill_all(engine, sequence, chunk=rng.randint(1, 40))
            answers[sequence_id] = []
            running.add(sequence_id)
        for token in engine.decode(ahead=rng.random() < 0.5) if rng.random() < 0.8 else []:
            answers[token.sequence_id].append(token.token_id)
        done = [name for name in running if len(answers[name]) >= lengths[name]]
        engine.remove(done)
        running.difference_update(done)
    for sequence_id, prompt in prompts.items():
        assert_greedy(model, prompt, answers[sequence_id])


def test_a_resumed_sequence_goes_on_as_if_never_interrupted(engine: MlxEngine) -> None:
    for sampling in (
        GREEDY,
        SamplingParams(seed=11),
        SamplingParams(seed=11, frequency_penalty=1.5, repetition_penalty=1.3),
    ):
        whole = generate(engine, make_sequence("a", range(20), sampling=sampling), 24)
        resumed = make_sequence("a", range(20), generated=whole[:9], sampling=sampling)
        assert generate(engine, resumed, 15) == whole[9:]


def test_a_seeded_sequence_is_the_same_alone_and_among_seven_others(engine: MlxEngine) -> None:
    sequence = make_sequence("seeded", range(30), sampling=SamplingParams(seed=5, top_p=0.95))
    alone = generate(engine, sequence, 20)
    for i in range(7):
        prefill_all(
            engine, make_sequence(f"other{i}", range(i + 1), sampling=SamplingParams(seed=i))
        )
    engine.decode(ahead=True)
    assert generate(engine, sequence, 20) == alone
    assert len(set(alone)) > 10


def test_removal_in_every_state_leaves_nothing(engine: MlxEngine) -> None:
    gc.collect()
    mx.clear_cache()
    bytes_before = mx.get_active_memory()
    engine.add(make_sequence("added", range(40)))
    engine.add(make_sequence("half prefilled", range(40)))
    engine.prefill("half prefilled", 10)
    for name in ("decoding", "decoding too"):
        prefill_all(engine, make_sequence(name, range(40)))
    engine.decode(ahead=True)
    prefill_all(engine, make_sequence("about to join", range(40)))
    engine.remove(["added", "half prefilled", "decoding", "unknown"])
    engine.remove(["about to join"])
    assert [token.sequence_id for token in engine.decode(ahead=True)] == ["decoding too"]
    engine.remove(["decoding too"])
    assert engine.decode(ahead=True) == []
    mx.synchronize()
    assert mx.get_active_memory() <= bytes_before


def test_an_id_can_come_back_at_once(engine: MlxEngine, model: LanguageModel) -> None:
    prefill_all(engine, make_sequence("a", range(9)))
    prefill_all(engine, make_sequence("b", range(5, 25)))
    engine.decode(ahead=True)
    engine.remove(["a"])
    assert generate(engine, make_sequence("a", range(50, 60)), 8) == oracle(model, range(50, 60), 8)


def test_another_thread_is_refused(engine: MlxEngine) -> None:
    errors: list[BaseException] = []

    def call_from_elsewhere() -> None:
        try:
            engine.decode(ahead=True)
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=call_from_elsewhere)
    thread.start()
    thread.join()
    assert "thread" in str(errors[0])


def test_a_sequence_that_does_not_fit_is_refused_before_anything_is_computed(
    engine: MlxEngine,
) -> None:
    bias = SamplingParams(logit_bias=((512, 1.0),))
    for sequence, reason in (
        (make_sequence("a", []), "at least 1"),
        (make_sequence("a", [0] * 257), "257 tokens; the limit is 256"),
        (make_sequence("a", [3, 512]), "token 512; the vocabulary has 512"),
        (make_sequence("a", [-1]), "token -1"),
        (make_sequence("a", [1], sampling=bias), "token 512"),
    ):
        with pytest.raises(InvalidSequence, match=reason):
            engine.add(sequence)
    for i in range(8):
        engine.add(make_sequence(f"s{i}", [1]))
    with pytest.raises(InvalidSequence, match="already"):
        engine.add(make_sequence("s3", [1]))
    with pytest.raises(InvalidSequence, match="all 8 slots"):
        engine.add(make_sequence("one too many", [1]))


def test_more_than_is_left_cannot_be_prefilled(engine: MlxEngine) -> None:
    engine.add(make_sequence("a", range(10)))
    engine.prefill("a", 6)
    with pytest.raises(ValueError, match="4 are left"):
        engine.prefill("a", 5)


def test_unusable_logits_fail_the_row_by_name(engine: MlxEngine) -> None:
    # No API edge lets such a bias through; here it stands for a model that computes nonsense.
    nonsense = SamplingParams(temperature=0, logit_bias=((3, float("nan")),))
    prefill_all(engine, make_sequence("sound", range(5)))
    prefill_all(engine, make_sequence("broken", range(5), sampling=nonsense))
    with pytest.raises(BadLogits, match="broken") as caught:
        engine.decode(ahead=True)
    assert caught.value.sequence_ids == ("broken",)
    engine.remove(["broken"])
    assert [token.sequence_id for token in engine.decode(ahead=True)] == ["sound"]


def test_a_closed_engine_holds_no_memory_and_refuses_work(model_folder: Path) -> None:
    def live() -> list[int]:
        engine = make_engine(model_folder)
        prefill_all(engine, make_sequence("a", range(5)))
        bytes_loaded = mx.get_active_memory()
        engine.close()
        engine.close()
        engine.remove(["a"])
        with pytest.raises(EngineError, match="closed"):
            engine.decode(ahead=True)
        return [bytes_loaded - mx.get_active_memory()]

    # On a thread of its own: a thread that has closed an engine is done with mlx.
    with ThreadPoolExecutor(1) as inference_thread:
        [bytes_freed] = inference_thread.submit(live).result()
    assert bytes_freed >= (model_folder / "model.safetensors").stat().st_size * 0.9


def test_a_process_that_served_on_a_thread_exits_with_zero(model_folder: Path) -> None:
    # Two of three such processes aborted until close() cleared mlx's streams.
    for _ in range(2):
        program = [sys.executable, "-c", PROGRAM_THAT_SERVES, str(model_folder)]
        subprocess.run(program, cwd=ROOT, check=True, timeout=60)


PROGRAM_THAT_SERVES = """
import sys, threading
from tests.batching.engine.test_mlx_engine import generate, make_engine, make_sequence
from pathlib import Path

def serve():
    engine = make_engine(Path(sys.argv[1]))
    generate(engine, make_sequence("a", range(50)), 20)
    engine.close()

thread = threading.Thread(target=serve)
thread.start()
thread.join()
"""


@pytest.mark.skipif(not BUNDLED_MODEL.is_dir(), reason="the bundled model is not there")
def test_the_bundled_model_answers_in_a_batch_as_it_does_alone() -> None:
    facts = inspect_model(str(BUNDLED_MODEL))
    model = load_language_model(facts, lambda stage, percent: None, dtype="float32")
    engine = MlxEngine(model, EngineSpec(model.vocab_size, facts.context_length, max_slots=8))
    rng = random.Random(3)
    prompts = {f"s{i}": make_prompt(rng) for i in range(8)}
    answers: dict[str, list[int]] = {name: [] for name in prompts}
    for name, prompt in prompts.items():
        prefill_all(engine, make_sequence(name, prompt))
    for _ in range(31):
        for token in engine.decode(ahead=True):
            answers[token.sequence_id].append(token.token_id)
    for name, prompt in prompts.items():
        assert answers[name] == oracle(model, prompt, 31)
