"""Keys are taken out of texts, other words are not."""

import pytest

from telemetry.secrets import REDACTED, redact

KEY = "qWx3v9ZkT7bN4mLp2RsY8dHc"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {KEY}",
        f"{{'authorization': 'bearer {KEY}'}}",
        f'{{\\"Authorization\\": \\"Bearer {KEY}\\"}}',
        f"AUTHORIZATION: BASIC {KEY}==",
        f"authorization={KEY}",
        f"x-api-key: {KEY}",
        f'{{"api_key": "{KEY}"}}',
        f"X-API-KEY={KEY}",
        f"GET /v1/models?key={KEY}",
        f"GET /v1/models?a=b&api_key={KEY}&c=d",
        f"GET /v1/models?access_token={KEY}",
        f"password: {KEY}",
        f"Bearer%20{KEY}",
        f"unknown field sk-{KEY}",
        f"unknown field sk-proj-{KEY}",
        f"'/v1/hearth-{KEY}/models'",
        f"hf_{KEY}",
        f"eyJhbGciOiJIUzI1NiJ9.{KEY}.{KEY}",
    ],
)
def test_a_key_is_taken_out(text: str) -> None:
    redacted = redact(text)
    assert KEY not in redacted
    assert REDACTED in redacted


@pytest.mark.parametrize(
    "text",
    [
        "request id=req_0123456789abcdef0123456789abcdef model=hearth-tiny-demo key=nas status=200",
        "max_tokens=8 mean_token_gap_seconds=0.002 finish_reason=stop",
        "the disk-usage-of-all-files-here task-runner-of-the-server",
        "Bearer",
        "a basic grammar",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert redact(text) == text
