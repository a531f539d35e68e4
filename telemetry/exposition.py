"""What was counted, as Prometheus reads it.

Thread: both. The page is put together where the counts are, and written on any thread.
"""

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.exposition import choose_encoder, gzip_accepted
from prometheus_client.metrics_core import Metric

from telemetry.metrics import SERIES, Kind, Series
from telemetry.tally import Tally


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of a series, or one histogram; `labels` are values, in the declared order."""

    series: Series
    value: float | Tally
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """A page as it is sent; `is_gzip` is its encoding."""

    body: bytes
    content_type: str
    is_gzip: bool


class MetricsPage:
    """All series as they are now, those that nothing was read of too. A prometheus Collector."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._families = {series: _family(series) for series in SERIES}
        for reading in readings:
            _add(self._families[reading.series], reading)

    def collect(self) -> Iterable[Metric]:
        return self._families.values()

    def write(self, *, accept: str = "", accept_encoding: str = "") -> WrittenPage:
        """In the format and the encoding that the client asks for by these headers."""
        encode, content_type = choose_encoder(accept)
        body = encode(self)
        is_gzip = gzip_accepted(accept_encoding)
        return WrittenPage(gzip.compress(body, 5) if is_gzip else body, content_type, is_gzip)


FAMILIES: dict[Kind, Callable[..., Metric]] = {
    "counter": CounterMetricFamily,
    "gauge": GaugeMetricFamily,
    "histogram": HistogramMetricFamily,
    "info": InfoMetricFamily,
}


def _family(series: Series) -> Metric:
    name = series.name.removesuffix("_info") if series.kind == "info" else series.name
    # An info's labels are its value.
    labels = () if series.kind == "info" else series.labels
    return FAMILIES[series.kind](name, series.help, labels=labels)


def _add(family: Metric, reading: Reading) -> None:
    value, labels = reading.value, reading.labels
    if len(labels) != len(reading.series.labels):
        raise ValueError(f"{reading.series.name} has other labels than {labels}")
    if isinstance(family, HistogramMetricFamily):
        assert isinstance(value, Tally)
        names = [*map(str, map(float, value.bounds)), "+Inf"]
        buckets = list(zip(names, map(float, value.up_to()), strict=True))
        family.add_metric(labels, buckets, value.sum)
        return
    assert not isinstance(value, Tally)
    if isinstance(family, InfoMetricFamily):
        family.add_metric((), dict(zip(reading.series.labels, labels, strict=True)))
    else:
        assert isinstance(family, CounterMetricFamily | GaugeMetricFamily)
        family.add_metric(labels, value)
