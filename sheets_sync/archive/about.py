"""The two pages of a workbook that are no tab: what it is, and the rules that were in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsxwriter.utility import xl_rowcol_to_cell

from sheets_sync.archive import excel
from sheets_sync.core.snapshot import Look
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsxwriter.worksheet import Worksheet

    from sheets_sync.archive.excel import Styles
    from sheets_sync.core.snapshot import MonthSnapshot, Place, State, TabSnapshot

ABOUT = Words("说明", "About")
RULES = Words("生效规则", "Rules in force")

STATES: dict[State, Words] = {
    "preliminary": Words(
        "初步:亚马逊还可能更正这些数字,定稿后会另存一份",
        "Preliminary: Amazon may still restate these figures; a final copy follows",
    ),
    "final": Words(
        "定稿:数字已经冻结,不再变动", "Final: the figures are frozen and will not change any more"
    ),
}

CRITICAL = Look(fill="#B3261E", ink="#FFFFFF", bold=True)
WARNING = Look(fill="#FFD166", ink="#1F1F1F")
GOOD = Look(fill="#CFE2F3", ink="#1F1F1F")
NO_DATA = Look(fill="#E0E0E0", ink="#1F1F1F", italic=True)
OURS = Look(fill="#E8EDF5", ink="#1F2937", bold=True, wrap=True)
THEIRS = Look(fill="#FFF3D4", ink="#1F2937", bold=True, wrap=True)

COLOURS: tuple[tuple[Look, Words, Words], ...] = (
    (
        CRITICAL,
        Words("严重", "Critical"),
        Words("过了规则的严重线,须马上处理", "Past a rule's critical limit: act at once"),
    ),
    (
        WARNING,
        Words("关注", "Warning"),
        Words("过了规则的关注线,须留意", "Past a rule's warning limit: keep an eye on it"),
    ),
    (GOOD, Words("良好", "Good"), Words("达到或好于目标", "On target or better")),
    (NO_DATA, Words("无数据", "No data"), Words("当时还没有数据", "There were no figures yet")),
    (OURS, Words("标题", "Heading"), Words("程序写的列", "A column that the program writes")),
    (THEIRS, Words("标题", "Heading"), Words("团队自己填的列", "A column that the team fills")),
)
"""What a colour means; beyond critical and warning, those that the month does not have are left out."""

_OTHER, _PAINTED = Words("其他颜色", "Other colours"), Words("团队自己涂的", "The team's own")
_RESULTS_ONLY = Words("只留当时的结果", "Kept as what they came to at the time")
_NO_RULES = Words("没有生效的规则", "No rule was in force")
_RENAMED = Words(
    "在表格里叫「{title}」,Excel不接受这个名字",
    "Called “{title}” in the sheet, which Excel does not take",
)
_CUT = Words(
    "{n} 处文字超过Excel的上限 {limit:,} 字,已截断:{cells};CSV里是完整的",
    "{n} text(s) cut at Excel's limit of {limit:,} characters: {cells}; the CSV has them whole",
)
_TOO_LARGE = Words(
    "有 {rows:,} 行、{columns:,} 列,Excel放不下全部;CSV里是完整的",
    "{rows:,} rows and {columns:,} columns are more than Excel holds; the CSV has them all",
)

_LABEL = Look(bold=True, wrap=True)
_TEXT = Look(align="LEFT", wrap=True)
_COUNT = Look(align="LEFT", kind="NUMBER", pattern="#,##0")
_NAMED = 5
"""How many cells a line names."""

_GAP = 8
_ABOUT_PIXELS = (240, 600)
_RULES_COLUMNS = (
    (Words("规则", "Rule"), 220),
    (Words("级别", "Severity"), 120),
    (Words("范围", "Scope"), 240),
    (Words("条件", "Condition"), 560),
)


class Written(NamedTuple):
    """A tab, the title of its worksheet, and the cells of which Excel cannot hold the whole text."""

    tab: TabSnapshot
    title: str
    cut: Sequence[Place]


class _Line(NamedTuple):
    label: str
    label_look: Look
    text: str | int
    look: Look


def write_about(
    sheet: Worksheet, styles: Styles, month: MonthSnapshot, written: Sequence[Written]
) -> None:
    """Write what the workbook is, how much each worksheet holds, and what its colours mean."""
    for column, pixels in enumerate(_ABOUT_PIXELS):
        sheet.set_column_pixels(column, column, pixels)
    title = excel.fitting(f"{month.team} · {month.month}")[0]
    sheet.write_string(0, 0, title, styles.title())
    blocks = _facts(month), _sizes(month, written), _legend(month), _remarks(month, written)
    row = 2
    for block in blocks:
        for line in block:
            _write(sheet, styles, (row, 0), line.label, line.label_look)
            _write(sheet, styles, (row, 1), line.text, line.look)
            _make_room(sheet, row, (line.label, str(line.text)), _ABOUT_PIXELS)
            row += 1
        row += 1


def write_rules(sheet: Worksheet, styles: Styles, month: MonthSnapshot) -> None:
    """Write the table of the rules in force."""
    language = month.language
    for column, (heading, pixels) in enumerate(_RULES_COLUMNS):
        sheet.set_column_pixels(column, column, pixels)
        _write(sheet, styles, (0, column), heading.say(language), OURS)
    for row, rule in enumerate(month.rules or [(_NO_RULES.say(language),)], 1):
        for column, text in enumerate(rule):
            _write(sheet, styles, (row, column), text, _TEXT)
        _make_room(sheet, row, rule, [pixels for _, pixels in _RULES_COLUMNS])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(month.rules)), len(_RULES_COLUMNS) - 1)


def _write(sheet: Worksheet, styles: Styles, place: Place, value: str | int, look: Look) -> None:
    if isinstance(value, str):
        sheet.write_string(*place, excel.fitting(value)[0], styles.of(look, value))
    else:
        sheet.write_number(*place, value, styles.of(look, value))


def _make_room(sheet: Worksheet, row: int, texts: Sequence[str], pixels: Sequence[int]) -> None:
    """Give a row the height of its longest text: not every program does so by itself."""
    lines = max(map(excel.line_count, texts, pixels))
    if lines > 1:
        sheet.set_row_pixels(row, lines * excel.LINE_PIXELS + _GAP)


def _facts(month: MonthSnapshot) -> Iterator[_Line]:
    facts = (
        (Words("团队", "Team"), month.team),
        (Words("月份", "Month"), month.month),
        (Words("状态", "State"), STATES[month.state].say(month.language)),
        (Words("表格编号", "Spreadsheet id"), month.spreadsheet),
        (Words("最后一次运行", "Last run"), month.run),
        (Words("规则集", "Rule set"), month.rule_set),
        (Words("公式", "Formulas"), _RESULTS_ONLY.say(month.language)),
    )
    for label, text in facts:
        yield _Line(label.say(month.language), _LABEL, text, _TEXT)


def _sizes(month: MonthSnapshot, written: Sequence[Written]) -> Iterator[_Line]:
    yield _head(
        month, Words("工作表", "Worksheet"), Words("行数(不含标题)", "Rows without headings")
    )
    for tab, title, _ in written:
        yield _Line(title, _TEXT, len(tab.body), _COUNT)


def _legend(month: MonthSnapshot) -> Iterator[_Line]:
    yield _head(month, Words("颜色", "Colour"), Words("含义", "Meaning"))
    there = {look.fill for tab in month.tabs for look in tab.palette}
    for look, name, meaning in COLOURS:
        if look in (CRITICAL, WARNING) or look.fill in there:
            yield _Line(name.say(month.language), look, meaning.say(month.language), _TEXT)
    yield _Line(_OTHER.say(month.language), _TEXT, _PAINTED.say(month.language), _TEXT)


def _remarks(month: MonthSnapshot, written: Sequence[Written]) -> Iterator[_Line]:
    """Yield what is not as it was in the spreadsheet, for Excel would not take it."""
    found: list[tuple[str, Words]] = []
    for tab, title, cut in written:
        if title != tab.title:
            found.append((title, _RENAMED.filled(title=tab.title)))
        if cut:
            named = ", ".join(xl_rowcol_to_cell(*place) for place in cut[:_NAMED])
            more = "…" if len(cut) > _NAMED else ""
            found.append((title, _CUT.filled(n=len(cut), limit=excel.MAX_TEXT, cells=named + more)))
        if len(tab.rows) > excel.MAX_ROWS or len(tab.columns) > excel.MAX_COLUMNS:
            found.append((title, _TOO_LARGE.filled(rows=len(tab.rows), columns=len(tab.columns))))
    if found:
        yield _head(
            month, Words("工作表", "Worksheet"), Words("与表格不同之处", "Unlike the sheet")
        )
    for title, words in found:
        yield _Line(title, _TEXT, words.say(month.language), _TEXT)


def _head(month: MonthSnapshot, label: Words, text: Words) -> _Line:
    return _Line(label.say(month.language), OURS, text.say(month.language), OURS)
