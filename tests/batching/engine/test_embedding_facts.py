"""What sentence-transformers' files say, and what is refused because vectors would be wrong."""

from typing import Any

import pytest

from batching.engine.embedding_facts import EmbeddingFacts, is_embedding_file, read_embedding_facts
from batching.engine.errors import BrokenModel, UnsupportedArchitecture

MODULES = [
    {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]
NORMALIZE = {"idx": 2, "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}
LAST_TOKEN = {"word_embedding_dimension": 64, "pooling_mode_lasttoken": True}
CONFIG = {"hidden_size": 64}


def read(
    *,
    modules: Any = MODULES,
    pooling: dict[str, Any] = LAST_TOKEN,
    config: dict[str, Any] = CONFIG,
    **files: Any,
) -> EmbeddingFacts | None:
    contents = {"modules.json": modules, "1_Pooling/config.json": pooling}
    contents |= {f"{name}.json": content for name, content in files.items()}
    assert all(is_embedding_file(name) for name in contents)
    return read_embedding_facts(contents.get, config, name="m")


def test_a_folder_like_qwen3_embedding() -> None:
    prompts = {"query": "Instruct: …\nQuery:", "document": ""}
    found = read(
        modules=[*MODULES, NORMALIZE],
        config_sentence_transformers={"prompts": prompts, "default_prompt_name": None},
    )
    assert found == EmbeddingFacts(
        pooling="lasttoken", size=64, normalises=True, prompts=prompts, cut_sizes=None
    )


def test_a_folder_without_modules_or_pooling_makes_text() -> None:
    assert read(modules=None) is None
    assert read(modules=MODULES[:1]) is None


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_mean_tokens": True}, "mean"),
        ({"pooling_mode": "mean", "embedding_dimension": 64}, "mean"),
        ({"pooling_mode": ["lasttoken"]}, "lasttoken"),
    ],
)
def test_older_and_newer_names_of_poolings(pooling: dict[str, Any], expected: str) -> None:
    found = read(pooling=pooling)
    assert found is not None
    assert found.pooling == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pooling": {"pooling_mode_max_tokens": True}}, "pooling by pooling_mode_max_tokens"),
        (
            {"pooling": {"pooling_mode_cls_token": True, "pooling_mode_lasttoken": True}},
            "pooling_mode_cls_token and pooling_mode_lasttoken",
        ),
        ({"pooling": {}}, "pooling by nothing"),
        ({"pooling": {**LAST_TOKEN, "include_prompt": False}}, "without the prompt"),
        ({"modules": [*MODULES, {"path": "2_Dense", "type": "x.Dense"}]}, "module Dense"),
        ({"config": {**CONFIG, "use_bidirectional_attention": True}}, "both directions"),
        ({"config": {**CONFIG, "is_causal": False}}, "both directions"),
    ],
)
def test_other_ways_to_vectors_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnsupportedArchitecture, match=reason):
        read(**changes)


def test_files_that_contradict_each_other_are_found() -> None:
    with pytest.raises(BrokenModel, match="states of 32 numbers, its pooling of 64"):
        read(config={"hidden_size": 32})
    with pytest.raises(BrokenModel, match="no list of modules"):
        read(modules=[{"idx": 0}])


@pytest.mark.parametrize(
    ("config", "cut_sizes"),
    [
        ({}, None),
        ({"is_matryoshka": True}, frozenset()),
        ({"matryoshka_dimensions": [16, 32]}, frozenset({16, 32})),
    ],
)
def test_whether_a_vector_may_be_cut_is_declared(
    config: dict[str, Any], cut_sizes: frozenset[int] | None
) -> None:
    found = read(config=CONFIG | config)
    assert found is not None
    assert found.cut_sizes == cut_sizes


def test_the_length_it_was_trained_on() -> None:
    found = read(sentence_bert_config={"max_seq_length": 512})
    assert found is not None
    assert found.max_tokens == 512
