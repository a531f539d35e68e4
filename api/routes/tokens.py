"""POST /tokenize and /detokenize, also under /v1.

Thread: event loop.
"""

from aiohttp import web

from api.caller import caller_of
from api.errors import InvalidRequest
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.middleware import LOG_FIELDS
from api.routes.models import find_model
from api.tokens.answer_types import Detokenized, Tokenized
from api.tokens.encode import token_ids_of
from api.tokens.schemas import DetokenizeRequest, TokenizeRequest
from api.undone import REFUSED, log_unknown, refuse_undone

FIELDS = TokenizeRequest.field_names()
UNDONE = {name: is_no_op for name, is_no_op in REFUSED.items() if name not in FIELDS}


async def tokenize(request: web.Request) -> web.Response:
    """Say which tokens a text or a chat is."""
    body = await read_json_object(request)
    refuse_undone(body, UNDONE)
    asked = TokenizeRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    model = find_model(request.app[MANAGER], asked.model)
    names: list[str] | None = None
    with model.encoding(caller_of(request).client) as encoder:
        token_ids = await token_ids_of(asked, model, encoder)
        if asked.return_token_strs:
            name = model.tokenizer.token_name
            names = await encoder.in_pool(lambda: [name(token_id) for token_id in token_ids])
    request[LOG_FIELDS]["prompt_tokens"] = len(token_ids)
    answer: Tokenized = {
        "tokens": list(token_ids),
        "count": len(token_ids),
        "max_model_len": model.context_length,
        "token_strs": names,
    }
    return json_response(answer)


async def detokenize(request: web.Request) -> web.Response:
    """Say which text tokens are."""
    asked = DetokenizeRequest.from_body(await read_json_object(request))
    model = find_model(request.app[MANAGER], asked.model)
    with model.encoding(caller_of(request).client) as encoder:
        for token_id in (min(asked.tokens, default=0), max(asked.tokens, default=0)):
            if not 0 <= token_id < model.vocab_size:
                raise InvalidRequest(
                    f"Invalid 'tokens': token id {token_id} is not in the vocabulary of "
                    f"{model.vocab_size}.",
                    param="tokens",
                )
        text = await encoder.in_pool(lambda: model.tokenizer.decode_all(asked.tokens))
    answer: Detokenized = {"prompt": text}
    return json_response(answer)
