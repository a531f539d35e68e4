"""A run of blocks as the content of a safetensors file, and back.

Thread: inference.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import mlx.core as mx

from batching.engine.prefix.blocks import Block, Snapshot
from batching.engine.prefix.tier import Run

VERSION = 1
METADATA_KEY = "hearth"
LENGTH_BYTES = 8
MAX_HEADER_BYTES = 10_000_000


class BadRunFile(Exception):
    """The content is damaged or not a run of ours; the message says how."""


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What a file holds, without its arrays.

    `snapshots` has for each block the layers of its snapshot, and for each of their arrays
    whether there is one; it is empty for a block without a snapshot.
    """

    root_digest: bytes
    digests: tuple[bytes, ...]
    snapshots: tuple[tuple[tuple[bool, ...], ...], ...]


def pack_run(run: Run[Block, Snapshot], *, root_digest: bytes) -> bytes:
    """The file's content. It is made in memory, so that a full disk is seen when it is written."""
    header = {
        "version": VERSION,
        "root": root_digest.hex(),
        "digests": [digest.hex() for digest in run.digests],
        "snapshots": [
            [[array is not None for array in arrays] for arrays in snapshot.layers]
            if snapshot is not None
            else []
            for snapshot in run.snapshots
        ],
    }
    stream = io.BytesIO()
    mx.save_safetensors(stream, dict(_named_arrays(run)), {METADATA_KEY: json.dumps(header)})
    return stream.getvalue()


def unpack_run(content: bytes) -> Run[Block, Snapshot]:
    """The run in a file's content, computed and independent of it.

    Raises:
        BadRunFile: it is not what `pack_run` writes.
    """
    header = read_header(io.BytesIO(content))
    try:
        loaded = mx.load(io.BytesIO(content), format="safetensors")
        arrays = cast(dict[str, mx.array], loaded)
        mx.eval(arrays)
        num_arrays = sum(name.startswith("block.0.") for name in arrays)
        return Run(
            header.digests,
            tuple(
                Block(tuple(arrays[f"block.{i}.{group}"] for group in range(num_arrays)))
                for i in range(len(header.digests))
            ),
            tuple(_snapshot(arrays, i, layers) for i, layers in enumerate(header.snapshots)),
        )
    except (RuntimeError, ValueError, KeyError) as error:
        raise BadRunFile(f"unreadable arrays: {error}") from error


def read_header(stream: BinaryIO) -> RunHeader:
    """What a file holds, from its first bytes.

    Raises:
        BadRunFile: it is not what `pack_run` writes.
    Source: https://github.com/huggingface/safetensors#format
    """
    try:
        num_bytes = int.from_bytes(stream.read(LENGTH_BYTES), "little")
        if num_bytes > MAX_HEADER_BYTES:
            raise BadRunFile("no safetensors header is that long")
        header = json.loads(json.loads(stream.read(num_bytes))["__metadata__"][METADATA_KEY])
        if header["version"] != VERSION:
            raise BadRunFile(f"version {header['version']} of the format; {VERSION} is known")
        return _parse_header(header)
    except (ValueError, KeyError, TypeError) as error:
        raise BadRunFile("no header of a run") from error


def _parse_header(header: dict[str, Any]) -> RunHeader:
    digests = tuple(map(bytes.fromhex, header["digests"]))
    snapshots = tuple(
        tuple(tuple(map(bool, arrays)) for arrays in layers) for layers in header["snapshots"]
    )
    if not digests or len(snapshots) != len(digests):
        raise ValueError("a run has blocks, and a snapshot or none for each")
    return RunHeader(bytes.fromhex(header["root"]), digests, snapshots)


def _named_arrays(run: Run[Block, Snapshot]) -> Iterator[tuple[str, mx.array]]:
    for i, block in enumerate(run.blocks):
        for group, array in enumerate(block.arrays):
            yield f"block.{i}.{group}", array
    for i, snapshot in enumerate(run.snapshots):
        for layer, arrays in enumerate(snapshot.layers if snapshot is not None else ()):
            for slot, stored in enumerate(arrays):
                if stored is not None:
                    yield f"snapshot.{i}.{layer}.{slot}", stored


def _snapshot(
    arrays: dict[str, mx.array], index: int, layers: tuple[tuple[bool, ...], ...]
) -> Snapshot | None:
    if not layers:
        return None
    return Snapshot(
        tuple(
            tuple(
                arrays[f"snapshot.{index}.{layer}.{slot}"] if is_there else None
                for slot, is_there in enumerate(slots)
            )
            for layer, slots in enumerate(layers)
        )
    )
