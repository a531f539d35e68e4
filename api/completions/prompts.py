"""The prompts of a text completion as token ids.

Thread: event loop; long ones are encoded in the encode pool.
"""

from collections.abc import Sequence

from api.completions.schemas import CompletionRequest, Prompt
from api.errors import InvalidRequest
from prompts.encoder import EncodedPrompt, PromptEncoder
from prompts.errors import PromptTooLong
from prompts.fill_in import find_fill_in
from served_model import ServedModel


async def encode_prompts(
    request: CompletionRequest, model: ServedModel, *, client: str
) -> tuple[list[EncodedPrompt], Sequence[int]]:
    """The prompts, and tokens that end their answers beside those that the request names.

    Raises:
        InvalidRequest: a prompt does not fit the model, or the model cannot fill in.
        BatchingError: the model takes no request now.
    """
    stop_token_ids: Sequence[int] = ()
    with model.encoding(client) as encoder:
        if request.suffix:
            encoded, stop_token_ids = await _encode_around(request, model, encoder)
        else:
            adds_special_tokens = request.add_special_tokens
            encoded = await _encode(
                request.prompt, encoder, adds_special_tokens=adds_special_tokens
            )
        encoded = [token_ids or _begin(model) for token_ids in encoded]
        for number, token_ids in enumerate(encoded):
            _check(token_ids, model, param=f"prompt[{number}]" if encoded[1:] else "prompt")
        texts = await _texts(request, model, encoder) if request.echo else [""] * len(encoded)
    prompts = [
        EncodedPrompt(tuple(token_ids), text)
        for token_ids, text in zip(encoded, texts, strict=True)
    ]
    return prompts, stop_token_ids


async def _encode(
    prompts: Sequence[Prompt], encoder: PromptEncoder, *, adds_special_tokens: bool
) -> list[list[int]]:
    texts = [prompt for prompt in prompts if isinstance(prompt, str)]
    encoded = iter(await encoder.encode_texts(texts, adds_special_tokens=adds_special_tokens))
    return [next(encoded) if isinstance(prompt, str) else prompt for prompt in prompts]


async def _encode_around(
    request: CompletionRequest, model: ServedModel, encoder: PromptEncoder
) -> tuple[list[list[int]], Sequence[int]]:
    """Prompts for what comes between each of the prompts and the suffix."""
    fill_in = find_fill_in(model.tokenizer)
    if fill_in is None:
        raise InvalidRequest(
            f"{model.name} cannot fill in: its vocabulary has no markers for the text before and "
            "after a gap. Leave 'suffix' out.",
            param="suffix",
            code="unsupported_parameter",
        )
    parts = [*request.prompt, request.suffix]
    *prefixes, suffix = await _encode(parts, encoder, adds_special_tokens=False)
    begin = model.tokenizer.encode_short("", adds_special_tokens=request.add_special_tokens)
    prompts = [fill_in.prompt(prefix, suffix, begin=begin) for prefix in prefixes]
    return prompts, () if request.ignore_eos else fill_in.stop_token_ids


async def _texts(
    request: CompletionRequest, model: ServedModel, encoder: PromptEncoder
) -> list[str]:
    """The prompts as they are echoed."""
    decode = model.tokenizer.decode_all
    if all(isinstance(prompt, str) for prompt in request.prompt):
        return [str(prompt) for prompt in request.prompt]
    return await encoder.in_pool(
        lambda: [prompt if isinstance(prompt, str) else decode(prompt) for prompt in request.prompt]
    )


def _begin(model: ServedModel) -> list[int]:
    """What stands for an empty prompt: the model must have something to go on from."""
    begin_id = model.tokenizer.begin_id
    if begin_id is None:
        raise InvalidRequest(
            f"Invalid 'prompt': it is empty, and {model.name} has no token that begins a text.",
            param="prompt",
        )
    return [begin_id]


def _check(token_ids: Sequence[int], model: ServedModel, *, param: str) -> None:
    """Raise InvalidRequest for a prompt that the model cannot read."""
    for token_id in (min(token_ids), max(token_ids)):
        if not 0 <= token_id < model.vocab_size:
            raise InvalidRequest(
                f"Invalid '{param}': token id {token_id} is not in the vocabulary of "
                f"{model.vocab_size}.",
                param=param,
            )
    if len(token_ids) >= model.context_length:
        error = PromptTooLong(len(token_ids), model.context_length, what="prompt")
        raise InvalidRequest(str(error), param=param, code="context_length_exceeded")
