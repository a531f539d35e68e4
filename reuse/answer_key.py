"""What makes two answers the same: the key under which they are shared and stored.

Thread: event loop.
"""

import hashlib
from array import array
from dataclasses import dataclass, replace

from batching.engine.grammar import CompiledGrammar
from batching.messages import Submit

EVERYBODY = ""
"""The owner of all answers while requests have no API keys."""


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A sequence that may be answered by what another one computes.

    Answers are never used across owners. `has_seed` says that its sender chose the seed. `text_end`
    is what may end the text before the sequence ends by itself, such as stop strings.
    """

    submit: Submit
    has_seed: bool = False
    owner: str = EVERYBODY
    text_end: str = ""

    @property
    def is_deterministic(self) -> bool:
        """Whether asking twice is meant to give the same answer."""
        return self.has_seed or self.submit.sampling.temperature == 0


def answer_key(request: AnswerRequest, *, scope: str) -> bytes:
    """32 bytes that differ whenever the answers might. scope: model and version.

    Who asks, when and how urgently is no part of it: `sequence_id`, `client`, `priority` and
    `is_streamed` change no token.
    """
    submit = request.submit
    sampling = submit.sampling
    if sampling.temperature == 0:
        sampling = replace(sampling, seed=0)  # greedy draws nothing
    rules = submit.stop_rules
    parts = (
        scope,
        request.owner,
        request.text_end,
        sampling,
        (rules.max_tokens, rules.min_tokens, sorted(rules.stop_token_ids)),
        _grammar_parts(submit.grammar),
        submit.prefix_use,
        submit.input_lengths,
    )
    # A repr has every field of a dataclass, those of tomorrow too, and floats in full.
    digest = hashlib.sha256(repr(parts).encode())
    digest.update(array("I", submit.prompt_token_ids).tobytes())
    return digest.digest()


def _grammar_parts(grammar: CompiledGrammar | None) -> tuple[object, ...]:
    if grammar is None:
        return ()
    return (grammar.source_digest, grammar.begins_after, grammar.postponed_by)
