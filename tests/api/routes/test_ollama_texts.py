"""POST /api/generate with `raw` and with `suffix`: texts without a chat around them."""

from typing import Any

import pytest
import pytest_asyncio

from tests.api.completions.conftest import start_coder
from tests.api.conftest import Api, StartApi
from tests.api.ollama.conftest import Ollama, error_of, lines


@pytest.fixture
def ollama(api: Api) -> Ollama:
    return Ollama(api)


@pytest_asyncio.fixture
async def coder(start_api: StartApi) -> Api:
    return await start_coder(start_api)


async def test_a_raw_prompt_is_all_that_the_model_reads(api: Api, ollama: Ollama) -> None:
    api.will_say(" a time.")
    reply = await ollama.generate(prompt="Once upon", raw=True)
    assert reply.json["response"] == " a time."
    tokenizer = api.model.tokenizer
    assert list(api.last_sequence.token_ids) == tokenizer.encode(
        "Once upon", adds_special_tokens=True
    )


async def test_a_raw_answer_is_streamed_as_it_is(api: Api, ollama: Ollama) -> None:
    said = "<think>\nA question.\n</think> A time."
    api.will_say(said)
    *parts, last = lines(await ollama.generate(prompt="Once upon", raw=True, stream=True))
    assert "".join(part["response"] for part in parts) == said
    assert not any("thinking" in part for part in parts)
    assert (last["done"], last["done_reason"]) == (True, "stop")


async def test_a_raw_answer_goes_on_to_the_contexts_end(api: Api, ollama: Ollama) -> None:
    num_tokens = len(api.will_say("one two three four five six seven eight nine ten eleven. " * 3))
    body = (await ollama.generate(raw=True)).json
    assert (body["eval_count"], body["done_reason"]) == (num_tokens, "stop")
    body = (await ollama.generate(raw=True, options={"num_predict": 2})).json
    assert (body["eval_count"], body["done_reason"]) == (2, "length")


async def test_options_formats_and_log_probabilities_hold_for_raw_prompts(
    api: Api, ollama: Ollama
) -> None:
    api.will_say("{}")
    options = {"temperature": 0.5, "stop": "}", "seed": 7}
    reply = await ollama.generate(
        raw=True, options=options, format="json", logprobs=True, top_logprobs=9
    )
    assert (reply.json["response"], len(reply.json["logprobs"][0]["top_logprobs"])) == ("{", 9)
    sampling = api.last_sequence.sampling
    assert (sampling.temperature, sampling.seed) == (0.5, 7)
    assert api.last_sequence.grammar is not None


async def test_a_gap_is_filled_in(coder: Api) -> None:
    coder.will_say("return 1")
    reply = await Ollama(coder).generate(prompt="def f():", suffix="f()")
    assert reply.json["response"] == "return 1"
    written = coder.model.tokenizer.encode("<|fim_prefix|>def f():<|fim_suffix|>f()<|fim_middle|>")
    assert list(coder.last_sequence.token_ids[-len(written) :]) == written


async def test_a_gap_may_be_where_the_text_begins(coder: Api) -> None:
    coder.will_say("import os")
    reply = await Ollama(coder).generate(prompt="", suffix="os.getcwd()")
    assert reply.json["response"] == "import os"


async def test_a_model_that_fills_in_says_so(coder: Api) -> None:
    assert "insert" in (await Ollama(coder).post("show")).json["capabilities"]


async def test_a_model_that_cannot_fill_in_says_so(ollama: Ollama) -> None:
    reply = await ollama.generate(prompt="def f():", suffix="f()")
    assert (reply.status, "Leave 'suffix' out" in error_of(reply)) == (400, True)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"raw": True, "system": "Be brief."}, "'system' and 'raw'"),
        ({"raw": True, "suffix": "}"}, "'suffix' and 'raw'"),
        ({"raw": True, "think": True}, "'think' and 'raw'"),
        ({"suffix": "}", "system": "Be brief."}, "'system' and 'suffix'"),
        ({"raw": True, "template": "x"}, "'template'"),
        ({"raw": True, "options": {"temperature": 9}}, "'options.temperature'"),
        ({"raw": True, "options": {"num_predict": 0}}, "'options.num_predict'"),
        ({"raw": True, "format": {"type": "nonsense"}}, "'format'"),
        ({"raw": True, "prompt": "word " * 9000}, "maximum context length"),
        ({"raw": "yes"}, "'raw'"),
    ],
)
async def test_what_cannot_be_honoured_is_refused_by_name(
    api: Api, ollama: Ollama, fields: dict[str, Any], named: str
) -> None:
    reply = await ollama.generate(**fields)
    assert (reply.status, named in error_of(reply)) == (400, True), reply.body
    assert api.engine.num_calls["add"] == 0


async def test_think_false_means_nothing_to_a_raw_prompt(ollama: Ollama) -> None:
    assert (await ollama.generate(raw=True, think=False)).status == 200


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize(("last_n", "size"), [(64, 64), (-1, 0), (None, 0)])
async def test_so_many_last_tokens_count_for_the_repeat_penalty(
    api: Api, ollama: Ollama, *, raw: bool, last_n: int | None, size: int
) -> None:
    options = {"repeat_last_n": last_n, "repeat_penalty": 1.2}
    assert (await ollama.generate(raw=raw, options=options)).status == 200
    sampling = api.last_sequence.sampling
    assert (sampling.repetition_penalty, sampling.repetition_window) == (1.2, size)


async def test_no_last_tokens_are_no_penalties(api: Api, ollama: Ollama) -> None:
    options = {"repeat_last_n": 0, "repeat_penalty": 1.2, "presence_penalty": 1.0}
    assert (await ollama.chat(options=options)).status == 200
    sampling = api.last_sequence.sampling
    assert (sampling.repetition_penalty, sampling.presence_penalty) == (1.0, 0.0)


async def test_repeat_last_n_is_named_when_it_is_wrong(ollama: Ollama) -> None:
    reply = await ollama.chat(options={"repeat_last_n": -5})
    assert (reply.status, "'options.repeat_last_n'" in error_of(reply)) == (400, True)
