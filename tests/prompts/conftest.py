"""Loaded tokenizers, and repeatable property tests."""

from pathlib import Path

import pytest
from hypothesis import settings

from prompts.tokenizer import Tokenizer
from tests.prompts.sample_tokenizers import backend_of_kind, save_tokenizer

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def byte_level_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tokenizer(backend_of_kind("byte_level"), tmp_path_factory.mktemp("byte_level"))


@pytest.fixture(scope="session")
def byte_level(byte_level_folder: Path) -> Tokenizer:
    return Tokenizer.load(byte_level_folder)


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder = tmp_path_factory.mktemp("llama")
    return Tokenizer.load(save_tokenizer(backend_of_kind("llama"), folder))


@pytest.fixture(scope="session", params=["byte_level", "llama", "metaspace"])
def tokenizer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Tokenizer:
    folder = tmp_path_factory.mktemp(request.param)
    return Tokenizer.load(save_tokenizer(backend_of_kind(request.param), folder))
