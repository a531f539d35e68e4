"""How a request's tokens are drawn, and when its answer ends.

Thread: event loop.
"""

import random
from dataclasses import replace

from api.chat_schemas import ChatRequest
from api.errors import InvalidRequest
from batching.engine.protocol import SamplingParams
from batching.messages import StopRules
from model_manager import ServedModel
from prompts.encoder import EncodedPrompt

MAX_SEED = 2**63


def sampling_params(chat: ChatRequest, model: ServedModel) -> SamplingParams:
    """The request's values, else the model's generation_config.json's, else OpenAI's defaults.

    Raises:
        InvalidRequest: a value does not fit this model, or another value.
    """
    makers = model.generation_defaults
    return SamplingParams(
        temperature=_first(chat.temperature, makers.temperature, 1.0),
        top_p=_first(chat.top_p, makers.top_p, 1.0),
        top_k=max(0, int(_first(chat.top_k, makers.top_k, 0))),
        min_p=chat.min_p,
        seed=random.randrange(MAX_SEED) if chat.seed is None else chat.seed,
        frequency_penalty=chat.frequency_penalty,
        presence_penalty=chat.presence_penalty,
        repetition_penalty=_first(chat.repetition_penalty, makers.repetition_penalty, 1.0),
        logit_bias=_logit_bias(chat, model.vocab_size),
        top_logprobs=_top_logprobs(chat),
    )


def stop_rules(chat: ChatRequest, model: ServedModel, prompt: EncodedPrompt) -> StopRules:
    """When the answer ends. An answer is cut at the context's end, as most local servers do.

    Raises:
        InvalidRequest: min_tokens is more than the answer may have, or a token id is unknown.
    """
    room = model.context_length - len(prompt.token_ids)
    max_tokens = min(chat.token_limit or room, room)
    if chat.min_tokens > max_tokens:
        raise InvalidRequest(
            f"Invalid 'min_tokens': {chat.min_tokens} is more than the {max_tokens} tokens that "
            "the answer may have.",
            param="min_tokens",
        )
    stop_token_ids = frozenset() if chat.ignore_eos else model.eos_token_ids
    for token_id in chat.stop_token_ids:
        _require_token(token_id, model.vocab_size, param="stop_token_ids")
    return StopRules(
        max_tokens,
        min_tokens=chat.min_tokens,
        stop_token_ids=stop_token_ids.union(chat.stop_token_ids),
    )


def with_seed_of(sampling: SamplingParams, index: int) -> SamplingParams:
    """The same for one of several answers: what a request alone with the next seed would get."""
    seed = (sampling.seed + index + MAX_SEED) % (2 * MAX_SEED) - MAX_SEED
    return replace(sampling, seed=seed)


def _first(asked: float | None, makers: float | None, default: float) -> float:
    if asked is not None:
        return asked
    return default if makers is None else makers


def _logit_bias(chat: ChatRequest, vocab_size: int) -> tuple[tuple[int, float], ...]:
    bias = tuple((int(token), value) for token, value in chat.logit_bias.items())
    for token, _ in bias:
        _require_token(token, vocab_size, param="logit_bias")
    return bias


def _require_token(token_id: int, vocab_size: int, *, param: str) -> None:
    if not 0 <= token_id < vocab_size:
        raise InvalidRequest(
            f"Invalid '{param}': token id {token_id} is not in the vocabulary of {vocab_size}.",
            param=param,
        )


def _top_logprobs(chat: ChatRequest) -> int | None:
    if chat.logprobs:
        return chat.top_logprobs
    if chat.top_logprobs:
        raise InvalidRequest(
            "'top_logprobs' needs 'logprobs' to be true.",
            param="top_logprobs",
        )
    return None
