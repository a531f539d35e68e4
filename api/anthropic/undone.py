"""What a Messages request may hold that is not honoured: refused by name, or ignored on purpose.

Thread: event loop.
"""

from collections.abc import Iterator, Mapping

from api.anthropic.block_schemas import OtherBlockParam, ToolResultBlockParam, ToolUseBlockParam
from api.anthropic.request_schemas import CountTokensRequest, MessageParam
from api.errors import InvalidRequest
from api.left_out import LEFT_OUT_TYPES
from api.undone import IsNoOp, log_ignored

REFUSED: Mapping[str, IsNoOp] = {
    "compaction": lambda value: False,
    "container": lambda value: False,
    "mcp_servers": lambda value: not value,
    "thread": lambda value: False,
}
"""They have the server do something else than answer, or remember. Beside each: what is like
leaving it out."""

IGNORED = frozenset(
    {
        "betas",
        "billing_policy",
        "cache_control",
        "context_management",
        "diagnostics",
        "fallback_credit_token",
        "fallbacks",
        "inference_geo",
        "metadata",
        "service_tier",
        "speed",
        "user_profile_id",
        "workspace_id",
    }
)
"""They are about Anthropic's service, or say what it may leave out of the prompt."""

HARMLESS_BLOCKS = frozenset({"redacted_thinking", "fallback"})
"""Only Anthropic's models can read them."""

UNREADABLE_BLOCKS = frozenset(
    {
        "browser_state",
        "compaction",
        "container_upload",
        "document",
        "image",
        "mcp_tool_listing",
        "mcp_tool_use",
        "server_tool_use",
    }
)
"""They hold what the answer depends on; so do the results of tools that ran at Anthropic's."""


def refuse_unreadable(asked: CountTokensRequest) -> None:
    """Raise InvalidRequest for the first block that the model cannot be shown."""
    unknown: set[str] = set()
    for place, message, block in _placed_blocks(asked):
        if isinstance(block, ToolUseBlockParam) and message.role != "assistant":
            raise _misplaced(place, block.type, role="assistant")
        if isinstance(block, ToolResultBlockParam) and message.role != "user":
            raise _misplaced(place, block.type, role="user")
        if isinstance(block, OtherBlockParam):
            if block.type in UNREADABLE_BLOCKS or block.type.endswith("_tool_result"):
                raise InvalidRequest(
                    f"Invalid '{place}': this model reads text only, but got a block of type "
                    f"{block.type[:40]!r}.",
                    param=place,
                    code="unsupported_value",
                )
            unknown.add(block.type)
    log_ignored("content block", unknown - HARMLESS_BLOCKS)


def _placed_blocks(asked: CountTokensRequest) -> Iterator[tuple[str, MessageParam, object]]:
    for index, message in enumerate(asked.messages):
        for position, block in enumerate(message.content):
            place = f"messages[{index}].content[{position}]"
            yield place, message, block
            if isinstance(block, ToolResultBlockParam):
                for number, inner in enumerate(block.content):
                    if inner.type in LEFT_OUT_TYPES:
                        continue  # the model is told
                    yield f"{place}.content[{number}]", message, inner


def _misplaced(place: str, kind: str, *, role: str) -> InvalidRequest:
    return InvalidRequest(
        f"Invalid '{place}': a block of type '{kind}' belongs in a message of role '{role}'.",
        param=place,
    )
