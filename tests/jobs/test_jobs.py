"""Files and batches from start to end, and across restarts."""

import asyncio
import errno
import sqlite3
from pathlib import Path

import pytest

from jobs.errors import (
    Conflict,
    JobsUnavailable,
    StorageFault,
    TooLarge,
    TooManyBatches,
    UnknownId,
    UnusableFile,
)
from jobs.file_area import WRITE_BYTES
from jobs.line_server import Postponed
from jobs.records import Batch, Usage
from tests.jobs.conftest import CHAT, Bench, ScriptedLines, eventually, line, lines, opened

HUNDRED = [f"t{number}" for number in range(100)]


async def test_every_line_is_answered_once(bench: Bench) -> None:
    batch = await bench.end_of(await bench.begin(lines(*HUNDRED)))
    assert (batch.status, batch.num_lines, batch.num_completed) == ("completed", 100, 100)
    assert batch.error_file_id is None
    outputs = await bench.read(batch.output_file_id)
    assert sorted(outputs) == sorted(HUNDRED)
    assert outputs["t7"]["response"] == {
        "status_code": 200,
        "request_id": "req_t7",
        "body": {"text": "t7"},
    }
    assert bench.server.asked == dict.fromkeys(HUNDRED, 1)
    assert batch.usage == Usage(200, 100, 300)


async def test_no_more_lines_are_on_their_way_than_rows_and_a_few(bench: Bench) -> None:
    bench.server.gate.clear()
    batch = await bench.begin(lines(*HUNDRED))
    await eventually(lambda: bench.server.num_running == 6)
    bench.server.gate.set()
    await bench.end_of(batch)
    assert bench.server.max_running == 6


async def test_two_batches_take_turns(bench: Bench) -> None:
    bench.server.gate.clear()
    first = await bench.begin(lines(*HUNDRED))
    await eventually(lambda: bench.server.num_running == 6)
    second = await bench.begin(lines("late"))
    await eventually(lambda: len(bench.jobs._places._waiting) == 2)
    bench.server.gate.set()
    await bench.end_of(second)
    await bench.end_of(first)
    assert list(bench.server.asked).index("late") < 20  # of 101, in the order they were asked


async def test_a_stopped_batch_goes_on_where_it_was(tmp_path: Path, server: ScriptedLines) -> None:
    async with opened(tmp_path, server) as bench:
        server.faults = {"t50": [Postponed(60)]}
        batch = await bench.begin(lines(*HUNDRED))
        await eventually(lambda: bench.jobs.unfinished[0].num_completed == 99)
    async with opened(tmp_path, server) as bench:
        ended = await bench.end_of(batch)
        assert ended.num_completed == 100
        assert sorted(await bench.read(ended.output_file_id)) == sorted(HUNDRED)
    assert server.asked == {**dict.fromkeys(HUNDRED, 1), "t50": 2}


async def test_a_fault_of_the_server_is_tried_again_and_one_of_the_line_is_not(
    bench: Bench,
) -> None:
    bench.server.faults = {"a": [500, 500], "b": [500, 500, 500], "c": [400]}
    batch = await bench.end_of(await bench.begin(lines("a", "b", "c", "d")))
    assert (batch.status, batch.num_completed, batch.num_failed) == ("completed", 2, 2)
    assert bench.server.asked == {"a": 3, "b": 3, "c": 1, "d": 1}
    errors = await bench.read(batch.error_file_id)
    assert {key: each["response"]["status_code"] for key, each in errors.items()} == {
        "b": 500,
        "c": 400,
    }


async def test_a_full_queue_is_waited_out(bench: Bench) -> None:
    bench.server.faults = {"a": [Postponed(0.001)] * 20}
    batch = await bench.end_of(await bench.begin(lines("a")))
    assert batch.num_completed == 1


async def test_a_batch_whose_client_leaves_while_it_is_kept_runs_all_the_same(
    bench: Bench,
) -> None:
    file = await bench.upload(lines("a"))
    creating = asyncio.create_task(
        bench.jobs.create_batch(CHAT, file.id, metadata=None, output_seconds=None)
    )

    def leave() -> float:  # the time is asked for just before the batch is kept
        bench.jobs._now = lambda: bench.now[0]
        creating.cancel()
        return bench.now[0]

    bench.jobs._now = leave
    with pytest.raises(asyncio.CancelledError):
        await creating
    await eventually(lambda: bench.server.asked["a"] == 1)
    [batch] = await bench.jobs.batches(after=None, limit=10)
    assert (await bench.end_of(batch)).status == "completed"


async def test_a_cancelled_batch_keeps_what_is_finished(bench: Bench) -> None:
    bench.server.faults = {text: [Postponed(60)] for text in HUNDRED[3:]}
    batch = await bench.begin(lines(*HUNDRED))
    await eventually(lambda: bench.jobs.unfinished[0].num_completed == 3)
    assert (await bench.jobs.cancel_batch(batch.id)).status == "cancelling"
    ended = await bench.end_of(batch)
    assert (ended.status, ended.num_completed, ended.num_failed) == ("cancelled", 3, 97)
    outputs, errors = (
        await bench.read(ended.output_file_id),
        await bench.read(ended.error_file_id),
    )
    assert sorted([*outputs, *errors]) == sorted(HUNDRED)
    assert {each["error"]["code"] for each in errors.values()} == {"batch_cancelled"}
    assert bench.jobs.num_lines_running == 0
    with pytest.raises(Conflict, match="is cancelled"):
        await bench.jobs.cancel_batch(batch.id)


async def test_a_batch_expires_after_a_day(bench: Bench) -> None:
    bench.server.faults = {"b": [Postponed(60)]}
    batch = await bench.begin(lines("a", "b"))
    await eventually(lambda: bench.jobs.unfinished[0].num_completed == 1)
    bench.now[0] += 24 * 3600
    await bench.jobs.clean()
    ended = await bench.end_of(batch)
    assert (ended.status, ended.num_completed, ended.num_failed) == ("expired", 1, 1)
    [error] = (await bench.read(ended.error_file_id)).values()
    assert error["error"]["code"] == "batch_expired"
    assert error["response"] is None


async def test_a_batch_that_expired_while_the_server_was_off_is_not_begun(
    tmp_path: Path, server: ScriptedLines
) -> None:
    server.gate.clear()
    async with opened(tmp_path, server) as bench:
        batch = await bench.begin(lines("a"))
        await eventually(lambda: server.num_running == 1)
    server.gate.set()
    async with opened(tmp_path, server, now=1000.0 + 25 * 3600) as bench:
        assert (await bench.end_of(batch)).status == "expired"
    assert server.asked == {"a": 1}


async def test_files_are_removed_when_they_expire(bench: Bench) -> None:
    batch = await bench.end_of(await bench.begin(lines("a")))
    other = await bench.upload(b"kept", purpose="user_data")
    bench.now[0] += 31 * 24 * 3600
    await bench.jobs.clean()
    found = await bench.jobs.files.list(after=None, limit=10, order="asc", purpose=None)
    assert [file.id for file in found] == [other.id]
    assert [path.name for path in (bench.folder / "jobs/files").iterdir()] == [other.id]
    with pytest.raises(UnknownId):
        await bench.jobs.batch(batch.id)


async def test_a_file_that_a_batch_reads_is_not_deleted(bench: Bench) -> None:
    bench.server.gate.clear()
    batch = await bench.begin(lines("a"))
    with pytest.raises(Conflict, match=batch.id):
        await bench.jobs.files.remove(batch.input_file_id)
    bench.server.gate.set()
    await bench.end_of(batch)
    await bench.jobs.files.remove(batch.input_file_id)
    with pytest.raises(UnknownId):
        await bench.jobs.files.get(batch.input_file_id)


async def test_a_file_removed_from_the_disk_fails_the_batch_and_keeps_its_results(
    tmp_path: Path, server: ScriptedLines
) -> None:
    async with opened(tmp_path, server) as bench:
        server.faults = {"b": [Postponed(60)]}
        batch = await bench.begin(lines("a", "b"))
        await eventually(lambda: bench.jobs.unfinished[0].num_completed == 1)
    (tmp_path / "jobs/files" / batch.input_file_id).unlink()
    async with opened(tmp_path, server) as bench:
        ended = await bench.end_of(batch)
        assert ended.status == "failed"
        assert ended.faults[0].code == "input_file_unusable"
        assert list(await bench.read(ended.output_file_id)) == ["a"]


async def test_a_changed_input_file_fails_the_batch(tmp_path: Path, server: ScriptedLines) -> None:
    server.gate.clear()
    async with opened(tmp_path, server) as bench:
        batch = await bench.begin(lines("a"))
        await eventually(lambda: server.num_running == 1)
    (tmp_path / "jobs/files" / batch.input_file_id).write_bytes(lines("a", "b"))
    async with opened(tmp_path, server) as bench:
        ended = await bench.end_of(batch)
        assert ended.status == "failed"
        assert "was changed" in ended.faults[0].message


async def test_a_second_server_on_the_folder_has_no_jobs_and_says_why(
    bench: Bench, server: ScriptedLines
) -> None:
    async with opened(bench.folder, server) as second:
        with pytest.raises(JobsUnavailable, match="Another Hearth"):
            await second.jobs.batches(after=None, limit=1)
    assert await bench.jobs.batches(after=None, limit=1) == []


async def test_jobs_can_be_switched_off(tmp_path: Path, server: ScriptedLines) -> None:
    async with opened(tmp_path, server, max_bytes=0) as bench:
        with pytest.raises(JobsUnavailable, match="--files-gb"):
            await bench.upload(b"content")
    assert list(tmp_path.iterdir()) == []


async def test_a_damaged_database_is_put_aside_with_its_files(
    tmp_path: Path, server: ScriptedLines
) -> None:
    async with opened(tmp_path, server) as bench:
        file = await bench.upload(b"content")
    database = tmp_path / "jobs/jobs.sqlite"
    database.write_bytes(b"rubbish" * 1000)
    async with opened(tmp_path, server) as bench:
        assert bench.jobs.problem is None
        with pytest.raises(UnknownId):
            await bench.jobs.files.get(file.id)
    [aside] = tmp_path.glob("jobs-damaged-*")
    assert (aside / "files" / file.id).read_bytes() == b"content"


async def test_files_without_a_database_are_put_aside(
    tmp_path: Path, server: ScriptedLines
) -> None:
    async with opened(tmp_path, server) as bench:
        file = await bench.upload(b"content")
    for path in (tmp_path / "jobs").glob("jobs.sqlite*"):
        path.unlink()
    async with opened(tmp_path, server) as bench:
        assert bench.jobs.problem is None
    [aside] = tmp_path.glob("jobs-damaged-*")
    assert (aside / "files" / file.id).exists()


async def test_rests_of_an_interrupted_upload_are_removed(
    tmp_path: Path, server: ScriptedLines
) -> None:
    async with opened(tmp_path, server) as bench:
        file = await bench.upload(b"content")
    (tmp_path / "jobs/files/incoming-file-1").write_bytes(b"half")
    async with opened(tmp_path, server):
        left = [path.name for path in (tmp_path / "jobs/files").iterdir()]
    assert left == [file.id]


async def test_a_disk_that_is_full_for_a_while_loses_no_line(bench: Bench) -> None:
    """The database's own limit stands in for a full disk: SQLite reports both in the same way."""
    bench.server.gate.clear()
    batch = await bench.begin(lines(*HUNDRED))
    await eventually(lambda: bench.server.num_running == 6)
    await bench.sql("PRAGMA max_page_count = 1")
    bench.server.gate.set()
    await eventually(lambda: bench.jobs.trouble is not None)
    assert "full" in str(bench.jobs.trouble)
    await bench.sql("PRAGMA max_page_count = 1000000")
    ended = await bench.end_of(batch)
    assert (ended.status, ended.num_completed) == ("completed", 100)
    assert bench.server.asked == dict.fromkeys(HUNDRED, 1)
    assert bench.jobs.trouble is None


async def test_an_upload_onto_a_full_disk_is_refused_and_leaves_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageFault, match="No space left"):
        await bench.upload(b"content")
    assert list((bench.folder / "jobs/files").iterdir()) == []


async def test_files_have_limits(tmp_path: Path, server: ScriptedLines) -> None:
    async with opened(tmp_path, server, max_bytes=10) as bench:
        await bench.upload(b"123456")
        with pytest.raises(StorageFault, match="--files-gb"):
            await bench.upload(b"12345")
        async with bench.jobs.files.receive() as writer:
            with pytest.raises(TooLarge):
                await writer.add(bytes(200 * 1024 * 1024 + 1))


async def test_uploads_that_arrive_at_the_same_time_have_the_room_together(
    tmp_path: Path, server: ScriptedLines
) -> None:
    async with opened(tmp_path, server, max_bytes=5 * WRITE_BYTES) as bench:
        async with bench.jobs.files.receive() as first, bench.jobs.files.receive() as second:
            await first.add(bytes(3 * WRITE_BYTES))
            with pytest.raises(StorageFault, match="--files-gb"):
                await second.add(bytes(3 * WRITE_BYTES))
        await bench.upload(bytes(4 * WRITE_BYTES))


async def test_a_key_has_a_part_of_the_unfinished_batches(
    bench: Bench, server: ScriptedLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.jobs.MAX_UNFINISHED_OF_ONE", 2)
    server.gate.clear()
    file = await bench.upload(lines(*HUNDRED))

    async def begin(owner: str) -> Batch:
        return await bench.jobs.create_batch(
            CHAT, file.id, metadata=None, output_seconds=None, owner=owner
        )

    nas, second, phone = [await begin(owner) for owner in ("nas", "nas", "phone")]
    assert nas.client == second.client != phone.client
    with pytest.raises(TooManyBatches, match="of this key"):
        await begin("nas")
    server.gate.set()
    for batch in (nas, second, phone):
        await bench.end_of(batch)


async def test_uploads_at_the_same_time_do_not_get_the_same_room(
    tmp_path: Path, server: ScriptedLines
) -> None:
    async with opened(tmp_path, server, max_bytes=10) as bench:
        uploads = (bench.upload(b"123456") for _ in range(4))
        ends = await asyncio.gather(*uploads, return_exceptions=True)
        assert [type(end) for end in ends].count(StorageFault) == 3
        assert len(list((bench.folder / "jobs/files").iterdir())) == 1


async def test_a_creation_that_was_cut_off_is_found_by_its_key(bench: Bench) -> None:
    file = await bench.upload(lines("a"))

    def create(key: str) -> asyncio.Task[Batch]:
        return asyncio.create_task(
            bench.jobs.create_batch(
                CHAT, file.id, metadata=None, output_seconds=None, creation_key=key
            )
        )

    with sqlite3.connect(bench.folder / "jobs/jobs.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody else can write
        cut_off = create("key")
        await eventually(
            lambda: any(task.get_name().endswith(" begins") for task in asyncio.all_tasks())
        )
        cut_off.cancel()
        await asyncio.wait({cut_off})
        again = create("key")
        other.execute("ROLLBACK")
    other.close()
    assert cut_off.cancelled()
    batch = await bench.end_of(await again)
    assert (batch.status, batch.num_completed) == ("completed", 1)
    assert [each.id for each in await bench.jobs.batches(after=None, limit=9)] == [batch.id]
    for key, later_seconds in (("other key", 0), ("key", 24 * 3600)):
        bench.now[0] += later_seconds
        another = await create(key)
        assert another.id != batch.id
        await bench.end_of(another)


async def test_a_line_that_ends_the_model_again_and_again_is_given_up(
    tmp_path: Path, server: ScriptedLines
) -> None:
    server.gate.clear()
    server.faults = {text: [Postponed(60, is_suspect=True)] for text in "abc"}
    server.faults["b"] *= 3
    async with opened(tmp_path, server) as bench:
        batch = await bench.begin(lines(*"abcd"))
        await eventually(lambda: server.num_running == 4)
        server.gate.set()
        await eventually(lambda: bench.jobs.unfinished[0].num_completed == 1)
    server.max_running = 0
    for num_asked in (2, 3):
        async with opened(tmp_path, server):
            await eventually(lambda wanted=num_asked: server.asked["b"] == wanted)  # type: ignore[misc]
    async with opened(tmp_path, server) as bench:
        ended = await bench.end_of(batch)
        assert (ended.status, ended.num_completed, ended.num_failed) == ("completed", 3, 1)
        [error] = (await bench.read(ended.error_file_id)).values()
        assert (error["custom_id"], error["error"]["code"]) == ("b", "model_ended")
    assert server.asked == {"a": 2, "b": 3, "c": 2, "d": 1}
    assert server.max_running == 1  # suspects


async def test_a_server_that_is_stopped_or_killed_blames_no_line(
    tmp_path: Path, server: ScriptedLines
) -> None:
    server.faults = {"a": [Postponed(60)] * 5}
    for num_asked in range(1, 6):
        async with opened(tmp_path, server) as bench:
            batch = bench.jobs.unfinished[0] if num_asked > 1 else await bench.begin(lines("a"))
            await eventually(lambda wanted=num_asked: server.asked["a"] == wanted)  # type: ignore[misc]
    async with opened(tmp_path, server) as bench:
        assert (await bench.end_of(batch)).num_completed == 1


async def test_a_batch_needs_a_file_of_its_purpose(bench: Bench) -> None:
    file = await bench.upload(b"x", purpose="user_data")
    for file_id, words in ((file.id, "user_data"), ("file-none", "no file")):
        with pytest.raises(UnusableFile, match=words):
            await bench.jobs.create_batch(CHAT, file_id, metadata=None, output_seconds=None)


async def test_faults_of_the_file_fail_the_batch(bench: Bench) -> None:
    batch = await bench.end_of(await bench.begin(line("a") + b"\n" + line("b", method="PUT")))
    assert batch.status == "failed"
    assert [(fault.code, fault.line) for fault in batch.faults] == [("invalid_method", 3)]
    assert bench.server.asked == {}
