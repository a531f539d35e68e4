"""The page that Prometheus reads."""

import gzip

import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from telemetry import metrics
from telemetry.exposition import MetricsPage, Reading
from telemetry.tally import Tally

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def test_a_page_has_every_series_in_the_declared_order() -> None:
    text = MetricsPage([]).write().body.decode()
    named = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert named == [series.name for series in metrics.SERIES]


def test_values_labels_and_histograms_are_read_back() -> None:
    waits = Tally(metrics.QUEUE_WAIT.buckets)
    waits.note(0.3)
    readings = [
        Reading(metrics.SHED, 3),
        Reading(metrics.MEMORY, 17, ('quo"te',)),
        Reading(metrics.QUEUE_WAIT, waits, ("batch",)),
        Reading(metrics.BUILD, 1, ("1.2", "m", "cpu")),
    ]
    text = MetricsPage(readings).write().body.decode()
    samples = {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples[("hearth_requests_shed_total",)] == 3
    assert samples[("hearth_memory_bytes", 'quo"te')] == 17
    assert samples[("hearth_queue_wait_seconds_bucket", "0.25", "batch")] == 0
    assert samples[("hearth_queue_wait_seconds_bucket", "0.5", "batch")] == 1
    assert samples[("hearth_queue_wait_seconds_count", "batch")] == 1
    assert samples[("hearth_queue_wait_seconds_sum", "batch")] == 0.3
    assert 'hearth_build_info{backend="cpu",model="m",version="1.2"} 1.0' in text


def test_openmetrics_and_gzip_come_when_they_are_asked_for() -> None:
    written = MetricsPage([Reading(metrics.SHED, 3)]).write(
        accept=OPENMETRICS, accept_encoding="deflate, gzip"
    )
    assert written.content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert written.is_gzip
    families = {
        family.name: family
        for family in openmetrics.text_string_to_metric_families(  # type: ignore[no-untyped-call]
            gzip.decompress(written.body).decode()
        )
    }
    assert families["hearth_requests_shed"].samples[0].value == 3
    assert not MetricsPage([]).write(accept_encoding="br").is_gzip


def test_labels_that_do_not_fit_the_declaration_are_an_error() -> None:
    with pytest.raises(ValueError, match="hearth_memory_bytes has other labels"):
        MetricsPage([Reading(metrics.MEMORY, 1)])
