"""What the operating system says about this process."""

import time
from pathlib import Path

from telemetry.machine import read_machine_use


def test_the_numbers_of_this_process_are_sound(tmp_path: Path) -> None:
    use = read_machine_use(tmp_path / "not" / "made yet")
    assert 0 < use.started_unix <= time.time()
    assert use.cpu_seconds > 0
    assert use.num_open_files > 0
    assert use.resident_bytes > 1_000_000
    assert 0 < use.disk_free_bytes < use.disk_size_bytes
