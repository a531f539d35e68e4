"""The log probabilities of a chat's content, as OpenAI writes them.

Thread: event loop.
"""

from collections.abc import Iterable

from api.chat_answer_types import ChatLogprobs, TokenLogprob, TopLogprob
from api.content_log import LoggedContent, RatedToken
from prompts.answer import AnswerEvent


def chat_logprobs(events: Iterable[AnswerEvent]) -> ChatLogprobs:
    """Of the content's tokens only: reasoning and calls have none."""
    tokens: list[TokenLogprob] = [
        {**_rated(token.chosen), "top_logprobs": [_rated(each) for each in token.top]}
        for event in events
        if isinstance(event, LoggedContent)
        for token in event.tokens
    ]
    return {"content": tokens, "refusal": None}


def _rated(token: RatedToken) -> TopLogprob:
    utf8 = list(token.utf8) or None
    return {"token": token.text, "logprob": token.logprob, "bytes": utf8}
