"""The picture: well-formed, and bars in proportion."""

from xml.etree import ElementTree

import pytest

from benchmarks.figures import Figure, NotMeasured, Row, Series, at_least, ratio
from benchmarks.plot import MET_COLOUR, SHORT_COLOUR, as_svg

SVG = "{http://www.w3.org/2000/svg}"
HEARTH = Series("Hearth", "tokens/s", (5.0, 6.0, 7.0))
BARE = Series("bare <loop>", "tokens/s", (12.0, 12.0, 12.0))


def drawn(*rows: Row) -> ElementTree.Element:
    return ElementTree.fromstring(as_svg(rows, "A & B"))


def texts(picture: ElementTree.Element) -> dict[str, str]:
    """Their colours."""
    return {text.text or "": text.attrib["fill"] for text in picture.iter(f"{SVG}text")}


def test_bars_are_as_long_as_the_medians() -> None:
    picture = drawn(ratio("tokens", HEARTH, BARE))
    _, over, under = picture.iter(f"{SVG}rect")
    assert float(over.attrib["width"]) == pytest.approx(float(under.attrib["width"]) / 2)


def test_names_values_and_the_title_are_there_as_they_are() -> None:
    shown = texts(drawn(ratio("a | b", HEARTH, BARE)))
    assert {"A & B", "a | b", "Hearth", "bare <loop>", "6 (5–7) tokens/s"} <= shown.keys()


@pytest.mark.parametrize(("bound", "colour"), [(0.4, MET_COLOUR), (0.6, SHORT_COLOUR)])
def test_a_figure_that_falls_short_looks_different(bound: float, colour: str) -> None:
    shown = texts(drawn(ratio("tokens", HEARTH, BARE, must=at_least(bound))))
    assert shown[f"0.5 ×, must be ≥ {bound}"] == colour


def test_what_has_no_sides_is_in_the_table_only() -> None:
    shown = texts(drawn(Figure("alone", (1.0,)), NotMeasured("lost", "why")))
    assert shown.keys() == {"A & B"}


def test_a_side_that_is_nothing_or_less_has_no_bar() -> None:
    nothing, less = Series("a", "ms", (0.0,)), Series("b", "ms", (-1.0,))
    _, *bars = drawn(Figure("gap", (0.0,), series=(nothing, less))).iter(f"{SVG}rect")
    assert [float(bar.attrib["width"]) for bar in bars] == [0, 0]
