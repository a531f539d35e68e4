"""The load client against a server of prepared answers: order, triggers, connections."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.bare_http import ANSWER_PATH, EVENTS_PATH, make_app
from benchmarks.load_client import LoadClient, LoadRun
from benchmarks.loads import Answer, Load, Request, Trigger
from benchmarks.scenarios.flood import FLOOD_ADDRESS, can_send_from
from benchmarks.servers import free_port
from tests.benchmarks.conftest import Serve

WHOLE = (
    b'{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}'
)
PIECE = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
EVENTS = PIECE * 3 + b"data: [DONE]\n\n"


def load(server: TestServer, *requests: Request, **fields: Any) -> Load:
    assert server.port is not None
    fields = {"path": "/chat", **fields}
    return Load(str(server.host), server.port, requests=requests, **fields)


async def answers_to(asked: Load) -> list[Answer]:
    run = LoadRun(asked)
    await run.run()
    return run.answers


async def bare_server() -> TestServer:
    server = TestServer(make_app(WHOLE, EVENTS))
    await server.start_server()
    return server


async def test_prepared_answers_come_as_they_are() -> None:
    server = await bare_server()
    try:
        request = Request("{}", 1)
        [whole] = await answers_to(load(server, request, path=ANSWER_PATH))
        [stream] = await answers_to(load(server, request, path=EVENTS_PATH))
    finally:
        await server.close()
    assert (whole.error, whole.num_completion_tokens, len(whole.piece_seconds)) == ("", 1, 1)
    assert (stream.error, stream.num_events, len(stream.piece_seconds)) == ("", 4, 3)
    assert 0 <= stream.sent_seconds <= stream.piece_seconds[0] <= stream.ended_seconds


async def test_clients_keep_their_connections(serve: Serve) -> None:
    ports = []

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.Response(body=WHOLE)

    server = await serve(answer)
    answers = await answers_to(load(server, *[Request("{}", 1)] * 8, num_connections=2))
    assert [each.error for each in answers] == [""] * 8
    assert len(set(ports)) == 2


async def test_a_connection_that_the_server_closes_is_opened_again(serve: Serve) -> None:
    async def answer(request: web.Request) -> web.Response:
        response = web.Response(body=WHOLE)
        response.force_close()
        return response

    server = await serve(answer)
    answers = await answers_to(load(server, *[Request("{}", 1)] * 3, num_connections=1))
    assert [each.error for each in answers] == [""] * 3


async def test_a_request_is_sent_when_another_has_so_many_pieces(serve: Serve) -> None:
    second_came = asyncio.Event()
    num_sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal num_sent
        if await request.text() == "second":
            second_came.set()
            return web.Response(body=WHOLE)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while not second_came.is_set():
            await response.write(PIECE)
            num_sent += 1
            await asyncio.sleep(0)
        await response.write(b"data: [DONE]\n\n")
        return response

    server = await serve(answer)
    second = Request("second", 1, sent_when=Trigger((0,), num_pieces=5))
    first_answer, second_answer = await answers_to(load(server, Request("first", 9), second))
    assert (first_answer.error, second_answer.error) == ("", "")
    assert num_sent >= 5
    assert second_answer.sent_seconds >= first_answer.piece_seconds[4]


async def test_a_request_is_given_up_when_another_has_ended(serve: Serve) -> None:
    was_left = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        if await request.text() == "short":
            return web.Response(body=WHOLE)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            while True:
                await response.write(PIECE)
                await asyncio.sleep(0)
        finally:
            was_left.set()

    server = await serve(answer)
    endless = Request("endless", 9, given_up_when=Trigger.end_of(1))
    short = Request("short", 1, sent_when=Trigger((0,)))
    endless_answer, short_answer = await answers_to(load(server, endless, short))
    async with asyncio.timeout(10):
        await was_left.wait()
    assert (endless_answer.was_given_up, endless_answer.error) == (True, "")
    assert endless_answer.piece_seconds
    assert short_answer.error == ""


async def test_what_takes_too_long_gets_an_error(serve: Serve) -> None:
    never = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await never.wait()
        raise AssertionError

    server = await serve(answer)
    [slow] = await answers_to(load(server, Request("{}", 1), time_limit_seconds=0.01))
    assert slow.error.startswith("no end within")


async def test_a_server_that_is_not_there_is_an_error_of_each_request() -> None:
    nobody = Load("127.0.0.1", free_port(), "/", (Request("{}", 1), Request("{}", 1)))
    assert ["cannot connect" in answer.error for answer in await answers_to(nobody)] == [True] * 2


async def test_requests_come_from_the_address_they_name(serve: Serve) -> None:
    if not can_send_from(FLOOD_ADDRESS):
        pytest.skip(f"this machine has no {FLOOD_ADDRESS}")
    addresses = []

    async def answer(request: web.Request) -> web.Response:
        addresses.append(request.remote)
        return web.Response(body=WHOLE)

    server = await serve(answer)
    here = Request("{}", 1)
    there = Request("{}", 1, local_address=FLOOD_ADDRESS, sent_when=Trigger.end_of(0))
    assert [each.error for each in await answers_to(load(server, here, there))] == ["", ""]
    assert addresses == ["127.0.0.1", FLOOD_ADDRESS]


async def test_the_process_answers_and_ends() -> None:
    server = await bare_server()
    client = LoadClient()
    try:
        client.start(load(server, Request("{}", 1), path=ANSWER_PATH))
        answers = await asyncio.to_thread(client.finish)
    finally:
        await asyncio.to_thread(client.close)
        await server.close()
    assert answers[0].error == ""
    assert answers.cpu_seconds > 0
