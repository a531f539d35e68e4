"""Takes out of a text what looks like a key: a net below code that logs none.

Thread: both. A line is searched for a few short texts first, which costs a few microseconds; what
is slow is done only for a line that has one. An ordinary request's line has the first at most.
"""

import re

REDACTED = "[redacted]"

_VALUE = r"[^\s\"'&,;\\\]}]+"
_PATTERNS = tuple(
    # Those of fixed case are found fast, and one of them is in the bundled model's name.
    (sign, re.compile(pattern, re.ASCII))
    for sign, pattern in (
        ("hearth-", r"(hearth-)[\w-]{24,}"),
        ("sk-", r"\b(sk-)[\w-]{16,}"),
        ("hf_", r"(hf_)\w{16,}"),
        ("eyj", r"(eyJ)[\w-]+\.[\w-]+\.[\w-]*"),
    )
) + tuple(
    (sign, re.compile(pattern, re.IGNORECASE | re.ASCII))
    for sign, pattern in (
        ("bearer", rf"(bearer(?:\s|%20|\+)+){_VALUE}"),
        ("basic", r"(basic\s+)[\w+/-]{8,}=*"),
        ("authorization", rf"(authorization\\?[\"']?\s*[:=]\s*\\?[\"']?(?:\w+ )?){_VALUE}"),
        ("api", rf"(api[-_]?key\\?[\"']?\s*[:=]\s*\\?[\"']?){_VALUE}"),
        ("?", rf"(\?\w*(?:key|token)=){_VALUE}"),
        ("&", rf"(&\w*(?:key|token)=){_VALUE}"),
        ("password", rf"(password\\?[\"']?\s*[:=]\s*\\?[\"']?){_VALUE}"),
    )
)


def redact(text: str) -> str:
    """The text with the keys in it replaced, as far as they can be told from other words."""
    lowered = text.lower()
    for sign, pattern in _PATTERNS:
        if sign in lowered:
            text = pattern.sub(rf"\1{REDACTED}", text)
    return text
