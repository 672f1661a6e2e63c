"""What lies outside the job folder: the clock, the credentials, the spreadsheet and its tabs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from sheets_sync.core.notices import MANY_CELLS, MOST_CELLS
from sheets_sync.doctor.finding import advice, fault, fine, sheet_fault, unchecked
from sheets_sync.emulator.serve import connect
from sheets_sync.errors import Words
from sheets_sync.sheets.gateway import Gateway
from sheets_sync.sheets.highlights import RULES_VERSION, TOKEN, highlights
from sheets_sync.sheets.reading import LostKeyColumn, Wanted
from sheets_sync.store import months, recall
from sheets_sync.workbook import remembered_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sheets_sync.config.job import Job
    from sheets_sync.core.rules import Rule
    from sheets_sync.core.tab import ExistingTab, TabMemory
    from sheets_sync.core.template import TabLayout
    from sheets_sync.doctor.finding import Finding
    from sheets_sync.edges import Setup
    from sheets_sync.sheets.book import Book
    from sheets_sync.store import Store

CLOCK_TOLERANCE_S = 60.0
"""Google refuses a sign-in whose time is a few minutes off."""
ATTEMPTS = 2
"""A person waits for the answer, so the patience of a nightly run is out of place."""

_MONTHS = 2
"""Of a tab that comes every month, so many of the newest are looked at."""
_FIELDS = (
    "properties(title),sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "protectedRanges(range(sheetId),warningOnly,requestingUserCanEdit))"
)
_NO_SUCH_RANGE = "sheets_sync.doctor"


class Sight(NamedTuple):
    """What the tab checks look at."""

    setup: Setup
    book: Book
    store: Store
    now: datetime


def google_clock_ahead_s(url: str = "https://sheets.googleapis.com/") -> float | None:
    """Return by how many seconds this computer's clock is ahead of Google's; None where nobody answers."""
    import requests

    asked = datetime.now(UTC)
    try:
        answer = requests.head(url, timeout=5)
        told = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        return None
    return (asked + (datetime.now(UTC) - asked) / 2 - told).total_seconds()


def google_gateway(job: Job) -> Gateway:
    """Return a gateway to Google that gives up early; raise ConfigurationError for the credentials."""
    from sheets_sync.sheets.credentials import load_credentials

    return Gateway.for_google(load_credentials(job.credentials, job.folder), attempts=ATTEMPTS)


def of_clock(job: Job, ahead_s: Callable[[], float | None]) -> Iterator[Finding]:
    """Compare the clock with Google's, where Google is asked at all."""
    clock = Words("时钟", "The clock was")
    if job.is_local:
        yield unchecked(clock, Words("本机表格不需要对时", "a local sheet needs no exact time"))
        return
    ahead = ahead_s()
    if ahead is None:
        yield unchecked(clock, Words("连不上 Google", "Google does not answer"))
    elif abs(ahead) > CLOCK_TOLERANCE_S:
        way = Words("快", "fast") if ahead > 0 else Words("慢", "slow")
        yield fault(
            Words(
                f"这台电脑的时钟{way.zh}了 {abs(ahead):.0f} 秒",
                f"The clock of this computer is {abs(ahead):.0f} seconds {way.en}",
            ),
            Words(
                "打开自动对时(Linux:timedatectl set-ntp true),否则 Google 会拒绝登录。",
                "Switch on automatic time (Linux: timedatectl set-ntp true), or Google refuses the sign-in.",
            ),
        )
    else:
        yield fine("时钟准确", "The clock is right")


def of_credentials(job: Job) -> Iterator[Finding]:
    """Say who the program is for Google; raise ConfigurationError where it is nobody."""
    if job.is_local:
        yield unchecked(
            Words("凭证", "Credentials were"), Words("本机表格不需要", "a local sheet needs none")
        )
        return
    from sheets_sync.sheets.credentials import inspect_credentials

    who = inspect_credentials(job.credentials, job.folder)
    whom = Words(who.account, who.account) if who.account else _SIGNED_IN
    yield fine(
        f"凭证可用({who.type});表格要共享给 {whom.zh},权限「编辑者」",
        f"Credentials can be used ({who.type}); the sheet is to be shared with {whom.en} as Editor",
    )
    for warning in who.warnings:
        yield advice(warning)
    if who.key_id:
        yield advice(
            Words(
                f"密钥 {who.key_id[:8]}… 用了多久,从文件里看不出",
                f"How old the key {who.key_id[:8]}... is cannot be seen from the file",
            ),
            Words("请至少每90天换一把。", "Replace it every 90 days at least."),
        )


_SIGNED_IN = Words("登录用的 Google 账号", "the Google account that signed in")


def of_local_server() -> Iterator[Finding]:
    """Try the local server, which has no spreadsheet of this job yet; raise where it does not start."""
    with TemporaryDirectory() as folder, connect(Path(folder)):
        yield advice(
            Words(
                "本机表格服务正常;表格在首次 sync 时建立",
                "The local server works; the first sync makes the spreadsheet",
            )
        )


def of_spreadsheet(job: Job, book: Book, ours: Mapping[str, TabMemory]) -> Iterator[Finding]:
    """Read the spreadsheet, and try whether it may be written; raise SheetError where it cannot be read."""
    content = book.gateway.metadata(book.spreadsheet_id, _FIELDS)
    sheets = content.get("sheets", [])
    title = content.get("properties", {}).get("title", "")
    yield fine(
        f"表格「{title}」读得到,{len(sheets)} 个工作表",
        f"The spreadsheet '{title}' can be read, tabs: {len(sheets)}",
    )
    if not job.is_local:
        yield _writable(book)
    yield from _protected(sheets, {memory.sheet_id for memory in ours.values()})
    yield _size(sheets)


def _writable(book: Book) -> Finding:
    """Ask for something that cannot be done: who may not write is refused for that, others for this.

    Nothing can be changed by it, and no other request tells an editor from a reader with the scope
    for spreadsheets alone.
    """
    from sheets_sync.sheets.refusals import RequestRefused

    try:
        request = {"deleteNamedRange": {"namedRangeId": _NO_SUCH_RANGE}}
        book.gateway.batch_update(book.spreadsheet_id, [request], fields="spreadsheetId")
    except RequestRefused:
        pass
    return fine("表格可以写", "The spreadsheet can be written")


def _protected(sheets: Sequence[dict[str, Any]], ours: set[int]) -> Iterator[Finding]:
    for sheet in sheets:
        properties = sheet["properties"]
        if properties.get("sheetId", 0) not in ours:
            continue
        closed = [
            one
            for one in sheet.get("protectedRanges", ())
            if not one.get("warningOnly") and not one.get("requestingUserCanEdit")
        ]
        if closed:
            title = properties["title"]
            yield sheet_fault(
                Words(
                    f"「{title}」有保护范围,程序写不进去",
                    f"'{title}' has a protected range that the program may not write",
                ),
                Words(
                    "在「数据 > 保护工作表和范围」里把程序的账号加为可编辑。",
                    "In Data > Protect sheets and ranges, allow the program's account to edit.",
                ),
            )


def _size(sheets: Sequence[dict[str, Any]]) -> Finding:
    grids = [sheet["properties"].get("gridProperties", {}) for sheet in sheets]
    cells = sum(grid.get("rowCount", 0) * grid.get("columnCount", 0) for grid in grids)
    words = Words(
        f"共 {cells:,} 个单元格(Google 上限 {MOST_CELLS:,},空白也算)",
        f"{cells:,} cells (Google's limit is {MOST_CELLS:,}, blank ones included)",
    )
    if cells < MANY_CELLS:
        return fine(*words)
    remedy = Words(
        "删掉空白的行列和不用的工作表,或把旧月份移到另一个表格。",
        "Delete blank rows and columns and tabs out of use, or move old months to another spreadsheet.",
    )
    return advice(words, remedy) if cells < MOST_CELLS else sheet_fault(words, remedy)


def of_tabs(sight: Sight) -> Iterator[Finding]:
    """Look for the headings, the key columns and the colour rules of the newest tabs."""
    known = months.unfrozen(sight.store, sight.book.spreadsheet_id, sight.setup.layouts)
    wanted = _remembered(sight, known) if known else _expected(sight)
    found: dict[str, ExistingTab] = {}
    for tab, want in wanted.items():
        try:
            reading = sight.book.read({tab: want}, {tab: known[tab]} if tab in known else {})
        except LostKeyColumn as lost:
            yield sheet_fault(lost.words, Words("改好后再运行。", "Then run again."))
            continue
        for _ in reading.deleted:
            yield _deleted(want.title)
        found |= reading.tabs
    if not found and not known:
        yield advice(
            Words(
                "还没有日报工作表,有数据后由 sync 建立",
                "There is no log yet; a sync makes it as soon as there are figures",
            )
        )
    for tab, existing in found.items():
        yield from _columns(existing, wanted[tab].layout)
    yield from _colours(sight, found, {tab: wanted[tab].layout for tab in found}, known)


def _remembered(sight: Sight, known: Mapping[str, TabMemory]) -> dict[str, Wanted]:
    wanted: dict[str, Wanted] = {}
    for layout in sight.setup.layouts:
        own = sorted(tab for tab in known if tab.partition(":")[0] == layout.id)
        for tab in own[-_MONTHS:]:
            wanted[tab] = Wanted(layout, known[tab].title)
    return wanted


def _expected(sight: Sight) -> dict[str, Wanted]:
    """Return the tabs that a first run would look for, by the names the team may have given them."""
    day = (sight.now - timedelta(days=1)).date()
    return {
        layout.tab_id(day): Wanted(layout, layout.named(f"{day:%Y-%m}", sight.setup.job.language))
        for layout in sight.setup.layouts
    }


def _deleted(title: str) -> Finding:
    return advice(
        Words(
            f"工作表「{title}」已被删除,不会重建",
            f"The tab '{title}' was deleted and is not made again",
        ),
        Words("要恢复,请用版本历史。", "To have it back, use the version history."),
    )


def _columns(existing: ExistingTab, layout: TabLayout) -> Iterator[Finding]:
    rows = sum(1 for _ in existing.keys(layout))
    yield fine(
        f"「{existing.title}」表头和关键列都在,{rows} 行",
        f"'{existing.title}' has its headings and key columns, rows: {rows}",
    )
    lost = [
        layout.by_id[name].label
        for name in layout.ours
        if name not in existing.columns
        and name not in layout.implied
        and not layout.by_id[name].extra
    ]
    if lost:
        zh, en = "、".join(label.zh for label in lost), ", ".join(label.en for label in lost)
        yield advice(
            Words(
                f"「{existing.title}」里没有这些列,程序跳过:{zh}",
                f"'{existing.title}' lacks these columns, which are left out: {en}",
            ),
            Words(
                "要它们回来,加一列并写上同样的表头。",
                "To have one back, add a column with that heading.",
            ),
        )


def _colours(
    sight: Sight,
    found: Mapping[str, ExistingTab],
    layouts: Mapping[str, TabLayout],
    known: Mapping[str, TabMemory],
) -> Iterator[Finding]:
    pairs = {(rule.metric, level.severity) for rule in _in_force(sight) for level in rule.levels}
    installed = sight.book.installed_rules() if found and pairs else {}
    for tab, existing in found.items():
        wanted = {
            f"{name}:{severity}"
            for name, severity in highlights(layouts[tab], pairs)
            if name in existing.columns
        }
        if "flags" not in existing.columns:
            continue
        missing = wanted - _tokens(installed.get(existing.sheet_id, []))
        if not missing:
            yield fine(
                f"「{existing.title}」标色规则 {len(wanted)} 条都在",
                f"'{existing.title}' has all its colour rules: {len(wanted)}",
            )
            continue
        if tab in known:
            sight.store.forget_highlights(sight.book.spreadsheet_id, tab)
        yield sheet_fault(
            Words(
                f"「{existing.title}」缺 {len(missing)} 条标色规则,有些预警不会变色",
                f"'{existing.title}' lacks {len(missing)} of its colour rules, so some alerts stay uncoloured",
            ),
            Words(
                "运行 sheets-sync sync,会重新装上。",
                "Run `sheets-sync sync`; it installs them again.",
            ),
        )


def _in_force(sight: Sight) -> Sequence[Rule]:
    """Return the rules as the sheet had them when it was last read."""
    good = recall.good_settings(sight.store, sight.book.spreadsheet_id)
    return remembered_settings(sight.setup, good).all_rules


def _tokens(rules: Sequence[dict[str, Any]]) -> set[str]:
    """Return which of our rules are installed, in this version and with their column still there."""
    formulas = [
        value.get("userEnteredValue", "")
        for rule in rules
        for value in rule.get("booleanRule", {}).get("condition", {}).get("values", [])
    ]
    found = [TOKEN.search(formula) for formula in formulas if "#REF!" not in formula]
    return {match[1] for match in found if match and int(match[2]) == RULES_VERSION}
