"""Requests for the OpenAPI document.

Thread: event loop.
"""

from pydantic import JsonValue

WEATHER: JsonValue = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}

EXAMPLES: list[JsonValue] = [
    {"model": "default", "input": "Hello"},
    {
        "model": "default",
        "instructions": "You are brief.",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}],
        "stream": True,
        "max_output_tokens": 100,
        "temperature": 0,
    },
    {
        "model": "default",
        "input": [
            {"role": "user", "content": "Is it raining in Seoul?"},
            {
                "type": "function_call",
                "call_id": "call_1",
                "name": "get_weather",
                "arguments": '{"city": "Seoul"}',
            },
            {"type": "function_call_output", "call_id": "call_1", "output": "It rains."},
        ],
        "tools": [WEATHER],
        "tool_choice": "auto",
        "text": {"format": {"type": "text"}},
    },
]

PROMPT_EXAMPLES: list[JsonValue] = [
    {"model": "default", "input": "Hello", "tools": [WEATHER]},
]
