"""A text or a chat as token ids, as the model would get it.

Thread: event loop; long ones are encoded in the encode pool.
"""

from collections.abc import Sequence

from api.conversation import as_chat_messages, template_options
from api.errors import InvalidRequest
from api.tokens.schemas import TokenizeRequest
from api.tool_use import read_tool_use
from prompts.encoder import PromptEncoder
from served_model import ServedModel


async def token_ids_of(
    request: TokenizeRequest, model: ServedModel, encoder: PromptEncoder
) -> Sequence[int]:
    """What the model reads; it may be more than fits into the context.

    Raises:
        PromptError: the template refuses the messages.
        InvalidRequest: there is a text and a chat, or neither.
    """
    if request.prompt is None:
        return await _of_chat(request, model, encoder)
    if request.messages:
        raise InvalidRequest("Give 'prompt' or 'messages', not both.", param="messages")
    adds_special_tokens = request.add_special_tokens is not False
    [token_ids] = await encoder.encode_texts(
        [request.prompt], adds_special_tokens=adds_special_tokens
    )
    return token_ids


async def _of_chat(
    request: TokenizeRequest, model: ServedModel, encoder: PromptEncoder
) -> Sequence[int]:
    if not request.messages:
        raise InvalidRequest(
            "Missing required parameter: 'prompt' or 'messages'.",
            param="prompt",
            code="missing_required_parameter",
        )
    if request.add_special_tokens:
        raise InvalidRequest(
            "Invalid 'add_special_tokens': the chat template writes those of a chat.",
            param="add_special_tokens",
        )
    prompt = await encoder.encode_chat(
        as_chat_messages(request.messages),
        ending=request.ending,
        tools=read_tool_use(request).schemas,
        options=template_options(request, model.family),
        must_fit=False,
    )
    return prompt.token_ids
