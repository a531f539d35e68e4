"""Ids for requests, sequences and answers.

Thread: event loop.
"""

import random


def new_id() -> str:
    """32 hex digits that do not come twice.

    Not from uuid4: it asks the system, which lets go of the interpreter, and taking it back from
    the inference thread costs more than all the rest of an id.
    """
    return random.randbytes(16).hex()
