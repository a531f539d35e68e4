"""How a chat becomes the text a model was trained on, and which way fits a model.

Thread: both. Templates hold no state; they render in the encode pool.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from prompts.errors import TemplateError
from prompts.families import find_family
from prompts.family import ToolCallShape
from prompts.formats.plain import PLAIN
from prompts.formats.qwen25 import Qwen25Template
from prompts.messages import ChatMessage, system_in_user, turns_joined
from prompts.template_traits import Conversation, as_conversation, find_traits
from prompts.tokenizer import Tokenizer
from prompts.tool_messages import (
    calls_apart,
    calls_in_text,
    short_ids,
    tools_in_system,
    with_all_fields,
)
from prompts.tools import ToolSchema

NO_OPTIONS: Mapping[str, object] = MappingProxyType({})

# These say what is rendered, not how, and are not the client's to set among the options.
RESERVED_OPTIONS = frozenset(
    {
        "messages",
        "conversations",
        "tools",
        "tokenize",
        "chat_template",
        "add_generation_prompt",
        "continue_final_message",
        "return_assistant_tokens_mask",
    }
)


class ChatTemplate(Protocol):
    """A way to write a chat as text. Thread-safe."""

    def render(
        self,
        messages: Sequence[ChatMessage],
        *,
        add_generation_prompt: bool = True,
        tools: Sequence[ToolSchema] | None = None,
        options: Mapping[str, object] = NO_OPTIONS,
    ) -> str:
        """The chat as text, special tokens included.

        `messages` are normalised. `add_generation_prompt` opens the assistant's turn at the end.
        `tools` are functions in OpenAI's schema. `options` are variables for the model's own
        template, such as `enable_thinking`; what a template does not know it ignores.

        Raises:
            TemplateError: the messages cannot be written in this format.
        """


class JinjaTemplate:
    """The template that came with the tokenizer, run in transformers' sandbox.

    `tool_text` is for the few models that have a template of their own for chats with tools.
    Many templates refuse chats that mean something: a system message that is not the first, two
    user messages in a row. Such a chat is tried once more with those messages joined. What a
    template does not show at all is written as text: the system text in the first user message,
    tools in the system text and calls in `call_shape` as content.
    """

    def __init__(
        self,
        text: str,
        *,
        special_tokens: Mapping[str, str],
        tool_text: str | None = None,
        call_shape: ToolCallShape = PLAIN.call_shape,
    ) -> None:
        self._text = text
        self._tool_text = tool_text or text
        self._special_tokens = special_tokens
        self._call_shape = call_shape
        self._traits = find_traits(self._tool_text, self._try)

    def render(
        self,
        messages: Sequence[ChatMessage],
        *,
        add_generation_prompt: bool = True,
        tools: Sequence[ToolSchema] | None = None,
        options: Mapping[str, object] = NO_OPTIONS,
    ) -> str:
        """See `ChatTemplate.render`."""
        if reserved := sorted(RESERVED_OPTIONS & options.keys()):
            raise TemplateError(f"a chat template option may not be called {reserved[0]!r}")
        if tools and not self._traits.shows_tools:
            messages = tools_in_system(messages, tools, self._call_shape)
            tools = None
        variables = {**options, "add_generation_prompt": add_generation_prompt}
        fitted, tools = self._fitted(messages), list(tools or ())
        try:
            return self._render_fitted(fitted, tools, variables)
        except TemplateError:
            joined = short_ids(self._fitted(turns_joined(fitted)))
            completed = with_all_fields(tools)
            if joined == fitted and completed == tools:
                raise
            return self._render_fitted(joined, completed, variables)

    def _fitted(self, messages: Sequence[ChatMessage]) -> list[ChatMessage]:
        """The messages in a form in which the template shows all of them."""
        if self._traits.call_form is None:
            messages = calls_in_text(messages, self._call_shape)
        elif not self._traits.shows_several_calls:
            messages = calls_apart(messages)
        return list(messages) if self._traits.shows_system else system_in_user(messages)

    def _render_fitted(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[ToolSchema],
        variables: Mapping[str, Any],
    ) -> str:
        conversation = as_conversation(messages, self._traits.call_form, self._traits.reasoning_key)
        return self._run(conversation, {**variables, "tools": list(tools) or None})

    def _try(self, conversation: Conversation, tools: Sequence[ToolSchema] | None) -> str:
        return self._run(conversation, {"add_generation_prompt": True, "tools": tools})

    def _run(self, conversation: Conversation, variables: Mapping[str, Any]) -> str:
        from transformers.utils.chat_template_utils import render_jinja_template

        try:
            rendered: Any = render_jinja_template(
                conversations=[conversation],
                chat_template=self._tool_text if variables.get("tools") else self._text,
                **{**self._special_tokens, **variables},
            )
        # A template is its author's program: whatever it raises, it could not write this chat.
        except Exception as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            message = f"the model's chat template refused the messages: {reason}"
            raise TemplateError(message) from error
        texts, _ = rendered
        return str(texts[0])


@dataclass(frozen=True, slots=True)
class WrittenTemplate:
    """Which models a template of `prompts/formats` is for: both conditions hold.

    `model_type` is config.json's; `name_part` is in the model's name, upper or lower case.
    """

    model_type: str
    name_part: str
    make_template: Callable[[], ChatTemplate]


WRITTEN_TEMPLATES = (WrittenTemplate("qwen2", "qwen2.5", Qwen25Template),)


def get_chat_template(tokenizer: Tokenizer, *, model_type: str, model_name: str) -> ChatTemplate:
    """The tokenizer's own template or else the format of the model's family.

    Raises:
        TemplateError: there is neither.
    """
    if tokenizer.chat_template is not None:
        return JinjaTemplate(
            tokenizer.chat_template,
            special_tokens=tokenizer.special_tokens,
            tool_text=tokenizer.chat_templates.get("tool_use"),
            call_shape=find_family(tokenizer.chat_templates.values()).call_shape,
        )
    for written in WRITTEN_TEMPLATES:
        if written.model_type == model_type and written.name_part in model_name.lower():
            return written.make_template()
    raise TemplateError(
        f"{model_name} ({model_type}) has no chat template: it is probably a base model. Serve its "
        "Instruct or Chat variant, or put a chat_template.jinja into the model folder."
    )
