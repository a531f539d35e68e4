"""The text of a custom tool's input, out of the JSON arguments of the function that stands for it.

Thread: event loop.
"""

import json
import re

import orjson

from api.responses.tools import INPUT

_BEGIN = re.compile(rf'\s*\{{\s*"{INPUT}"\s*:\s*"')
_END = re.compile(r'"[^"]*\Z')
_WHOLE_CHARACTERS = re.compile(
    r"""(?: [^"\\]
          | \\["\\/bfnrt]
          | \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}
          | \\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}
        )*""",
    re.VERBOSE,
)


class CustomInput:
    """Takes the arguments in pieces and gives the text as it comes.

    Where the model wrote other arguments than it should, they are the text, as they are.
    """

    def __init__(self) -> None:
        self._unread = ""
        self._has_begun = False

    def push(self, piece: str) -> str:
        """The text that is certain now."""
        self._unread += piece
        if not self._has_begun:
            begin = _BEGIN.match(self._unread)
            if begin is None:
                return ""
            self._has_begun = True
            self._unread = self._unread[begin.end() :]
        found = _WHOLE_CHARACTERS.match(self._unread)
        assert found is not None  # it matches nothing at all too
        self._unread = self._unread[found.end() :]
        # A new line that the model forgot to escape is one too.
        text: str = json.loads(f'"{found[0]}"', strict=False)
        return text

    def finish(self) -> str:
        """The rest, at the end of the arguments."""
        if self._has_begun:
            # Nothing is left, or an escape that means nothing: it is shown as it is.
            return _END.sub("", self._unread)
        try:
            arguments = orjson.loads(self._unread)
        except orjson.JSONDecodeError:
            arguments = None
        text = arguments.get(INPUT) if isinstance(arguments, dict) else None
        return text if isinstance(text, str) else self._unread
