"""Log probabilities of a prompt against the model's own logits, read in one piece."""

import mlx.core as mx
import numpy as np
import pytest

from batching.engine.loader import LanguageModel
from batching.engine.mlx_engine import MlxEngine
from batching.engine.prompt_reader import MAX_RATED_TOKENS
from batching.engine.protocol import EngineSequence, PrefixMatch, TokenLogprobs
from batching.engine.sampling_params import SamplingParams
from tests.batching.engine.test_mlx_engine import SPEC, make_sequence
from tests.batching.engine.test_prefix_in_engine import make_engine

PROMPT = tuple(np.random.default_rng(3).integers(0, 512, 2 * MAX_RATED_TOKENS + 30).tolist())


def asking(
    name: str = "a", prompt: tuple[int, ...] = PROMPT, *, num_top: int = 3
) -> EngineSequence:
    sampling = SamplingParams(temperature=0, top_logprobs=num_top, prompt_logprobs=True)
    return make_sequence(name, prompt, sampling=sampling)


def read(engine: MlxEngine, sequence: EngineSequence, *, chunk: int) -> list[TokenLogprobs]:
    engine.add(sequence)
    assert engine.match_prefix(sequence.sequence_id) == PrefixMatch()
    found: list[TokenLogprobs] = []
    while num_left := len(sequence.token_ids) - 1 - len(found):
        num_tokens = num_left + 1 if num_left < chunk else chunk
        found += engine.prefill(sequence.sequence_id, num_tokens).logprobs
    return found


def expected_logprobs(model: LanguageModel, prompt: tuple[int, ...]) -> np.ndarray:
    """(tokens, vocab): of what follows each token."""
    logits = model.module(mx.array([prompt]), cache=model.new_cache())[0].astype(mx.float32)
    exact = np.array(logits).astype(np.float64)
    shifted = exact - exact.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


@pytest.mark.parametrize("chunk", [7, MAX_RATED_TOKENS, 200])
def test_they_are_the_models_own_however_the_prompt_is_read(
    model: LanguageModel, chunk: int
) -> None:
    engine = MlxEngine(model, SPEC)
    found = read(engine, asking(), chunk=chunk)
    expected = expected_logprobs(model, PROMPT)
    assert len(found) == len(PROMPT) - 1
    for place, (each, token_id) in enumerate(zip(found, PROMPT[1:], strict=True)):
        assert each.logprob == pytest.approx(expected[place, token_id], abs=2e-3)
        best = [value for _, value in each.top]
        assert best == pytest.approx(np.sort(expected[place])[::-1][:3].tolist(), abs=2e-3)
        assert all(
            value == pytest.approx(expected[place, other], abs=2e-3) for other, value in each.top
        )
    [token] = engine.decode(ahead=False)
    assert expected[-1].max() - expected[-1, token.token_id] < 0.001


def test_what_is_stored_of_a_prompt_is_read_again_and_serves_others(model: LanguageModel) -> None:
    engine = make_engine(model)
    for name in ("first", "second"):
        found = read(engine, asking(name), chunk=48)
        assert len(found) == len(PROMPT) - 1
        engine.remove([name])
    engine.add(make_sequence("other", PROMPT))
    assert engine.match_prefix("other").num_tokens > 0
    engine.remove(["other"])
    engine.check_integrity()


def test_a_prompt_of_one_token_has_none(model: LanguageModel) -> None:
    engine = MlxEngine(model, SPEC)
    engine.add(asking("a", (7,)))
    assert engine.prefill("a", 1).logprobs == []
    assert len(engine.decode(ahead=False)) == 1


def test_a_sequence_that_does_not_ask_gets_none(model: LanguageModel) -> None:
    engine = MlxEngine(model, SPEC)
    engine.add(make_sequence("a", PROMPT, sampling=SamplingParams(top_logprobs=3)))
    assert engine.prefill("a", len(PROMPT)).logprobs == []
