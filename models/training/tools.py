"""Tool descriptions, questions that need a tool, and tool results."""

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from . import vocabulary as vocab
from .pools import Pool, Split, line_pool, vary, without, written_lines

PRICE = line_pool(
    """What is the price of {v}?
    What's the price of {v}?
    How much is {v}?
    How much is {v} right now?
    Price of {v}?
    {v} price
    {v} price please
    Tell me the price of {v}.
    Get the price of {v}.
    Can you check the price of {v}?
    What does {v} cost?
    What is {v} worth?
    How much does one {v} cost?
    Show me the current price of {v}.
    Check {v} for me.
    I need the price of {v}.
    Current value of {v}?
    What is {v} at today?
    Give me a quote for {v}.
    How expensive is {v}?
    How is {v} priced?
    Do you know the price of {v}?
    Find the price of {v}, please.
    Could you tell me what {v} costs?
    I would like to know the value of {v}.
    How many dollars is one {v}?
    {v} in dollars?
    {v} 가격 알려줘
    {v} 가격이 얼마야?
    {v} 얼마예요?
    {v} 시세 알려주세요
    지금 {v} 가격은?""",
    """Please look up what {v} costs right now.
    What's {v} trading at?
    Any idea how expensive {v} is?
    Hi, can I have a quote for {v}?
    How much would I pay for one {v}?
    I wonder what {v} is worth today.
    {v} 지금 얼마인지 확인해 줘""",
)
WEATHER = line_pool(
    """What is the weather in {v}?
    What's the weather in {v}?
    How is the weather in {v}?
    Weather in {v}?
    Weather in {v} please
    Is it raining in {v}?
    Is it cold in {v}?
    Will it rain in {v}?
    Tell me the weather in {v}.
    Do I need an umbrella in {v}?
    How warm is it in {v}?
    What is the temperature in {v}?
    Check the weather for {v}.
    Is it sunny in {v} today?
    Give me the forecast for {v}.
    What is it like outside in {v}?
    Can you check if it rains in {v}?
    {v} 날씨 알려줘
    {v} 날씨 어때?
    오늘 {v} 날씨는?""",
    """How's the weather over in {v}?
    Could you look up the forecast for {v}?
    Is the sun shining in {v}?
    {v} 날씨가 어떤지 확인해 줘""",
)
TIME = line_pool(
    """What time is it in {v}?
    What is the time in {v}?
    Time in {v}?
    Tell me the time in {v}.
    What's the local time in {v}?
    How late is it in {v}?
    Current time in {v}
    Can you tell me the time in {v}?
    Check the clock in {v}.
    Is it morning in {v}?
    What hour is it in {v} now?
    {v} 시간 알려줘
    지금 {v} 몇 시야?""",
    """Do you know what time it is in {v}?
    I need to know the time in {v}.
    {v} 현재 시각이 어떻게 되나요?""",
)


@dataclass(frozen=True, slots=True)
class ToolKind:
    """A kind of tool: its possible names, argument names, descriptions and questions."""

    names: tuple[str, ...]
    arguments: tuple[str, ...]
    descriptions: tuple[str, ...]
    questions: Pool


KINDS = {
    "price": ToolKind(
        ("get_price", "get_price", "get_coin_price", "fetch_price", "price_lookup"),
        ("coin", "coin", "symbol", "name"),
        (
            "Get the current price of a coin",
            "Returns the price of a coin in US dollars.",
            "Look up a coin price",
        ),
        PRICE,
    ),
    "weather": ToolKind(
        ("get_weather", "get_weather", "get_current_weather", "weather"),
        ("city", "city", "location"),
        (
            "Get the current weather in a city",
            "Returns the weather for a place.",
            "Weather of a location",
        ),
        WEATHER,
    ),
    "time": ToolKind(
        ("get_time", "get_time", "get_current_time", "local_time"),
        ("city", "city", "location"),
        ("Get the local time in a city", "Returns the current time of a place.", "Time in a city"),
        TIME,
    ),
}
PARAMETER_NOTES = ("", "", "The name to look up", "Name of the {a}", "The {a}, for example {e}")
EXAMPLES = {"price": "Bitcoin", "weather": "Seoul", "time": "Seoul"}
PLACE_PREFIXES = ("New", "San", "Port", "Lake", "East")
WRITTEN_QUESTIONS = {
    "price": without(written_lines("tool_price"), PRICE),
    "weather": without(written_lines("tool_weather"), WEATHER),
    "time": without(written_lines("tool_time"), TIME),
}
SKIES = ("sunny", "cloudy", "rainy", "windy", "snowy", "foggy", "clear")


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as a request offers it."""

    kind: str
    name: str
    argument: str
    schema: dict[str, Any]


def make_tool(rng: Random, kind: str) -> Tool:
    """Describe a tool in OpenAI's format, in one of many wordings."""
    template = KINDS[kind]
    name, argument = rng.choice(template.names), rng.choice(template.arguments)
    note = rng.choice(PARAMETER_NOTES).format(a=argument, e=EXAMPLES[kind])
    parameter = {"type": "string", "description": note} if note else {"type": "string"}
    parameters: dict[str, Any] = {"type": "object", "properties": {argument: parameter}}
    if rng.random() < 0.8:
        parameters["required"] = [argument]
    function = {
        "name": name,
        "description": rng.choice(template.descriptions),
        "parameters": parameters,
    }
    if rng.random() < 0.1:
        del function["description"]
    return Tool(kind, name, argument, {"type": "function", "function": function})


def make_tools(rng: Random, count: int) -> list[Tool]:
    """Describe tools of different kinds, in random order."""
    return [make_tool(rng, kind) for kind in rng.sample(sorted(KINDS), count)]


def lookup_value(rng: Random, kind: str, split: Split = "train") -> str:
    """Draw what is asked for: a coin or a city."""
    if kind != "price":
        return rng.choice(vocab.HELD_OUT_CITIES if split == "held_out" else vocab.CITIES)
    if rng.random() < 0.35:
        coin = vocab.invented_coin(rng, split)
        return rng.choice((coin.name, coin.ticker))
    coin = vocab.real_coin(rng)
    return rng.choice((coin.name, coin.name, coin.ticker, coin.ticker, coin.korean))


def any_value(rng: Random, kind: str) -> str:
    """Draw what is asked for, in half of the cases a name that no list has: it must be copied."""
    if rng.random() < 0.5:
        return lookup_value(rng, kind)
    coin = vocab.invented_coin(rng)
    name = coin.name if kind != "price" or rng.random() < 0.5 else coin.ticker
    return (
        f"{rng.choice(PLACE_PREFIXES)} {name}" if kind != "price" and rng.random() < 0.2 else name
    )


def ask(rng: Random, kind: str, value: str) -> str:
    """Write a training question about a coin or a city."""
    if rng.random() < 0.75:
        return vary(rng, WRITTEN_QUESTIONS[kind].pick(rng)).format(v=value)
    return KINDS[kind].questions.pick(rng).format(v=value)


def tool_call(tool: Tool, value: str) -> dict[str, Any]:
    """Return the assistant message that calls a tool."""
    function = {"name": tool.name, "arguments": {tool.argument: value}}
    return {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"type": "function", "function": function}],
    }


def tool_result(rng: Random, tool: Tool, value: str) -> tuple[str, str]:
    """Return a tool's result and the sentence that reports it."""
    if tool.kind == "price":
        key, number = (
            rng.choice(("price", "price", "usd", "value")),
            vocab.price(rng).replace(",", ""),
        )
        result = {key: float(number) if "." in number else int(number)}
        return _encode(rng, tool, value, result), f"{value} costs {result[key]} dollars."
    if tool.kind == "weather":
        sky, degrees = rng.choice(SKIES), rng.randint(-12, 38)
        names = rng.choice((("sky", "temperature"), ("condition", "degrees"), ("weather", "temp")))
        return (
            _encode(rng, tool, value, {names[0]: sky, names[1]: degrees}),
            f"It is {sky} in {value}, at {degrees} degrees.",
        )
    clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
    return _encode(rng, tool, value, {"time": clock}), f"It is {clock} in {value}."


def _encode(rng: Random, tool: Tool, value: str, result: dict[str, Any]) -> str:
    """Write a result as JSON, in some cases with the argument repeated."""
    if rng.random() < 0.5:
        result = {tool.argument: value, **result}
    return json.dumps(result, ensure_ascii=False)
