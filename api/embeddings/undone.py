"""Fields of embedding requests that are not honoured: refused by name, or ignored on purpose.

Thread: event loop.
"""

from collections.abc import Mapping

from api.undone import IsNoOp

REFUSED: Mapping[str, IsNoOp] = {
    "truncate_prompt_tokens": lambda value: False,
    "truncate": lambda value: value is False,
    "add_special_tokens": lambda value: value is True,
    "normalize": lambda value: False,
    "embed_dtype": lambda value: value == "float32",
    "endianness": lambda value: value in ("native", "little"),
    "input_type": lambda value: False,
    "task": lambda value: False,
    "late_chunking": lambda value: value is False,
    "messages": lambda value: not value,
}
"""Other servers' fields that would change the vectors. Beside each: the values that are like
leaving it out."""

IGNORED = frozenset({"user"})
"""Beside what every dialect ignores."""
