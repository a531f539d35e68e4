"""The line on speed, queue and memory."""

import json

from loguru import logger

from api.performance import WorkDone, log_work
from telemetry.log_lines import layout_of
from tests.api.conftest import Api, StartApi, eventually
from tests.api.test_answer_log import STRICT


async def test_the_line_has_what_was_done_since_the_one_before(api: Api) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, format=layout_of("json", is_console=False))
    before = WorkDone.of(api.batcher, now_seconds=10.0)
    num_tokens = len(api.will_say("Hearth answers."))
    reply = await api.chat()
    log_work(api.batcher, before, WorkDone.of(api.batcher, now_seconds=12.0))
    logger.remove(sink)
    [line] = [each for each in map(json.loads, lines) if each["message"] == "performance"]
    STRICT.validate(line)
    num_prompt_tokens = reply.json["usage"]["prompt_tokens"]
    assert line["tokens_per_second"] == round(num_tokens / 2, 1)
    assert line["prompt_tokens_per_second"] == round(num_prompt_tokens / 2, 1)
    assert (line["running"], line["waiting"]) == (0, 0)
    assert line["step_seconds"] > 0
    assert 0 < line["prefill_share"] <= 1
    assert line["resident_bytes"] > 1_000_000


async def test_it_comes_while_something_runs_and_not_while_nothing_does(
    start_api: StartApi,
) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}")
    api = await start_api(log_performance_seconds=0.01)
    await api.get("/health")
    assert "performance\n" not in lines
    api.gate.close()
    async with api.open_stream():
        await eventually(lambda: "performance\n" in lines)
        api.gate.open()
    logger.remove(sink)


async def test_zero_switches_it_off(start_api: StartApi) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}")
    api = await start_api(log_performance_seconds=0)
    api.will_say("Hearth answers.")
    await api.chat()
    logger.remove(sink)
    assert "performance\n" not in lines
