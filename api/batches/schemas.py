"""What requests about files and batches may say.

Thread: event loop. Source: OpenAI's client types 3.54.0.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from api.validation import WireModel, at_most

HOUR_SECONDS = 3_600
MONTH_SECONDS = 2_592_000

Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
BatchEndpoint = Literal[
    "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings"
]
EXAMPLES: list[JsonValue] = [
    {
        "input_file_id": "file-0123456789abcdef0123456789abcdef",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"job": "articles"},
    }
]


class ExpiresAfter(WireModel):
    """How long a file is kept."""

    anchor: Literal["created_at"]
    seconds: int = Field(ge=HOUR_SECONDS, le=MONTH_SECONDS)


class BatchRequest(WireModel):
    """POST /v1/batches."""

    model_config = ConfigDict(json_schema_extra={"examples": EXAMPLES})

    input_file_id: str
    endpoint: BatchEndpoint
    completion_window: Literal["24h"]
    metadata: Annotated[
        dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]] | None,
        at_most(16),
    ] = None
    output_expires_after: ExpiresAfter | None = None


class FormExpiresAfter(ExpiresAfter):
    """The same from a form, which has texts only."""

    model_config = ConfigDict(strict=False)


class FileForm(WireModel):
    """The fields of the form of POST /v1/files; the file itself goes to the disk.

    In the form `expires_after` is two fields, `expires_after[anchor]` and `expires_after[seconds]`.
    """

    purpose: Purpose
    expires_after: FormExpiresAfter | None = None


class FileUpload(WireModel):
    """The form of POST /v1/files, for the OpenAPI document."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]
    purpose: Purpose
    anchor: Literal["created_at"] | None = Field(None, validation_alias="expires_after[anchor]")
    seconds: int | None = Field(
        None,
        ge=HOUR_SECONDS,
        le=MONTH_SECONDS,
        validation_alias="expires_after[seconds]",
    )


class BatchQuery(WireModel):
    """GET /v1/batches."""

    model_config = ConfigDict(strict=False)

    after: str | None = None
    limit: int = Field(20, ge=1, le=100)


class FileQuery(WireModel):
    """GET /v1/files."""

    model_config = ConfigDict(strict=False)

    after: str | None = None
    limit: int = Field(10_000, ge=1, le=10_000)
    order: Literal["asc", "desc"] = "desc"
    purpose: str | None = None
