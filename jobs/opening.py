"""Opening a file without blocking the event loop, and without losing it.

Thread: event loop; the disk is touched by asyncio's own pool.
"""

import asyncio
from pathlib import Path
from typing import BinaryIO, Literal


async def open_file(path: Path, mode: Literal["rb", "wb"]) -> BinaryIO:
    """Open on another thread. A file that opens for somebody who has left is closed.

    Raises:
        OSError: it cannot be opened.
    """
    opened: list[BinaryIO] = []
    has_left = False

    def work() -> None:
        opened.append(path.open(mode))
        if has_left:
            opened[0].close()

    try:
        await asyncio.to_thread(work)
    except asyncio.CancelledError:
        # One of the two threads sees what the other did, whichever comes first.
        has_left = True
        for file in opened:
            file.close()
        raise
    return opened[0]
