"""Who is let in where no key is needed, what keys keep apart, and SIGHUP's part."""

import time
from pathlib import Path
from typing import Any

import pytest

from access.errors import KeysProblem
from access.key_file import KeyFile
from access.keys import ApiKey, digest_of
from tests.api.conftest import CHAT, StartApi, minimal_chat


def add_key(folder: Path, name: str, **fields: Any) -> dict[str, str]:
    """The headers that a new key is sent with."""
    secret = f"secret of {name}"
    key = ApiKey(name, digest_of(secret), int(time.time()), **fields)
    KeyFile(folder).change(lambda keys: [*keys, key])
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer none"}, {"x-api-key": "ollama"}])
async def test_on_this_machine_any_key_will_do(start_api: StartApi, sent: dict[str, str]) -> None:
    api = await start_api()
    reply = await api.request("POST", CHAT, json=minimal_chat(max_tokens=1), headers=sent)
    assert reply.status == 200
    assert (await api.request("GET", "/admin/keys", headers={})).status == 200


async def test_a_known_key_counts_also_where_none_is_needed(
    start_api: StartApi, tmp_path: Path
) -> None:
    headers = add_key(tmp_path, "nas", scopes=frozenset({"batch"}))
    api = await start_api()
    reply = await api.request("POST", CHAT, json=minimal_chat(), headers=headers)
    assert reply.error["code"] == "missing_scope"


async def test_a_server_that_trusts_nobody_wants_a_key_for_everything(start_api: StartApi) -> None:
    api = await start_api(require_key="always")
    assert (await api.get("/v1/models")).status == 401
    assert (await api.get("/admin/keys")).status == 401
    assert (await api.get("/health")).status == 200


@pytest.mark.parametrize(("shares", "source"), [(False, "miss"), (True, "hit")])
async def test_stored_answers_stay_with_their_key(
    start_api: StartApi, tmp_path: Path, source: str, *, shares: bool
) -> None:
    nas, phone = add_key(tmp_path, "nas"), add_key(tmp_path, "phone")
    api = await start_api(share_across_keys=shares, share_answers=True, answer_cache_mb=1)
    body = minimal_chat(max_tokens=3)
    replies = [
        await api.request("POST", CHAT, json=body, headers=headers) for headers in (nas, nas, phone)
    ]
    assert [each.headers["x-hearth-cache"] for each in replies] == ["miss", "hit", source]


async def test_an_idempotency_key_stands_for_one_request_of_each_key(
    start_api: StartApi, tmp_path: Path
) -> None:
    nas, phone = add_key(tmp_path, "nas"), add_key(tmp_path, "phone")
    api = await start_api()
    body, once = minimal_chat(max_tokens=3), {"Idempotency-Key": "once"}
    replies = [
        await api.request("POST", CHAT, json=body, headers={**headers, **once})
        for headers in (nas, nas, phone)
    ]
    assert [each.headers.get("Idempotent-Replayed") for each in replies] == [None, "true", None]


async def test_keys_that_cannot_be_read_keep_a_server_from_starting(
    start_api: StartApi, tmp_path: Path
) -> None:
    KeyFile(tmp_path).path.write_text("[")
    with pytest.raises(KeysProblem):
        await start_api()
