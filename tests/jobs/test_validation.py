"""What is found in an input file, line by line."""

from pathlib import Path

import pytest

from jobs.errors import UnusableFile
from jobs.input_lines import open_lines
from jobs.validation import MAX_FAULTS, MAX_LINES, Checked, check_lines
from tests.jobs.conftest import CHAT, line, lines

MAX_LINE_BYTES = 1_000


async def check(tmp_path: Path, content: bytes, *, endpoint: str = CHAT) -> Checked:
    file = tmp_path / "in.jsonl"
    file.write_bytes(content)
    size = len(content)
    async with open_lines(file, num_bytes=size, max_line_bytes=MAX_LINE_BYTES) as opened:
        return await check_lines(
            opened,
            endpoint=endpoint,
            max_line_bytes=MAX_LINE_BYTES,
            knows_model=lambda name: name == "default",
        )


@pytest.mark.parametrize(
    ("content", "code", "param"),
    [
        (b"{", "invalid_json_line", None),
        (b"[1]", "invalid_json_line", None),
        (b"\xff\xfe", "invalid_json_line", None),
        (b'{"a":' * 900, "invalid_json_line", None),
        (line("x" * MAX_LINE_BYTES), "invalid_json_line", None),
        (line("a", custom_id=None), "missing_required_parameter", "custom_id"),
        (line("a", custom_id=5), "invalid_type", "custom_id"),
        (line("a", custom_id=""), "invalid_value", "custom_id"),
        (line("a", custom_id="x" * 513), "invalid_value", "custom_id"),
        (line("a", method=None), "missing_required_parameter", "method"),
        (line("a", method="GET"), "invalid_method", "method"),
        (line("a", url="/v1/images"), "invalid_url", "url"),
        (line("a", url="/v1/embeddings"), "mismatched_endpoint", "url"),
        (line("a", body=None), "missing_required_parameter", "body"),
        (line("a", body="x"), "invalid_type", "body"),
        (line("a", body={"text": "x"}), "missing_required_parameter", "body.model"),
        (line("a", body={"model": "gpt-9"}), "model_not_found", "body.model"),
        (line("b"), "duplicate_custom_id", "custom_id"),
    ],
)
async def test_a_fault_is_named_with_its_line(
    tmp_path: Path, content: bytes, code: str, param: str | None
) -> None:
    checked = await check(tmp_path, line("b") + b"\n" + content.rstrip(b"\n") + b"\n" + line("c"))
    [fault] = checked.faults
    assert (fault.code, fault.param, fault.line) == (code, param, 3)
    assert fault.message


async def test_a_good_file_has_its_number_of_lines_and_its_model(tmp_path: Path) -> None:
    content = lines("a", "b").rstrip(b"\n")  # the last line need not end
    assert await check(tmp_path, content) == Checked(2, "default", ())


async def test_windows_line_ends_are_taken(tmp_path: Path) -> None:
    content = lines("a", "b").replace(b"\n", b"\r\n")
    assert (await check(tmp_path, content)).faults == ()


@pytest.mark.parametrize("content", [b"", b"\n \n"])
async def test_a_file_without_lines_is_empty(tmp_path: Path, content: bytes) -> None:
    [fault] = (await check(tmp_path, content)).faults
    assert fault.code == "empty_file"


@pytest.mark.parametrize(("num_lines", "is_good"), [(MAX_LINES, True), (MAX_LINES + 1, False)])
async def test_50000_lines_are_the_limit(tmp_path: Path, num_lines: int, is_good: bool) -> None:
    content = b"".join(
        b'{"custom_id":"%d","method":"POST","url":"%b","body":{"model":"default"}}\n'
        % (number, CHAT.encode())
        for number in range(num_lines)
    )
    checked = await check(tmp_path, content)
    assert [fault.code for fault in checked.faults] == ([] if is_good else ["too_many_tasks"])


async def test_so_many_faults_are_enough(tmp_path: Path) -> None:
    checked = await check(tmp_path, b"{\n" * 10_000)
    assert len(checked.faults) == MAX_FAULTS + 1
    assert checked.faults[-1].code == "too_many_errors"


async def test_inputs_to_embed_are_counted_together(tmp_path: Path) -> None:
    url = "/v1/embeddings"
    body = {"model": "default", "input": ["a"] * 100}
    content = b"".join(line(f"a{number}", url=url, body=body) for number in range(501))
    [fault] = (await check(tmp_path, content, endpoint=url)).faults
    assert fault.code == "too_many_tasks"


async def test_a_file_of_another_size_is_not_the_one_that_was_sent(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(b"abc")
    with pytest.raises(UnusableFile, match="was changed"):
        async with open_lines(file, num_bytes=4, max_line_bytes=10):
            pass
