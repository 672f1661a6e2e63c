"""The page of the local server, in a real browser, over a spreadsheet made through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.program("chromium")

CONTROL, SHIFT = 2, 8
WHERE = "document.querySelector('#where').value"
STATUS = "document.querySelector('#status').textContent"
BANNER = "(b => b.hidden ? '' : b.innerText)(document.querySelector('#banner'))"


def text_of(cell: str) -> str:
    return f"document.querySelector('#{cell} .text')?.textContent"


def style_of(cell: str, name: str) -> str:
    return f"getComputedStyle(document.querySelector('#{cell}')).{name}"


def place_of(cell: str) -> str:
    return f"(b => b.x + ' ' + b.y)(document.querySelector('#{cell}').getBoundingClientRect())"


@pytest.fixture
def page(browser: Callable[..., Any], log: Any) -> Any:
    """A Chinese reader's browser with the daily tab open."""
    started = browser("zh-CN")
    started.open(log.tab())
    started.wait(text_of("cell-1-1"))
    return started


def test_the_list_names_each_spreadsheet_with_its_tabs(
    browser: Callable[..., Any], log: Any
) -> None:
    """A reader finds the spreadsheet and can go straight to a tab."""
    page = browser("zh-CN")
    page.open(f"{log.url}/")

    names = page.wait(
        "(c => c.length === 2 && [...c].map(e => e.textContent).join())(document.querySelectorAll('.chip'))"
    )

    assert names == "日报 2026-07,大表"
    assert page.evaluate("document.querySelector('.file').textContent") == "acme 运营日报"
    assert page.complaints == []


def test_the_list_says_when_there_is_nothing(
    browser: Callable[..., Any], empty_server: str
) -> None:
    """An empty server explains itself instead of showing a blank page."""
    page = browser("zh-CN")

    page.open(empty_server)

    assert page.wait("document.querySelector('#no-files').innerText").startswith("还没有表格")


def test_the_list_has_what_can_be_opened_wherever_it_lies(
    browser: Callable[..., Any], empty_server: str
) -> None:
    """Spreadsheets of shared drives, too; neither folders nor other files, nor what is in the trash."""
    files, sheet = f"{empty_server}/drive/v3/files", "application/vnd.google-apps.spreadsheet"
    query = {"requestId": "1", "supportsAllDrives": "true"}
    made = requests.post(
        f"{empty_server}/drive/v3/drives", params=query, json={"name": "Team"}, timeout=10
    )
    team = {"parents": [made.json()["id"]]}
    for body in (
        {"name": "theirs", "mimeType": sheet, **team},
        {"name": "gone", "mimeType": sheet},
        {"name": "daily.xlsx"},
        {"name": "backups", "mimeType": "application/vnd.google-apps.folder", **team},
    ):
        query = {"supportsAllDrives": "true"}
        last = requests.post(files, params=query, json=body, timeout=10).json()
        if body["name"] == "gone":
            requests.patch(f"{files}/{last['id']}", json={"trashed": True}, timeout=10)
    page = browser("zh-CN")

    page.open(empty_server)

    assert page.wait("document.querySelector('.chip')?.textContent") == "Sheet1"
    names = "[...document.querySelectorAll('.file')].map(e => e.textContent).join()"
    assert page.evaluate(names) == "theirs"
    page.evaluate("document.querySelector('.file').click()")
    assert page.wait(f"{STATUS}.includes('1,000')")
    assert page.complaints == []


def test_cells_show_formatted_values_and_conditional_colours(page: Any) -> None:
    """Numbers stand right as the server formats them; a breach is white and bold on red."""
    assert page.evaluate(text_of("cell-0-3")) == "7日ACOS"
    assert page.evaluate(text_of("cell-10-0")) == "2025-12-19"
    assert page.evaluate(text_of("cell-10-3")) in {"50.0%", "50,0%"}
    assert page.evaluate(style_of("cell-10-3", "backgroundColor")) == "rgb(179, 38, 30)"
    assert page.evaluate(style_of("cell-10-3", "color")) == "rgb(255, 255, 255)"
    assert page.evaluate(style_of("cell-10-3", "fontWeight")) == "700"
    assert page.evaluate(style_of("cell-9-3", "backgroundColor")) == "rgba(0, 0, 0, 0)"
    assert page.evaluate(style_of("cell-10-2", "justifyContent")) == "flex-end"


def test_markup_in_a_cell_stays_text(page: Any) -> None:
    """What stands in a cell never becomes part of the page."""
    assert page.evaluate(text_of("cell-2-4")) == "<img src=x onerror=alert(1)>"
    assert page.evaluate("document.querySelectorAll('img').length") == 0


def test_the_page_runs_under_a_strict_policy_without_complaint(page: Any) -> None:
    """No script, style or request is blocked and nothing is thrown."""
    page.wait(STATUS)

    assert page.complaints == []


def test_frozen_cells_stay_while_the_rest_scrolls(page: Any) -> None:
    """The heading row and the first columns keep their place."""
    before = [page.evaluate(place_of(cell)) for cell in ("cell-0-0", "cell-0-1")]

    page.evaluate("document.querySelector('#scroller').scrollTo(0, 400)")
    page.wait(f"!{STATUS}.includes('第 1-')")

    assert [page.evaluate(place_of(cell)) for cell in ("cell-0-0", "cell-0-1")] == before


def test_keys_move_the_selection(page: Any) -> None:
    """Arrows, Home, End, page keys and Ctrl with arrows go where people expect."""
    seen = []
    for key, modifiers in [
        ("ArrowDown", 0),
        ("ArrowRight", 0),
        ("End", 0),
        ("Home", 0),
        ("End", CONTROL),
        ("Home", CONTROL),
    ]:
        page.key(key, modifiers)
        seen.append(page.evaluate(WHERE))

    page.key("ArrowDown", CONTROL)
    page.wait(f"{WHERE} === 'A60'")
    page.key("PageUp")

    assert seen == ["A2", "B2", "E2", "A2", "E60", "A1"]
    assert int(page.evaluate(WHERE)[1:]) < 60
    assert page.evaluate("document.activeElement.id") == "entry"
    active = page.evaluate("document.activeElement.getAttribute('aria-activedescendant')")
    assert page.evaluate(f"document.getElementById('{active}').getAttribute('aria-selected')") == (
        "true"
    )


def test_the_name_box_goes_to_a_cell(page: Any) -> None:
    """Typing a name and Enter selects that cell; nonsense is answered in words."""
    page.click("#where")
    page.type("C41")
    page.key("Enter")

    assert page.wait(text_of("cell-40-2")) in {"40,000", "40.000"}
    assert page.evaluate("document.querySelector('#content').textContent") == "40000"

    page.click("#where")
    page.type("nowhere")
    page.key("Enter")

    assert "nowhere" in page.evaluate(BANNER)


def test_several_selected_cells_are_summed(page: Any) -> None:
    """Shift extends the selection and the status line adds it up."""
    page.click("#cell-1-2")
    page.key("ArrowDown", SHIFT)
    page.key("ArrowDown", SHIFT)

    sums = page.wait("document.querySelector('#sums').textContent")

    assert page.evaluate(WHERE) == "C2:C4"
    assert sums == "求和 6,000  平均 2,000  计数 3"


def test_a_collapsed_group_opens_and_a_hidden_column_is_marked(page: Any) -> None:
    """The + shows the group's columns; the hidden column stays hidden and says so."""
    shown = "[...document.querySelectorAll('.letter')].map(e => e.textContent).join('')"
    before = page.evaluate(shown)

    page.click(".fold")
    page.wait("document.querySelector('.fold').getAttribute('aria-expanded') === 'true'")

    assert before == "ABCDE"
    assert page.evaluate(shown) == "ABCDEFG"
    assert page.evaluate("document.querySelector('.gap-after').title") == "已隐藏列 H"


def test_a_note_is_shown_to_the_pointer_and_to_the_keyboard(page: Any) -> None:
    """A note can be read with and without a mouse."""
    hint = "document.querySelector('#hint:not([hidden])')?.textContent ?? ''"

    page.hover("#cell-1-4")
    pointed = page.wait(hint)
    page.hover("#cell-5-2")
    away = page.evaluate(hint)
    page.click("#cell-2-4")
    page.key("ArrowUp")

    assert (pointed, away) == ("供应商说船期推迟", "")
    assert page.wait(hint) == "供应商说船期推迟"


def test_a_change_appears_without_moving_the_reader(page: Any, log: Any) -> None:
    """The page follows the spreadsheet and keeps scroll and selection."""
    page.evaluate("document.querySelector('#scroller').scrollTo(0, 300)")
    page.wait(text_of("cell-30-1"))
    page.click("#cell-30-1")

    log.put(30, 1, "KT-NEW")
    page.wait(f"{text_of('cell-30-1')} === 'KT-NEW'")

    assert page.evaluate(WHERE) == "B31"
    assert page.evaluate("document.querySelector('#scroller').scrollTop") == 300
    assert page.evaluate("document.querySelector('#content').textContent") == "KT-NEW"


def test_a_tall_tab_holds_only_what_can_be_seen(page: Any, log: Any) -> None:
    """The end of 15,000 rows is reached at once with few elements."""
    log.put(14_999, 39, "last", tab=12)
    page.open(log.tab(12))
    page.wait(f"{STATUS} !== ''")

    page.key("End", CONTROL)

    assert page.wait(text_of("cell-14999-39")) == "last"
    assert page.evaluate(STATUS).endswith("-15,000 行 / 共 15,000 行")
    assert page.evaluate("document.querySelectorAll('.cell').length") < 2000
    assert page.evaluate("document.querySelector('.grid').getAttribute('aria-rowcount')") == "15000"


def test_a_missing_spreadsheet_is_explained(browser: Callable[..., Any], log: Any) -> None:
    """An unknown address gives a sentence and a way on, not a blank page."""
    page = browser("en-US")

    page.open(f"{log.url}/#no-such-spreadsheet/0")

    assert "was not found" in page.wait(BANNER)


def test_a_lost_server_is_explained_and_what_was_read_stays(
    browser: Callable[..., Any], stopping_log: Any
) -> None:
    """When the server goes, the reader keeps the page and is told."""
    page = browser("zh-CN")
    page.open(stopping_log.tab())
    page.wait(text_of("cell-1-1"))

    stopping_log.stop()

    assert "连不上" in page.wait(BANNER)
    assert page.evaluate(text_of("cell-1-1")) == "KT-001"


def test_an_english_reader_gets_english_words(browser: Callable[..., Any], log: Any) -> None:
    """The words follow the browser's language."""
    page = browser("en-US")

    page.open(log.tab())

    assert page.wait(f"{STATUS}.startsWith('Rows') && {STATUS}").endswith("of 60")
    assert page.evaluate("document.documentElement.lang") == "en-US"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("letters(0)", "A"),
        ("letters(701)", "ZZ"),
        ("letters(702)", "AAA"),
        ("parseCell('$ab$12')", {"row": 11, "column": 27}),
        ("parseCell('12')", None),
        ('rangeName("a\'b", {row: 0, endRow: 2, column: 1, endColumn: 3})', "'a''b'!B1:C2"),
        ("colour({rgbColor: {red: 1, green: 0.8196}})", "#ffd100"),
        ("contentOf({effectiveValue: {numberValue: 0.1 + 0.2}})", "0.3"),
        (
            (
                "contentOf({effectiveValue: {numberValue: 46233.5},"
                " effectiveFormat: {numberFormat: {type: 'DATE_TIME'}}})"
            ),
            "2026-07-30 12:00:00",
        ),
        (
            (
                "contentOf({effectiveValue: {numberValue: 0.285},"
                " effectiveFormat: {numberFormat: {type: 'PERCENT'}}})"
            ),
            "28.5%",
        ),
        ("contentOf({userEnteredValue: {formulaValue: '=A1'}, formattedValue: '7'})", "=A1"),
        ("safeLink({hyperlink: 'javascript:alert(1)'}) ?? null", None),
        ("safeLink({hyperlink: '#gid=12'})", "#gid=12"),
    ],
)
def test_cells_are_named_and_written_as_people_know_them(
    format_module: Any, call: str, expected: object
) -> None:
    """Names, colours and the content bar's text for single cells."""
    assert format_module(call) == expected
