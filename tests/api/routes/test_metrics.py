"""GET /metrics: what has happened is in the numbers."""

import asyncio
import json

import pytest
from loguru import logger
from prometheus_client.parser import text_string_to_metric_families

from api import request_counts
from api.caller import Caller
from api.request_counts import OTHER
from batching.engine.fake import FakeEngine
from batching.engine.fake_faults import Faults
from tests.api.conftest import CHAT, Api, StartApi, eventually, minimal_chat


class Page:
    """The numbers of one scrape."""

    def __init__(self, text: str) -> None:
        self.samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def __call__(self, name: str, **labels: str) -> float:
        """The one value with these labels, or the sum of those that have them; 0 for none."""
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == f"hearth_{name}" and labels.items() <= sample.labels.items()
        )


async def scrape(api: Api, **headers: str) -> Page:
    reply = await api.request("GET", "/metrics", headers=headers)
    assert reply.status == 200
    return Page(reply.body.decode())


async def test_a_client_chooses_format_and_encoding(api: Api) -> None:
    plain = await api.get("/metrics")
    assert plain.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    asked = {"Accept": "application/openmetrics-text; version=1.0.0"}
    other = await api.request("GET", "/metrics", headers=asked)
    assert other.headers["Content-Type"].startswith("application/openmetrics-text")
    assert other.body.endswith(b"# EOF\n")
    zipped = await api.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert b"# TYPE hearth_ready gauge" in zipped.body  # aiohttp has unpacked it


async def test_an_answer_is_in_tokens_times_and_endings(api: Api) -> None:
    num_tokens = len(api.will_say("one two three four"))
    assert (await api.chat()).text == "one two three four"
    page = await scrape(api)
    usage_tokens = len(api.last_sequence.token_ids)
    assert page("generated_tokens_total") == num_tokens
    assert page("prompt_tokens_total") == page("prefill_tokens_total") == usage_tokens
    assert page("key_prompt_tokens_total", key="") == usage_tokens
    assert page("key_completion_tokens_total", key="") == num_tokens
    assert page("sequences_total", ending="stop") == page("sequences_total") == 1
    assert page("ttft_seconds_count", priority="interactive") == 1
    assert page("ttft_seconds_count", priority="batch") == 0
    assert page("queue_wait_seconds_count", priority="interactive") == 1
    assert page("token_gap_seconds_count") == num_tokens - 1
    assert page("step_seconds_count") >= num_tokens
    assert 0 < page("prefill_seconds_total") <= page("step_seconds_sum")
    assert page("answer_cache_answers_total", source="miss") == 1
    assert (page("running_rows"), page("slots_taken"), page("slots")) == (0, 0, 2)
    assert page("orphan_rows") == page("engine_faults_total") == 0


async def test_what_runs_and_waits_is_in_the_gauges(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, max_waiting_requests=7)
    api.gate.close(after=1)
    async with api.open_stream():
        waiting = asyncio.create_task(api.chat())
        await eventually(lambda: api.batcher.num_waiting == 1)
        page = await scrape(api)
        assert (page("slots_taken"), page("queue_requests")) == (1, 1)
        assert page("queue_max_requests") == 7
        assert page("queue_tokens") > 0
        assert page("running_rows") == 1
        assert page("step_age_seconds") > 0
        api.gate.open()
    await waiting


async def test_requests_are_counted_by_pattern_status_and_code(api: Api) -> None:
    await api.chat()
    await api.get("/v1/models/nobody/knows")
    await api.get("/made/up/by/a/client")
    await api.request("PUT", "/v1/models")
    await api.request("POST", CHAT, json=minimal_chat(temperature=-1))
    page = await scrape(api)

    def count(**labels: str) -> float:
        return page("http_requests_total", **labels)

    assert count(method="POST", route=CHAT, status="200", code="") == 1
    assert count(route=CHAT, status="400", code="decimal_below_min_value") == 1
    assert count(route="/v1/models/{id}", status="404", code="model_not_found") == 1
    assert count(method=OTHER, route=OTHER, status="404", code="unknown_url") == 1
    assert count(method=OTHER, route=OTHER, status="405", code="method_not_allowed") == 1
    assert page("key_requests_total", key="") == 5


async def test_a_client_that_leaves_is_499_and_its_sequence_cancelled(api: Api) -> None:
    api.gate.close(after=2)
    async with api.open_stream(ignore_eos=True):
        pass
    api.gate.open()
    await api.holds_nothing()
    page = await scrape(api)
    assert page("sequences_total", ending="cancelled") == 1
    assert page("http_requests_total", route=CHAT, status="499") == 1


async def test_a_stop_string_is_no_cancellation(start_api: StartApi) -> None:
    api = await start_api(share_answers=True)
    api.will_say("one two three four")
    assert (await api.chat(stop="two", ignore_eos=True)).text == "one "
    assert (await api.chat(stop="two", ignore_eos=True, temperature=1)).text == "one "
    await api.holds_nothing()
    page = await scrape(api)
    assert page("sequences_total", ending="stop_string") == page("sequences_total") == 2


async def test_what_is_refused_and_not_in_time_is_counted(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, max_waiting_requests=1)
    api.gate.close(after=1)
    async with api.open_stream(ignore_eos=True, max_tokens=50):
        late = {"x-request-timeout": "0.05"}
        reply = await api.request("POST", CHAT, json=minimal_chat(), headers=late)
        assert reply.status == 504
        waiting = asyncio.create_task(api.chat())
        await eventually(lambda: api.batcher.num_waiting == 1)
        statuses = [(await api.chat()).status for _ in range(2)]
        assert 429 in statuses
        api.gate.open()
    await waiting
    page = await scrape(api)
    assert page("requests_timed_out_total") == page("sequences_total", ending="timed_out") == 1
    assert page("requests_shed_total") == statuses.count(429)
    assert page("http_requests_total", status="429", code="rate_limit_exceeded") >= 1


async def test_a_fault_is_counted_and_the_others_are_begun_again(api: Api) -> None:
    api.faults.fail_decode(2, RuntimeError("out of memory"))
    api.will_say("one two three")
    assert (await api.chat()).status == 200
    page = await scrape(api)
    assert page("engine_faults_total") == 1
    assert page("sequences_recomputed_total", reason="fault") == 1


async def test_the_engines_broken_books_are_counted(start_api: StartApi) -> None:
    faults = Faults(broken_books="1 of 2 sequences are nowhere")
    api = await start_api(make_engine=lambda plan, report: FakeEngine(faults=faults))
    await eventually(lambda: api.batcher.counts.work.num_broken_checks == 1)
    assert (await scrape(api))("integrity_faults_total") == 1


async def test_a_sequence_that_nobody_knows_of_is_an_orphan(api: Api) -> None:
    api.faults.num_orphans = 1
    await api.chat()
    assert (await scrape(api))("orphan_rows") == 1


async def test_a_key_has_requests_and_tokens_of_its_own(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_counts, "caller_of", lambda request: Caller("::1", "nas"))
    await api.chat()
    page = await scrape(api)
    assert page("key_requests_total", key="nas") == 1
    assert page("key_prompt_tokens_total", key="nas") > 0
    assert page("key_prompt_tokens_total", key="") == 0


async def test_lines_of_jobs_are_counted(api: Api) -> None:
    line = {"method": "POST", "url": CHAT, "body": minimal_chat()}
    body = "\n".join(json.dumps({**line, "custom_id": name}) for name in ("a", "b"))
    file = await api.openai.files.create(file=("in.jsonl", body.encode()), purpose="batch")
    batch = await api.openai.batches.create(
        completion_window="24h", endpoint="/v1/chat/completions", input_file_id=file.id
    )
    await api.jobs_ended(batch.id)
    page = await scrape(api)
    assert page("job_lines_total", result="completed") == 2
    assert page("jobs_ended_total", end="completed") == 1
    assert page("jobs") == page("job_lines_left") == 0
    assert page("ttft_seconds_count", priority="batch") == 2
    assert page("jobs_stuck") == 0


async def test_a_scrape_is_no_news_in_the_log(api: Api) -> None:
    levels: list[str] = []
    sink = logger.add(lambda message: levels.append(message.record["level"].name), level="DEBUG")
    await scrape(api)
    logger.remove(sink)
    assert levels
    assert set(levels) == {"DEBUG"}
