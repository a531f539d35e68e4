"""GLM's answers: calls as pairs of keys and values in tags (GLM-4.5 to 4.7).

Thread: both.
Source: templates of GLM-4.5, GLM-4.6 and GLM-4.7-Flash
"""

import re
from collections.abc import Sequence

from prompts.answer import CallEvents
from prompts.family import CallFormat
from prompts.formats.qwen import BEGIN, END, JSON_IN_TAGS
from prompts.formats.typed_values import typed_arguments
from prompts.incoming import IncomingText, Reading, UnreadableCall
from prompts.json_calls import read_tagged_calls
from prompts.tag_splitter import TagFamily
from prompts.tools import Tool

_PAIR = re.compile(r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL)


def read(text: IncomingText, calls: CallEvents, begin: str, tools: Sequence[Tool]) -> Reading[None]:
    """<tool_call>name\n<arg_key>key</arg_key>\n<arg_value>value</arg_value>\n</tool_call>

    An enforced call is JSON within the same tags.
    """
    yield from text.space()
    if (yield from text.peek()) == "{":
        yield from read_tagged_calls(END, text, calls)
        return
    body = yield from text.up_to(END)
    name = _PAIR.sub("", body).strip()
    if not re.fullmatch(r"[\w.-]+", name):
        raise UnreadableCall("no name")
    pairs = [(key.strip(), value) for key, value in _PAIR.findall(body)]
    yield from calls.whole(name, typed_arguments(name, pairs, tools))


GLM = TagFamily(
    name="GLM",
    fits=lambda template: "<arg_key>" in template,
    calls=CallFormat(
        begins=(BEGIN,),
        other_markers=(END, "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"),
        read=read,
        shape=JSON_IN_TAGS,
    ),
)
