"""The stand-up page: figures of each site, ten things to do first, and what the charts show.

A tab of numbered lines, each computed as plain cells: nothing is a formula, and no cell says when it was
written, so a run without news changes none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.deadlines import WINDOW_DAYS
from sheets_sync.core.tab import clean
from sheets_sync.core.today import charts
from sheets_sync.core.today.charts import chart_cells
from sheets_sync.core.today.figures import Site, site_figures, site_name, total_figures
from sheets_sync.core.today.tasks import Task, tasks
from sheets_sync.core.today.todo import HEADINGS, MOST, items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime, time

    from sheets_sync.core.breaches import Breach, Verdict
    from sheets_sync.core.model import MasterData, SkuKey
    from sheets_sync.core.records import Records
    from sheets_sync.core.rules import Rule
    from sheets_sync.core.tab import Cell
    from sheets_sync.errors import Language

COLUMNS = (
    "marketplace",
    "sales_until",
    "sales",
    "vs_day",
    "vs_week",
    "units",
    "ad_spend",
    "acos_7d",
    "tacos",
    "out_of_stock",
    "critical",
    "warning",
    "overdue",
    "ahr",
    "ipi",
    *charts.COLUMNS,
)
"""Every column of the page but its key, the number of the line."""


class Link(NamedTuple):
    """Where a breach stands: what the link says, the tab's sheet id, and the cell."""

    text: str
    sheet_id: int
    a1: str


class Shape(NamedTuple):
    """Which line is what. Line i (from 1) up to `len(marketplaces)` is the i-th account's.

    `currency` is what the line `total` is in, None where that line is blank.
    """

    marketplaces: tuple[str, ...]
    total: int
    currency: str | None
    list_head: int
    first_item: int
    lines: int


@dataclass(frozen=True, slots=True)
class Page:
    """What the page holds: `lines[number][column id]` for every line and column, None where blank.

    `links` has, by line, the address of the cell that an item is about.
    """

    shape: Shape
    lines: Mapping[int, Mapping[str, Cell]]
    links: Mapping[int, str]


def compose(
    records: Records,
    verdict: Verdict,
    breaches: Sequence[Breach],
    rules: Sequence[Rule],
    master: MasterData,
    *,
    now: datetime,
    zone: str,
    first_run: time,
    language: Language,
    place: Callable[[Breach], Link | None],
    window_days: int = WINDOW_DAYS,
) -> Page:
    """Return the page; `now` only decides what is overdue.

    `first_run` is the time of the first daily run in the team's `zone`, and `window_days` how many days
    an ordinary run judges: a run that looks further back says the same.
    """
    found = tasks(
        verdict, breaches, rules, master,
        now=now, zone=zone, first_run=first_run, window_days=window_days,
    )  # fmt: skip
    sites = site_figures(records, master.calendar)
    currency, total = total_figures(sites, master.calendar, language)
    shape = shape_of([site.key for site in sites], currency)
    lines: dict[int, dict[str, Cell]] = {
        line: dict.fromkeys(COLUMNS) for line in range(1, shape.lines + 1)
    }
    for line, site in enumerate(sites, 1):
        name = site_name(site.key, records.scope)
        lines[line] |= {"marketplace": name, **site.cells, **_counts(site, found, now)}
    lines[shape.total] |= total
    lines[shape.list_head] |= {name: words.say(language) for name, words in HEADINGS.items()}
    to_do = items(found, verdict, master, now=now, zone=zone, language=language)
    links: dict[int, str] = {}
    for line, item in enumerate(to_do, shape.first_item):
        lines[line] |= {
            name: clean(cell) if isinstance(cell, str) else cell
            for name, cell in item.cells.items()
        }
        link = place(item.breach) if item.breach else None
        if link is not None:
            lines[line]["ahr"] = f"{link.text} ›"
            links[line] = f"#gid={link.sheet_id}&range={link.a1}"
    for line, cells in chart_cells(verdict, language, window_days).items():
        lines[line] |= cells
    return Page(shape, lines, links)


def shape_of(accounts: Sequence[SkuKey], currency: str | None) -> Shape:
    """Return which line is what for so many accounts."""
    total = len(accounts) + 1
    last = max(total + 2 + MOST, 1 + charts.DAYS)
    return Shape(
        tuple(key.marketplace for key in accounts), total, currency, total + 2, total + 3, last
    )


def _counts(site: Site, found: Iterable[Task], now: datetime) -> dict[str, Cell]:
    """Count the breaches of a site: its SKUs' and its own."""
    own = [task for task in found if task.breach.key[:2] == site.key[:2]]
    critical = sum(task.is_critical for task in own)
    return {
        "critical": critical,
        "warning": len(own) - critical,
        "overdue": sum(task.is_overdue(now) for task in own),
    }
