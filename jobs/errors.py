"""What jobs tell a caller that they cannot do.

Thread: both.

JobsError
├── JobsUnavailable     files and batches are off, with the reason
├── UnknownId           no such file or batch
├── UnusableFile        not what a batch reads
├── Conflict            not in this state
├── TooLarge            a file above the limit
├── TooManyBatches      as many are unfinished as may be
└── StorageFault        the disk or the database failed; the same may work later
    └── DamagedStore    the database is not one any more
"""


class JobsError(Exception):
    """Base of what files and batches raise; the message is for the client."""


class JobsUnavailable(JobsError):
    """Files and batches are not served; everything else is."""


class UnknownId(JobsError):
    """There is no file or batch of this id."""

    def __init__(self, kind: str, asked: str) -> None:
        super().__init__(f"There is no {kind} {asked[:100]!r}. GET /v1/{_plural(kind)} lists all.")


class UnusableFile(JobsError):
    """The file of a batch cannot be read, or is not for batches."""


class Conflict(JobsError):
    """What was asked for is not possible in the state that the file or batch is in."""


class TooLarge(JobsError):
    """More bytes than a file may have."""


class TooManyBatches(JobsError):
    """As many batches are unfinished as may be."""

    retry_after_seconds = 60


class StorageFault(JobsError):
    """The disk or the database failed. Nothing that was kept is lost."""


class DamagedStore(StorageFault):
    """The database cannot be read as one."""


def _plural(kind: str) -> str:
    return {"file": "files", "batch": "batches"}[kind]
