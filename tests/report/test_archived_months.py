"""An archived month read as a log: columns by id, rows by key, whatever people did to the tab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.core.model import SkuKey
from sheets_sync.core.review.history import Line
from sheets_sync.core.snapshot import PLAIN, ColumnLook, TabSnapshot
from sheets_sync.core.tab import Cell
from sheets_sync.core.template import TabLayout
from sheets_sync.edges import load_setup
from sheets_sync.report.archived import lines_of, settings_in

if TYPE_CHECKING:
    from conftest import Job

US, JP = ("acme", "US"), ("beta", "JP")
JULY_8 = 46211


@pytest.fixture
def layouts(new_job: Callable[..., Job]) -> tuple[TabLayout, ...]:
    """Return the tabs of a job with two stores."""
    return load_setup(new_job().job_file).layouts


def tab(kind: Any, columns: Sequence[str | None], *rows: Sequence[Cell]) -> TabSnapshot:
    """A frozen tab: its banner, headings of the team's own, and rows."""
    banner: list[Cell] = ["2026-07 已冻结", *[None] * (len(columns) - 1)]
    headings = [f"列{i}" for i in range(len(columns))]
    everything: list[Sequence[Cell]] = [banner, headings, *rows]
    return TabSnapshot(
        f"{kind}:2026-07",
        kind,
        "日报",
        [ColumnLook(name, 80, hidden=False) for name in columns],
        everything,
        [[0] * len(columns) for _ in everything],
        [PLAIN],
        heading_row=1,
    )


def test_columns_are_known_by_their_id_and_rows_by_their_key(
    layouts: tuple[TabLayout, ...],
) -> None:
    """Moved and renamed columns, one of the team's own, a date as text, a SKU as a number, a site by its name."""
    columns = ("units", None, "sku", "marketplace", "flags", "store", "date", "title")
    daily = tab(
        "sku",
        columns,
        [3, "note", "KT-204", "US", "|acos_7d:critical||newest|", "acme", JULY_8, "灯"],
        [4, None, 47, "美国", None, "acme", "2026-07-09", None],
    )

    skus, accounts = lines_of([daily], layouts, {US, JP})

    assert skus == [
        Line(
            SkuKey(*US, "KT-204"),
            date(2026, 7, 8),
            {"units": 3, "title": "灯"},
            "|acos_7d:critical||newest|",
        ),
        Line(SkuKey(*US, "47"), date(2026, 7, 9), {"units": 4, "title": None}, ""),
    ]
    assert accounts == []


def test_rows_that_are_none_of_the_job_are_left_out(layouts: tuple[TabLayout, ...]) -> None:
    """A site that the job does not have any more, a row without a date, a row of the team's own."""
    daily = tab(
        "sku",
        ("date", "store", "marketplace", "sku", "units"),
        [JULY_8, "acme", "DE", "KT-204", 1],
        ["soon", "acme", "US", "KT-204", 2],
        [None, None, None, "合计", 3],
        [JULY_8, "acme", "US", "KT-204", 4],
    )

    skus, _ = lines_of([daily], layouts, {US})

    assert [(line.cells["units"], line.flags) for line in skus] == [(4, None)]


def test_a_tab_without_a_key_column_says_nothing(layouts: tuple[TabLayout, ...]) -> None:
    """Whose rows they are cannot be told."""
    daily = tab("sku", ("date", "store", "marketplace", "units"), [JULY_8, "acme", "US", 1])

    assert lines_of([daily], layouts, {US}) == ([], [])


def test_a_log_of_skus_may_have_the_account_in_every_row(layouts: tuple[TabLayout, ...]) -> None:
    """Each site and day once, after the log of accounts."""
    daily = tab(
        "sku",
        ("date", "store", "marketplace", "sku", "ahr_score", "flags"),
        [JULY_8, "acme", "US", "A", 300, "|acos_7d:critical|"],
        [JULY_8, "acme", "US", "B", 300, None],
    )
    account = tab(
        "account", ("date", "store", "marketplace", "ipi"), [JULY_8 + 1, "acme", "US", 512]
    )

    _, accounts = lines_of([daily, account], layouts, {US})

    assert accounts == [
        Line(SkuKey(*US, ""), date(2026, 7, 9), {"ipi": 512}, None),
        Line(SkuKey(*US, ""), date(2026, 7, 8), {"ahr_score": 300}, None),
    ]


def test_settings_are_read_as_they_are_remembered(layouts: tuple[TabLayout, ...]) -> None:
    """The list of SKUs of an archive, cell by cell, blank ones left out."""
    listed = tab(
        "product",
        ("store", "marketplace", "sku", "title", "owner", None, "no_such_column"),
        ["acme", "US", "KT-204", "灯", None, "ours", 1],
    )

    assert settings_in([listed], layouts) == {
        "skus": {
            '["acme", "US", "KT-204", 0]': {
                "store": "acme",
                "marketplace": "US",
                "sku": "KT-204",
                "title": "灯",
            }
        }
    }
