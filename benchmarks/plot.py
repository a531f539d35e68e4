"""Results as a picture: the sides of each figure as bars, with what had to be reached beside them.

Thread: both (pure).
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from benchmarks.figures import Figure, Row, Series, shown

WIDTH, MARGIN, BAR_LEFT, BAR_WIDTH = 1000, 16, 220, 520
"""In pixels, like all lengths here. Names stand left of the bars, values on the right."""
HEAD_HEIGHT, BAR_HEIGHT, BLOCK_GAP = 24, 20, 14
FIRST_COLOUR, OTHER_COLOUR, TEXT_COLOUR = "#2f6fdb", "#a3acb9", "#1f2328"
MET_COLOUR, SHORT_COLOUR = "#1a7f37", "#c93c37"


def as_svg(rows: Sequence[Row], title: str) -> str:
    """One block for each figure that has sides; bars are as long as the median, lines go from the
    lowest to the highest value. Each block has a scale of its own, from 0."""
    blocks: list[str] = []
    top = MARGIN + HEAD_HEIGHT + BLOCK_GAP
    for row in rows:
        if isinstance(row, Figure) and row.series:
            blocks += _block(row, top)
            top += HEAD_HEIGHT + BAR_HEIGHT * len(row.series) + BLOCK_GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" '
            f'viewBox="0 0 {WIDTH} {top}" font-family="system-ui, sans-serif" font-size="13">',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            _text(MARGIN, MARGIN, title, is_bold=True),
            *blocks,
            "</svg>\n",
        ]
    )


def _block(figure: Figure, top: float) -> list[str]:
    """The figure's name, what it came to, and a bar for each side."""
    most = max(series.spread.high for series in figure.series) or 1.0
    drawn = [
        _text(MARGIN, top, figure.what, is_bold=True),
        _text(WIDTH - MARGIN, top, _outcome(figure), anchor="end", colour=_outcome_colour(figure)),
    ]
    for number, series in enumerate(figure.series):
        bar_top = top + HEAD_HEIGHT + number * BAR_HEIGHT
        drawn += _bar(series, bar_top, FIRST_COLOUR if number == 0 else OTHER_COLOUR, most)
    return drawn


def _bar(series: Series, top: float, colour: str, most: float) -> list[str]:
    spread, middle = series.spread, top + BAR_HEIGHT / 2
    low, median, high = (
        BAR_LEFT + BAR_WIDTH * max(0.0, value) / most
        for value in (spread.low, spread.median, spread.high)
    )
    return [
        _text(BAR_LEFT - 8, top, series.name, anchor="end"),
        f'<rect x="{BAR_LEFT}" y="{top + 3:.1f}" width="{median - BAR_LEFT:.1f}" '
        f'height="{BAR_HEIGHT - 6}" fill="{colour}"/>',
        f'<path d="M{low:.1f} {middle:.1f}H{high:.1f}" stroke="{TEXT_COLOUR}"/>',
        _text(BAR_LEFT + BAR_WIDTH + 8, top, f"{spread} {series.unit}"),
    ]


def _outcome(figure: Figure) -> str:
    value = f"{shown(figure.spread.median)} {figure.unit}".strip()
    return f"{value}, must be {figure.must}" if figure.must else value


def _outcome_colour(figure: Figure) -> str:
    return {None: TEXT_COLOUR, True: MET_COLOUR, False: SHORT_COLOUR}[figure.is_met]


def _text(
    x: float,
    top: float,
    text: str,
    *,
    anchor: str = "start",
    colour: str = TEXT_COLOUR,
    is_bold: bool = False,
) -> str:
    weight = ' font-weight="600"' if is_bold else ""
    return (
        f'<text x="{x:.1f}" y="{top + 14:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>'
        f"{escape(text)}</text>"
    )
