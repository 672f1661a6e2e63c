"""Tabs that people fill: rows are known by what stands in them, whatever it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sheets_sync.core.lists import operations_tab, page_tab, recalled, settings_tab
from sheets_sync.core.plan import DesiredTab, TabPlan, diff
from sheets_sync.core.tab import Cell, ExistingTab, loose_key
from sheets_sync.core.template import Column, TabLayout
from sheets_sync.core.today import Page, Shape
from sheets_sync.errors import Words

TITLE = dict.fromkeys(("zh", "en", "both"), "规则")
SPELLINGS = {"severity": {"严重": "critical", "critical": "critical", "关注": "warning"}}


def column(id_: str, role: str = "ours", unit: str = "text", **more: Any) -> Column:
    return Column(id_, Words(id_, id_), role, unit, 80, None, **more)


RULES = TabLayout(
    "rules",
    TITLE,
    "rule",
    False,
    0,
    (
        column("rule", key=True),
        column("scope", key=True),
        column("severity", key=True),
        column("default", on_edit="overwrite"),
        column("value", "theirs"),
        column("verdict", on_edit="overwrite"),
    ),
    spellings=SPELLINGS,
)
NAMES = [c.id for c in RULES.columns]


def sheet(layout: TabLayout, *rows: list[Cell], spare: int = 3) -> ExistingTab:
    """A tab with its headings, the given rows and some blank ones."""
    names = [c.id for c in layout.columns]
    cells = [[name, *(row[i] for row in rows)] for i, name in enumerate(names)]
    places = {name: i for i, name in enumerate(names)}
    return ExistingTab(
        layout.id, 7, layout.id, places, cells, len(rows) + 1 + spare, len(layout.columns)
    )


def planned(existing: ExistingTab | None, desired: DesiredTab) -> TabPlan:
    [tab] = diff({desired.id: existing} if existing else {}, [desired], {}).tabs
    return tab


def test_rows_are_told_apart_by_what_is_meant_not_by_how_it_is_spelt() -> None:
    """A severity in the other language is the same row; equal rows are counted."""
    tab = sheet(
        RULES,
        ["低库存", None, "严重", None, 50, None],
        ["低库存", None, "critical", None, 60, None],
        ["低库存", "US", "关注", None, None, None],
        [None, None, None, None, 7, None],
        [None, None, None, "ours alone", None, None],
        [None, None, None, None, None, None],
    )

    assert list(tab.keys(RULES)) == [
        (1, ("低库存", "", "critical", 0)),
        (2, ("低库存", "", "critical", 1)),
        (3, ("低库存", "US", "warning", 0)),
        (4, ("", "", "", 0)),
    ]


def test_the_key_of_a_row_to_be_written_is_the_one_it_will_be_read_with() -> None:
    """So that a row is made once."""
    cells: dict[str, Cell] = {"rule": "低库存", "severity": "严重"}

    assert loose_key(RULES, cells) == ("低库存", "", "critical", 0)


def test_defaults_and_verdicts_stand_beside_rows_and_the_teams_cells_are_not_touched() -> None:
    """A row of the team's gets the default of its rule and severity; new rules come below."""
    tab = sheet(
        RULES,
        ["低库存", None, "严重", "old", 50, None],
        ["低库存", "US", "严重", None, "abc", None],
    )
    own = [
        {"rule": "低库存", "severity": "严重", "default": "低于 30 件"},
        {"rule": "ACOS高", "severity": "关注", "default": "高于上限"},
    ]
    wrong = {("低库存", "US", "critical", 0): Words("'abc' 不是数字", "'abc' is not a number")}

    plan = planned(tab, settings_tab(RULES, tab, own, wrong, "zh"))

    assert [(c.row, c.column, c.before, c.after) for c in plan.changes] == [
        (1, "default", "old", "低于 30 件"),
        (2, "default", None, "低于 30 件"),
        (2, "verdict", None, "'abc' 不是数字"),
    ]
    assert plan.new_keys == (("ACOS高", "", "warning", 0),)
    assert dict(zip(plan.new_columns, plan.new_rows[0], strict=True)) == {
        "rule": "ACOS高",
        "scope": None,
        "severity": "关注",
        "default": "高于上限",
        "verdict": None,
    }


def test_a_row_that_the_program_made_and_somebody_deleted_stays_away() -> None:
    """Though a part of its key is blank."""
    tab = sheet(RULES, ["ACOS高", None, "关注", "x", None, None])
    own = [{"rule": "低库存", "severity": "严重", "default": "低于 30 件"}]
    key = ("低库存", "", "critical", 0)
    written = {"rules": {key: {"rule": ("低库存",), "scope": (None,), "severity": ("严重",)}}}

    [plan] = diff({"rules": tab}, [settings_tab(RULES, tab, own, {}, "zh")], written).tabs

    assert plan.new_keys == ()
    assert plan.deleted == (key,)


OPERATIONS = TabLayout(
    "operations",
    TITLE,
    "operation",
    False,
    0,
    (
        column("time", unit="moment", key=True),
        column("person", key=True),
        column("sku", key=True),
        column("first_seen", "prefilled", unit="moment"),
    ),
)


def test_an_entry_is_stamped_once() -> None:
    """A row with a stamp keeps it; a blank row gets none."""
    tab = sheet(
        OPERATIONS,
        [46233.5, "赵六", "LAMP-07", 46233.7],
        [None, None, None, None],
        [None, "钱七", None, None],
    )

    plan = planned(tab, operations_tab(OPERATIONS, tab, 46235.25, "zh"))

    assert [(c.row, c.column, c.after) for c in plan.changes] == [(3, "first_seen", 46235.25)]


def test_a_tab_that_people_fill_is_made_without_rows() -> None:
    """They have to find it before they can type."""
    plan = planned(None, operations_tab(OPERATIONS, None, 46235.25, "zh"))

    assert plan.is_made
    assert plan.new_rows == ()


PAGE = TabLayout(
    "today",
    TITLE,
    "line",
    False,
    0,
    (
        column("line", unit="count", key=True),
        column("marketplace", on_edit="overwrite"),
        column("ahr", unit="score", on_edit="overwrite"),
    ),
)


def test_the_lines_of_a_page_are_found_by_their_numbers() -> None:
    """Somebody put a row between them; every cell lands on its own line, with its link."""
    tab = sheet(PAGE, [1, "US", 300], [None, "note", None], [2, "x", "y"])
    shape = Shape(("US",), 2, None, 3, 4, 3)
    lines: dict[int, dict[str, Cell]] = {
        1: {"marketplace": "US", "ahr": 301},
        2: {"marketplace": "🔴 严重", "ahr": "2026-07 P3 ›"},
        3: {},
    }
    page = Page(shape, lines, {2: "#gid=5&range=P3"})

    desired = page_tab(PAGE, page, "ahr", "zh")
    plan = planned(tab, desired)

    assert [(c.row, c.column, c.after) for c in plan.changes] == [
        (1, "ahr", 301),
        (3, "marketplace", "🔴 严重"),
        (3, "ahr", "2026-07 P3 ›"),
    ]
    assert plan.new_keys == ((3,),)
    assert desired.links == {((2,), "ahr"): "#gid=5&range=P3"}


def test_settings_are_recalled_without_the_sheet() -> None:
    """From the rows as they were when last right."""
    good = {'["低库存", "", "critical", 0]': {"rule": "低库存", "value": 50}}

    tab = recalled(RULES, good)

    assert [(row.key, dict(row.cells)) for row in tab.rows] == [
        (("低库存", "", "critical", 0), {"rule": "低库存", "value": 50})
    ]


@pytest.mark.parametrize(
    ("typed", "serial"),
    [
        ("2026-07-30", 46233),
        ("2026/7/30", 46233),
        ("2026.07.30", 46233),
        ("2026年7月30日", 46233),
        (46233.0, 46233),
        ("30.7.2026", "30.7.2026"),
        ("2026-02-31", "2026-02-31"),
    ],
)
def test_a_date_is_read_however_it_is_typed_year_first(typed: Cell, serial: Cell) -> None:
    """Anything else stays what it is: a key that no figure has."""
    layout = TabLayout(
        "daily", TITLE, "sku", False, 0, (column("date", key=True), column("sku", key=True))
    )

    assert list(sheet(layout, [typed, "A"]).keys(layout)) == [(1, (serial, "A"))]


def test_a_log_without_a_store_column_means_the_only_store() -> None:
    """What goes without saying needs no column."""
    layout = TabLayout(
        "daily",
        TITLE,
        "sku",
        False,
        0,
        (column("date", key=True), column("store", key=True), column("sku", key=True)),
        implied={"store": "acme"},
    )
    full = sheet(layout, [46233, "other", "A"])
    bare = replace(full, columns={"date": 0, "sku": 2})

    assert list(full.keys(layout)) == [(1, (46233, "other", "A"))]
    assert list(bare.keys(layout)) == [(1, (46233, "acme", "A"))]
