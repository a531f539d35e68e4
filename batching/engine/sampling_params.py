"""How a sequence picks its tokens: plain values, made from what a client asks for.

Thread: both.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ThinkingLimit:
    """After `max_tokens` tokens of reasoning, `end` is what comes, token by token.

    Reasoning begins behind the tokens `begin`; with the answer if `is_open`.
    """

    max_tokens: int
    begin: tuple[int, ...]
    end: tuple[int, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class TopExclusion:
    """XTC: with this probability a step excludes all tokens that are likelier than `threshold`,
    but the least likely of them. The `exempt` tokens are never excluded.
    """

    probability: float
    threshold: float
    exempt: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How one sequence picks its tokens. Temperature is applied before top_k, top_p and min_p.

    `temperature` 0 is greedy. `top_k` 0, `top_p` 1 and `min_p` 0 are off. The token at position p
    is drawn from (seed, p) alone, so it does not depend on what else is in the batch.
    `frequency_penalty` and `presence_penalty` count generated tokens; `repetition_penalty` (1 is
    off) also counts the prompt's, or the last `repetition_window` tokens if that is not 0.
    `bad_words` are token sequences that must not come; of `allowed_token_ids`, if there are any,
    every token must be. `top_logprobs` asks for log probabilities: None is none, 0 the drawn
    token's, n up to 20 those of the n best tokens too. With `prompt_logprobs` the prompt's tokens
    have them too; such a prompt is read apart from others, and takes nothing from them.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    seed: int = 0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    repetition_penalty: float = 1.0
    repetition_window: int = 0
    logit_bias: tuple[tuple[int, float], ...] = ()
    bad_words: tuple[tuple[int, ...], ...] = ()
    allowed_token_ids: tuple[int, ...] = ()
    exclusion: TopExclusion | None = None
    thinking_limit: ThinkingLimit | None = None
    top_logprobs: int | None = None
    prompt_logprobs: bool = False

    @property
    def num_prompt_top(self) -> int | None:
        """How many of the best tokens each of the prompt's is reported with; None: it is not."""
        return self.top_logprobs if self.prompt_logprobs else None
