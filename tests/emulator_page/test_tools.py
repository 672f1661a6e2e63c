"""Colouring, sorting, inserting, deleting, pasting, tabs and filter views on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.program("chromium")

CONTROL, SHIFT = 2, 8
WHERE = "document.querySelector('#where').value"
BANNER = "(b => b.hidden ? '' : b.innerText)(document.querySelector('#banner'))"
TABS = "[...document.querySelectorAll('.tab')].map(t => t.textContent).join()"
NUMBERS = "[...document.querySelectorAll('.body .number')].map(n => n.textContent).join()"
LETTERS = "[...document.querySelectorAll('.letter')].map(e => e.textContent).join('')"


def text_of(cell: str) -> str:
    return f"document.querySelector('#{cell} .text')?.textContent"


def style_of(cell: str, name: str) -> str:
    return f"getComputedStyle(document.querySelector('#{cell}')).{name}"


@pytest.fixture
def page(browser: Callable[..., Any], log: Any) -> Any:
    """A Chinese reader's browser with the daily tab open."""
    started = browser("zh-CN")
    started.open(log.tab())
    started.wait(text_of("cell-1-1"))
    return started


def test_a_colour_is_given_and_taken_away(page: Any, log: Any) -> None:
    """The palette colours every selected cell; a rule's red stays on top; "no colour" clears."""
    page.click("#cell-9-3")
    page.key("ArrowDown", SHIFT)
    page.choose("#tool-colour", "浅绿")
    page.wait(f"{style_of('cell-9-3', 'backgroundColor')} === 'rgb(217, 234, 211)'")
    red = page.evaluate(style_of("cell-10-3", "backgroundColor"))
    given = log.read("sheets.data.rowData.values.userEnteredFormat.backgroundColorStyle", "D10:D11")

    page.choose("#tool-colour", "无颜色")
    page.wait(f"{style_of('cell-9-3', 'backgroundColor')} === 'rgba(0, 0, 0, 0)'")

    assert red == "rgb(179, 38, 30)"
    assert len(given["sheets"][0]["data"][0]["rowData"]) == 2
    assert page.complaints == []


def test_bold_goes_on_and_off_by_key(page: Any) -> None:
    """Ctrl+B turns the selected cell's weight round, and the button shows it."""
    pressed = "document.querySelector('#tool-bold').getAttribute('aria-pressed')"
    page.click("#cell-2-1")
    page.key("b", CONTROL)
    page.wait(f"{style_of('cell-2-1', 'fontWeight')} === '700'")
    on = page.evaluate(pressed)
    page.click("#tool-bold")
    page.wait(f"{style_of('cell-2-1', 'fontWeight')} === '400'")

    assert (on, page.evaluate(pressed)) == ("true", "false")


def test_the_whole_tab_is_sorted_without_its_headings(page: Any, log: Any) -> None:
    """Z to A by the SKU, and back: the heading row stays, rows stay whole."""
    page.click("#cell-3-1")
    page.choose("#tool-sort", "按“SKU”降序排整张表")
    page.wait(f"{text_of('cell-1-1')} === 'KT-059'")
    upside = (log.value("A2"), log.value("B1"), log.value("B60"))
    page.choose("#tool-sort", "按“SKU”升序排整张表")
    page.wait(f"{text_of('cell-1-1')} === 'KT-001'")

    assert upside == ("2026-02-06", "SKU", "KT-001")


def test_a_selection_alone_can_be_sorted(page: Any, log: Any) -> None:
    """Only the selected rows and columns change places."""
    page.click("#cell-2-1")
    page.click("#cell-4-2", SHIFT)
    page.choose("#tool-sort", "只把所选区域按“SKU”降序排")
    page.wait(f"{text_of('cell-2-1')} === 'KT-004'")

    assert log.values("B3:B6") == [["KT-004"], ["KT-003"], ["KT-002"], ["KT-005"]]
    assert log.value("A3") == "2025-12-11"


def test_rows_are_inserted_above_and_below(page: Any, log: Any) -> None:
    """As many as are selected; the new row is selected, and looks like its neighbours."""
    page.click("#cell-3-1")
    page.choose("#tool-insert", "上方插入 1 行")
    page.wait(f"{text_of('cell-4-1')} === 'KT-003'")
    page.click("#cell-0-1")
    page.choose("#tool-insert", "下方插入 1 行")
    page.wait(f"{text_of('cell-5-1')} === 'KT-003'")

    assert log.values("B1:B6") == [["SKU"], [], ["KT-001"], ["KT-002"], [], ["KT-003"]]
    page.wait(f"{WHERE} === 'B2'")
    assert page.evaluate(style_of("cell-1-1", "fontWeight")) == "400"


def test_columns_are_inserted_left_and_right(page: Any, log: Any) -> None:
    """A column comes before or after the selected one."""
    page.click("#cell-0-2")
    page.choose("#tool-insert", "左侧插入 1 列")
    page.wait(f"{text_of('cell-0-3')} === '销量'")
    page.click("#cell-0-3")
    page.choose("#tool-insert", "右侧插入 1 列")
    page.wait(f"{text_of('cell-0-5')} === '7日ACOS'")

    assert log.values("A1:F1") == [["日期", "SKU", "", "销量", "", "7日ACOS"]]


def test_deleting_rows_asks_first(page: Any, log: Any) -> None:
    """No is no; yes deletes the selected rows. The question is part of the page."""
    page.click("#cell-3-1")
    page.key("ArrowDown", SHIFT)
    page.choose("#tool-delete", "删除第 4-5 行")
    asked = page.wait("document.querySelector('#ask[open] .question')?.textContent")
    page.key("Escape")
    page.wait("!document.querySelector('#ask[open]')")
    kept = log.value("B4")
    page.choose("#tool-delete", "删除第 4-5 行")
    page.wait("document.querySelector('#ask[open]')")
    page.key("Enter")
    page.wait(f"{text_of('cell-3-1')} === 'KT-005'")

    assert (asked, kept) == ("删除第 4-5 行?", "KT-003")
    assert log.values("B3:B5") == [["KT-002"], ["KT-005"], ["KT-006"]]


def test_a_column_is_deleted_from_the_context_menu_by_keys(page: Any, log: Any) -> None:
    """Shift+F10 opens the menu of the selection; keys alone are enough."""
    page.click("#cell-0-4")
    page.key("F10", SHIFT)
    page.wait("document.querySelector('.menu')")
    page.key("End")
    page.key("Enter")
    page.wait("document.querySelector('#ask[open]')")
    page.key("Enter")
    page.wait(f"{text_of('cell-0-4')} !== '备注'")

    assert log.values("A1:H1") == [["日期", "SKU", "销量", "7日ACOS", "点击", "CTR", "预警码"]]


def test_a_delete_is_refused_when_the_rows_moved_meanwhile(page: Any, log: Any) -> None:
    """The rows that the person looks at are checked at the last moment."""
    page.click("#cell-3-1")
    page.click("#tool-delete")
    page.wait("document.querySelector('.menu')")
    page.key("End")
    page.key("ArrowUp")
    page.key("Enter")
    page.wait("document.querySelector('#ask[open]')")
    row = {"sheetId": 11, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    log.change({"insertDimension": {"range": row, "inheritFromBefore": False}})
    page.key("Enter")

    assert "刚被别人改动" in page.wait(BANNER)
    assert log.values("B2:B5") == [[], ["KT-001"], ["KT-002"], ["KT-003"]]


def test_a_pasted_table_fills_cells_as_if_typed(page: Any, log: Any) -> None:
    """Tabs part cells, lines part rows, quotes hold a line end together."""
    page.click("#cell-3-3")
    page.paste('15%\t"zwei\nZeilen"\n0,3\tdrei\n')

    log.soon("E5", "drei")
    values = log.values("D4:E5", "UNFORMATTED_VALUE")
    assert values == [[0.15, "zwei\nZeilen"], [0.3, "drei"]]
    page.wait(f"{WHERE} === 'D4:E5'")


def test_a_paste_past_the_last_row_adds_rows(page: Any, log: Any) -> None:
    """The tab grows by what is lacking."""
    page.key("End", CONTROL)
    page.wait(f"{WHERE} === 'E60'")
    page.paste("a\nb\nc")

    page.wait("document.querySelector('#grid').getAttribute('aria-rowcount') === '62'")
    log.soon("E62", "c")
    assert log.values("E60:E62") == [["a"], ["b"], ["c"]]


def test_copied_cells_can_be_pasted_elsewhere(page: Any, log: Any) -> None:
    """Ctrl+C takes the shown texts, Ctrl+V types them in."""
    page.click("#cell-1-1")
    page.key("ArrowDown", SHIFT)
    page.key("c", CONTROL, ("copy",))
    page.click("#cell-20-4")
    page.key("v", CONTROL, ("paste",))

    log.soon("E22", "KT-002")
    assert log.value("E21") == "KT-001"


def test_a_tab_is_added_and_renamed(page: Any) -> None:
    """The plus adds a tab and opens it; a double click gives it a name."""
    page.click("#add")
    page.wait(f"{TABS} === '日报 2026-07,大表,工作表 3'")
    page.wait("document.querySelector('.tab[aria-selected=true]').textContent === '工作表 3'")
    page.click(".tab:nth-child(3)", times=2)
    page.wait("document.activeElement.className === 'tab-name'")
    page.type("我的笔记")
    page.key("Enter")

    assert page.wait(f"{TABS} === '日报 2026-07,大表,我的笔记'")
    page.wait("!document.body.innerText.includes('正在读取')")
    page.click("#cell-0-0")
    page.keys("ok")
    page.key("Enter")
    assert page.wait(f"{text_of('cell-0-0')} === 'ok'")


def test_a_name_that_exists_is_refused_in_words(page: Any) -> None:
    """The server's own sentence stands in the banner and the old name stays."""
    page.click(".tab:nth-child(2)")
    page.wait("document.querySelector('.tab[aria-selected=true]').textContent === '大表'")
    page.evaluate("document.querySelector('.tab[aria-selected=true]').focus()")
    page.key("F2")
    page.wait("document.activeElement.className === 'tab-name'")
    page.type("日报 2026-07")
    page.key("Enter")

    assert "日报 2026-07" in page.wait(BANNER)
    assert page.evaluate(TABS) == "日报 2026-07,大表"


def test_a_filter_view_shows_its_rows_to_this_person_alone(page: Any, log: Any) -> None:
    """Hidden rows stay hidden while it is on, whatever else changes; others see everything."""
    condition = {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "0.4"}]}
    view = {
        "title": "ACOS 高",
        "range": {"sheetId": 11},
        "filterSpecs": [{"columnIndex": 3, "filterCriteria": {"condition": condition}}],
    }
    log.change({"addFilterView": {"filter": view}})
    log.put(2, 4, "seen")
    page.wait(f"{text_of('cell-2-4')} === 'seen'")
    page.choose("#tool-view", "ACOS 高")
    page.wait(f"{NUMBERS} === '11,21,31,41,51'")

    log.put(14, 3, 0.6)
    page.wait(f"{NUMBERS} === '11,15,21,31,41,51'")
    named = page.evaluate("document.querySelector('#tool-view').textContent")
    hidden = log.read("sheets.data.rowMetadata.hiddenByFilter", "A1:A60")
    page.choose("#tool-view", "不用筛选视图")
    page.wait(f"{NUMBERS}.startsWith('2,3,4')")

    assert named == "ACOS 高"
    assert "true" not in str(hidden).lower()


def test_a_filter_view_can_be_made_of_a_cell(page: Any, log: Any) -> None:
    """Only the rows with the selected cell's text; clearing then spares the hidden ones."""
    page.click("#cell-10-3")
    page.choose("#tool-view", "新建")
    page.wait(f"{NUMBERS} === '11,21,31,41,51'")
    page.click("#cell-10-2")
    page.click("#cell-20-2", SHIFT)
    page.key("Delete")

    log.soon("C11", "")
    assert log.value("C21") == ""
    assert log.value("C12") in {"11,000", "11.000"}
    views = log.read("sheets.filterViews.title")["sheets"][0]["filterViews"]
    assert [view["title"] for view in views] == ["7日ACOS = 50,0%"] or len(views) == 1


def test_a_group_that_is_opened_stays_open_for_everybody(page: Any, log: Any) -> None:
    """Folding is kept in the spreadsheet."""
    page.click(".fold")
    page.wait(f"{LETTERS} === 'ABCDEFG'")
    page.wait("document.querySelector('#said').textContent.includes('F-G')")

    groups = log.read("sheets.columnGroups")["sheets"][0]["columnGroups"]
    assert not groups[0].get("collapsed", False)
    page.open(log.tab())
    page.wait(f"{LETTERS} === 'ABCDEFG'")


def test_f6_goes_round_the_page(page: Any) -> None:
    """Grid, tabs, toolbar and grid again, without a mouse."""
    seen = []
    page.click("#cell-1-1")
    for _ in range(3):
        page.key("F6")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.className"))

    assert seen == ["tab", "tool-colour", "entry"]


def test_a_refusal_is_told_until_it_is_dismissed(page: Any, log: Any) -> None:
    """What the server does not take stands in the banner in its words, and nothing is written."""
    page.click("#cell-5-3")
    page.paste("1%\t" + "x" * 50_001)

    assert "50000" in page.wait(BANNER)
    page.click("#dismiss")
    assert page.evaluate(BANNER) == ""
    assert log.values("D6:E6", "UNFORMATTED_VALUE") == [[0.2]]
