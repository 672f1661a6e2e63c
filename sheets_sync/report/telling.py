"""What a report says of itself, in its file and on the terminal: which days, from where, what is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.wording import Fact, Locale, shown
from sheets_sync.errors import NoUsableSource, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sheets_sync.core.review import Review
    from sheets_sync.core.review.tables import Row, Table
    from sheets_sync.core.scope import Account
    from sheets_sync.errors import Language
    from sheets_sync.report.asked import Span
    from sheets_sync.report.gathering import MonthRead, Source

SOURCES: dict[Source, Words] = {
    "store": Words("数据存储", "the store"),
    "final": Words("最终归档", "the final archive"),
    "preliminary": Words("初步归档", "the preliminary archive"),
}
_NOTHING = Words("无数据", "nothing")
_DAYS = Words("{source} {n}", "{source} ({n})")
_FLAGS = Words("{said},预警取自{source}", "{said}, alerts from {source}")
_SHOWN = 6
"""How many stretches of days are named one by one."""


class Head(NamedTuple):
    """For whom a report is made, when in the team's zone, and in which language."""

    team: str
    made_at: datetime
    language: Language
    is_one_store: bool

    def site(self, site: Account) -> str:
        """Return what people call a site: `US`, or `acme US` where there are several stores."""
        return site[1] if self.is_one_store else " ".join(site)


class NothingKnown(NoUsableSource):
    """Neither the store nor an archive knows anything of the days that were asked for."""

    def __init__(self, span: Span, days: Sequence[date], months: Sequence[str]) -> None:
        self.span, self.days, self.months = span, tuple(days), tuple(months)
        head = Words(
            f"{span.first} 到 {span.last} 没有任何数据。",
            f"Nothing is known of the days from {span.first} to {span.last}.",
        )
        if not days and not months:
            way_out = Words(
                "数据存储是空的,本机和 archive.copy_to 各处也没有归档。请先运行 sheets-sync sync。",
                "The store is empty, and there is no archive here or at any place of archive.copy_to. "
                "Run `sheets-sync sync` first.",
            )
        else:
            store, archives = stretches(days) or "-", ", ".join(months) or "-"
            way_out = Words(
                f"已知的有:数据存储 {store};归档 {archives}。请改 --from 和 --to。",
                f"What is known: the store has {store}; archives: {archives}. Choose --from and --to among them.",
            )
        super().__init__(Words(head.zh + way_out.zh, f"{head.en} {way_out.en}"))


def lines(review: Review, months: Sequence[MonthRead], head: Head) -> Iterator[str]:
    """Yield what was found, for people at a terminal."""
    language = head.language
    yield f"{span_text(review, language)} · {sources_text(months, language)}"
    compared = {row.site: row for row in review.changes.rows}
    for row in review.totals.rows:
        yield f"  {head.site(row.site)}  " + "  ".join(
            _said(review.totals, row, language, review.changes, compared.get(row.site))
        )
    for said in missing_texts(review, head):
        yield f"  ! {said}"


def span_text(review: Review, language: Language) -> str:
    """Say which days a review is of."""
    count = (review.last - review.first).days + 1
    return Words(
        f"{review.first} – {review.last},{count} 天",
        f"{review.first} – {review.last}, {_days(count)}",
    ).say(language)


def sources_text(months: Iterable[MonthRead], language: Language) -> str:
    """Say where each month was read, and whose flags they are where that is not the same."""
    return " | ".join(f"{one.month} {_read(one).say(language)}" for one in months)


def missing_texts(review: Review, head: Head) -> Iterator[str]:
    """Yield which days have no sales figures, a line for the sites that lack the same."""
    several = len(review.totals.rows) > 1
    for sites, days in review.missing:
        every = several and len(sites) == len(review.totals.rows)
        named = ", ".join(head.site(site) for site in sites)
        who = Words("所有站点", "every site") if every else Words(named, named)
        text = stretches(days)
        yield Words(
            f"缺销售数据({who.zh},{len(days)} 天):{text}",
            f"No sales figures ({who.en}, {_days(len(days))}): {text}",
        ).say(head.language)


def stretches(days: Iterable[date]) -> str:
    """Return days as people write them: `2026-07-01 – 2026-07-14, 2026-07-20`."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    said = [f"{run[0]} – {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
    more = [f"… +{len(said) - _SHOWN}"] if len(said) > _SHOWN else []
    return ", ".join([*said[:_SHOWN], *more])


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _read(month: MonthRead) -> Words:
    if not month.days:
        return _NOTHING
    parts = [
        SOURCES[name]
        if len(month.days) == 1
        else _DAYS.filled(source=SOURCES[name], n=Words(f"{count} 天", _days(count)))
        for name, count in month.days.items()
    ]
    said = Words(" + ".join(p.zh for p in parts), " + ".join(p.en for p in parts))
    if "final" in month.flags and list(month.days) != ["final"]:
        return _FLAGS.filled(said=said, source=SOURCES["final"])
    return said


def _said(
    table: Table, row: Row, language: Language, changes: Table, compared: Row | None
) -> Iterator[str]:
    """Yield the figures of a site that matter most, and how its sales changed."""
    place = MARKETPLACES[row.site[1]]
    locale = Locale(language, place.symbol, place.digits, ZoneInfo("UTC"))
    for name in ("sales", "units", "acos", "tacos"):
        column, value = table.columns[table.place(name)], row.cells[table.place(name)]
        if isinstance(value, int | float):
            figure = shown(Fact(value, column.unit), locale, zh=language != "en")  # type: ignore[arg-type]  # units of figures are the catalogue's
            change = (
                None if compared is None or name != "sales" else compared.cells[changes.place(name)]
            )
            more = f" ({change:+.1%})" if isinstance(change, float) else ""
            yield f"{column.label.say(language)} {figure}{more}"
