"""What people and programs read."""

import json

from doctor.finding import ok, problem, warning
from doctor.report import as_json, as_text, worst

FINDINGS = (
    ok("Python", "3.12.4"),
    warning("LAN", "may change", "reserve it"),
    problem("port", "is taken", "choose another"),
)


def test_each_finding_is_a_line_and_has_its_mending_below() -> None:
    assert as_text(FINDINGS).splitlines() == [
        "ok    Python: 3.12.4",
        "warn  LAN: may change",
        "      -> reserve it",
        "FAIL  port: is taken",
        "      -> choose another",
        "problems: 1, warnings: 1, ok: 1",
    ]


def test_the_json_has_the_same() -> None:
    report = json.loads(as_json(FINDINGS, "1.2.3"))
    assert report["version"] == "1.2.3"
    assert report["status"] == "problem"
    assert report["findings"][2] == {
        "check": "port",
        "status": "problem",
        "finding": "is taken",
        "mend": "choose another",
    }


def test_the_worst_counts() -> None:
    assert [worst(FINDINGS[:n]) for n in range(4)] == ["ok", "ok", "warning", "problem"]
