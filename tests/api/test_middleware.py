"""What every response carries, and what every request leaves in the log."""

from collections.abc import Iterator

import pytest
from loguru import logger

from tests.api.conftest import CHAT, Api, StartApi

SECRET = "a-word-from-a-private-prompt"


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """What is logged, fields included, at the level that is shown by default."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="INFO", format="{level} {message} {extra}\n{exception}")
    yield lines
    logger.remove(sink)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/nowhere"), ("PUT", CHAT), ("POST", CHAT)]
)
async def test_every_response_has_a_request_id(api: Api, method: str, path: str) -> None:
    reply = await api.request(method, path)
    assert reply.headers["x-request-id"].startswith("req_")
    assert reply.headers["request-id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize("stream", [True, False])
async def test_answers_have_request_ids_that_differ(api: Api, *, stream: bool) -> None:
    ids = {(await api.chat(stream=stream)).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


async def test_a_request_too_large_has_a_request_id(start_api: StartApi) -> None:
    api = await start_api(max_body_mb=0.01)
    reply = await api.post_body(b"x" * 20_000)
    assert reply.status == 413
    assert reply.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("stream", [True, False])
async def test_a_request_leaves_one_line_with_what_it_cost(
    api: Api, log_lines: list[str], *, stream: bool
) -> None:
    num_tokens = len(api.will_say("Hearth answers."))
    reply = await api.chat(stream=stream)
    [line] = log_lines
    assert line.startswith("INFO request ")
    assert reply.headers["x-request-id"] in line
    for field in (f"'route': 'POST {CHAT}'", "'status': 200", f"'completion_tokens': {num_tokens}"):
        assert field in line


async def test_no_prompt_and_no_answer_is_logged(api: Api, log_lines: list[str]) -> None:
    api.will_say(SECRET)
    for messages in ([{"role": "user", "content": SECRET}], [{"role": "user", "name": SECRET}]):
        await api.chat(messages=messages)
    api.faults.fail_prefill(api.engine.num_calls["prefill"] + 1, RuntimeError("boom"))
    await api.chat(messages=[{"role": "user", "content": SECRET}])
    assert len(log_lines) >= 3
    assert SECRET not in "".join(log_lines)


async def test_a_failed_request_leaves_its_stack_trace_once(api: Api, log_lines: list[str]) -> None:
    api.faults.fail_prefill(1, RuntimeError("boom"))
    await api.chat()
    assert sum("RuntimeError: boom" in line and "Traceback" in line for line in log_lines) == 1
