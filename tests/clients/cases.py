"""What the clients are asked for: one tool, one shape of an answer, texts for a FakeEngine."""

from typing import Any, Literal

from pydantic import BaseModel, Field

QUESTION = "What is the weather in Oslo?"
CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'
WEATHER = "12 degrees and rain"
ANSWER = "In Oslo it is 12 degrees, with rain."
NOT_SERVED = "gpt-4o"

WEATHER_TOOL: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 20}},
            "required": ["city"],
        },
    },
}


def get_weather(city: str) -> str:
    """The weather in a city."""
    assert city == "Oslo"
    return WEATHER


class Verdict(BaseModel):
    """What an article means for a price. Bounded: the bundled model would not end a string."""

    direction: Literal["up", "down", "flat"]
    is_certain: bool
    days: int = Field(ge=0, le=30)
