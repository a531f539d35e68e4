"""Keys that are good, for something else."""

import aiohttp
import pytest

from access.keys import Scope
from tests.api.conftest import CHAT
from tests.attacks.guarded import ASKS, FILES, LOOKS, GuardedServer, Reply, bearer

CHAT_ONLY: frozenset[Scope] = frozenset({"chat"})
BATCH_ONLY: frozenset[Scope] = frozenset({"batch"})
ADMIN_ONLY: frozenset[Scope] = frozenset({"admin"})
ANY_KEY = ("/", "/version", "/docs", "/openapi.json")

OF_CHAT = [
    *(("POST", path) for path in ASKS),
    *(("GET", path) for path in LOOKS if path not in ANY_KEY),
]
OF_BATCH = [
    *(("GET", path) for path in FILES),
    ("HEAD", "/v1/files"),
    ("GET", "/v1/files/file-1/content"),
    ("DELETE", "/v1/files/file-1"),
    ("POST", "/v1/files"),
    ("POST", "/v1/batches"),
    ("POST", "/v1/batches/batch_1/cancel"),
]
OF_ADMIN = [("GET", "/admin/keys"), ("HEAD", "/admin/keys")]

CASES = [
    *(("batch", BATCH_ONLY, *place, "chat") for place in OF_CHAT),
    *(("admin", ADMIN_ONLY, *place, "chat") for place in OF_CHAT),
    *(("chat", CHAT_ONLY, *place, "batch") for place in OF_BATCH),
    *(("admin", ADMIN_ONLY, *place, "batch") for place in OF_BATCH),
    *(("chat", CHAT_ONLY, *place, "admin") for place in OF_ADMIN),
    *(("batch", BATCH_ONLY, *place, "admin") for place in OF_ADMIN),
    *(("both", CHAT_ONLY | BATCH_ONLY, *place, "admin") for place in OF_ADMIN),
]


@pytest.mark.parametrize(("name", "scopes", "method", "path", "needed"), CASES)
def test_a_key_opens_only_what_its_scopes_are_for(
    guarded: GuardedServer,
    name: str,
    scopes: frozenset[Scope],
    method: str,
    path: str,
    needed: str,
) -> None:
    secret = guarded.add_key(f"only-{name}", scopes=scopes)
    body = ASKS.get(path) if method == "POST" else None
    reply = guarded.ask(path, method=method, headers=bearer(secret), body=body)
    assert reply.status == 403
    if method != "HEAD":
        assert needed in reply.body.decode()
    assert guarded.answers_who_may()


@pytest.mark.parametrize("path", ANY_KEY)
@pytest.mark.parametrize("scopes", [CHAT_ONLY, BATCH_ONLY, ADMIN_ONLY])
def test_what_any_key_opens(guarded: GuardedServer, scopes: frozenset[Scope], path: str) -> None:
    secret = guarded.add_key("any", scopes=scopes)
    assert guarded.ask(path, headers=bearer(secret)).status == 200


def test_the_scope_admin_opens_the_list_of_keys_without_secrets(guarded: GuardedServer) -> None:
    secret = guarded.add_key("chief", scopes=ADMIN_ONLY)
    reply = guarded.ask("/admin/keys", headers=bearer(secret))
    assert reply.status == 200
    assert "nas" in [key["name"] for key in reply.json["data"]]
    kept = {key.digest for key in guarded.file.read()}
    assert not [each for each in {guarded.secret, secret, *kept} if each in reply.body.decode()]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/files/{id}", "/v1/files/{id}/content"])
async def test_a_file_is_only_for_the_key_that_made_it(
    guarded: GuardedServer, path: str, method: str
) -> None:
    if method == "DELETE" and path.endswith("content"):
        pytest.skip("there is no such endpoint")
    other = guarded.add_key("other")
    file_id = await upload(guarded)
    place = path.format(id=file_id)
    assert guarded.ask(place, method=method, headers=bearer(other)).status == 404
    listed = guarded.ask("/v1/files", headers=bearer(other)).json["data"]
    assert file_id not in [each["id"] for each in listed]
    assert guarded.ask(place, method=method, headers=bearer(guarded.secret)).status == 200


async def test_a_batch_is_only_for_the_key_that_made_it(guarded: GuardedServer) -> None:
    other, admin = guarded.add_key("other"), guarded.add_key("all", scopes=BATCH_ONLY | ADMIN_ONLY)
    file_id = await upload(guarded)
    wanted = {"input_file_id": file_id, "endpoint": CHAT, "completion_window": "24h"}

    def create(secret: str) -> Reply:
        return guarded.ask("/v1/batches", method="POST", headers=bearer(secret), body=wanted)

    assert create(other).status == 400
    batch = create(guarded.secret).json
    place = f"/v1/batches/{batch['id']}"
    assert guarded.ask(place, headers=bearer(other)).status == 404
    cancel = guarded.ask(f"{place}/cancel", method="POST", headers=bearer(other), body={})
    assert cancel.status == 404
    after = guarded.ask(f"/v1/batches?after={batch['id']}", headers=bearer(other))
    assert after.status == 404
    assert guarded.ask("/v1/batches", headers=bearer(other)).json["data"] == []
    assert guarded.ask(place, headers=bearer(guarded.secret)).status == 200
    assert guarded.ask(place, headers=bearer(admin)).status == 200


async def upload(guarded: GuardedServer) -> str:
    """The id of a file of the right key."""
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", b"", filename="empty.jsonl")
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"http://127.0.0.1:{guarded.port}/v1/files",
            data=form,
            headers={"Authorization": f"Bearer {guarded.secret}"},
        ) as response,
    ):
        assert response.status == 200
        return str((await response.json())["id"])


def test_only_an_admin_sees_what_other_keys_use(guarded: GuardedServer) -> None:
    guarded.answers_who_may()
    for scopes, sees in ((CHAT_ONLY | BATCH_ONLY, False), (ADMIN_ONLY, True)):
        page = guarded.ask("/metrics", headers=bearer(guarded.add_key("looks", scopes=scopes)))
        assert page.status == 200
        assert (b'key="nas"' in page.body) == sees
