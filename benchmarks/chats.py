"""Chat requests of an exact number of prompt tokens, for random models.

Thread: both (pure).
"""

import json
from dataclasses import dataclass

from benchmarks.random_model import Recipe, make_tokenizer
from benchmarks.words import Writer

JsonSchema = dict[str, object]
Messages = list[dict[str, str]]

SYSTEM_HEAD = "<|im_start|>system\n"
USER_HEAD = "<|im_start|>user\n"
TURN_END = "<|im_end|>\n"
ANSWER_HEAD = "<|im_start|>assistant\n"


@dataclass(frozen=True, slots=True)
class Sampling:
    """Settings of a request that both Hearth and mlx_lm.server know."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None


GREEDY = Sampling()


class Chats:
    """Writes chats for a random model; no two prompts are alike unless they shall be."""

    def __init__(self, recipe: Recipe, *, seed: int) -> None:
        tokenizer = make_tokenizer(recipe)
        self._writer = Writer(recipe.num_words, seed=seed)

        def count(text: str) -> int:
            return len(tokenizer.encode(text, add_special_tokens=False).ids)

        self._num_around_user = count(USER_HEAD + TURN_END + ANSWER_HEAD)
        self._num_around_system = count(SYSTEM_HEAD + TURN_END + USER_HEAD)
        self._num_user_head = count(USER_HEAD)

    def plain(self, num_tokens: int) -> Messages:
        """One user message; so many tokens with all that the chat template adds."""
        text = self._writer.text(num_tokens - self._num_around_user)
        return [{"role": "user", "content": text}]

    def system(self, num_shared_tokens: int) -> dict[str, str]:
        """A system message such that chats with it have exactly so many first tokens in common."""
        num_words = num_shared_tokens - self._num_around_system
        return {"role": "system", "content": self._writer.text(num_words)}

    def with_system(self, system: dict[str, str], num_own_tokens: int) -> Messages:
        """A chat of which so many tokens come after those it shares."""
        num_words = num_own_tokens - (self._num_around_user - self._num_user_head)
        return [system, {"role": "user", "content": self._writer.text(num_words)}]


def chat_body(
    messages: Messages,
    *,
    model_id: str,
    max_tokens: int,
    sampling: Sampling = GREEDY,
    streams: bool = True,
    schema: JsonSchema | None = None,
) -> str:
    """The JSON of a request for exactly `max_tokens` tokens.

    schema: what the answer keeps to; it must not be complete before.
    """
    body: dict[str, object] = {
        "model": model_id,
        "messages": messages,
        "max_tokens": max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "ignore_eos": True,
        "stream": streams,
    }
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if schema is not None:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema},
        }
    if streams:
        body["stream_options"] = {"include_usage": True}
    return json.dumps(body)


MIXED = (
    (0.7, 1.0),
    (0.7, 0.9),
    (1.0, 1.0),
    (0.3, 0.95),
    (1.0, 0.95),
    (0.0, 1.0),
    (0.8, 0.8),
    (1.2, 0.9),
    (0.5, 1.0),
    (0.6, 0.95),
    (0.9, 0.9),
    (0.2, 1.0),
    (1.0, 0.8),
    (0.7, 0.95),
    (0.4, 0.9),
    (0.8, 1.0),
)
"""Temperature and top_p of 16 clients."""


def mixed_sampling(*, num_seeded: int = 0) -> list[Sampling]:
    """What a mixed crowd of 16 clients asks for; every second has a seed until `num_seeded` do."""
    return [
        Sampling(temperature, top_p, seed=index if index < 2 * num_seeded and index % 2 else None)
        for index, (temperature, top_p) in enumerate(MIXED)
    ]
