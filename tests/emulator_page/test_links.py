"""Links inside the spreadsheet, filter views as the API gives them, and cells that are ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.program("chromium")

CONTROL = 2
WHERE = "document.querySelector('#where').value"
OPEN_TAB = "document.querySelector('[role=tab][aria-selected=true]').dataset.title"
HINT = "document.querySelector('#hint:not([hidden])')?.innerText ?? ''"
SHOWN_ROWS = "[...document.querySelectorAll('.body .number')].map(e => Number(e.textContent)).sort((a, b) => a - b)"


def write(log: Any, row: int, column: int, cell: dict[str, Any], fields: str) -> None:
    """Write one cell of the daily tab."""
    start = {"sheetId": 11, "rowIndex": row, "columnIndex": column}
    log.change({"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": fields}})


def link(log: Any, row: int, uri: str) -> None:
    """Give a note of the daily tab a link in its format."""
    cell = {
        "userEnteredValue": {"stringValue": "去看"},
        "userEnteredFormat": {"textFormat": {"link": {"uri": uri}}},
    }
    write(log, row, 4, cell, "userEnteredValue,userEnteredFormat.textFormat.link")


@pytest.fixture
def page(browser: Callable[..., Any], log: Any) -> Any:
    """A Chinese reader's browser with a tab that links to the other one."""
    link(log, 3, "#gid=12&range=Q900")
    link(log, 4, "#gid=12")
    link(log, 5, "#gid=11&range=C41")
    formula = '=HYPERLINK("#gid=12&range=B3:C9";"区域")'
    write(log, 6, 4, {"userEnteredValue": {"formulaValue": formula}}, "userEnteredValue")
    started = browser("zh-CN")
    started.open(log.tab())
    started.wait("document.querySelector('#cell-6-4 .text')")
    return started


@pytest.mark.parametrize(
    ("cell", "tab", "where"),
    [
        ("cell-3-4", "大表", "Q900"),
        ("cell-4-4", "大表", "A1"),
        ("cell-5-4", "日报 2026-07", "C41"),
        ("cell-6-4", "大表", "B3:C9"),
    ],
)
def test_a_link_inside_leads_to_its_tab_and_selects_its_cell(
    page: Any, cell: str, tab: str, where: str
) -> None:
    """A click on the text goes there and scrolls to it."""
    page.click(f"#{cell} .text")

    page.wait(f"{OPEN_TAB} === '{tab}' && {WHERE} === '{where}'")

    assert page.wait("document.querySelector('.cell.at')")
    assert page.complaints == []


def test_a_link_inside_opens_like_every_other_link(page: Any) -> None:
    """Ctrl and a click, or Ctrl and Enter, follow it; the hint names the place."""
    page.hover("#cell-3-4")
    hint = page.wait(HINT)
    page.click("#cell-3-4", CONTROL)
    page.wait(f"{OPEN_TAB} === '大表' && {WHERE} === 'Q900'")
    page.evaluate("history.back()")
    page.wait(f"{OPEN_TAB} === '日报 2026-07' && {WHERE} === 'E4'")
    page.wait("document.querySelector('#cell-3-4 .text')")

    page.key("Enter", CONTROL)

    page.wait(f"{OPEN_TAB} === '大表' && {WHERE} === 'Q900'")
    assert hint.split("\n")[0] == "大表 Q900"


def test_a_link_leads_there_again_after_the_person_went_elsewhere(page: Any) -> None:
    """The address is the same, yet the cell is selected anew."""
    page.click("#cell-5-4 .text")
    page.wait(f"{WHERE} === 'C41'")
    page.click("#where")
    page.type("A2")
    page.key("Enter")
    page.wait("document.querySelector('#cell-5-4 .text')")

    page.click("#cell-5-4 .text")

    page.wait(f"{WHERE} === 'C41'")


def test_a_double_click_on_a_link_edits_the_cell(page: Any) -> None:
    """What a link says can be changed with the mouse."""
    page.click("#cell-5-4 .text", times=2)

    page.wait("document.querySelector('#entry.editing')")

    assert page.evaluate("document.querySelector('#entry').value") == "去看"


@pytest.mark.parametrize(
    ("column", "condition", "shown"),
    [
        (1, {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "kt-05"}]}, [51, 60]),
        (1, {"type": "TEXT_EQ", "values": [{"userEnteredValue": "KT-007"}]}, [8, 8]),
        (7, {"type": "NOT_BLANK"}, [11, 51]),
    ],
    ids=["contains", "equals", "not blank"],
)
def test_a_filter_view_from_the_api_shows_the_rows_that_meet_it(
    page: Any, log: Any, column: int, condition: dict[str, Any], shown: list[int]
) -> None:
    """Choosing the view hides every other row, whatever its condition."""
    area = {"sheetId": 11, "startRowIndex": 0, "endRowIndex": 60}
    area |= {"startColumnIndex": 0, "endColumnIndex": 8}
    spec = {"columnIndex": column, "filterCriteria": {"condition": condition}}
    log.change(
        {"addFilterView": {"filter": {"title": "挑选", "range": area, "filterSpecs": [spec]}}}
    )
    page.open(log.tab())
    page.wait("document.querySelector('#cell-6-4 .text')")

    page.choose("#tool-view", "挑选")

    page.wait(f"(r => r[0] === {shown[0]} && r.at(-1) === {shown[1]})({SHOWN_ROWS})")


def test_an_empty_checkbox_is_shown_and_ticked_by_a_click(page: Any, log: Any) -> None:
    """A cell that nobody ticked yet is a box, not a blank."""
    rule = {"condition": {"type": "BOOLEAN"}}
    write(log, 9, 4, {"dataValidation": rule}, "userEnteredValue,dataValidation")
    page.wait("document.querySelector('#cell-9-4 .text')?.textContent === '☐'")

    page.click("#cell-9-4 .text")

    log.soon("E10", "TRUE")
    page.wait("document.querySelector('#cell-9-4 .text')?.textContent === '☑'")
