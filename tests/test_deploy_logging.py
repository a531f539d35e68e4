"""Log schema, docs and the collectors' configurations agree.

The collectors themselves are not run here: see docs/platforms.md.
"""

import json
import re

import jsonschema
import pytest

from settings import ROOT

SCHEMA = json.loads((ROOT / "docs/log-line.schema.json").read_text(encoding="utf-8"))
FIELDS = SCHEMA["properties"]
FOLDER = ROOT / "deploy/logging"
ALLOY = (FOLDER / "alloy.config").read_text(encoding="utf-8")
LOGSTASH = (FOLDER / "logstash.conf").read_text(encoding="utf-8")


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert all("description" in field for field in FIELDS.values())


def test_the_table_of_fields_is_that_of_the_schema() -> None:
    page = (ROOT / "docs/logging.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", page, re.MULTILINE))
    assert rows == {name: field["description"] for name, field in FIELDS.items()}


def fluent_bit(name: str) -> dict[str, dict[str, str]]:
    """The sections of a file in Fluent Bit's classic form, each key and value on a line."""
    sections: dict[str, dict[str, str]] = {}
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if header := re.fullmatch(r"\[([A-Z]+)\]", line):
            section = sections.setdefault(header[1], {})
        elif line and not line.startswith("#"):
            key, value = re.fullmatch(r" {4}(\w+) +(\S.*)", line).groups()  # type: ignore[union-attr]
            section[key] = value
    return sections


def test_fluent_bit_reads_json_and_forwards() -> None:
    config, parsers = fluent_bit("fluent-bit.conf"), fluent_bit("fluent-bit-parsers.conf")
    assert (FOLDER / config["SERVICE"]["parsers_file"]).exists()
    assert config["INPUT"]["parser"] == parsers["PARSER"]["name"]
    assert config["OUTPUT"]["match"] == config["INPUT"]["tag"]
    assert config["OUTPUT"]["name"] == "forward"
    assert parsers["PARSER"]["time_key"] in FIELDS


@pytest.mark.parametrize("text", [ALLOY, LOGSTASH], ids=["alloy", "logstash"])
def test_brackets_and_quotes_are_closed(text: str) -> None:
    code = re.sub(r'"[^"\n]*"', "", re.sub(r"^\s*(//|#).*$", "", text, flags=re.MULTILINE))
    assert '"' not in code
    while code != (code := re.sub(r"\{[^{}()\[\]]*\}|\([^{}()\[\]]*\)|\[[^{}()\[\]]*\]", "", code)):
        pass
    assert not set("{}()[]") & set(code)


def test_alloy_names_fields_of_the_schema_and_its_own_components() -> None:
    for named in re.findall(r"(?:expressions|values) = \{(.+)\}", ALLOY):
        assert set(re.findall(r"(\w+) =", named)) <= set(FIELDS)
    assert re.findall(r'source = "(\w+)"', ALLOY) == ["time"]
    components = {f"{kind}.{name}" for kind, name in re.findall(r'^([\w.]+) "(\w+)"', ALLOY, re.M)}
    used = re.findall(r"\[?((?:local|loki)\.\w+(?:\.\w+)?)\.(?:targets|receiver)", ALLOY)
    assert len(used) == 3
    assert set(used) <= components


def test_logstash_takes_the_time_from_the_line() -> None:
    assert "codec => json" in LOGSTASH
    assert re.findall(r'match => \["(\w+)", "ISO8601"\]', LOGSTASH) == ["time"]
