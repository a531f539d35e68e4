"""Fields of the chat request that are not honoured: refused by name, or ignored on purpose.

Thread: event loop.
"""

from collections.abc import Callable, Mapping
from typing import Any

from loguru import logger

from api.errors import InvalidRequest, shorten

IsNoOp = Callable[[Any], bool]


def _empty(value: Any) -> bool:
    return not value


def _any_of(*values: Any) -> IsNoOp:
    return lambda value: any(value == each and type(value) is type(each) for each in values)


REFUSED: dict[str, IsNoOp] = {
    "best_of": _any_of(1),
    "modalities": _any_of(["text"]),
    "audio": _empty,
    "web_search_options": lambda value: False,
    "moderation": lambda value: False,
    "chat_template": _empty,
    "documents": _empty,
    "echo": _any_of(False),
    "continue_final_message": _any_of(False),
    "add_generation_prompt": _any_of(True),
    "thinking_budget": lambda value: False,
    "thinking_token_budget": lambda value: False,
    "reasoning": _empty,
    "skip_special_tokens": _any_of(True),
    "bad_words": _empty,
    "allowed_token_ids": _empty,
    "repetition_context_size": lambda value: False,
    "xtc_probability": _any_of(0, 0.0),
    "typical_p": _any_of(1, 1.0),
    "tfs_z": _any_of(1, 1.0),
    "mirostat": _any_of(0),
    "dry_multiplier": _any_of(0, 0.0),
    "adapters": _empty,
    "return_token_ids": _any_of(False),
    "return_tokens_as_token_ids": _any_of(False),
    "prompt_logprobs": lambda value: False,
    "logprob_token_ids": _empty,
}
"""They would change what the answer means. Beside each: the values that are like leaving it out."""

IGNORED = frozenset(
    """
    metadata store user safety_identifier verbosity prediction
    prompt_cache_key prompt_cache_options prompt_cache_retention keep_alive cache_prompt id_slot
    timings_per_token return_progress samplers draft_model num_draft_tokens role_mapping
    usage transforms provider request_id session_id cache_salt add_special_tokens
    xtc_threshold include_reasoning
    """.split()  # noqa: SIM905 — one name a line would be a page of names
)
"""They do not change what the answer means, or mean nothing without a field that is refused."""

MAX_NAMES_LOGGED = 100
_names_logged: set[str] = set()


def refuse_undone(body: dict[str, Any], refused: Mapping[str, IsNoOp] = REFUSED) -> None:
    """Raise InvalidRequest for the first field that would be honoured wrongly."""
    for name, value in body.items():
        is_no_op = refused.get(name)
        if is_no_op is not None and value is not None and not is_no_op(value):
            raise InvalidRequest(
                f"'{name}' is not supported yet (got {shorten(value)}). Leave it out.",
                param=name,
                code="unsupported_parameter",
            )


def log_unknown(body: dict[str, Any], *, known: frozenset[str]) -> None:
    """Say once for each name that a client sends a field nobody knows."""
    for name in body.keys() - known - IGNORED - REFUSED.keys() - _names_logged:
        if len(_names_logged) < MAX_NAMES_LOGGED:
            _names_logged.add(name)
            logger.info("unknown field ignored: {}", shorten(name))
