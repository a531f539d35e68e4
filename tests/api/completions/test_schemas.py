"""All that a prompt may be, and what it may not."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from api.completions import schemas
from api.completions.schemas import CompletionRequest, read_prompts
from api.errors import InvalidRequest


def read(**fields: Any) -> CompletionRequest:
    return CompletionRequest.from_body({"model": "default", **fields})


@pytest.mark.parametrize(
    ("prompt", "prompts"),
    [
        ("text", ["text"]),
        ("", [""]),
        (["a", "b"], ["a", "b"]),
        ([5, 6], [[5, 6]]),
        ([[5, 6], [7]], [[5, 6], [7]]),
        (["a", [5]], ["a", [5]]),
        (None, [""]),
    ],
)
def test_a_prompt_has_many_forms(prompt: Any, prompts: list[Any]) -> None:
    assert read(prompt=prompt).prompt == prompts


@pytest.mark.parametrize(
    "prompt", [[], [[]], 5, {}, [1.5], [5, "a"], [True], [[5, True]], [["a"]], ["a", None], [None]]
)
def test_another_prompt_is_refused(prompt: Any) -> None:
    with pytest.raises(InvalidRequest, match="Invalid 'prompt': ") as refusal:
        read(prompt=prompt)
    assert refusal.value.kind.param == "prompt"


def test_a_body_may_not_have_more_token_ids_than_can_be_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schemas, "MAX_PROMPT_TOKENS", 3)
    assert read_prompts([[1, 2], [3]]) == [[1, 2], [3]]
    with pytest.raises(ValueError, match="4 token ids; the limit is 3"):
        read_prompts([[1, 2], [3, 4]])


def test_an_answer_is_short_if_nothing_else_is_said() -> None:
    assert read().token_limit == 16
    assert read(n_predict=5).token_limit == 5


def test_best_of_is_how_many_are_computed() -> None:
    assert (read(n=2).num_answers, read(n=2).picks_best) == (2, False)
    assert (read(n=2, best_of=2).num_answers, read(n=2, best_of=2).picks_best) == (2, False)
    assert (read(n=2, best_of=3).num_answers, read(n=2, best_of=3).picks_best) == (3, True)


def test_the_json_schema_describes_every_form_of_a_prompt() -> None:
    schema = TypeAdapter(CompletionRequest).json_schema()["properties"]["prompt"]
    assert {form["type"] for form in schema["anyOf"]} == {"string", "array"}
