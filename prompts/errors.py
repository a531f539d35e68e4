"""What can go wrong between messages and token ids.

Thread: both.

    PromptError
    ├── TemplateError      the chat template refused the messages
    ├── PromptTooLong      the prompt leaves no room in the context
    ├── UnusableInput      an input to embed is empty, or holds what is no token
    │   └── InputTooLong   an input to embed is longer than the context
    ├── EncoderClosed      the encoder was closed before this chat's turn
    └── TokenizerError     the tokenizer cannot be loaded
"""


class PromptError(Exception):
    """The root. The message is one line and fit for the client."""


class TemplateError(PromptError):
    """A chat template refused the messages, or the model has none."""


class PromptTooLong(PromptError):
    """The prompt fills the context, so that not one token of an answer would fit.

    NOTE: clients recognise the error by this wording; do not improve it.
    Source: LiteLLM's exception_mapping_utils.py looks for "this model's maximum context length is",
    langchain-openai for the code; OpenAI's Python client no longer shows it the body.
    """

    def __init__(self, num_tokens: int, limit: int, *, what: str = "messages") -> None:
        super().__init__(
            f"This model's maximum context length is {limit} tokens. However, your {what} "
            f"resulted in {num_tokens} tokens. Please reduce the length of the {what}. "
            "(context_length_exceeded)"
        )
        self.num_tokens = num_tokens
        self.limit = limit


class UnusableInput(PromptError):
    """One of several inputs cannot be embedded; `reason` says why, without its name."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"Input {index} {reason}")
        self.index = index
        self.reason = reason


class InputTooLong(UnusableInput):
    """It has more tokens than the context."""

    def __init__(self, index: int, num_tokens: int, limit: int) -> None:
        super().__init__(index, f"has {num_tokens} tokens; the limit is {limit}.")
        self.num_tokens = num_tokens
        self.limit = limit


class TokenizerError(PromptError):
    """The model folder has no tokenizer that can be used."""


class EncoderClosed(PromptError):
    """The server is going away; nothing is wrong with the chat."""
