"""Every field of Ollama's official client is honoured, refused by name, or ignored on purpose."""

from typing import Any

import pytest

from api.ollama.requests import ChatBody, GenerateBody
from api.ollama.translation import OPTIONS
from api.ollama.undone import IGNORED, IGNORED_OPTIONS, REFUSED
from tests.api.conftest import Api
from tests.api.ollama.conftest import Ollama, error_of

REFUSED_VALUES: list[tuple[str, Any]] = [
    ("template", "{{ .Prompt }}"),
    ("context", [1, 2]),
    ("width", 512),
    ("height", 512),
    ("steps", 4),
    ("_debug_render_only", True),
    ("options.typical_p", 0.9),
    ("options.tfs_z", 0.9),
    ("options.mirostat", 2),
]

NO_OP_VALUES: list[tuple[str, Any]] = [
    ("template", ""),
    ("context", []),
    ("raw", False),
    ("suffix", ""),
    ("images", []),
    ("options.typical_p", 1.0),
    ("options.mirostat", 0),
    ("options.seed", -1),
]


def fields_of(name: str, value: Any) -> dict[str, Any]:
    if name.startswith("options."):
        return {"options": {name.removeprefix("options."): value}}
    return {name: value}


@pytest.mark.parametrize(("name", "value"), REFUSED_VALUES)
async def test_a_field_that_would_change_the_answer_is_refused_by_name(
    api: Api, ollama: Ollama, name: str, value: Any
) -> None:
    for ask in (ollama.chat, ollama.generate):
        reply = await ask(**fields_of(name, value))
        assert reply.status == 400
        assert f"'{name}'" in error_of(reply)
    assert api.engine.num_calls["add"] == 0


def test_every_refused_field_is_tried_here() -> None:
    assert {name for name, _ in REFUSED_VALUES} == REFUSED.keys()


@pytest.mark.parametrize(("name", "value"), NO_OP_VALUES)
async def test_a_value_that_means_nothing_is_accepted(
    ollama: Ollama, name: str, value: Any
) -> None:
    assert (await ollama.generate(**fields_of(name, value))).status == 200


async def test_images_are_refused_with_a_prompt_too(ollama: Ollama) -> None:
    reply = await ollama.generate(images=["aGk="])
    assert (reply.status, error_of(reply)) == (
        400,
        "Invalid 'images': this model reads text only.",
    )


async def test_what_says_how_ollama_runs_a_model_is_ignored(api: Api, ollama: Ollama) -> None:
    api.will_say("Hearth answers.")
    body = (
        await ollama.chat(
            keep_alive="5m",
            truncate=True,
            brand_new=1,
            options={"num_ctx": 1_000_000, "num_gpu": 99, "numa": True, "brand_new": 1},
        )
    ).json
    assert body["message"]["content"] == "Hearth answers."


async def test_null_means_absent_for_every_field(ollama: Ollama) -> None:
    options = dict.fromkeys([*OPTIONS, *IGNORED_OPTIONS])
    names = (ChatBody.field_names() | IGNORED) - {"model", "messages", "stream"}
    assert (await ollama.chat(**dict.fromkeys(names))).status == 200
    assert (await ollama.chat(options=options)).status == 200
    names = (GenerateBody.field_names() | REFUSED.keys()) - {"model", "prompt", "stream"}
    assert (await ollama.generate(**dict.fromkeys(names))).status == 200
