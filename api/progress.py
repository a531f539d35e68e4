"""What a request without a first token is waiting for, in words.

Thread: event loop.
"""

from api.answers import Answers
from served_model import ServedModel


def progress_of(answers: Answers, model: ServedModel) -> str:
    """How far its prompts are read, or how many requests wait while it does; empty once there is
    a token. Clients may read it: the words are in docs/api.md and stay."""
    times = [generation.tokens.times for generation in answers.generations]
    if any(each.first_token_seconds is not None for each in times):
        return ""
    if all(each.admitted_seconds is None for each in times):
        return f"requests waiting: {model.batcher.num_waiting}"
    return f"prompt tokens read: {answers.num_read_tokens} of {answers.num_prompt_tokens}"
