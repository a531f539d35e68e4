"""The declarations keep Prometheus' conventions, and docs, alerts and dashboard keep to them."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from settings import ROOT
from telemetry.metrics import SERIES, Series

ROW = re.compile(r"^\| `(hearth_\w+)` \| (\w+) \| (.+?) \| (.+) \|$", re.MULTILINE)
SELECTOR = re.compile(r"(hearth_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)=~?"|(\w+)!=?~?"')
GROUPING = re.compile(r"\bby \(([^)]*)\)")
OF_PROMETHEUS = {"instance", "job", "le"}
UNITS = ("_seconds", "_bytes", "_seconds_total")
DASHBOARD = ROOT / "deploy/grafana/dashboards/hearth.json"
ALERTS = ROOT / "deploy/prometheus/alerts.yml"


def sample_names(series: Series) -> set[str]:
    """As they are in the page, and so in expressions."""
    if series.kind == "histogram":
        return {f"{series.name}{suffix}" for suffix in ("_bucket", "_sum", "_count")}
    return {series.name}


BY_SAMPLE = {name: series for series in SERIES for name in sample_names(series)}


def panels(board: Any) -> Iterator[Any]:
    return (panel for panel in board["panels"] if panel["type"] != "row")


def of_dashboard() -> list[str]:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    queries = [each["query"]["query"] for each in board["templating"]["list"] if "refresh" in each]
    return queries + [target["expr"] for panel in panels(board) for target in panel["targets"]]


def of_alerts() -> list[str]:
    """Both forms that are used there: one line, and a folded block."""
    text = ALERTS.read_text(encoding="utf-8")
    return re.findall(r"^ +expr: (.+(?:\n {10}.+)*)", text, re.MULTILINE)


EXPRESSIONS = [*of_dashboard(), *of_alerts()]


def test_names_are_unique_and_have_their_kinds_endings() -> None:
    assert len({series.name for series in SERIES}) == len(SERIES)
    for series in SERIES:
        assert series.name.startswith("hearth_")
        assert series.name.endswith("_total") == (series.kind == "counter"), series.name
        assert series.name.endswith("_info") == (series.kind == "info"), series.name
        assert bool(series.buckets) == (series.kind == "histogram"), series.name
        assert series.help.endswith("."), series.name


def test_histograms_have_rising_buckets_in_base_units() -> None:
    for series in SERIES:
        assert list(series.buckets) == sorted(set(series.buckets))
        if series.kind == "histogram":
            assert series.name.endswith(UNITS), series.name


def test_the_table_of_series_is_that_of_the_code() -> None:
    expected = [
        (
            series.name,
            series.kind,
            ", ".join(f"`{label}`" for label in series.labels) or "–",
            series.help,
        )
        for series in SERIES
    ]
    assert ROW.findall((ROOT / "docs/metrics.md").read_text(encoding="utf-8")) == expected


def test_there_are_expressions_of_both_files() -> None:
    num_alerts = ALERTS.read_text(encoding="utf-8").count("- alert:")
    assert len(of_alerts()) == num_alerts
    assert len(of_dashboard()) > len(SERIES) / 2


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_only_declared_series_and_labels(expression: str) -> None:
    found = SELECTOR.findall(expression)
    assert found or expression.startswith("up{")
    labels = set(OF_PROMETHEUS)
    for name, matchers in found:
        assert name in BY_SAMPLE, name
        own = {*BY_SAMPLE[name].labels, *OF_PROMETHEUS}
        assert {one or other for one, other in MATCHER.findall(matchers)} <= own
        labels |= own
    for grouping in GROUPING.findall(expression):
        assert {label.strip() for label in grouping.split(",")} <= labels


def test_the_dashboard_has_every_series() -> None:
    text = " ".join(of_dashboard())
    missing = [each.name for each in SERIES if not any(name in text for name in sample_names(each))]
    assert missing == []


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in itertools.combinations(places, 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, (one, other)


def test_every_alert_is_described_and_tested() -> None:
    names = re.findall(r"- alert: (\w+)", ALERTS.read_text(encoding="utf-8"))
    described = re.findall(
        r"^\| `(Hearth\w+)` \|", (ROOT / "docs/metrics.md").read_text(encoding="utf-8"), re.M
    )
    tests = (ROOT / "deploy/prometheus/alerts_test.yml").read_text(encoding="utf-8")
    assert described == names
    assert [name for name in names if f'"{name}"' not in tests] == []
