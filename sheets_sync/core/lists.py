"""The tabs that are no logs: Settings, the team's operations, the runs and the stand-up page.

Each is laid out as a desired tab like a log, so that one plan, one write and one proof serve them all. In
tabs that people fill, the desired rows are those that stand there: the program adds beside them what it
has to say, and new rows of its own (a rule, a new SKU) below.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sheets_sync.core.plan import DesiredTab
from sheets_sync.core.settings import SettingRow, SettingsTab
from sheets_sync.core.tab import key_text, loose_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sheets_sync.core.breaches import Breach
    from sheets_sync.core.model import Fault
    from sheets_sync.core.notices import Notice
    from sheets_sync.core.plan import Plan
    from sheets_sync.core.scope import Account
    from sheets_sync.core.tab import Cell, ExistingTab, RowKey
    from sheets_sync.core.template import TabLayout
    from sheets_sync.core.today import Page
    from sheets_sync.errors import Language, Words

Cells = dict[str, "Cell"]

NAMED = 5
"""How many of a kind a line of the list of runs names."""


def as_settings(layout: TabLayout, existing: ExistingTab) -> SettingsTab:
    """Return a Settings tab as people filled it."""
    headings = existing.headings
    labels = {name: headings[place] for name, place in existing.columns.items()}
    rows = [
        SettingRow(
            row + 1,
            key,
            {name: existing.cell(row, place) for name, place in existing.columns.items()},
        )
        for row, key in existing.keys(layout)
    ]
    return SettingsTab(layout.id, existing.title, labels, rows)


def recalled(layout: TabLayout, good: Mapping[str, Mapping[str, Cell]]) -> SettingsTab:
    """Return a Settings tab from its rows as they were when last right, where the sheet is not read."""
    rows = [
        SettingRow(number, tuple(json.loads(key)), cells)
        for number, (key, cells) in enumerate(good.items(), 2)
    ]
    return SettingsTab(layout.id, layout.id, {}, rows)


def settings_tab(
    layout: TabLayout,
    existing: ExistingTab | None,
    own_rows: Iterable[Mapping[str, Cell]],
    verdicts: Mapping[RowKey, Words],
    language: Language,
) -> DesiredTab:
    """Return what the program wants in a Settings tab.

    `own_rows` are its own: they are added where they are missing, and where they are there, its columns
    (defaults, units) are kept up to date; rows of people that are like one of them get the same beside.
    """
    own = {loose_key(layout, cells): cells for cells in own_rows}
    found = [] if existing is None else list(existing.keys(layout))
    keys = [key for _, key in found]
    there = set(keys)
    keys += [key for key in own if key not in there]
    alike = {_kind_of(layout, key): cells for key, cells in own.items()}
    columns: dict[str, list[Cell]] = {}
    for name in layout.ours:
        role = layout.by_id[name].role
        if name == "verdict":
            columns[name] = [v.say(language) if (v := verdicts.get(key)) else None for key in keys]
        elif role == "ours" and name not in layout.key_columns:
            columns[name] = [alike.get(_kind_of(layout, key), {}).get(name) for key in keys]
        else:
            columns[name] = [own.get(key, {}).get(name) for key in keys]
    return DesiredTab(
        layout.id, layout, layout.named("", language), keys, [True] * len(keys), columns
    )


def _kind_of(layout: TabLayout, key: RowKey) -> RowKey:
    """Return what rows have in common that get the same default: a rule at one severity, whatever its scope."""
    parts = dict(zip(layout.key_columns, key, strict=False))
    return tuple(parts.get(name) for name in layout.key_columns if name != "scope")


def operations_tab(
    layout: TabLayout, existing: ExistingTab | None, now: Cell, language: Language
) -> DesiredTab:
    """Return the team's work log with the moment at which an entry was first seen beside it."""
    found = [] if existing is None else list(existing.keys(layout))
    keys = [key for _, key in found]
    columns: dict[str, Sequence[Cell]] = {name: [None] * len(keys) for name in layout.ours}
    if "first_seen" in layout.by_id:
        columns["first_seen"] = [now] * len(keys)
    return DesiredTab(
        layout.id, layout, layout.named("", language), keys, [True] * len(keys), columns
    )


def runs_tab(layout: TabLayout, row: Mapping[str, Cell], language: Language) -> DesiredTab:
    """Return the list of runs with one more."""
    columns = {name: [row.get(name)] for name in layout.ours}
    key = tuple(row[name] for name in layout.key_columns)
    return DesiredTab(layout.id, layout, layout.named("", language), [key], [True], columns)


def run_cells(
    plan: Plan,
    dates: Mapping[Account, date],
    breaches: Iterable[Breach],
    faults: Iterable[Fault],
    notices: Sequence[Notice],
    language: Language,
) -> Cells:
    """Return what the list of runs says of a run that changed something, all but which it was and when."""
    current = [breach.severity for breach in breaches if breach.current]
    overrides = [o for tab in plan.logs for o in tab.overrides]
    is_one_store = len({store for store, _ in dates}) == 1
    return {
        "data_days": " | ".join(
            f"{code if is_one_store else f'{store}/{code}'} {day.month}-{day.day}"
            for (store, code), day in dates.items()
        ),
        "inserted": plan.inserted,
        "updated": plan.updated,
        "critical": current.count("critical"),
        "warning": current.count("warning"),
        "overrides": _listed(f"{key_text(o.key)} {o.column}: {o.theirs}" for o in overrides),
        "unread": _listed(
            ":".join(str(part) for part in (f.file, f.row, f.column) if part is not None)
            + f" {f.reason.say(language)}"
            for f in faults
        ),
        "stale": _listed(n.words.say(language) for n in notices if n.code == "source-stale"),
        "notices": _listed(n.words.say(language) for n in notices if n.code != "source-stale"),
        "fingerprint": plan.fingerprint(),
    }


def _listed(texts: Iterable[str]) -> str | None:
    """Return the first few texts, one to a line, and how many more there are; blank where there are none."""
    found = list(texts)
    more = [f"… +{len(found) - NAMED}"] if len(found) > NAMED else []
    return "\n".join([*found[:NAMED], *more]) or None


def page_tab(layout: TabLayout, page: Page, linked: str, language: Language) -> DesiredTab:
    """Return the stand-up page as lines; the `linked` column leads where the page says."""
    numbers = range(1, page.shape.lines + 1)
    columns: dict[str, Sequence[Cell]] = {
        name: [page.lines.get(number, {}).get(name) for number in numbers] for name in layout.ours
    }
    columns["line"] = list(numbers)
    keys: list[RowKey] = [(number,) for number in numbers]
    links: dict[tuple[RowKey, str], str] = {
        ((number,), linked): uri for number, uri in page.links.items()
    }
    return DesiredTab(
        layout.id,
        layout,
        layout.named("", language),
        keys,
        [True] * len(keys),
        columns,
        links,
        page=page,
    )
