"""The LAN needs a key; this machine alone does not."""

import pytest

from doctor.keys import check_keys


def test_no_key_on_the_lan_is_a_problem() -> None:
    found = check_keys(0, is_on_the_lan=True)
    assert found.status == "problem"
    assert "keys add" in (found.mend or "")


@pytest.mark.parametrize(("num_keys", "is_on_the_lan"), [(2, True), (0, False), (1, False)])
def test_a_key_or_loopback_is_good(num_keys: int, *, is_on_the_lan: bool) -> None:
    assert check_keys(num_keys, is_on_the_lan=is_on_the_lan).status == "ok"
