"""Downloads a model from the hub and says how far it is.

Thread: inference. The transfer has a thread of its own, so that progress is reported from here.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download

from batching.engine.errors import ModelUnreachable
from batching.engine.model_facts import ModelFacts
from batching.engine.model_source import DOWNLOAD_PATTERNS, hub_errors
from batching.engine.protocol import ReportProgress
from batching.engine.weight_files import weight_files

STAGE = "downloading"
SECONDS_BETWEEN_REPORTS = 0.5


def download_model(facts: ModelFacts, report: ReportProgress) -> Path:
    """Fetch what is missing and return the folder; a download that broke off is continued.

    Raises:
        ModelNotFound, ModelUnreachable, BrokenModel: in one line.
    """
    bars = _ByteBars()
    bar_class: Any = bars.new_bar
    with ThreadPoolExecutor(1, thread_name_prefix="download") as pool:
        transfer = pool.submit(
            snapshot_download,
            facts.name,
            revision=facts.revision,
            allow_patterns=DOWNLOAD_PATTERNS,
            tqdm_class=bar_class,
        )
        while not transfer.done():
            report(STAGE, bars.percent(facts.weight_bytes))
            wait([transfer], timeout=SECONDS_BETWEEN_REPORTS)
    with hub_errors(facts.name, revision=facts.revision):
        folder = Path(transfer.result())
        # Without a network the hub client may be content with the little that it has.
        if not weight_files(folder):
            raise ModelUnreachable(f"the download of {facts.name} broke off; start again")
    report(STAGE, 100)
    return folder


class _ByteBars:
    """The hub client's progress bars, of which only the numbers are kept."""

    def __init__(self) -> None:
        self._bars: list[_Bar] = []

    def new_bar(self, *_: Any, **settings: Any) -> Any:
        """Stands for a class of tqdm: the client takes what behaves like one."""
        bar = _Bar(settings.get("total") or 0)
        if settings.get("unit") == "B":
            self._bars.append(bar)
        return bar

    def percent(self, total_bytes: int) -> int:
        """One bar counts bytes received and one bytes written; either may be the one in use."""
        most_bytes = max((bar.n for bar in self._bars), default=0)
        return min(99, 100 * int(most_bytes) // max(total_bytes, 1))


class _Bar:
    """As much of a tqdm bar as the hub client uses. Drawing is somebody else's business."""

    def __init__(self, total: int) -> None:
        self.n: float = 0
        self.total = total
        self.format_dict: dict[str, Any] = {}

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, n: float | None = 1) -> None:
        self.n += n or 0

    def _draw(self, *_: Any, **__: Any) -> None:
        pass

    refresh = close = _draw
    set_description = set_description_str = set_postfix_str = _draw
