"""How a chat becomes the text a model was trained on, and which way fits a model.

Thread: both. Templates hold no state; they render in the encode pool.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from prompts.errors import TemplateError
from prompts.formats.qwen25 import Qwen25Template
from prompts.messages import ChatMessage, system_in_user, turns_joined
from prompts.tokenizer import Tokenizer

ToolSchema = dict[str, object]
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
    user messages in a row. Such a chat is tried once more with those messages joined. A template
    that does not show system messages gets their text in the first user message.
    """

    def __init__(
        self, text: str, *, special_tokens: Mapping[str, str], tool_text: str | None = None
    ) -> None:
        self._text = text
        self._tool_text = tool_text or text
        self._special_tokens = special_tokens
        self._shows_system = self._is_system_shown()

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
        variables: dict[str, Any] = {
            **options,
            "add_generation_prompt": add_generation_prompt,
            "tools": list(tools) if tools else None,
        }
        if not self._shows_system:
            messages = system_in_user(messages)
        try:
            return self._render_as_is(messages, variables)
        except TemplateError:
            joined = turns_joined(messages)
            if joined == list(messages):
                raise
            return self._render_as_is(joined, variables)

    def _render_as_is(self, messages: Sequence[ChatMessage], variables: Mapping[str, Any]) -> str:
        from transformers.utils.chat_template_utils import render_jinja_template

        conversation = [message.as_template_dict() for message in messages]
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

    def _is_system_shown(self) -> bool:
        """Whether the template has a system role. Some raise without one, some drop the message."""
        probe = [ChatMessage("system", "PROBE"), ChatMessage("user", "Hello")]
        try:
            return "PROBE" in self._render_as_is(probe, {"add_generation_prompt": True})
        except TemplateError:
            return False


@dataclass(frozen=True, slots=True)
class ModelFamily:
    """Which models a format of `prompts/formats` is for: both conditions hold.

    `model_type` is config.json's; `name_part` is in the model's name, upper or lower case.
    """

    model_type: str
    name_part: str
    make_template: Callable[[], ChatTemplate]


FAMILIES = (ModelFamily("qwen2", "qwen2.5", Qwen25Template),)


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
        )
    for family in FAMILIES:
        if family.model_type == model_type and family.name_part in model_name.lower():
            return family.make_template()
    raise TemplateError(
        f"{model_name} ({model_type}) has no chat template: it is probably a base model. Serve its "
        "Instruct or Chat variant, or put a chat_template.jinja into the model folder."
    )
