"""Nobody is told to trust the code that a model brings."""

import ast
from pathlib import Path

import pytest

from settings import ROOT

FILES = [
    file
    for folder in ("api", "batching", "prompts", "jobs", "reuse", "commands", "benchmarks")
    for file in sorted((ROOT / folder).rglob("*.py"))
]
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_code_of_others_is_run(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "trust_remote_code":
            assert isinstance(node.value, ast.Constant), file
            assert node.value.value is False, file
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in FORBIDDEN_CALLS, f"{file}: {node.func.id}"
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & FORBIDDEN_MODULES, file
