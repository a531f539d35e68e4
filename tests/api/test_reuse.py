"""The same request twice costs once, in every dialect, and nobody can tell but by the header."""

import asyncio
import re
from typing import Any

import pytest
import pytest_asyncio

from reuse import answer_reuse
from tests.api.conftest import CHAT, HELLO, Api, Reply, StartApi, eventually, minimal_chat

WEATHER = {"name": "weather", "parameters": {"type": "object", "properties": {}}}
CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call>'
GREEDY = {"temperature": 0}
OLLAMA = {"model": "default", "options": {"temperature": 0}}

DIALECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": (CHAT, minimal_chat(**GREEDY)),
    "usage": (CHAT, minimal_chat(stream_options={"include_usage": True}, **GREEDY)),
    "stop string": (CHAT, minimal_chat(stop=["two"], **GREEDY)),
    "shown stop string": (CHAT, minimal_chat(stop="two", include_stop_str_in_output=True)),
    "length": (CHAT, minimal_chat(max_tokens=2, **GREEDY)),
    "seed": (CHAT, minimal_chat(temperature=1, seed=7)),
    "logprobs": (CHAT, minimal_chat(logprobs=True, top_logprobs=3, **GREEDY)),
    "n": (CHAT, minimal_chat(n=3, temperature=1, seed=7)),
    "tools": (CHAT, minimal_chat(tools=[{"type": "function", "function": WEATHER}], **GREEDY)),
    "one tool": (
        CHAT,
        minimal_chat(
            tools=[{"type": "function", "function": WEATHER}], parallel_tool_calls=False, **GREEDY
        ),
    ),
    "JSON": (CHAT, minimal_chat(response_format={"type": "json_object"}, **GREEDY)),
    "completion": ("/v1/completions", {"model": "default", "prompt": "One", **GREEDY}),
    "echo": (
        "/v1/completions",
        {"model": "default", "prompt": ["One", "Two"], "echo": True, "logprobs": 2, **GREEDY},
    ),
    "response": ("/v1/responses", {"model": "default", "input": "Hello", **GREEDY}),
    "message": (
        "/v1/messages",
        {"model": "default", "messages": HELLO, "max_tokens": 20, **GREEDY},
    ),
    "Ollama chat": ("/api/chat", {**OLLAMA, "messages": HELLO}),
    "Ollama generate": ("/api/generate", {**OLLAMA, "prompt": "Hello"}),
}

OWN = [
    rb"(chatcmpl-|cmpl-|resp_|msg_|rs_|fc_|call_|toolu_|req_)\w+",
    rb'"(created|created_at|completed_at|\w+_duration)": ?("[^"]*"|[\d.]+)',
]
"""Ids and times, which are of a response and not of its answer."""


def without_own(reply: Reply) -> bytes:
    assert reply.status == 200, reply.body
    body = bytes(reply.body)
    for pattern in OWN:
        body = re.sub(pattern, b"-", body)
    # In which order several answers are streamed is a matter of time.
    if b'"index":2' in body and body.startswith(b"data"):
        ordered: list[bytes] = sorted(body.split(b"\n\n"), key=_answer_index)
        return b"\n\n".join(ordered)
    return body


def _answer_index(frame: bytes) -> bytes:
    index = re.search(rb'"index":(\d)', frame)
    return index[1] if index else b"9"


@pytest.fixture(autouse=True)
def patient_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk may be busy with whatever else runs on the machine."""
    monkeypatch.setattr(answer_reuse, "LOOKUP_SECONDS", 5.0)


@pytest_asyncio.fixture
async def sharing(start_api: StartApi) -> Api:
    """Everything on, as it is by default."""
    api = await start_api(share_answers=True, answer_cache_mb=1)
    api.will_say("one two three")
    return api


def num_computed(api: Api) -> int:
    return api.engine.num_calls["add"]


def source(reply: Reply) -> str | None:
    return reply.headers.get("x-hearth-cache")


@pytest.mark.parametrize("is_streamed", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("dialect", DIALECTS)
async def test_an_answer_from_the_store_is_the_fresh_one_byte_for_byte(
    sharing: Api, dialect: str, is_streamed: bool
) -> None:
    path, body = DIALECTS[dialect]
    if "tool" in dialect:
        sharing.will_say(CALL)
    if dialect == "JSON":
        sharing.will_say('{"a": 1}')
    fresh, stored = [
        await sharing.request("POST", path, json={**body, "stream": is_streamed}) for _ in "ab"
    ]
    assert without_own(stored) == without_own(fresh)
    assert (source(fresh), source(stored)) == ("miss", "hit")
    assert num_computed(sharing) == {"n": 3, "echo": 2}.get(dialect, 1)


@pytest.mark.parametrize("dialect", ["chat", "completion", "message", "response", "Ollama chat"])
async def test_streams_that_run_together_are_one_and_the_same(sharing: Api, dialect: str) -> None:
    path, body = DIALECTS[dialect]
    sharing.gate.close()
    asking = [
        asyncio.create_task(sharing.request("POST", path, json={**body, "stream": is_streamed}))
        for is_streamed in (True, True, False)
    ]
    await eventually(lambda: sharing.model.reuse.counts.shared == 2)
    sharing.gate.open()
    first, second, whole = await asyncio.gather(*asking)
    assert without_own(first) == without_own(second)
    assert whole.status == 200
    assert sorted(str(source(each)) for each in (first, second, whole)) == [
        "miss",
        "shared",
        "shared",
    ]
    assert num_computed(sharing) == 1


async def test_an_answer_serves_all_dialects(sharing: Api) -> None:
    limits: dict[str, dict[str, Any]] = {
        "chat": {"max_tokens": 20},
        "message": {"max_tokens": 20},
        "Ollama chat": {"options": {"temperature": 0, "num_predict": 20}, "stream": False},
    }
    for dialect, limit in limits.items():
        path, body = DIALECTS[dialect]
        assert (await sharing.request("POST", path, json={**body, **limit})).status == 200
    assert num_computed(sharing) == 1


async def test_a_thousand_requests_at_once_are_computed_once(sharing: Api) -> None:
    replies = await asyncio.gather(*(sharing.chat(**GREEDY) for _ in range(1000)))
    assert {reply.text for reply in replies} == {"one two three"}
    assert num_computed(sharing) == 1


async def test_requests_that_promise_nothing_have_no_header(sharing: Api) -> None:
    replies = [await sharing.chat(temperature=1) for _ in "ab"]
    assert [source(reply) for reply in replies] == [None, None]
    assert num_computed(sharing) == 2


async def test_a_client_that_leaves_a_shared_stream_takes_nothing_from_the_other(
    sharing: Api,
) -> None:
    sharing.gate.close(after=1)
    async with sharing.open_stream(**GREEDY):
        staying = asyncio.create_task(sharing.chat(**GREEDY))
        await eventually(lambda: sharing.model.reuse.counts.shared == 1)
    sharing.gate.open()
    assert (await staying).text == "one two three"
    await sharing.holds_nothing()


async def test_when_all_clients_have_left_nothing_is_computed(sharing: Api) -> None:
    sharing.gate.close(after=1)
    async with sharing.open_stream(**GREEDY), sharing.open_stream(**GREEDY):
        pass
    await eventually(lambda: not sharing.model.reuse._running)
    sharing.gate.open()
    await sharing.holds_nothing()
    assert source(await sharing.chat(**GREEDY)) == "miss"


async def test_a_failure_is_told_to_all_who_share_it_and_is_not_kept(sharing: Api) -> None:
    sharing.faults.fail_prefill(3, RuntimeError("broken"))
    sharing.gate.close()
    running = [asyncio.create_task(sharing.chat(seed=n, temperature=1)) for n in (1, 2)]
    asking = [asyncio.create_task(sharing.chat(**GREEDY)) for _ in range(5)]
    await eventually(lambda: sharing.model.reuse.counts.shared == 4)
    sharing.gate.open()
    statuses = [reply.status for reply in await asyncio.gather(*running, *asking)]
    assert sorted(statuses) == [200, 200] + [500] * 5
    sharing.faults.fail_prefill(sharing.engine.num_calls["prefill"] + 1, RuntimeError("broken"))
    assert (await sharing.chat(temperature=0, max_tokens=3)).status == 500
    assert (await sharing.chat(temperature=0, max_tokens=3)).status == 200


@pytest.mark.parametrize(
    ("cache_control", "then"),
    [
        ("no-cache", "hit"),
        ("NO-CACHE, max-age=0", "hit"),
        ("no-store", "miss"),
        ("no-cache, no-store", "miss"),
    ],
)
async def test_a_client_may_want_an_answer_of_its_own(
    sharing: Api, cache_control: str, then: str
) -> None:
    headers = {"Cache-Control": cache_control}
    body = minimal_chat(**GREEDY)
    replies = [await sharing.request("POST", CHAT, json=body, headers=headers) for _ in "ab"]
    assert [source(reply) for reply in replies] == ["miss", "miss"]
    assert source(await sharing.chat(**GREEDY)) == then


async def test_other_cache_directives_change_nothing(sharing: Api) -> None:
    for expected in ("miss", "hit"):
        reply = await sharing.request(
            "POST", CHAT, json=minimal_chat(**GREEDY), headers={"Cache-Control": "max-age=5"}
        )
        assert source(reply) == expected


async def test_the_status_page_counts(sharing: Api) -> None:
    sharing.gate.close()
    asking = [asyncio.create_task(sharing.chat(**GREEDY)) for _ in range(3)]
    await eventually(lambda: sharing.model.reuse.counts.shared == 2)
    sharing.gate.open()
    await asyncio.gather(*asking)
    await sharing.chat(**GREEDY)
    await sharing.chat(temperature=1)
    counted = (await sharing.get("/")).json["answer_cache"]
    assert counted.pop("bytes") > 0
    assert counted == {"hits": 1, "shared": 2, "misses": 1, "answers": 1, "max_bytes": 1_000_000}


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "no-store"])
async def test_a_restart_keeps_what_was_stored(start_api: StartApi, is_kept: bool) -> None:
    headers = {} if is_kept else {"Cache-Control": "no-store"}
    settings: dict[str, Any] = {"share_answers": True, "answer_cache_mb": 1}
    first = await start_api(**settings)
    await first.request("POST", CHAT, json=minimal_chat(**GREEDY), headers=headers)
    await first.model.reuse.close()
    second = await start_api(**settings)
    assert source(await second.chat(**GREEDY)) == ("hit" if is_kept else "miss")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"share_answers": False, "answer_cache_mb": 1}, "hit"),
        ({"share_answers": True, "answer_cache_mb": 0}, "miss"),
        ({"share_answers": False, "answer_cache_mb": 0}, "miss"),
    ],
)
async def test_each_part_can_be_switched_off(
    start_api: StartApi, settings: dict[str, Any], expected: str
) -> None:
    api = await start_api(**settings)
    await api.chat(**GREEDY)
    assert source(await api.chat(**GREEDY)) == expected
    assert (await api.get("/")).json["answer_cache"]["max_bytes"] == (
        settings["answer_cache_mb"] * 1_000_000
    )


async def test_a_store_that_cannot_be_used_costs_nobody_an_answer(
    start_api: StartApi, tmp_path: Any
) -> None:
    (tmp_path / "answers.db").mkdir()
    api = await start_api(share_answers=True, answer_cache_mb=1)
    for _ in range(2):
        reply = await api.chat(**GREEDY)
        assert (reply.status, source(reply)) == (200, "miss")
