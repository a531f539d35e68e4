"""Runs of blocks to bytes and back, and bytes that are not a run."""

import io
import json

import mlx.core as mx
import pytest

from batching.engine.prefix.blocks import Block, Snapshot
from batching.engine.prefix.run_file import (
    METADATA_KEY,
    BadRunFile,
    pack_run,
    read_header,
    unpack_run,
)
from batching.engine.prefix.tier import Run

ROOT_DIGEST = b"\x01" * 32
DIGESTS = (b"\x02" * 32, b"\x03" * 32)


def make_run() -> Run[Block, Snapshot]:
    """Two blocks of two arrays, and a snapshot after the second."""
    blocks = tuple(
        Block((mx.full((4, 2, 16, 8), number, dtype=mx.bfloat16), mx.ones((2, 1, 16, 0))))
        for number in (1, 2)
    )
    snapshot = Snapshot(((mx.arange(6), None), (None,)))
    return Run(DIGESTS, blocks, (None, snapshot))


def test_a_run_comes_back_as_it_was() -> None:
    run = make_run()
    loaded = unpack_run(pack_run(run, root_digest=ROOT_DIGEST))
    assert loaded.digests == DIGESTS
    for block, original in zip(loaded.blocks, run.blocks, strict=True):
        assert [array.dtype for array in block.arrays] == [mx.bfloat16, mx.float32]
        assert all(map(mx.array_equal, block.arrays, original.arrays))
    assert loaded.snapshots[0] is None
    assert loaded.snapshots[1] is not None
    [[state, nothing], [also_nothing]] = loaded.snapshots[1].layers
    assert state is not None
    assert mx.array_equal(state, mx.arange(6))
    assert (nothing, also_nothing) == (None, None)


def test_blocks_without_arrays_are_kept_for_the_snapshot_behind_them() -> None:
    run: Run[Block, Snapshot] = Run(
        DIGESTS, (Block(()), Block(())), (None, Snapshot(((mx.arange(6),),)))
    )
    assert [block.arrays for block in unpack_run(pack_run(run, root_digest=b"")).blocks] == [(), ()]


def test_the_header_says_what_is_in_the_file_and_whose_it_is() -> None:
    content = pack_run(make_run(), root_digest=ROOT_DIGEST)
    header = read_header(io.BytesIO(content))
    assert (header.root_digest, header.digests) == (ROOT_DIGEST, DIGESTS)
    assert header.snapshots == ((), ((True, False), (False,)))


def with_header(**changes: object) -> bytes:
    """A run's content with other values in the header."""
    header = {"version": 1, "root": "00", "digests": ["00"], "snapshots": [[]]}
    stream = io.BytesIO()
    metadata = {METADATA_KEY: json.dumps(header | changes)}
    mx.save_safetensors(stream, {"block.1.0": mx.ones(1), "block.0.1": mx.ones(1)}, metadata)
    return stream.getvalue()


def foreign() -> bytes:
    stream = io.BytesIO()
    mx.save_safetensors(stream, {"weight": mx.ones(4)})
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no header of a run"),
        (b"not a safetensors file, but long enough", "no safetensors header is that long"),
        ((20).to_bytes(8, "little") + b"{" * 20, "no header of a run"),
        (foreign(), "no header of a run"),
        (with_header(version=2), "version 2 of the format; 1 is known"),
        (with_header(digests=[]), "no header of a run"),
        (with_header(digests=["zz", "00"]), "no header of a run"),
        (with_header(digests=7), "no header of a run"),
        (with_header(), "unreadable arrays"),
        (pack_run(make_run(), root_digest=ROOT_DIGEST)[:-3], "unreadable arrays"),
    ],
)
def test_what_is_not_a_run_is_named(content: bytes, reason: str) -> None:
    with pytest.raises(BadRunFile, match=reason):
        unpack_run(content)
