"""What the worker asks of an engine, and the plain values they exchange.

Thread: both for the values; the Engine itself is built, used and closed on the inference thread.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How one sequence picks its tokens. Temperature is applied before top_k, top_p and min_p.

    `temperature` 0 is greedy. `top_k` 0, `top_p` 1 and `min_p` 0 are off. The token at position p
    is drawn from (seed, p) alone, so it does not depend on what else is in the batch.
    `frequency_penalty` and `presence_penalty` count generated tokens; `repetition_penalty` (1 is
    off) also counts the prompt's. `top_logprobs` asks for log probabilities: None is none, 0 the
    drawn token's, n up to 20 those of the n best tokens too.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    seed: int = 0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    repetition_penalty: float = 1.0
    logit_bias: tuple[tuple[int, float], ...] = ()
    top_logprobs: int | None = None


@dataclass(frozen=True, slots=True)
class TokenLogprobs:
    """Log probabilities at one position: the drawn token's, and (token id, log probability) of
    the best ones, best first.

    They are the model's own, before penalties, bias, temperature and filters. -inf is possible.
    """

    logprob: float
    top: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """What a loaded engine can do. `context_length` is in tokens, prompt and answer together."""

    vocab_size: int
    context_length: int
    max_slots: int


@dataclass(frozen=True, slots=True)
class EngineSequence:
    """A sequence as the engine needs it.

    `token_ids` is the prompt and whatever was generated before (a resumed sequence is computed
    again from them); `num_prompt_tokens` says where the prompt ends. Until `min_tokens` tokens are
    generated, `stop_token_ids` cannot be sampled.
    """

    sequence_id: str
    token_ids: tuple[int, ...]
    num_prompt_tokens: int
    sampling: SamplingParams
    min_tokens: int = 0
    stop_token_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SampledToken:
    """One new token of one sequence."""

    sequence_id: str
    token_id: int


class Engine(Protocol):
    """A model with its running batch. Not thread-safe: every call comes from the inference thread.

    Any method may raise. After `prefill` raised, only that sequence is in doubt; after `decode`
    raised, every decoding row is. The worker then calls `remove` for the rows in doubt, which must
    not raise, and may add them again.
    """

    @property
    def spec(self) -> EngineSpec:
        """Limits of the loaded model."""

    def add(self, sequence: EngineSequence) -> None:
        """Take a sequence; nothing is computed yet.

        Raises:
            InvalidSequence: it does not fit the model, or no slot is free.
        """

    def prefill(self, sequence_id: str, num_tokens: int) -> SampledToken | None:
        """Read the next `num_tokens` tokens of a sequence into its KV cache.

        With the last of them the row joins the batch and its next token is sampled and returned;
        before that, None.
        """

    def decode(self) -> list[SampledToken]:
        """Give every row of the batch (each fully prefilled sequence) its next token."""

    def remove(self, sequence_ids: Sequence[str]) -> None:
        """Forget sequences in any state and free what they hold; unknown ids are ignored."""

    def close(self) -> None:
        """Free the model and all caches; may be called twice.

        Nothing else may use mlx on this thread afterwards.
        """


ReportProgress = Callable[[str, int], None]
"""Called as report(stage, percent) while an engine is being made."""

EngineFactory = Callable[[ReportProgress], Engine]
"""Makes the engine; called on the inference thread, because mlx arrays do not cross threads."""
