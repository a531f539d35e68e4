"""The prefix cache's files: restarts, limits, damage, and folders that cannot be written."""

import os
import resource
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import mlx.core as mx
import pytest
from loguru import logger

from batching.engine.loader import LanguageModel
from batching.engine.prefix.blocks import Block, CacheLayout, Snapshot
from batching.engine.prefix.cache import PrefixCache
from batching.engine.prefix.disk import PrefixDisk
from batching.engine.prefix.tier import RUN_BLOCKS, Run
from batching.engine.prefix.values import MatchEnd, Prefix

Cache = PrefixCache[Block, Snapshot]

BLOCK_TOKENS = 4
PROMPT = tuple(range(100, 100 + 40 * BLOCK_TOKENS))
"""Forty blocks: a whole run and a part of one."""


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    """What the log says while the test runs."""
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(message.record["message"]), level="WARNING")
    yield lines
    logger.remove(sink)


def open_cache(
    folder: Path,
    *,
    fingerprint: str = "model",
    max_bytes: int = 10**9,
    max_disk_bytes: int = 10**9,
    needs_snapshots: bool = False,
) -> Cache:
    return PrefixCache(
        block_tokens=BLOCK_TOKENS,
        max_bytes=max_bytes,
        needs_snapshots=needs_snapshots,
        lower_tier=PrefixDisk(folder, max_bytes=max_disk_bytes, fingerprint=fingerprint),
    )


def make_block(token_ids: Sequence[int]) -> Block:
    """A block with its tokens in it."""
    return Block((mx.array([token_ids] * 64, dtype=mx.int32),))


def make_blocks(token_ids: Sequence[int]) -> list[Block]:
    starts = range(0, len(token_ids) - BLOCK_TOKENS + 1, BLOCK_TOKENS)
    return [make_block(token_ids[start : start + BLOCK_TOKENS]) for start in starts]


def store(cache: Cache, token_ids: Sequence[int], *, snapshots: Sequence[int] = ()) -> None:
    """A sequence's whole life, with snapshots after so many blocks."""
    cache.begin("stored", token_ids)
    cache.match("stored")
    cache.store("stored", 0, make_blocks(token_ids))
    for num_blocks in snapshots:
        cache.store("stored", num_blocks, [], Snapshot(((mx.array([num_blocks]),),)))
    cache.release("stored")


def find(cache: Cache, token_ids: Sequence[int]) -> Prefix[Block, Snapshot]:
    """What is found, whose blocks are those of these tokens."""
    cache.begin("found", token_ids)
    prefix = cache.match("found")
    cache.release("found")
    cache.check_integrity()
    for block, expected in zip(prefix.blocks, make_blocks(token_ids), strict=False):
        assert all(map(mx.array_equal, block.arrays, expected.arrays))
    return prefix


def files_in(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)


def test_a_prefix_is_found_after_a_restart(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT)
    cache.close()
    assert len(files_in(tmp_path)) == 2  # not one for each block
    cache = open_cache(tmp_path)
    assert find(cache, (*PROMPT, 1)).num_tokens == len(PROMPT)
    assert cache.stats().num_loaded_blocks == 40
    assert find(cache, (*PROMPT, 2)).num_tokens == len(PROMPT)
    assert cache.stats().num_loaded_blocks == 40  # from memory


def test_a_part_of_a_run_is_found_by_a_prompt_that_parts_from_it(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT)
    cache.close()
    prefix = find(open_cache(tmp_path), (*PROMPT[:50], 1, 2, 3, 4))
    assert prefix.num_tokens == 48


def test_what_is_evicted_from_memory_is_found_on_disk(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT)
    cache.evict(10**9)
    assert cache.stats().num_blocks == 0
    assert find(cache, PROMPT).num_tokens == len(PROMPT) - 1
    cache.evict(10**9)
    assert len(files_in(tmp_path)) == 2  # nothing is written twice


def test_branches_share_the_files_of_what_they_have_in_common(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    for number in range(3):
        store(cache, (*PROMPT, number, 1, 2, 3))
    cache.close()
    assert len(files_in(tmp_path)) == 4
    cache = open_cache(tmp_path)
    for number in range(3):
        assert find(cache, (*PROMPT, number, 1, 2, 3, 9)).num_tokens == len(PROMPT) + 4


def test_loading_stops_when_memory_is_full_of_what_is_in_use(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT)
    cache.close()
    block_bytes = 1024 + make_block(PROMPT[:4]).nbytes
    cache = open_cache(tmp_path, max_bytes=10 * block_bytes)
    assert find(cache, PROMPT).num_tokens == 10 * BLOCK_TOKENS


def test_another_model_finds_nothing_and_takes_nothing_away(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT)
    cache.close()
    other = open_cache(tmp_path, fingerprint="other")
    prefix = find(other, PROMPT)
    assert (prefix.num_tokens, prefix.end) == (0, MatchEnd.NOTHING_STORED)
    assert find(open_cache(tmp_path), PROMPT).num_tokens > 0


def test_snapshots_are_on_disk_too_and_only_what_leads_to_one_is_loaded(tmp_path: Path) -> None:
    cache = open_cache(tmp_path, needs_snapshots=True)
    store(cache, PROMPT, snapshots=(3, 35))
    cache.close()
    cache = open_cache(tmp_path, needs_snapshots=True)
    prefix = find(cache, PROMPT[: 34 * BLOCK_TOKENS])
    assert prefix.num_tokens == 3 * BLOCK_TOKENS
    assert cache.stats().num_loaded_blocks == 3
    prefix = find(cache, PROMPT)
    assert prefix.num_tokens == 35 * BLOCK_TOKENS
    assert prefix.snapshot is not None
    assert cache.stats().num_loaded_blocks == 35


def test_a_snapshot_that_came_after_its_block_was_saved_is_saved_as_well(tmp_path: Path) -> None:
    cache = open_cache(tmp_path, needs_snapshots=True)
    store(cache, PROMPT[:16], snapshots=(3,))
    cache.evict(10**9)
    assert find(cache, PROMPT[:17]).num_tokens == 12
    store(cache, PROMPT[:16], snapshots=(4,))
    cache.close()
    assert find(open_cache(tmp_path, needs_snapshots=True), PROMPT[:17]).num_tokens == 16


def test_the_least_recently_used_file_goes_when_the_limit_is_reached(tmp_path: Path) -> None:
    first, second, third = ((number, 1, 2, 3) * 8 for number in (1, 2, 3))
    cache = open_cache(tmp_path)
    store(cache, first)
    cache.evict(10**9)
    [file] = files_in(tmp_path)
    limit = 2 * file.stat().st_size + 100
    cache = open_cache(tmp_path, max_disk_bytes=limit)
    store(cache, second)
    cache.evict(10**9)
    assert find(cache, first).num_tokens > 0  # used again: now the second is the oldest
    store(cache, third)
    cache.evict(10**9)
    found = [find(cache, prompt).num_tokens > 0 for prompt in (first, second, third)]
    assert found == [True, False, True]
    assert sum(file.stat().st_size for file in files_in(tmp_path)) <= limit


def test_a_file_stays_while_memory_uses_what_is_in_it(tmp_path: Path) -> None:
    first, second, third = ((number, 1, 2, 3) * 8 for number in (1, 2, 3))
    cache = open_cache(tmp_path, max_disk_bytes=23_000)
    store(cache, first)
    cache.evict(10**9)
    find(cache, first)
    store(cache, second)
    find(cache, first)
    cache.evict(10**9)  # the second, then the first
    store(cache, third)
    cache.evict(10**9)
    assert len(files_in(tmp_path)) == 2
    assert [find(cache, prompt).num_tokens > 0 for prompt in (first, second)] == [True, False]


def test_closing_leaves_what_was_used_last_as_the_newest(tmp_path: Path) -> None:
    prompts = [(number, 1, 2, 3) * 8 for number in range(3)]
    cache = open_cache(tmp_path)
    for prompt in prompts:
        store(cache, prompt)
    cache.close()
    assert len(files_in(tmp_path)) == 3
    cache = open_cache(tmp_path, max_disk_bytes=23_000)
    assert [find(cache, prompt).num_tokens > 0 for prompt in prompts] == [False, True, True]


def test_a_block_in_two_files_is_found_until_both_are_gone(tmp_path: Path) -> None:
    blocks, digests = make_blocks(PROMPT[:8]), (b"first", b"second")
    disk = PrefixDisk(tmp_path, max_bytes=10**9, fingerprint="model")
    disk.save(Run(digests, tuple(blocks), (None, None)))
    num_bytes = disk.num_bytes
    disk.save(Run(digests, tuple(blocks), (None, None)))
    assert disk.num_bytes == num_bytes
    snapshot = Snapshot(((mx.array([1]),),))
    disk.save(Run(digests[1:], tuple(blocks[1:]), (snapshot,)))
    assert (disk.find(b"first"), disk.find(b"second")) == (False, True)
    first, second = files_in(tmp_path)
    os.utime(first, (1, 1))
    disk = PrefixDisk(tmp_path, max_bytes=second.stat().st_size, fingerprint="model")
    assert (disk.find(b"first"), disk.find(b"second")) == (None, True)


def test_files_of_other_models_count_for_the_limit_and_go_when_they_are_old(tmp_path: Path) -> None:
    cache = open_cache(tmp_path, fingerprint="other")
    store(cache, PROMPT[:16])
    cache.close()
    [old] = files_in(tmp_path)
    cache = open_cache(tmp_path, max_disk_bytes=old.stat().st_size + 100)
    store(cache, PROMPT[:16])
    cache.close()
    [new] = files_in(tmp_path)
    assert new != old


def test_a_smaller_limit_is_kept_from_the_start(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT)
    cache.close()
    newest = files_in(tmp_path)[-1]
    PrefixDisk(tmp_path, max_bytes=newest.stat().st_size, fingerprint="model")
    assert files_in(tmp_path) == [newest]


def test_parents_are_forgotten_after_their_children(tmp_path: Path) -> None:
    """A child without its parents would be of no use."""
    cache = open_cache(tmp_path)
    store(cache, PROMPT)
    cache.close()
    assert find(open_cache(tmp_path), PROMPT).num_tokens > 0
    sizes = [file.stat().st_size for file in files_in(tmp_path)]
    assert sizes[1] > 3 * sizes[0]  # the first run has 32 blocks, the second 8


def test_closing_saves_the_most_recent_if_not_all_fit(tmp_path: Path) -> None:
    cache = open_cache(tmp_path, max_disk_bytes=30_000)
    prompts = [(number, 1, 2, 3) * 8 for number in range(5)]
    for prompt in prompts:
        store(cache, prompt)
    cache.close()
    cache = open_cache(tmp_path, max_disk_bytes=30_000)
    found = [find(cache, prompt).num_tokens > 0 for prompt in prompts]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (False, True)


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def test_a_damaged_file_is_removed_with_a_warning(tmp_path: Path, warnings: list[str]) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT[:16])
    cache.close()
    [file] = files_in(tmp_path)
    damage(file)
    assert find(open_cache(tmp_path), PROMPT).num_tokens == 0
    assert warnings == [f"removing {file.name} from the prefix cache: wrong checksum"]
    assert files_in(tmp_path) == []


def test_a_truncated_file_is_removed_when_it_is_found(tmp_path: Path, warnings: list[str]) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT[:16])
    cache.close()
    [file] = files_in(tmp_path)
    os.truncate(file, 5)
    assert find(open_cache(tmp_path), PROMPT).num_tokens == 0
    assert len(warnings) == 1
    assert files_in(tmp_path) == []


def test_a_file_of_ours_that_was_made_for_another_model_is_removed(
    tmp_path: Path, warnings: list[str]
) -> None:
    cache = open_cache(tmp_path, fingerprint="other")
    store(cache, PROMPT[:16])
    cache.close()
    [file] = files_in(tmp_path)
    ours, theirs = (
        PrefixDisk(tmp_path, max_bytes=10**9, fingerprint=name).root_digest.hex()[:16]
        for name in ("model", "other")
    )
    file.rename(tmp_path / file.name.replace(theirs, ours))
    assert find(open_cache(tmp_path), PROMPT).num_tokens == 0
    assert "made for another model" in warnings[0]


def test_files_that_are_not_ours_are_left_alone(tmp_path: Path, warnings: list[str]) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"somebody's weights")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    cache = open_cache(tmp_path, max_disk_bytes=1)
    store(cache, PROMPT)
    cache.close()
    assert {file.name for file in tmp_path.iterdir()} == {"model.safetensors", "notes.txt"}
    assert warnings == []


def test_a_file_that_somebody_removed_is_a_miss(tmp_path: Path, warnings: list[str]) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT[:16])
    cache.evict(10**9)
    [file] = files_in(tmp_path)
    file.unlink()
    assert find(cache, PROMPT).num_tokens == 0
    store(cache, PROMPT[:16])
    cache.evict(10**9)
    assert find(cache, PROMPT).num_tokens == 16
    assert warnings == []


def test_what_a_crash_left_unfinished_counts_and_goes_first(tmp_path: Path) -> None:
    unfinished = tmp_path / "hearth-prefix-0123-ab-1-00.tmp"
    unfinished.write_bytes(b"x" * 1000)
    disk = PrefixDisk(tmp_path, max_bytes=1000, fingerprint="model")
    assert disk.num_bytes == 1000
    disk = PrefixDisk(tmp_path, max_bytes=999, fingerprint="model")
    assert (disk.num_bytes, unfinished.exists()) == (0, False)


def test_a_folder_that_cannot_be_made_is_one_warning(tmp_path: Path, warnings: list[str]) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    cache = open_cache(tmp_path / "file" / "folder")
    for number in range(3):
        store(cache, (number, 1, 2, 3) * 8)
        cache.evict(10**9)
    cache.close()
    assert len(warnings) == 1
    assert str(tmp_path / "file" / "folder") in warnings[0]


def test_a_full_disk_is_one_warning_and_what_was_written_stays(
    tmp_path: Path, warnings: list[str]
) -> None:
    cache = open_cache(tmp_path)
    store(cache, (1, 1, 2, 3) * 8)
    cache.evict(10**9)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # like a disk with no more room
    try:
        for number in (2, 3):
            store(cache, (number, 1, 2, 3) * 8)
            cache.evict(10**9)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(warnings) == 1
    assert len(files_in(tmp_path)) == 1
    assert find(cache, (1, 1, 2, 3) * 8).num_tokens > 0


def test_only_the_user_may_read_the_files(tmp_path: Path) -> None:
    cache = open_cache(tmp_path / "cache")
    store(cache, PROMPT)
    cache.close()
    for path in (tmp_path / "cache", *files_in(tmp_path / "cache")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_run_ends_where_the_next_begins_whatever_was_evicted_first(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    store(cache, PROMPT)
    cache.evict(1)  # one block goes, its whole run is saved
    [file] = files_in(tmp_path)
    assert f"-{len(PROMPT) // BLOCK_TOKENS - RUN_BLOCKS}-" in file.name


def test_a_model_answers_from_disk_as_from_its_own_cache(
    tmp_path: Path, model: LanguageModel, layout: CacheLayout
) -> None:
    prompt = [(7 * number) % 128 for number in range(70)]
    cache = model.new_cache()
    model.forward(mx.array([prompt[:64]]), cache)

    def new_prefix_cache() -> Cache:
        return PrefixCache(
            max_bytes=10**9,
            needs_snapshots=layout.needs_snapshots,
            lower_tier=PrefixDisk(tmp_path, max_bytes=10**9, fingerprint="model"),
        )

    first = new_prefix_cache()
    first.begin("a", prompt)
    first.store("a", 0, layout.take_blocks(cache, 0, 4), layout.take_snapshot(cache, 64))
    first.close()
    second = new_prefix_cache()
    second.begin("a", prompt)
    prefix = second.match("a")
    assert prefix.num_tokens == 64
    restored = layout.restore(prefix.blocks, prefix.snapshot, prefix.num_tokens)
    expected, logits = (model.forward(mx.array([prompt[64:]]), each) for each in (cache, restored))
    assert mx.allclose(expected, logits, atol=1e-4)
