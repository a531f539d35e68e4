"""How a request's tokens are drawn, and when its answer ends.

Thread: event loop.
"""

import hashlib
import random
from dataclasses import replace

from api.chat_schemas import ChatRequest
from api.errors import InvalidRequest
from api.generation_schemas import GenerationRequest
from batching.engine.protocol import PrefixUse
from batching.engine.sampling_params import SamplingParams, ThinkingLimit, TopExclusion
from batching.messages import StopRules
from prompts.encoder import EncodedPrompt
from served_model import ServedModel

MAX_SEED = 2**63


def sampling_params(
    request: GenerationRequest,
    model: ServedModel,
    *,
    top_logprobs: int | None = None,
    thinking_limit: ThinkingLimit | None = None,
    prompt_logprobs: bool = False,
) -> SamplingParams:
    """The request's values, else the model's generation_config.json's, else OpenAI's defaults.

    top_logprobs, thinking_limit, prompt_logprobs: as in SamplingParams; each dialect has its own
    way to ask.

    Raises:
        InvalidRequest: a value does not fit this model, or another value.
    """
    makers = model.generation_defaults
    return SamplingParams(
        temperature=_first(request.temperature, makers.temperature, 1.0),
        top_p=_first(request.top_p, makers.top_p, 1.0),
        top_k=max(0, int(_first(request.top_k, makers.top_k, 0))),
        min_p=request.min_p,
        seed=random.randrange(MAX_SEED) if request.seed is None else request.seed,
        frequency_penalty=request.frequency_penalty,
        presence_penalty=request.presence_penalty,
        repetition_penalty=_first(request.repetition_penalty, makers.repetition_penalty, 1.0),
        repetition_window=request.repetition_context_size,
        logit_bias=_logit_bias(request, model.vocab_size),
        bad_words=_bad_words(request, model),
        allowed_token_ids=_allowed_token_ids(request, model.vocab_size),
        exclusion=_exclusion(request, model),
        thinking_limit=thinking_limit,
        top_logprobs=top_logprobs,
        prompt_logprobs=prompt_logprobs,
    )


def stop_rules(request: GenerationRequest, model: ServedModel, prompt: EncodedPrompt) -> StopRules:
    """When the answer ends. An answer is cut at the context's end, as most local servers do.

    Raises:
        InvalidRequest: min_tokens is more than the answer may have, or a token id is unknown.
    """
    room = model.context_length - len(prompt.token_ids)
    limit = request.token_limit
    max_tokens = room if limit is None else min(limit, room)
    if request.min_tokens > max_tokens:
        raise InvalidRequest(
            f"Invalid 'min_tokens': {request.min_tokens} is more than the {max_tokens} tokens that "
            "the answer may have.",
            param="min_tokens",
        )
    stop_token_ids = frozenset() if request.ignore_eos else model.eos_token_ids
    for token_id in request.stop_token_ids:
        _require_token(token_id, model.vocab_size, param="stop_token_ids")
    return StopRules(
        max_tokens,
        min_tokens=request.min_tokens,
        stop_token_ids=stop_token_ids.union(request.stop_token_ids),
    )


def chat_top_logprobs(chat: ChatRequest) -> int | None:
    """How many of the best tokens a chat wants to know; None: no log probabilities.

    Raises:
        InvalidRequest: its fields contradict each other.
    """
    if chat.logprobs:
        return chat.top_logprobs
    if chat.top_logprobs:
        raise InvalidRequest(
            "'top_logprobs' needs 'logprobs' to be true.",
            param="top_logprobs",
        )
    return None


def with_seed_of(sampling: SamplingParams, index: int) -> SamplingParams:
    """The same for one of several answers: what a request alone with the next seed would get."""
    if index == 0:
        return sampling
    seed = (sampling.seed + index + MAX_SEED) % (2 * MAX_SEED) - MAX_SEED
    return replace(sampling, seed=seed)


def _first(asked: float | None, makers: float | None, default: float) -> float:
    if asked is not None:
        return asked
    return default if makers is None else makers


def _logit_bias(request: GenerationRequest, vocab_size: int) -> tuple[tuple[int, float], ...]:
    bias = tuple((int(token), value) for token, value in request.logit_bias.items())
    for token, _ in bias:
        _require_token(token, vocab_size, param="logit_bias")
    return bias


def _bad_words(request: GenerationRequest, model: ServedModel) -> tuple[tuple[int, ...], ...]:
    """The tokens of each word, as they are where a text begins and behind a space.

    Source: vLLM's bad_words.
    """
    texts = [space + word.lstrip() for word in request.bad_words for space in ("", " ")]
    encoded = (tuple(model.tokenizer.encode_short(text)) for text in texts)
    return tuple(dict.fromkeys(encoded))


def _allowed_token_ids(request: GenerationRequest, vocab_size: int) -> tuple[int, ...]:
    token_ids = request.allowed_token_ids or ()
    for token_id in token_ids:
        _require_token(token_id, vocab_size, param="allowed_token_ids")
    return tuple(token_ids)


def _exclusion(request: GenerationRequest, model: ServedModel) -> TopExclusion | None:
    """Source: mlx-lm's server, which exempts line breaks and stop tokens too."""
    if not request.xtc_probability:
        return None
    exempt = model.eos_token_ids.union(model.tokenizer.encode_short("\n"))
    return TopExclusion(request.xtc_probability, request.xtc_threshold, tuple(sorted(exempt)))


def chat_thinking_limit(
    chat: ChatRequest, model: ServedModel, prompt: EncodedPrompt
) -> ThinkingLimit | None:
    """How much a chat's answer may reason; None is as much as it likes."""
    if chat.max_reasoning_tokens is None:
        return None
    thinking, encode = model.family.thinking, model.tokenizer.encode_short
    return ThinkingLimit(
        chat.max_reasoning_tokens,
        begin=tuple(encode(thinking.begin)),
        end=tuple(encode(thinking.end)),
        is_open=thinking.is_open_in(prompt.text),
    )


def prefix_use(request: GenerationRequest) -> PrefixUse:
    """What of the prefix cache the request shares: vLLM's salt, llama.cpp's switch."""
    if not request.cache_salt:
        return PrefixUse(allowed=request.cache_prompt)
    digest = hashlib.sha256(request.cache_salt.encode()).digest()
    salt = 1 + int.from_bytes(digest[:4]) % (2**31 - 1)
    return PrefixUse(salt, allowed=request.cache_prompt)


def _require_token(token_id: int, vocab_size: int, *, param: str) -> None:
    if not 0 <= token_id < vocab_size:
        raise InvalidRequest(
            f"Invalid '{param}': token id {token_id} is not in the vocabulary of {vocab_size}.",
            param=param,
        )
