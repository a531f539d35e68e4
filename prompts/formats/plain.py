"""Models whose template knows no tools, such as Gemma 3: the prompt asks for Qwen's form.

Thread: both.
"""

from prompts.formats.qwen import QWEN
from prompts.tag_splitter import TagFamily

PLAIN = TagFamily(name="any other", fits=lambda template: True, calls=QWEN.calls)
