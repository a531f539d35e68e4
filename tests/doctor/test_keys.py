"""The LAN needs a key; this machine alone does not."""

from pathlib import Path
from typing import Any

import pytest

from access.first_key import make_first_key
from access.key_file import FILE_NAME, KeyFile
from doctor.finding import Finding
from doctor.keys import check_keys
from settings import Settings


def check(folder: Path, *, is_on_the_lan: bool = True, **values: Any) -> Finding:
    settings = Settings(_env_file=None, _env_prefix="NOT_READ_", data_dir=folder, **values)
    return check_keys(settings, is_on_the_lan=is_on_the_lan)


def test_a_lan_that_needs_no_key_is_a_problem(tmp_path: Path) -> None:
    found = check(tmp_path, lan=True, require_key="never")
    assert found.status == "problem"
    assert "--require-key auto" in (found.mend or "")


def test_a_damaged_file_of_keys_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("{")
    assert check(tmp_path, lan=True).status == "problem"


@pytest.mark.parametrize("values", [{"lan": True}, {"host": "0.0.0.0"}])
def test_keys_are_counted(tmp_path: Path, values: dict[str, Any]) -> None:
    assert "the first start makes one" in check(tmp_path, **values).finding
    make_first_key(KeyFile(tmp_path))
    assert check(tmp_path, **values).finding == "1 known"


def test_signed_tokens_are_enough(tmp_path: Path) -> None:
    found = check(tmp_path, lan=True, jwt_key_file=tmp_path / "key.pem")
    assert found.status == "ok"


def test_this_machine_alone_needs_none(tmp_path: Path) -> None:
    assert check(tmp_path, is_on_the_lan=False).status == "ok"
