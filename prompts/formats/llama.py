"""Llama 3's answers: a call is JSON and the whole answer, mostly without a marker.

Thread: both.
Source: https://www.llama.com/docs/model-cards-and-prompt-formats/llama3_1/
"""

from prompts.family import CallFormat, ToolCallShape
from prompts.json_calls import read_bare_calls
from prompts.tag_splitter import TagFamily

PYTHON_TAG = "<|python_tag|>"

LLAMA = TagFamily(
    name="Llama 3",
    fits=lambda template: "<|start_header_id|>" in template and '"parameters"' in template,
    calls=CallFormat(
        begins=(PYTHON_TAG,),
        begins_answer=("{",),
        read=read_bare_calls,
        shape=ToolCallShape(
            begin="",
            end="",
            separator="; ",
            allows_several=False,
            name_key="name",
            arguments_key="parameters",
        ),
    ),
)
