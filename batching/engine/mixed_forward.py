"""One forward for the next tokens of the batch and for chunks of prompts.

Thread: inference.

Nearly all that a model computes for a token is for that token alone. So the tokens go through it
as rows of one token each, whoever they belong to, and the weights are read once. Attention looks
at other tokens: it is done in parts. mlx-lm's models call one function for it, which is replaced
where a model finds it. A model's last layer is called in parts, because of a chunk only its keys
and values are wanted, and its logits would be as many floats as its tokens times the vocabulary.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx

from batching.engine.file_limit import file_limit_kept
from batching.engine.loader import LanguageModel
from batching.engine.rows_kv_cache import RowsKVCache
from batching.engine.running_batch import PromptCache

with file_limit_kept():
    from mlx_lm.models.cache import KVCache

ATTENTION = "scaled_dot_product_attention"
"""The function's name in mlx_lm.models.base, and where a model imports it."""

IN_PARTS = object()
"""In place of a mask, which each part has for itself. A model that looks into it is found out."""


@dataclass(frozen=True, slots=True)
class PromptPart:
    """Tokens to be read into a prompt's cache; with the last ones the prompt is complete."""

    token_ids: Sequence[int]
    cache: PromptCache
    is_last: bool


def mixed_forward(
    model: LanguageModel, token_ids: mx.array, cache: PromptCache, parts: Sequence[PromptPart]
) -> mx.array:
    """Logits (rows and completed prompts, vocab), not yet computed; all caches grow.

    token_ids: (rows, 1) int32, for the rows of `cache`, which is empty if no row takes part. The
    model is one that was prepared.
    """
    known = [token_id for part in parts for token_id in part.token_ids]
    column = mx.array(known, dtype=mx.int32)[:, None]
    prompts = list(zip(*(part.cache for part in parts), strict=True))
    of_rows = cache or [None] * len(prompts)
    layout = _layout(of_rows[0], parts)
    mixed = [
        _MixedKVCache(rows, of_layer, layout)
        for rows, of_layer in zip(of_rows, prompts, strict=True)
    ]
    return model.forward(mx.concatenate([token_ids, column]), mixed)


def prepare_mixed_forward(model: LanguageModel) -> str | None:
    """Make a model ready for it; the reason if that cannot be.

    What is replaced does as before for everything but a mixed forward.
    """
    # NOTE: the exact class. A subclass may keep what we do not know of.
    if any(type(layer) is not KVCache for layer in model.new_cache()):
        return "not all layers have plain KV caches"
    module: Any = model.module
    for name in {type(part).__module__ for part in module.modules()}:
        home = sys.modules[name]
        attention = getattr(home, ATTENTION, None)
        if attention is not None and not isinstance(attention, _Attention):
            setattr(home, ATTENTION, _Attention(attention))
    last = module.layers[-1]
    if not isinstance(last, _LastLayer):
        kind = type(last)
        last.__class__ = type(kind.__name__, (_LastLayer, kind), {"__module__": kind.__module__})
    return None


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which of a forward's tokens, (tokens, 1), are whose; the same in every layer.

    The first `num_rows` are the rows'. `spans` are the parts' own, from and up to. `offset`,
    (tokens,), is the position of each token in its sequence.
    """

    num_rows: int
    rows_mask: mx.array | None
    offset: mx.array
    spans: list[tuple[int, int]]
    is_last: list[bool]


def _layout(rows: RowsKVCache | None, parts: Sequence[PromptPart]) -> _Layout:
    positions = [rows.offset] if rows else []
    num_rows = rows.offset.shape[0] if rows else 0
    spans, end = [], num_rows
    for part in parts:
        num_done, num_tokens = part.cache[0].offset, len(part.token_ids)
        positions.append(mx.arange(num_done, num_done + num_tokens))
        spans.append((end, end + num_tokens))
        end += num_tokens
    return _Layout(
        num_rows=num_rows,
        rows_mask=rows.make_mask(1) if rows else None,
        offset=mx.concatenate(positions),
        spans=spans,
        is_last=[part.is_last for part in parts],
    )


class _MixedKVCache:
    """The caches of one layer, of the rows and of the prompts, as the model sees them."""

    def __init__(self, rows: RowsKVCache | None, prompts: Sequence[Any], layout: _Layout) -> None:
        self._rows = rows
        self._prompts = prompts
        self._layout = layout
        self._visible: list[tuple[mx.array, mx.array]] = []
        self.offset = layout.offset

    def make_mask(
        self, num_tokens: int, return_array: bool = False, window_size: int | None = None
    ) -> object:
        """Something for the model to hand on. Its parameters are those of mlx-lm's caches."""
        if return_array or window_size is not None:
            raise ValueError("a model with masks of its own has no mixed forward")
        return IN_PARTS

    def update_and_fetch(self, keys: mx.array, values: mx.array) -> tuple[mx.array, mx.array]:
        """Add every token to the cache that it belongs to. (tokens, kv heads, 1, head size)

        What comes back is only handed on: what a token may look at is different in each part.
        """
        num_rows = self._layout.num_rows
        self._visible = []
        if self._rows:
            self._visible.append(self._rows.update_and_fetch(keys[:num_rows], values[:num_rows]))
        for prompt, (start, end) in self._parts():
            self._visible.append(
                prompt.update_and_fetch(_turned(keys[start:end]), _turned(values[start:end]))
            )
        return keys, values

    def attend(self, queries: mx.array, attention: Callable[..., mx.array]) -> mx.array:
        """(tokens, heads, 1, head size). attention: (queries, keys, values, cache, mask)"""
        num_rows, mask = self._layout.num_rows, self._layout.rows_mask
        found, of_prompts = [], self._visible
        if self._rows:
            of_rows, *of_prompts = self._visible
            found.append(attention(queries[:num_rows], *of_rows, self._rows, mask))
        for (prompt, (start, end)), visible in zip(self._parts(), of_prompts, strict=True):
            asking = _turned(queries[start:end])
            found.append(_turned(attention(asking, *visible, prompt, _causal(end - start))))
        return mx.concatenate(found)

    def end_with(self, layer: Callable[..., mx.array], states: mx.array) -> mx.array:
        """The last layer's result for rows and last tokens of prompts. states: (tokens, 1, any)

        layer: (states, cache, mask). Of other tokens it computes keys and values, for mlx is lazy.
        """
        num_rows = self._layout.num_rows
        found = []
        if self._rows:
            found.append(layer(states[:num_rows], self._rows, self._layout.rows_mask))
        for (prompt, (start, end)), is_last in zip(
            self._parts(), self._layout.is_last, strict=True
        ):
            row = states[start:end].transpose(1, 0, 2)
            num_before = end - start - 1 if is_last else end - start
            if num_before:
                layer(row[:, :num_before], prompt, _causal(num_before))
            if is_last:
                found.append(layer(row[:, -1:], prompt, None))
        return mx.concatenate(found) if found else states[:0]

    def _parts(self) -> Iterator[tuple[Any, tuple[int, int]]]:
        return zip(self._prompts, self._layout.spans, strict=True)


def _turned(array: mx.array) -> mx.array:
    """Rows of one token as one row of tokens, and back."""
    return array.transpose(2, 1, 0, 3)


def _causal(num_tokens: int) -> str | None:
    """As mlx-lm's KVCache makes it."""
    return None if num_tokens == 1 else "causal"


class _Attention:
    """mlx-lm's function in a model's module; in parts for a mixed cache."""

    def __init__(self, attention: Any) -> None:
        self._attention = attention

    def __call__(
        self,
        queries: mx.array,
        keys: mx.array,
        values: mx.array,
        cache: Any,
        scale: float,
        mask: Any,
        **settings: Any,
    ) -> mx.array:
        def attend(
            queries: mx.array, keys: mx.array, values: mx.array, cache: Any, mask: Any
        ) -> mx.array:
            result: mx.array = self._attention(
                queries, keys, values, cache=cache, scale=scale, mask=mask, **settings
            )
            return result

        if not isinstance(cache, _MixedKVCache):
            return attend(queries, keys, values, cache, mask)
        if mask is not IN_PARTS:
            raise ValueError("a model with masks of its own has no mixed forward")
        return cache.attend(queries, attend)


class _LastLayer:
    """Comes before the class of a model's last layer; in parts for a mixed cache."""

    def __call__(self, states: mx.array, *inputs: Any, **settings: Any) -> Any:
        compute = super().__call__  # type: ignore[misc]
        mixed = [
            value for value in (*inputs, *settings.values()) if isinstance(value, _MixedKVCache)
        ]
        if not mixed:
            return compute(states, *inputs, **settings)

        def layer(states: mx.array, cache: Any, mask: Any) -> Any:
            def own(value: Any) -> Any:
                return mask if value is IN_PARTS else cache if value is mixed[0] else value

            own_settings = {name: own(value) for name, value in settings.items()}
            return compute(states, *map(own, inputs), **own_settings)

        return mixed[0].end_with(layer, states)
