"""What a process has used."""

import os
import resource
import time

import psutil
import pytest

from benchmarks.processes import cpu_seconds, max_open_files, parse_ps_time, resident_bytes


def test_cpu_seconds_are_those_of_the_process() -> None:
    begun = time.process_time()
    before = cpu_seconds(os.getpid())
    while time.process_time() - begun < 0.1:
        pass
    assert cpu_seconds(os.getpid()) - before == pytest.approx(0.1, abs=0.05)


def test_resident_bytes_are_those_of_the_process() -> None:
    expected = psutil.Process().memory_info().rss
    assert resident_bytes(os.getpid()) == pytest.approx(expected, rel=0.1)


def test_open_files_are_those_that_the_system_allows() -> None:
    limit = max_open_files(os.getpid())
    assert limit in (None, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:01.25", 1.25), ("12:30", 750), ("01:02:03", 3_723), ("2-01:00:00", 176_400)],
)
def test_times_of_ps_are_read(text: str, seconds: float) -> None:
    assert parse_ps_time(text) == seconds


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no time of ps"):
        parse_ps_time("soon")
