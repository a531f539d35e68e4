"""Arguments that a model writes as plain text, in the types of the tool's schema.

Thread: event loop.
"""

import json
from collections.abc import Iterable, Sequence

from prompts.incoming import UnreadableCall
from prompts.tools import Tool

PYTHON_WORDS = {"True": True, "False": False, "None": None}
"""Some templates write these, so some models do."""


def typed_arguments(
    name: str, texts: Iterable[tuple[str, str]], tools: Sequence[Tool]
) -> dict[str, object]:
    """Arguments by their names. What the schema calls a string stays text, "5" too.

    Raises:
        UnreadableCall: a name comes twice, so that a value would be lost.
    """
    texts = list(texts)
    if len(texts) > len(dict(texts)):
        raise UnreadableCall("an argument is given twice")
    tool = next((tool for tool in tools if tool.name == name), Tool(name))
    return {key: text if tool.takes_text(key) else _value(text) for key, text in texts}


def _value(text: str) -> object:
    """What the text is in JSON, or else the text itself."""
    if text in PYTHON_WORDS:
        return PYTHON_WORDS[text]
    try:
        value: object = json.loads(text)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return text
    return value
