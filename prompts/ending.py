"""How a prompt ends: with an answer opened, with the chat as it is, or within its last message.

Thread: both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from prompts.errors import TemplateError
from prompts.messages import ChatMessage
from prompts.template import NO_OPTIONS, ChatTemplate
from prompts.tools import ToolSchema

PromptEnding = Literal["answer opened", "chat as it is", "last message continued"]

_CUT = "\ue000cut here\ue001"
"""Stands behind the last message's text while the chat is written: templates may trim that text,
repeat it or put anything behind it."""


def render_ending(
    template: ChatTemplate,
    messages: Sequence[ChatMessage],
    ending: PromptEnding,
    *,
    tools: Sequence[ToolSchema] | None = None,
    options: Mapping[str, object] = NO_OPTIONS,
) -> str:
    """The chat as text up to this ending. `messages` are normalised.

    Raises:
        TemplateError: the template refuses the messages, or does not show the one to continue.
    """
    is_continued = ending == "last message continued"
    if is_continued:
        *earlier, last = messages
        messages = [*earlier, replace(last, content=last.content + _CUT)]
    text = template.render(
        messages,
        add_generation_prompt=ending == "answer opened",
        tools=tools,
        options=options,
    )
    if not is_continued:
        return text
    if text.count(_CUT) != 1:
        raise TemplateError("the model's chat template does not let its last message be continued")
    return text.partition(_CUT)[0]
