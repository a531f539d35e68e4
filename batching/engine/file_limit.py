"""How many files and connections the process may have open; mlx_lm would have it otherwise.

Thread: both.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

WANTED_FILES = 65_536
"""A connection is a file. macOS gives a process 256 at first."""


@contextmanager
def file_limit_kept() -> Iterator[None]:
    """Import mlx_lm in here: it sets the limit to 2,048 of at most 4,096 files, for good.

    Where less is allowed, that import fails.

    Source: mlx_lm/utils.py, `resource.setrlimit(resource.RLIMIT_NOFILE, (2048, 4096))`
    """
    set_limit = resource.setrlimit
    resource.setrlimit = lambda *ignored: None
    try:
        yield
    finally:
        resource.setrlimit = set_limit


def raise_file_limit() -> None:
    """Allow as many open files as the system lets us have, up to what a server can use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return  # macOS has a limit of its own below the one it tells; what there is must do
