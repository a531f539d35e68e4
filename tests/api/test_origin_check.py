"""What web pages may do when they are allowed, and what every response tells browsers."""

import pytest
import pytest_asyncio

from tests.api.conftest import CHAT, Api, StartApi, minimal_chat

PAGE = "https://chat.example.org"
ALLOWED = {"Origin": PAGE}
PREFLIGHT = {
    **ALLOWED,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,x-stainless-os",
}


@pytest_asyncio.fixture
async def open_api(start_api: StartApi) -> Api:
    return await start_api(allowed_origins=f"{PAGE},app://obsidian.md", keep_alive_seconds=0.05)


@pytest.mark.parametrize("path", [CHAT, "/v1/messages", "/api/chat", "/v1/files", "/nowhere"])
async def test_a_preflight_is_answered_whatever_the_dialect(open_api: Api, path: str) -> None:
    reply = await open_api.request("OPTIONS", path, headers=PREFLIGHT)
    assert reply.status == 204
    assert reply.headers["Access-Control-Allow-Origin"] == PAGE
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    asked = PREFLIGHT["Access-Control-Request-Headers"]
    assert reply.headers["Access-Control-Allow-Headers"] == asked
    assert "Access-Control-Allow-Credentials" not in reply.headers


async def test_a_page_may_reach_into_the_private_network_if_it_is_allowed(open_api: Api) -> None:
    asks = {**PREFLIGHT, "Access-Control-Request-Private-Network": "true"}
    reply = await open_api.request("OPTIONS", CHAT, headers=asks)
    assert reply.headers["Access-Control-Allow-Private-Network"] == "true"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("path", [CHAT, "/v1/messages", "/api/chat"])
async def test_an_allowed_page_can_read_answers_and_streams(
    open_api: Api, path: str, *, stream: bool
) -> None:
    body = minimal_chat(stream=stream, max_tokens=3)
    reply = await open_api.request("POST", path, json=body, headers=ALLOWED)
    assert reply.status == 200
    assert reply.headers["Access-Control-Allow-Origin"] == PAGE
    assert reply.headers["Access-Control-Expose-Headers"] == "*"
    assert reply.headers["Vary"] == "Origin"
    assert reply.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("POST", CHAT, 400)]
)
async def test_an_allowed_page_can_read_errors(
    open_api: Api, method: str, path: str, status: int
) -> None:
    reply = await open_api.request(method, path, data=b"{", headers=ALLOWED)
    assert reply.status == status
    assert reply.headers["Access-Control-Allow-Origin"] == PAGE


async def test_another_page_is_refused_in_its_dialects_shape(open_api: Api) -> None:
    for path, shape in ((CHAT, "error"), ("/v1/messages", "error"), ("/api/chat", "error")):
        headers = {"Origin": "https://evil.example"}
        reply = await open_api.request("POST", path, json=minimal_chat(), headers=headers)
        assert reply.status == 403
        assert "--allowed-origins" in str(reply.json[shape])
        assert "Access-Control-Allow-Origin" not in reply.headers


async def test_any_origin_may_be_allowed(start_api: StartApi) -> None:
    api = await start_api(allowed_origins="*")
    for origin in ("https://anything.example", "null", "app://x"):
        reply = await api.request("GET", "/v1/models", headers={"Origin": origin})
        assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (200, origin)


async def test_options_without_an_origin_is_no_preflight(open_api: Api) -> None:
    assert (await open_api.request("OPTIONS", CHAT)).status == 405


async def test_an_allowed_name_is_served_and_any_may_be(start_api: StartApi) -> None:
    for allowed, name, status in (
        ("llm.home,nas", "LLM.home:80", 200),
        ("llm.home,nas", "other.home", 403),
        ("*", "other.home", 200),
    ):
        api = await start_api(allowed_hosts=allowed)
        reply = await api.request("GET", "/v1/models", headers={"Host": name})
        assert reply.status == status


async def test_every_response_tells_browsers_to_be_careful(api: Api) -> None:
    replies = [
        await api.get("/v1/models"),
        await api.get("/nowhere"),
        await api.chat(),
        await api.chat(stream=True, max_tokens=2),
        await api.request("POST", CHAT, headers={"Expect": "surprises"}),
    ]
    for reply in replies:
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["Server"] == "Hearth"
        assert "Access-Control-Allow-Origin" not in reply.headers


async def test_the_page_of_the_docs_may_run_its_own_script_only(api: Api) -> None:
    policy = (await api.get("/docs")).headers["Content-Security-Policy"]
    assert "connect-src 'self'" in policy
    assert "http:" not in policy


async def test_what_is_not_http_tells_no_version_either(api: Api) -> None:
    reply = await api.request("GET", "/", headers={"X": "y" * 20_000})
    assert (reply.status, reply.headers["Server"]) == (400, "Hearth")
