"""Ids for requests, sequences and answers.

Thread: event loop.
"""

import random
from contextvars import ContextVar
from itertools import count

CURRENT_REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="none")
"""Of the request, or the line of a batch, that is being answered."""

_NUMBERS = count(1)


def new_id() -> str:
    """32 hex digits that do not come twice.

    Not from uuid4: it asks the system, which lets go of the interpreter, and taking it back from
    the inference thread costs more than all the rest of an id.
    """
    return random.randbytes(16).hex()


def new_sequence_id() -> str:
    """The request's id and a number: so lines of the inference thread lead to the request."""
    return f"{CURRENT_REQUEST_ID.get()}.{next(_NUMBERS)}"
