"""What adoption proposes: which tab is which, and what is worth saying of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from sheets_sync.config.job import StoreName
from sheets_sync.config.starter import MARKETPLACES, STORE
from sheets_sync.core.adoption.logs import (
    doubled,
    logs_of,
    month_of,
    older_months,
    places_of,
    unread_days,
)
from sheets_sync.core.adoption.matching import by_default, matched, with_aliases
from sheets_sync.core.marketplaces import marketplace_code
from sheets_sync.errors import ConfigurationError, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.adopt.reading import Seen
    from sheets_sync.core.adoption.logs import Log, Places
    from sheets_sync.core.adoption.matching import Bound, Doubt, Match
    from sheets_sync.core.template import TabLayout

_DEEPEST_HEADING = 5
"""Headings are looked for in so many rows, to say that they stand too low."""
_NAMED = 5
"""How many of a kind a sentence names."""
_AUTOMATIC = Words("{title}(自动)", "{title} (automatic)")

Titles = dict[str, str]


@dataclass(frozen=True)
class Adopted:
    """One of the team's tabs that becomes one of ours, with the months before it that do so too."""

    match: Match
    log: Log

    @property
    def pattern(self) -> str | None:
        """Return its title with `{month}` for the month, None where it is one tab for ever."""
        month = month_of(self.match)
        return month[0] if month else None

    @property
    def tabs(self) -> list[tuple[Match, str]]:
        """Return its tabs with the tab id of each, newest first."""
        name = self.match.layout.id
        month = month_of(self.match)
        if month is None:
            return [(self.match, name)]
        older = older_months(self.log, self.match)
        return [(self.match, f"{name}:{month[1]}"), *((one, f"{name}:{m}") for one, m in older)]


@dataclass(frozen=True)
class Proposal:
    """How a spreadsheet maps onto a template: the daily log, and perhaps an account log."""

    seen: Seen
    layouts: tuple[TabLayout, ...]
    logs: tuple[Adopted, ...]
    passed_over: tuple[str, ...] = ()
    """Titles of tabs that are as much a daily log as the one that was taken."""
    left: tuple[tuple[Match, Doubt], ...] = ()
    """Doubts that were answered without asking."""

    @property
    def daily(self) -> Match:
        """Return the daily log."""
        return self.logs[0].match

    @property
    def doubts(self) -> list[tuple[Match, Doubt]]:
        """Return what is to be asked."""
        return [(one.match, doubt) for one in self.logs for doubt in one.match.doubts]

    @property
    def places(self) -> Places:
        """Return the stores and marketplaces of the job."""
        return places_of(
            self.daily, marketplace_code, _is_store, store=STORE, codes=MARKETPLACES["full"]
        )

    @property
    def others(self) -> list[TabLayout]:
        """Return the tabs that the first sync makes."""
        there = {one.match.layout.id for one in self.logs}
        tagged = {(tab.tag or "").partition(":")[0] for tab in self.seen.tabs}
        return [one for one in self.layouts if one.id not in there | tagged]

    @property
    def renamed(self) -> dict[str, Titles]:
        """Return other titles for tabs of ours whose name the team has given to one of its own."""
        taken = {tab.title for tab in self.seen.tabs}
        return {
            layout.id: {
                language: _free(layout.title[language], language, taken)
                for language in layout.title
            }
            for layout in self.others
            if not taken.isdisjoint(layout.title.values()) and not layout.monthly
        }

    def answered(self, of: Match, doubt: Doubt, choice: Bound | None) -> Proposal:
        """Return the proposal with one doubt of a log less."""
        return replace(
            self,
            logs=tuple(
                replace(one, match=one.match.answered(doubt, choice)) if one.match is of else one
                for one in self.logs
            ),
        )

    def by_default(self) -> Proposal:
        """Return the proposal with every doubt answered without asking."""
        logs = tuple(replace(one, match=by_default(one.match)) for one in self.logs)
        return replace(self, logs=logs, left=tuple(self.doubts))

    def checked(self) -> Proposal:
        """Return the proposal without an account log that lacks a part of its key; raise NoLog."""
        lacking = [name for name in ("date", "sku") if name not in self.daily.places]
        if lacking:
            raise NoLog([self.daily], lacking)
        stores = self.places.stores
        return replace(self, logs=tuple(one for one in self.logs if _has_key(one.match, stores)))


class NoLog(ConfigurationError):
    """No tab can be the daily log."""

    def __init__(self, matches: Sequence[Match], lacking: Sequence[str]) -> None:
        self.lacking = tuple(lacking)
        labels = [matches[0].layout.by_id[name].label for name in lacking]
        zh, en = "、".join(x.zh for x in labels), ", ".join(x.en for x in labels)
        titles = [one.tab.title for one in matches]
        super().__init__(
            Words(
                f"没有找到日报:{'、'.join(f'「{title}」' for title in titles)}缺少 {zh} 列。"
                "日报的第一行要有「日期」和「SKU」这样的表头。什么都没改。",
                f"There is no daily log: {_quoted(titles)} lack(s) {en}. "
                "The first row of a daily log has headings such as 'Date' and 'SKU'. Nothing was changed.",
            )
        )


class HeadingsTooLow(ConfigurationError):
    """The headings of the log are not in its first row."""

    def __init__(self, title: str, row: int) -> None:
        self.title, self.row = title, row
        super().__init__(
            Words(
                f"「{title}」的表头在第 {row} 行。请把上面的行删掉或移走,让表头在第一行,再运行。什么都没改。",
                f"The headings of '{title}' are in row {row}. Move what stands above them, so that they are the first row, "
                "and run again. Nothing was changed.",
            )
        )


def candidates(seen: Seen, layouts: Sequence[TabLayout]) -> list[Log]:
    """Return the tabs that may be the daily log, best first; raise NoLog or HeadingsTooLow."""
    layout = next(one for one in layouts if one.kind == "sku")
    found = logs_of(seen.tabs, layout)
    if found:
        return found
    for row in range(1, _DEEPEST_HEADING):
        lower = logs_of([tab.from_row(row) for tab in seen.tabs], layout)
        if lower:
            raise HeadingsTooLow(lower[0].match.tab.title, row + 1)
    matches = [matched(tab, layout) for tab in seen.tabs if tab.used]
    matches.sort(key=lambda one: one.score, reverse=True)
    best = [one for one in matches if one.score == matches[0].score][:_NAMED]
    if not best:
        raise ConfigurationError(
            Words(
                "这个表格是空的,没有可以接手的日报。新建一个任务:sheets-sync init DIR(不带 --adopt)。",
                "The spreadsheet is empty: there is no log to adopt. Make a new job: sheets-sync init DIR, without --adopt.",
            )
        )
    raise NoLog(best, [name for name in ("date", "sku") if not best[0].may_have(name)])


def propose(
    seen: Seen, layouts: Sequence[TabLayout], daily: Log, passed_over: Sequence[Log] = ()
) -> Proposal:
    """Return the proposal that has this daily log."""
    known = [with_aliases(one, layouts) if one.kind == "account" else one for one in layouts]
    skus = next(one for one in known if one.kind == "sku")
    logs = [Adopted(daily.match, daily)]
    mine = {daily.match.tab.sheet_id, *(one.tab.sheet_id for one in daily.older)}
    rest = [
        tab
        for tab in seen.tabs
        if tab.sheet_id not in mine and not matched(tab, skus).may_have("sku")
    ]
    for layout in known:
        if layout.kind == "account":
            logs += [Adopted(log.match, log) for log in logs_of(rest, layout)[:1]]
    over = tuple(log.match.tab.title for log in passed_over)
    return Proposal(seen, tuple(known), tuple(logs), over)


def notes(proposal: Proposal) -> Iterator[Words]:
    """Yield what people should know before they agree."""
    daily, found = proposal.daily, proposal.places
    if "marketplace" not in daily.places:
        code = next(iter(found.stores.values()))[0]
        yield Words(
            f"没有站点列:当作只有一个站点 {code};不对的话改 sheets-sync.yaml 的 stores。",
            f"There is no marketplace column: it counts as the log of {code} alone; if that is wrong, change `stores` in sheets-sync.yaml.",
        )
    if found.unknown:
        some = found.unknown[:_NAMED]
        yield Words(
            f"认不出的站点,这些行不动:{'、'.join(some)}",
            f"Marketplaces that are not known; their rows stay as they are: {', '.join(some)}",
        )
    if found.unusable:
        some = found.unusable[:_NAMED]
        yield Words(
            f"不能用作店铺名,这些行不动(去掉 / \\ : * ? 等符号后再接手):{'、'.join(some)}",
            f"No names for stores, so their rows stay as they are (adopt again without / \\ : * ? in them): {', '.join(some)}",
        )
    if proposal.passed_over:
        yield Words(
            f"也像日报,这次不接手、不动:{'、'.join(proposal.passed_over)}",
            f"Just as much a daily log, but not adopted and never touched: {', '.join(proposal.passed_over)}",
        )
    for one in proposal.logs:
        yield from _row_notes(one.match)
    for layout in proposal.others:
        titles = proposal.renamed.get(layout.id)
        if titles:
            yield Words(
                f"「{layout.title['zh']}」这个名字你们自己的表在用,那张表不动;程序的叫「{titles['zh']}」。",
                f"A tab of your own is called '{layout.title['en']}' and stays as it is; the program's is called '{titles['en']}'.",
            )


def _row_notes(match: Match) -> Iterator[Words]:
    title = match.tab.title
    unread = unread_days(match)
    if unread:
        shown = [text.replace("\n", " ")[:20] for text in unread[:_NAMED]]
        yield Words(
            f"「{title}」里 {len(unread)} 种日期写法认不出,这些行不动:{'、'.join(shown)}",
            f"In '{title}' {len(unread)} date(s) cannot be read; their rows stay as they are: {', '.join(shown)}",
        )
    worked_out = [
        one.column.label
        for one in match.bound
        if one.column.key and match.has_formulas(one.column.id)
    ]
    for label in worked_out:
        yield Words(
            f"「{title}」的{label.zh}列是公式算的,程序认不出这些行;请把公式换成数值(选择性粘贴)。",
            f"The column {label.en} of '{title}' is worked out by formulas, so these rows are not recognised; paste their values instead.",
        )
    count = doubled(match)
    if count:
        yield Words(
            f"「{title}」有 {count} 行和别的行日期、站点、SKU 相同;近期的行重复时同步会拒绝写,请先合并。",
            f"'{title}' has {count} row(s) with the same key as another; a sync refuses to write where recent rows are doubled: merge them first.",
        )


def _is_store(text: str) -> bool:
    try:
        TypeAdapter(StoreName).validate_python(text)
    except ValidationError:
        return False
    return True


def _has_key(match: Match, stores: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether the rows of a log can be told apart."""
    parts = match.places
    is_one_place = len(stores) == 1 and len(next(iter(stores.values()))) == 1
    return (
        "date" in parts
        and ("store" in parts or len(stores) == 1)
        and ("marketplace" in parts or is_one_place)
    )


def _free(title: str, language: str, taken: set[str]) -> str:
    """Return a title that nobody has."""
    form = _AUTOMATIC.en if language == "en" else _AUTOMATIC.zh
    found = form.replace("{title}", title)
    while found in taken:
        found = form.replace("{title}", found)
    return found


def _quoted(titles: Sequence[str]) -> str:
    return ", ".join(f"'{title}'" for title in titles)
