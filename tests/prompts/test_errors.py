"""Wordings that clients depend on."""

from prompts.errors import PromptTooLong


def test_clients_recognise_a_prompt_that_is_too_long() -> None:
    assert str(PromptTooLong(40_000, 32_768)) == (
        "This model's maximum context length is 32768 tokens. However, your messages resulted in "
        "40000 tokens. Please reduce the length of the messages. (context_length_exceeded)"
    )
