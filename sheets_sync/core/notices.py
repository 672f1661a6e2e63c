"""What a person should know about a run: why it would be refused, and what stops nothing.

A refusal says the numbers and the way out. A warning is told every night while its cause lasts, not only
on the night that brought it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheets_sync.core.accounts import late_sources
from sheets_sync.core.kinds import KINDS
from sheets_sync.core.model import UNCONFIRMED
from sheets_sync.core.tab import key_text
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sheets_sync.core.history import Merged, Slot, Version
    from sheets_sync.core.model import MasterData
    from sheets_sync.core.plan import Plan, TabPlan, Written
    from sheets_sync.core.records import Records
    from sheets_sync.core.tab import RowKey

MANY_CELLS, MOST_CELLS = 7_000_000, 10_000_000
"""From how many cells on a spreadsheet is told to be large, and how many Google allows."""

NAMED = 5
"""How many of a kind a sentence names."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know; `code` is for programs and stays stable."""

    code: str
    words: Words


def refusals(merged: Merged, plan: Plan) -> Iterator[Notice]:
    """Yield why the run must not write: damaged files, and keys that stand in two rows."""
    for shrunk in merged.shrunk:
        yield Notice(
            "file-shrunk",
            Words(
                f"{shrunk.file} 只有 {shrunk.keys} 个SKU,上一份({shrunk.previous_file})有 {shrunk.before} 个,少于五分之四,可能下载不完整。",
                f"{shrunk.file} has {shrunk.keys} SKUs; the one before ({shrunk.previous_file}) had {shrunk.before}. "
                "Fewer than four fifths: it may be incomplete.",
            ),
        )
    for tab in plan.logs:
        if tab.duplicates:
            yield Notice(
                "key-twice",
                Words(
                    f"「{_title(tab)}」里有 {len(tab.duplicates)} 个键重复(同一天、同站点、同SKU有两行),分不清该写哪一行:"
                    f"{_named(tab.duplicates)}。请删掉多余的行。",
                    f"'{_title(tab)}' has {len(tab.duplicates)} key(s) twice, so it is unclear which row to write: "
                    f"{_named(tab.duplicates)}. Delete the extra rows.",
                ),
            )


def about_sources(records: Records, merged: Merged, *, inbox_is_empty: bool) -> Iterator[Notice]:
    """Yield what is missing, late, new or too old among the figures."""
    if inbox_is_empty:
        yield Notice(
            "inbox-empty",
            Words(
                "inbox 里没有任何文件,只用了以前收到的数据。请放入新的报表。",
                "The inbox is empty; only figures received earlier were used. Put new reports there.",
            ),
        )
    yield from _silent_accounts(records, merged.current)
    yield from _late(records)
    yield from _empty_files(merged.news)
    yield from _too_old(records, merged.news)


def about_the_sheet(
    plan: Plan, deleted: Iterable[str], written: Mapping[str, Written]
) -> Iterator[Notice]:
    """Yield what people took away and the program leaves away, and tabs it does not remember writing."""
    for name in deleted:
        yield Notice(
            "tab-deleted",
            Words(
                f"工作表「{name}」已被删除,没有重建。要恢复,请用版本历史;或运行 sheets-sync init,下次同步会新建。",
                f"The tab '{name}' was deleted and is not made again. To have it back, use the version history; or run "
                "`sheets-sync init`, and the next sync makes a new one.",
            ),
        )
    for tab in plan.tabs:
        if tab.overrides and not written.get(tab.desired.id):
            yield Notice(
                "memory-lost",
                Words(
                    f"「{_title(tab)}」已有数据,但本任务没有写过它的记录,分不清哪些是人改的:{len(tab.overrides)} 个单元格与报表不同,"
                    "全部保留。清空其中的单元格,程序就会重新填写。",
                    f"'{_title(tab)}' holds figures that this job does not remember writing, so it cannot tell which of them "
                    f"people changed: {len(tab.overrides)} cell(s) differ from the reports, and all are kept. Clear such a "
                    "cell, and it is filled again.",
                ),
            )
        if tab.missing_columns:
            labels = [tab.desired.layout.by_id[name].label for name in tab.missing_columns]
            zh, en = "、".join(w.zh for w in labels), ", ".join(w.en for w in labels)
            yield Notice(
                "column-deleted",
                Words(
                    f"「{_title(tab)}」里已没有这些列,不再写:{zh}。要它们回来,加一列并写上同样的表头。",
                    f"'{_title(tab)}' no longer has these columns, left out: {en}. To have one back, add a column with that heading.",
                ),
            )
        if tab.deleted:
            yield Notice(
                "row-deleted",
                Words(
                    f"「{_title(tab)}」里有 {len(tab.deleted)} 行已被人删除,不再补回:{_named(_said(tab))}。要恢复,请用版本历史。",
                    f"{len(tab.deleted)} row(s) of '{_title(tab)}' were deleted by somebody and stay deleted: "
                    f"{_named(_said(tab))}. To have them back, use the version history.",
                ),
            )


def about_unusable(tabs: Mapping[str, tuple[str, Sequence[Words]]]) -> Iterator[Notice]:
    """Yield which tabs beside the logs were left alone, because a column is missing; by title and labels."""
    for title, labels in tabs.values():
        zh, en = "、".join(label.zh for label in labels), ", ".join(label.en for label in labels)
        yield Notice(
            "tab-unusable",
            Words(
                f"「{title}」里找不到列 {zh},本次没有读写这个表;设置仍按上次的。请用版本历史恢复该列,或改回这个表头。",
                f"'{title}' has no column {en}, so it was neither read nor written; its settings hold as last read. Restore "
                "the column from the version history, or give the right one this heading.",
            ),
        )


def about_new_skus(
    records: Records, master: MasterData, tab: str | None, *, asks: bool
) -> Iterator[Notice]:
    """Yield which SKUs nobody has confirmed yet: in one line, however many there are.

    `tab` is the SKU list in the sheet, None where there is none. A list that does not `ask` takes new
    SKUs as they come.
    """
    waiting = [sku.key for sku in master.skus.values() if sku.status == UNCONFIRMED]
    keys = sorted({*records.unlisted, *waiting})
    if not keys or (tab is not None and not asks):
        return
    names = ", ".join(f"{key.marketplace} {key.sku}" for key in keys[:NAMED])
    if tab is None:
        words = Words(
            f"skus.csv 里没有这 {len(keys)} 个SKU(负责人、类目会空着),请补上:{names}",
            f"Not in skus.csv, so without owner and category: {len(keys)} SKU(s). Add them: {names}",
        )
    else:
        words = Words(
            f"「{tab}」里有 {len(keys)} 个SKU待确认,请填负责人和类目,并改生命周期:{names}",
            f"'{tab}' has {len(keys)} unconfirmed SKU(s); fill in owner and category, and set their life cycle: {names}",
        )
    yield Notice("sku-unconfirmed", words)


def about_size(cells: int) -> Iterator[Notice]:
    """Yield a warning in time before a spreadsheet is full; blank cells count."""
    if cells >= MANY_CELLS:
        yield Notice(
            "sheet-large",
            Words(
                f"表格已有 {cells:,} 个单元格(Google 上限 {MOST_CELLS:,},空白也算)。请把旧月份移到另一个表格,或删掉空白的行列。",
                f"The spreadsheet has {cells:,} cells (Google's limit is {MOST_CELLS:,}, blank ones included). Move old months to "
                "another spreadsheet, or delete blank rows and columns.",
            ),
        )


def _silent_accounts(records: Records, current: Mapping[Slot, Version]) -> Iterator[Notice]:
    heard = {slot[1:3] for slot in current}
    silent = [account for account in records.scope.accounts if account not in heard]
    if silent:
        names = ", ".join("/".join(account) for account in silent)
        yield Notice(
            "no-report",
            Words(
                f"这些站点近期没有任何报表:{names}。请把报表放进 inbox/站点/,或从 sheets-sync.yaml 的 stores 中去掉。",
                f"No report at all for {names}. Put reports into inbox/MARKETPLACE/, or take it out of `stores` in sheets-sync.yaml.",
            ),
        )


def _late(records: Records) -> Iterator[Notice]:
    panel = records.accounts
    for row, key in enumerate(panel.entities):
        day = panel.day(records.scope.report_dates[key.store, key.marketplace])
        late = [] if day is None else late_sources(panel, row, day)
        if late:
            zh = "、".join(f"{label.zh}(晚 {days} 天)" for label, days in late)
            en = ", ".join(f"{label.en} ({days} days behind)" for label, days in late)
            yield Notice(
                "source-stale",
                Words(
                    f"{key.store}/{key.marketplace} 的数据迟到:{zh}。请下载最新报表。",
                    f"{key.store}/{key.marketplace} is behind: {en}. Download the newest reports.",
                ),
            )


def _empty_files(news: Iterable[Version]) -> Iterator[Notice]:
    for version in news:
        if KINDS[version.portion.kind].whole and not version.portion.keys:
            yield Notice(
                "file-empty",
                Words(
                    f"{version.file} 里一个SKU也没有,可能下载不完整。请重新下载。",
                    f"{version.file} holds no SKU at all; it may be incomplete. Download it again.",
                ),
            )


def _too_old(records: Records, news: Iterable[Version]) -> Iterator[Notice]:
    oldest = records.scope.first_row_date
    older = sorted({version.file for version in news if version.portion.date < oldest})
    if older:
        yield Notice(
            "outside-window",
            Words(
                f"{len(older)} 个文件里早于 {oldest} 的数据只存档、不写入表格,如 {older[0]}(无需处理)",
                f"Figures before {oldest} in {len(older)} file(s) were kept and not written to the sheet, as in {older[0]} (nothing to do)",
            ),
        )


def _title(tab: TabPlan) -> str:
    return tab.existing.title if tab.existing else tab.desired.title


def _said(tab: TabPlan) -> list[RowKey]:
    """Return the keys of deleted rows without what people do not see in them."""
    if not tab.desired.layout.is_loose:
        return list(tab.deleted)
    return [tuple(part for part in key[:-1] if part != "") for key in tab.deleted]


def _named(keys: Iterable[RowKey]) -> str:
    return ", ".join(key_text(key) for key in list(keys)[:NAMED])
