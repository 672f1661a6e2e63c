"""Typing into cells of the page by real key presses, over a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.program("chromium")

ALT, CONTROL, SHIFT = 1, 2, 8
WHERE = "document.querySelector('#where').value"
EDITING = "document.querySelector('#entry').classList.contains('editing')"
CONTENT = "document.querySelector('#content').textContent"
SAID = "document.querySelector('#said').textContent"
UNSAVED = "(u => u.hidden ? '' : u.innerText)(document.querySelector('#unsaved'))"
OPTIONS = "[...document.querySelectorAll('#choices:not([hidden]) .option')].map(o => o.textContent)"
NOTES = {"sheetId": 11, "startRowIndex": 1, "startColumnIndex": 4, "endColumnIndex": 5}


def text_of(cell: str) -> str:
    return f"document.querySelector('#{cell} .text')?.textContent"


@pytest.fixture
def page(browser: Callable[..., Any], log: Any) -> Any:
    """A Chinese reader's browser with the daily tab open."""
    started = browser("zh-CN")
    started.open(log.tab())
    started.wait(text_of("cell-1-1"))
    return started


def offer(log: Any, *texts: str, strict: bool = True) -> None:
    """Give the notes a dropdown of the given texts."""
    values = [{"userEnteredValue": text} for text in texts]
    rule = {"condition": {"type": "ONE_OF_LIST", "values": values}, "showCustomUi": True}
    log.change({"setDataValidation": {"range": NOTES, "rule": {**rule, "strict": strict}}})


def test_typing_replaces_a_cell_and_enter_goes_down(page: Any, log: Any) -> None:
    """The first key begins, Enter writes as if typed into Sheets and selects the cell below."""
    page.click("#cell-5-4")
    page.keys("=C6*2")
    page.key("Enter")

    log.soon("E6", "10000")
    assert page.evaluate(WHERE) == "E7"
    assert log.values("E6", "FORMULA") == [["=C6*2"]]
    assert page.wait(f"{text_of('cell-5-4')} === '10000'")
    assert page.complaints == []


def test_escape_leaves_the_cell_as_it_was(page: Any, log: Any) -> None:
    """What was typed before Escape is gone and nothing is sent."""
    page.click("#cell-5-2")
    page.keys("77")
    page.key("Escape")
    page.key("ArrowDown")

    assert page.evaluate(WHERE) == "C7"
    assert log.value("C6") in {"5,000", "5.000"}


def test_f2_and_enter_open_what_is_there(page: Any, log: Any) -> None:
    """F2 continues the content at its end; so does Enter."""
    page.click("#cell-1-1")
    page.key("F2")
    page.keys("-A")
    page.key("Enter")
    page.key("Enter")
    page.keys("-B")
    page.key("Enter", SHIFT)

    log.soon("B2", "KT-001-A")
    log.soon("B3", "KT-002-B")
    assert page.evaluate(WHERE) == "B2"


def test_a_double_click_opens_a_cell(page: Any, log: Any) -> None:
    """The second click of a double click begins editing."""
    page.click("#cell-3-1", times=2)
    page.wait(EDITING)
    page.keys("!")
    page.click("#cell-8-2")

    log.soon("B4", "KT-003!")
    assert page.evaluate(WHERE) == "C9"


def test_a_line_is_filled_with_tab_and_enter_goes_back_to_its_start(page: Any, log: Any) -> None:
    """Tab writes and goes right, past hidden columns; Enter then begins the next line."""
    page.click("#cell-4-3")
    for text in ("12%", "neu"):
        page.keys(text)
        page.key("Tab" if text == "12%" else "Enter")

    log.soon("E5", "neu")
    assert log.values("D5", "UNFORMATTED_VALUE") == [[0.12]]
    assert page.evaluate(WHERE) == "D6"


def test_arrows_write_what_was_typed_and_move_on(page: Any, log: Any) -> None:
    """After typing an arrow leaves the cell; after F2 it moves within the text."""
    page.click("#cell-2-4")
    page.keys("ab")
    page.key("ArrowRight")
    log.soon("E3", "ab")

    page.click("#cell-2-4")
    page.wait(f"{CONTENT} === 'ab'")
    page.key("F2")
    page.key("ArrowLeft")
    page.keys("X")
    page.key("Enter")

    log.soon("E3", "aXb")


def test_an_input_method_begins_its_word_in_the_cell(page: Any, log: Any) -> None:
    """Pinyin typed on a selected cell is composed there; nothing is lost of its first letter."""
    page.click("#cell-6-4")
    page.compose("z", "zh", "zhao'min", "赵敏")
    page.wait(f"{EDITING} && document.querySelector('#entry').value === '赵敏'")
    page.key("Enter")

    log.soon("E7", "赵敏")


def test_delete_clears_every_selected_cell(page: Any, log: Any) -> None:
    """The values go, the looks stay."""
    page.click("#cell-1-2")
    page.key("ArrowDown", SHIFT)
    page.key("Delete")

    log.soon("C2", "")
    log.soon("C3", "")
    fields = "sheets.data.rowData.values.userEnteredFormat.numberFormat.pattern"
    row = log.read(fields, "C2")["sheets"][0]["data"][0]["rowData"][0]
    assert row["values"][0]["userEnteredFormat"]["numberFormat"]["pattern"] == "#,##0"
    assert log.value("C4") in {"3,000", "3.000"}


def test_the_content_bar_edits_too(page: Any, log: Any) -> None:
    """A person can type above the grid; Enter writes and gives the keyboard back."""
    page.click("#cell-7-4")
    page.click("#content")
    page.type("oben")
    page.wait("document.querySelector('#entry').value === 'oben'")
    page.key("Enter")

    log.soon("E8", "oben")
    assert page.evaluate("document.activeElement.id") == "entry"
    assert page.evaluate(WHERE) == "E9"


def test_a_choice_is_picked_from_the_list_by_keys(page: Any, log: Any) -> None:
    """Enter opens the list, arrows choose, Enter writes."""
    offer(log, "待处理", "处理中", "已完成")
    page.wait("document.querySelector('#cell-3-4.choice')")
    page.click("#cell-3-4")
    page.key("Enter")
    shown = page.wait(OPTIONS)
    page.key("ArrowDown")
    page.key("ArrowDown")
    page.key("Enter")

    log.soon("E4", "处理中")
    assert shown == ["待处理", "处理中", "已完成"]
    assert page.evaluate(f"{OPTIONS}.length") == 0


def test_typing_narrows_the_list_and_a_click_chooses(page: Any, log: Any) -> None:
    """Only what holds the typed text is offered."""
    offer(log, "待处理", "处理中", "已完成")
    page.wait("document.querySelector('#cell-3-4.choice')")
    page.click("#cell-3-4")
    page.type("处理")
    assert page.wait(OPTIONS) == ["待处理", "处理中"]
    page.click("#option-0")

    log.soon("E4", "待处理")


def test_a_strict_list_takes_nothing_else(page: Any, log: Any) -> None:
    """The person is told and keeps what they typed."""
    offer(log, "是", "否")
    page.wait("document.querySelector('#cell-3-4.choice')")
    page.click("#cell-3-4")
    page.type("maybe")
    page.key("Enter")

    assert "maybe" in page.wait(SAID)
    assert page.evaluate(EDITING)
    page.key("Escape")
    assert log.value("E4") == ""


def test_a_lenient_list_writes_and_marks_what_it_does_not_offer(page: Any, log: Any) -> None:
    """A mark stands on the cell that holds something else than the range offers."""
    source = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "='日报 2026-07'!$B$2:$B$4"}]}
    rule = {"condition": source, "strict": False, "showCustomUi": True}
    log.change({"setDataValidation": {"range": NOTES, "rule": rule}})
    page.wait("document.querySelector('#cell-3-4.choice')")
    page.click("#cell-3-4")
    page.key("ArrowDown", ALT)
    offered = page.wait(f"{OPTIONS}.length && {OPTIONS}")
    page.key("Escape")
    page.type("KT-999")
    page.key("Enter")

    log.soon("E4", "KT-999")
    page.wait("document.querySelector('#cell-3-4.wrong[aria-invalid=true]')")
    assert offered == ["KT-001", "KT-002", "KT-003"]
    assert page.evaluate("document.querySelector('#cell-4-4.wrong')") is None


def test_an_edit_goes_to_the_row_that_the_person_saw(page: Any, log: Any) -> None:
    """Somebody sorts while another types: the text lands on its own row, and the person is told."""
    page.click("#cell-5-4")
    page.keys("Anna")
    body = {"sheetId": 11, "startRowIndex": 1, "startColumnIndex": 0}
    by_day = {"dimensionIndex": 0, "sortOrder": "DESCENDING"}
    log.change({"sortRange": {"range": body, "sortSpecs": [by_day]}})
    page.wait(f"{text_of('cell-1-1')} === 'KT-059'")
    assert page.evaluate("document.querySelector('#entry').value") == "Anna"
    assert "E56" in page.wait("document.querySelector('#trail:not([hidden])')?.textContent")

    page.key("Enter")

    log.soon("E56", "Anna")
    assert log.value("B56") == "KT-005"
    assert log.value("E6") == ""
    assert "E56" in page.wait(f"{SAID}.includes('E56') && {SAID}")


def test_an_edit_follows_its_column_when_one_is_inserted(page: Any, log: Any) -> None:
    """A column that somebody inserts to the left moves the place that was meant."""
    page.click("#cell-5-4")
    page.keys("x")
    log.change({"insertDimension": {"range": {**column(2, 3)}, "inheritFromBefore": True}})
    page.keys("y")
    page.key("Enter")

    log.soon("F6", "xy")
    assert log.value("E6") == "50,0%" or log.value("E6").startswith("20")


def column(start: int, end: int) -> dict[str, Any]:
    return {"sheetId": 11, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


def test_an_edit_of_a_row_that_is_gone_is_kept_and_said(page: Any, log: Any) -> None:
    """Nothing is written to the row that moved up; the text waits for a decision."""
    page.click("#cell-5-4")
    page.keys("Anna")
    row = {"sheetId": 11, "dimension": "ROWS", "startIndex": 5, "endIndex": 6}
    log.change({"deleteDimension": {"range": row}})
    page.key("Enter")

    kept = page.wait(UNSAVED)
    assert "Anna" in kept
    assert "E6" in kept
    assert log.values("E2:E59") == [[], ["<img src=x onerror=alert(1)>"]] or all(
        "Anna" not in row for row in log.values("E2:E59")
    )


def test_an_edit_without_a_connection_is_kept_until_it_can_be_written(page: Any, log: Any) -> None:
    """What was typed stays on the page and is not shown as saved; a button writes it later."""
    page.click("#cell-9-4")
    page.keys("Berta")
    page.lose_network()
    page.key("Enter")
    assert "Berta" in page.wait(UNSAVED)
    assert log.value("E10") == ""

    page.lose_network(lost=False)
    page.click("#unsaved button")

    log.soon("E10", "Berta")
    assert page.evaluate(UNSAVED) == ""


def test_an_edit_that_the_server_refuses_is_kept_with_its_reason(page: Any, log: Any) -> None:
    """The server's own sentence stands beside the text, and other cells can be edited meanwhile."""
    page.click("#cell-9-4")
    page.type("x" * 50_001)
    page.key("Enter")
    refused = page.wait(UNSAVED)
    page.wait(f"!{text_of('cell-9-4')}")
    page.keys("Anna")
    page.key("Enter")

    log.soon("E11", "Anna")
    assert "50000" in refused
    assert log.value("E10") == ""


def test_a_value_that_somebody_else_changed_is_named(page: Any, log: Any) -> None:
    """The last one to write wins, as in Sheets, and hears what stood there."""
    page.click("#cell-9-4")
    page.keys("mine")
    log.put(9, 4, "theirs")
    page.key("Enter")

    log.soon("E10", "mine")
    assert "theirs" in page.wait(f"{SAID}.includes('theirs') && {SAID}")


def test_edits_are_written_in_their_order(page: Any, log: Any) -> None:
    """Many quick edits of one cell leave the last one."""
    for text in ("1", "2", "3", "4"):
        page.click("#cell-9-4")
        page.keys(text)
        page.key("Enter")

    log.soon("E10", "4")
    page.wait(f"{text_of('cell-9-4')} === '4' && !document.querySelector('.pending')")
    assert log.value("E10") == "4"
