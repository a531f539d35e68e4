"""Errors under /v1/messages have Anthropic's shape, kinds and statuses."""

import pytest

from api.anthropic.errors import anthropic_error
from api.error_shapes import shape_error
from api.errors import ApiError, ErrorKind


@pytest.mark.parametrize(
    ("status", "own_status", "kind"),
    [
        (400, 400, "invalid_request_error"),
        (401, 401, "authentication_error"),
        (403, 403, "permission_error"),
        (404, 404, "not_found_error"),
        (405, 405, "invalid_request_error"),
        (413, 413, "request_too_large"),
        (429, 429, "rate_limit_error"),
        (500, 500, "api_error"),
        (503, 529, "overloaded_error"),
    ],
)
def test_a_status_has_its_kind(status: int, own_status: int, kind: str) -> None:
    error = ApiError("No.", ErrorKind(status, "any"))
    assert anthropic_error(error, "req_1") == (
        own_status,
        {"type": "error", "error": {"type": kind, "message": "No."}, "request_id": "req_1"},
    )


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens", "/v1/messages/x"])
def test_the_path_decides_about_the_shape(path: str) -> None:
    error = ApiError("No.", ErrorKind(503, "any"))
    assert shape_error(error, path=path, request_id="")[0] == 529
    assert shape_error(error, path="/v1/chat/completions", request_id="")[0] == 503
