"""schemathesis reads our OpenAPI document and sends what it allows, and what it does not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import ServerProcess

pytestmark = pytest.mark.tier_all

NUM_CASES = 2_000
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
MAX_SECONDS = 400


def test_no_request_gets_an_answer_that_breaks_the_document(tmp_path: Path) -> None:
    pytest.importorskip("schemathesis", reason="./run.sh test --all installs schemathesis")
    fake = ("-m", "tests.acceptance.fake_server", "quick")
    server = ServerProcess(tmp_path, "--port", "0", program=fake)
    try:
        output = run_schemathesis(server.url, tmp_path)
    finally:
        server.kill()
    num_cases = re.search(r"(\d+) generated", output)
    assert num_cases, output
    assert int(num_cases[1]) >= NUM_CASES, output


def run_schemathesis(url: str, folder: Path) -> str:
    """What it printed about a run without a finding."""
    program = Path(sys.executable).with_name("schemathesis")
    command = [str(program), "run", f"{url}/openapi.json", "--checks", ",".join(CHECKS)]
    command += ["--phases", "examples,coverage,fuzzing", "--max-examples", "60"]
    command += ["--request-timeout", "30", "--continue-on-failure", "--generation-deterministic"]
    run = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=MAX_SECONDS, check=False
    )
    assert run.returncode == 0, run.stdout[-10_000:] + run.stderr[-2_000:]
    return run.stdout
