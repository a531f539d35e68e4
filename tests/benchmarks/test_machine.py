"""What the figures were measured on."""

from benchmarks.machine import Machine


def test_this_machine_is_described() -> None:
    machine = Machine.here()
    assert machine.num_cores >= 1
    assert machine.memory_gib > 0
    assert machine.processor
    assert machine.device.startswith("Device(")
