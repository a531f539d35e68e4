"""Fields and items of a Responses request that are not honoured: refused, or ignored on purpose.

Thread: event loop.
"""

from collections.abc import Mapping
from functools import lru_cache

from loguru import logger

from api.undone import IGNORED, REFUSED, IsNoOp

REFUSED_HERE: Mapping[str, IsNoOp] = {
    **{name: is_no_op for name, is_no_op in REFUSED.items() if name != "reasoning"},
    "response_format": lambda value: value == {"type": "text"},
    "previous_response_id": lambda value: False,
    "conversation": lambda value: False,
    "background": lambda value: value is False,
    "prompt": lambda value: False,
    "context_management": lambda value: not value,
}
"""They would change what the answer means: nothing of an earlier response is kept here."""

IGNORED_HERE = IGNORED | frozenset(
    """
    client_metadata max_tool_calls background_options access_programs image personality
    """.split()  # noqa: SIM905 — as in api/undone.py
)
"""They do not change what the answer means, or mean nothing without a field that is refused."""

IGNORED_TOOLS = frozenset({"web_search", "tool_search"})
"""Codex lists them whether they can be had or not. An answer without them is an answer too."""


@lru_cache
def log_ignored_tool(kind: str) -> None:
    """Say once that a tool of IGNORED_TOOLS was left out."""
    logger.info("tools of type {} are left out: there is nothing here that would run them", kind)
