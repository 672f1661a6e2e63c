"""Charts over the cells, in a real browser: what is drawn follows what the cells hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.program("chromium")

TITLE = "每日销量"
PLOT = "document.querySelector('.chart .plot')"
SHARES = """(() => {
  const heights = [...document.querySelectorAll('.rule')].map(e => Number(e.getAttribute('y1')));
  const [low, high] = [Math.max(...heights), Math.min(...heights)];
  return [...document.querySelectorAll('.point')]
    .map(e => Math.round((low - Number(e.getAttribute('cy'))) / (low - high) * 100));
})()"""
TEXTS = "(s => [...document.querySelectorAll(s)].map(e => e.textContent))"


def source(column: int, end: int = 6) -> dict[str, Any]:
    """The heading and the first days of a column of the daily tab."""
    area = {"startRowIndex": 0, "endRowIndex": end}
    area |= {"sheetId": 11, "startColumnIndex": column, "endColumnIndex": column + 1}
    return {"sourceRange": {"sources": [area]}}


def basic(kind: str, *series: int, end: int = 6, **more: Any) -> dict[str, Any]:
    """The spec of a chart of columns by day."""
    chart = {
        "chartType": kind,
        "headerCount": 1,
        "legendPosition": "BOTTOM_LEGEND",
        "domains": [{"domain": source(0, end)}],
        "series": [{"series": source(column, end)} for column in series],
    }
    return {"title": TITLE, "basicChart": chart | more}


def put_chart(log: Any, spec: dict[str, Any], tab: int = 12, row: int = 1) -> None:
    """Lay a chart of 600 by 300 pixels over a tab."""
    anchor = {"sheetId": tab, "rowIndex": row, "columnIndex": 2}
    place = {"anchorCell": anchor, "widthPixels": 600, "heightPixels": 300}
    chart = {"spec": spec, "position": {"overlayPosition": place}}
    log.change({"addChart": {"chart": chart}})


def blank(log: Any, row: int, column: int) -> None:
    """Empty one cell of the daily tab."""
    area = {"sheetId": 11, "startRowIndex": row, "endRowIndex": row + 1}
    area |= {"startColumnIndex": column, "endColumnIndex": column + 1}
    log.change({"updateCells": {"range": area, "fields": "userEnteredValue"}})


@pytest.fixture
def drawn(browser: Callable[..., Any], log: Any) -> Callable[..., Any]:
    """Open the tab that a chart lies over, once the chart is drawn."""

    def opened(spec: dict[str, Any], language: str = "zh-CN", tab: int = 12, row: int = 1) -> Any:
        put_chart(log, spec, tab, row)
        page = browser(language)
        page.open(log.tab(tab))
        page.wait("document.querySelector('.chart .plot-place')?.childElementCount")
        return page

    return opened


def test_the_points_of_a_line_follow_the_values(drawn: Callable[..., Any]) -> None:
    """A line of 1000 to 5000 rises in equal steps, from another tab than its own."""
    page = drawn(basic("LINE", 2))

    assert page.evaluate(SHARES) == [20, 40, 60, 80, 100]
    assert page.evaluate("document.querySelectorAll('.series path.line').length") == 1
    assert page.complaints == []


def test_a_blank_cell_is_a_gap_and_never_zero(drawn: Callable[..., Any], log: Any) -> None:
    """The line breaks where the figure is unknown."""
    blank(log, 3, 2)

    page = drawn(basic("LINE", 2))

    assert page.evaluate(SHARES) == [20, 40, 80, 100]
    assert page.evaluate("document.querySelectorAll('.series path.line').length") == 2


def test_a_changed_cell_redraws_the_chart(drawn: Callable[..., Any], log: Any) -> None:
    """The chart follows the spreadsheet while somebody looks at it."""
    page = drawn(basic("LINE", 2))

    log.put(2, 2, 5000)

    assert page.wait(f"(s => s[1] === 100 && s)({SHARES})") == [20, 100, 60, 80, 100]


def test_stacked_columns_stand_on_each_other(drawn: Callable[..., Any]) -> None:
    """The second series begins where the first one ends."""
    spec = basic("COLUMN", 2, 5, stackedType="STACKED") | {"hiddenDimensionStrategy": "SHOW_ALL"}
    page = drawn(spec)

    ends = page.evaluate(
        "[...document.querySelectorAll('.series')].map(s => s.querySelector('rect'))"
        ".map(r => ['y', 'height', 'x'].map(n => Number(r.getAttribute(n))))"
    )

    (first_top, _, first_x), (second_top, second_height, second_x) = ends
    assert second_top + second_height == pytest.approx(first_top, abs=0.05)
    assert first_x == second_x


def test_bars_of_a_bar_chart_grow_to_the_right(drawn: Callable[..., Any]) -> None:
    """Five days are five bars from one edge, the fifth five times as long as the first."""
    page = drawn(basic("BAR", 2))

    bars = page.evaluate(
        "[...document.querySelectorAll('.series rect')]"
        ".map(r => ['x', 'width'].map(n => Number(r.getAttribute(n))))"
    )

    assert len(bars) == 5
    assert len({left for left, _ in bars}) == 1
    assert bars[4][1] / bars[0][1] == pytest.approx(5, rel=0.01)


def test_a_chart_is_named_and_its_axes_are_written_like_the_cells(
    drawn: Callable[..., Any],
) -> None:
    """Title, legend, percentages and dates are those of the spreadsheet."""
    page = drawn(basic("LINE", 3))

    assert page.evaluate("document.querySelector('.chart[role=img]').ariaLabel") == TITLE
    assert page.evaluate("document.querySelector('.chart-title').textContent") == TITLE
    assert page.evaluate(f"{TEXTS}('.key')") == ["7日ACOS"]
    assert page.evaluate(f"{TEXTS}('.tick')") == ["0%", "5%", "10%", "15%", "20%"]
    assert page.evaluate(f"{TEXTS}('.category')")[0] == "2025-12-10"


def test_a_series_has_the_colour_it_was_given(drawn: Callable[..., Any]) -> None:
    """Without one it gets a colour of the palette."""
    red = {"rgbColor": {"red": 1}}
    series = [{"series": source(2), "colorStyle": red}, {"series": source(3)}]

    page = drawn(basic("LINE", series=series))

    strokes = page.evaluate(
        "[...document.querySelectorAll('path.line')].map(e => e.getAttribute('stroke'))"
    )
    assert strokes == ["#ff0000", "#e69f00"]


def test_a_pie_has_a_slice_for_each_positive_figure(drawn: Callable[..., Any]) -> None:
    """1, 2, 3, 4 and 5 parts of 15, with their names in the legend."""
    pie = {"legendPosition": "RIGHT_LEGEND", "domain": source(1), "series": source(2)}

    page = drawn({"title": TITLE, "pieChart": pie})

    assert page.evaluate(f"{TEXTS}('.slice-share')") == ["6.7%", "13.3%", "20%", "26.7%", "33.3%"]
    assert page.evaluate(f"{TEXTS}('.key')")[0] == "KT-001"


def test_the_pointer_is_told_the_figures_of_a_day(drawn: Callable[..., Any]) -> None:
    """Pointing at the middle of five days shows the third, as its cells show it."""
    page = drawn(basic("LINE", 2, 3))

    page.hover(".plot")
    told = page.wait("(t => t.hidden ? '' : t.innerText)(document.querySelector('.chart-tip'))")

    assert told.split("\n")[0] == "2025-12-12"
    assert "3,000" in told or "3.000" in told


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh-CN", "本页不画这种图表。"), ("en-US", "This page does not draw charts of this type.")],
)
def test_a_chart_that_is_not_drawn_says_so(
    drawn: Callable[..., Any], language: str, sentence: str
) -> None:
    """Its frame keeps its place, with its title and a sentence."""
    page = drawn(basic("SCATTER", 2), language)

    assert page.evaluate("document.querySelector('.chart').innerText.split(/\\n+/)") == [
        TITLE,
        sentence,
    ]
    assert page.evaluate("document.querySelectorAll('.plot').length") == 0


def test_a_chart_scrolls_with_the_cells_below_the_frozen_row(drawn: Callable[..., Any]) -> None:
    """It moves as far as the cells do, and the frozen headings stay readable over it."""
    page = drawn(basic("LINE", 2), tab=11, row=4)
    top = "document.querySelector('.chart').getBoundingClientRect().top"
    before = page.evaluate(top)

    page.evaluate("document.querySelector('#scroller').scrollTo(0, 150)")

    assert page.wait(f"{before} - {top}") == 150
    x, y = page.middle("#cell-0-2")
    assert page.evaluate(f"document.elementFromPoint({x}, {y}).closest('.head') !== null")


def test_a_deleted_chart_goes_and_a_hidden_row_is_left_out(
    drawn: Callable[..., Any], log: Any
) -> None:
    """Charts leave out what is hidden, as in Sheets, unless they say otherwise."""
    page = drawn(basic("LINE", 2))
    hidden = {"sheetId": 11, "dimension": "ROWS", "startIndex": 5, "endIndex": 6}
    log.change(
        {
            "updateDimensionProperties": {
                "range": hidden,
                "properties": {"hiddenByUser": True},
                "fields": "hiddenByUser",
            }
        }
    )
    without = page.wait(f"(s => s.length === 4 && s)({SHARES})")

    chart_id = int(page.evaluate("document.querySelector('.chart').dataset.chart"))
    log.change({"deleteEmbeddedObject": {"objectId": chart_id}})

    assert without == [25, 50, 75, 100]
    assert page.wait(f"!{PLOT}")


@pytest.mark.parametrize(
    ("text", "step", "locale", "value", "expected"),
    [
        ("12.3%", 0.05, "en_US", 0.15, "15%"),
        ("12,3%", 0.005, "de_DE", 0.015, "1,5%"),
        ("$1,234.50", 500, "en_US", 1500, "$1,500"),
        ("-€3.20", 2.5, "en_US", -2.5, "−€2.5"),
        ("1.234 €", 500, "de_DE", 1500, "1.500 €"),
        ("(12.0)", 10, "en_US", 20, "20"),
        ("2026-07-01", 1, "en_US", 3, "3"),
        ("7", 0.25, "no such locale", 0.5, "0.50"),
    ],
)
def test_a_tick_is_written_like_a_cell(
    page_module: Callable[[str, str], Any],
    text: str,
    step: float,
    locale: str,
    value: float,
    expected: str,
) -> None:
    """With the cell's sign of percent or currency and the spreadsheet's decimal mark."""
    call = f"writerLike({json.dumps(text)}, {step}, {json.dumps(locale)})({value})"

    assert page_module("scale", call) == expected


@pytest.mark.parametrize(
    ("ends", "is_of_lines", "expected"),
    [
        ([3, 47], "true", [0, 10, 20, 30, 40, 50]),
        ([96, 104], "true", [96, 98, 100, 102, 104]),
        ([96, 104], "false", [0, 25, 50, 75, 100, 125]),
        ([-20, 20], "false", [-20, -10, 0, 10, 20]),
        ([0, 0], "true", [0, 0.2, 0.4, 0.6, 0.8, 1]),
    ],
)
def test_ticks_are_round_numbers(
    page_module: Callable[[str, str], Any],
    ends: list[float],
    is_of_lines: str,
    expected: list[float],
) -> None:
    """Columns begin at zero; lines far from it do not."""
    spans = json.dumps([[[0, end] for end in ends]])

    ticks = page_module("scale", f"scaleOf({spans}, {is_of_lines}, undefined, 5).ticks")

    assert ticks == pytest.approx(expected)
