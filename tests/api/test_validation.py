"""A wrong value is answered with its name, the value, what is allowed, and OpenAI's code."""

from typing import Any

import pytest

from tests.api.conftest import HELLO, Api


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("temperature", -0.1, "integer_below_min_value"),
        ("temperature", 2.1, "integer_above_max_value"),
        ("temperature", "0.5", "invalid_type"),
        ("temperature", True, "invalid_type"),
        ("top_p", 1.5, "integer_above_max_value"),
        ("top_k", 1.5, "invalid_type"),
        ("top_k", -2, "integer_below_min_value"),
        ("min_p", 2, "integer_above_max_value"),
        ("max_tokens", 0, "integer_below_min_value"),
        ("max_tokens", "12", "invalid_type"),
        ("max_tokens", 1.0, "invalid_type"),
        ("max_completion_tokens", -1, "integer_below_min_value"),
        ("min_tokens", -1, "integer_below_min_value"),
        ("frequency_penalty", 3, "integer_above_max_value"),
        ("presence_penalty", -3, "integer_below_min_value"),
        ("repetition_penalty", 0, "integer_below_min_value"),
        ("seed", 2**63, "integer_above_max_value"),
        ("seed", 0.5, "invalid_type"),
        ("stream", "yes", "invalid_type"),
        ("stream_options", True, "invalid_type"),
        ("stop", 5, "invalid_type"),
        ("stop", ["x"] * 65, "invalid_value"),
        ("stop", "x" * 513, "invalid_value"),
        ("logit_bias", {"word": 1}, "invalid_value"),
        ("logit_bias", {"5": 101}, "invalid_value"),
        ("logit_bias", {"99999": 1}, "invalid_value"),
        ("logit_bias", [1], "invalid_type"),
        ("ignore_eos", 1, "invalid_type"),
        ("reasoning_effort", "enormous", "invalid_value"),
        ("service_tier", 5, "invalid_type"),
        ("priority", "high", "invalid_type"),
        ("priority", 1.0, "invalid_type"),
        ("priority", True, "invalid_type"),
        ("model", 5, "invalid_type"),
        ("messages", "Hello", "invalid_type"),
        ("messages", [], "invalid_value"),
    ],
)
async def test_a_wrong_value_is_named(api: Api, field: str, value: Any, code: str) -> None:
    reply = await api.chat(**{field: value})
    assert reply.status == 400
    assert reply.error["type"] == "invalid_request_error"
    assert reply.error["param"].startswith(field)
    assert field in reply.error["message"]
    assert reply.error["code"].replace("decimal", "integer") == code


@pytest.mark.parametrize("field", ["model", "messages"])
@pytest.mark.parametrize("is_null", [True, False])
async def test_a_missing_parameter_is_named(api: Api, field: str, *, is_null: bool) -> None:
    body: dict[str, Any] = {"model": "default", "messages": HELLO}
    if is_null:
        body[field] = None
    else:
        del body[field]
    reply = await api.request("POST", "/v1/chat/completions", json=body)
    assert (reply.status, reply.error["code"]) == (400, "missing_required_parameter")
    assert reply.error["param"] == field


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({"content": "x"}, "messages[1].role"),
        ({"role": "wizard", "content": "x"}, "messages[1].role"),
        ({"role": "user", "content": 5}, "messages[1].content"),
        ({"role": "user", "content": [{"text": "x"}]}, "messages[1].content[0].type"),
        ({"role": "user", "content": [{"type": "text"}]}, "messages[1].content[0]"),
        ({"role": "user"}, "messages[1]"),
        ({"role": "assistant", "content": None}, "messages[1]"),
        ("x", "messages[1]"),
    ],
)
async def test_a_wrong_message_is_named_by_its_place(api: Api, message: Any, param: str) -> None:
    reply = await api.chat(messages=[*HELLO, message])
    assert (reply.status, reply.error["param"]) == (400, param)


async def test_the_message_says_the_value_and_what_is_allowed(api: Api) -> None:
    reply = await api.chat(temperature=7.5)
    assert "7.5" in reply.error["message"]
    assert "less than or equal to 2" in reply.error["message"]


async def test_an_enormous_wrong_value_is_cut_in_the_message(api: Api) -> None:
    reply = await api.chat(temperature="x" * 100_000)
    assert reply.status == 400
    assert len(reply.error["message"]) < 500


async def test_nothing_wrong_reaches_the_engine(api: Api) -> None:
    await api.chat(temperature=9)
    await api.chat(messages=[])
    assert api.engine.num_calls["add"] == 0
