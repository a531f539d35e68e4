"""Whether an engine can take a sequence; every engine asks the same way.

Thread: inference (pure).
"""

from collections.abc import Iterator, Set
from itertools import chain

from batching.engine.errors import InvalidSequence
from batching.engine.protocol import EngineSequence, EngineSpec
from batching.engine.sampling_params import SamplingParams


def check_sequence(sequence: EngineSequence, spec: EngineSpec, *, held: Set[str]) -> None:
    """Refuse what has no place, or would read outside the model's tables: mlx checks no index.

    `held` are the sequences that the engine has already.

    Raises:
        InvalidSequence: no slot is free, or the tokens or the length do not fit the model.
    """
    if sequence.sequence_id in held:
        raise InvalidSequence(f"{sequence.sequence_id} is in the engine already")
    if len(held) >= spec.max_slots:
        raise InvalidSequence(f"{sequence.sequence_id} finds all {spec.max_slots} slots taken")
    num_tokens = len(sequence.token_ids)
    if not 1 <= sequence.num_prompt_tokens <= num_tokens:
        raise InvalidSequence(
            f"{sequence.sequence_id} has {sequence.num_prompt_tokens} prompt tokens of "
            f"{num_tokens}; at least 1 is needed"
        )
    _check_inputs(sequence, spec)
    num_read = max(sequence.input_lengths, default=num_tokens)
    if num_read > spec.context_length:
        raise InvalidSequence(
            f"{sequence.sequence_id} has {num_read} tokens; the limit is {spec.context_length}"
        )
    if sequence.grammar and sequence.grammar.num_words * 32 < spec.vocab_size:
        raise InvalidSequence(
            f"{sequence.sequence_id} has a grammar for {sequence.grammar.num_words * 32} tokens; "
            f"the vocabulary has {spec.vocab_size}"
        )
    named = (*sequence.token_ids, *_tokens_of(sequence.sampling))
    for token_id in (min(named), max(named)):
        if not 0 <= token_id < spec.vocab_size:
            raise InvalidSequence(
                f"{sequence.sequence_id} names token {token_id}; "
                f"the vocabulary has {spec.vocab_size}"
            )


def _tokens_of(sampling: SamplingParams) -> Iterator[int]:
    """All that these settings name."""
    yield from (token_id for token_id, _ in sampling.logit_bias)
    yield from chain.from_iterable(sampling.bad_words)
    yield from sampling.allowed_token_ids
    if sampling.thinking_limit:
        yield from sampling.thinking_limit.end


def _check_inputs(sequence: EngineSequence, spec: EngineSpec) -> None:
    lengths = sequence.input_lengths
    if bool(lengths) != (spec.embedding_size is not None):
        made, asked = ("text", "vectors") if lengths else ("vectors", "text")
        raise InvalidSequence(f"{sequence.sequence_id} asks for {asked}; the model makes {made}")
    if lengths and (min(lengths) < 1 or sum(lengths) != len(sequence.token_ids)):
        raise InvalidSequence(
            f"{sequence.sequence_id} has {len(sequence.token_ids)} tokens, its {len(lengths)} "
            f"inputs have {sum(lengths)}; each needs 1"
        )
