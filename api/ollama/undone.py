"""What Ollama's API has and Hearth does not honour: refused by name, or ignored on purpose.

Thread: event loop.
"""

from collections.abc import Mapping
from operator import not_
from typing import Any

from api.undone import IsNoOp, log_unknown, refuse_undone


def _never(value: Any) -> bool:
    return False


REFUSED: Mapping[str, IsNoOp] = {
    "template": not_,
    "context": not_,
    "width": _never,
    "height": _never,
    "steps": _never,
    "_debug_render_only": not_,
    "options.typical_p": lambda value: value == 1,
    "options.tfs_z": lambda value: value == 1,
    "options.mirostat": lambda value: value == 0,
}
"""They would change what the answer means. Beside each: the values that are like leaving it out."""

IGNORED = frozenset({"keep_alive", "truncate", "shift"})
"""A model stays loaded, and a conversation that does not fit is refused, never cut."""

IGNORED_OPTIONS = frozenset(
    """
    num_ctx num_keep num_batch num_gpu main_gpu num_thread use_mmap use_mlock numa low_vram f16_kv
    logits_all vocab_only embedding_only draft_num_predict
    penalize_newline mirostat_tau mirostat_eta
    """.split()  # noqa: SIM905 — one name a line would be a page of names
)
"""How Ollama runs a model, and what means nothing without an option that is refused."""


def check_fields(body: dict[str, Any], *, known: frozenset[str]) -> None:
    """Refuse what would be honoured wrongly, and say once what nobody knows.

    Raises:
        InvalidRequest: names the field.
    """
    refuse_undone(body, REFUSED)
    log_unknown(body, known=known | IGNORED | REFUSED.keys())


def check_options(options: dict[str, Any], *, known: frozenset[str]) -> None:
    """The same for `options`.

    Raises:
        InvalidRequest: names the option.
    """
    named = {f"options.{name}": value for name, value in options.items()}
    refuse_undone(named, REFUSED)
    log_unknown(
        {name: value for name, value in options.items() if f"options.{name}" not in REFUSED},
        known=known | IGNORED_OPTIONS,
    )
