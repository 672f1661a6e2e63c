"""Batches: complete in themselves, small enough, and each with its own marker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.core.plan import Plan
from sheets_sync.sheets import batches as composing
from sheets_sync.sheets.batches import compose
from sheets_sync.sheets.dressing import Dress, memory_of_new
from sheets_sync.sheets.tabs import sheet_id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheets_sync.core.plan import TabPlan
    from sheets_sync.core.tab import ExistingTab
    from sheets_sync.sheets.batches import Batch

    SheetOf = Callable[..., ExistingTab]
    PlanOf = Callable[..., TabPlan]

LOOK = Dress("zh", (("stock_units", "critical"),), one_store=True)
A = [46233, "acme", "US", "A", 5, 10.5, "note", None]
B = [46233, "acme", "US", "B", 6, 20.5, None, None]


def made(*tabs: TabPlan, **more: Any) -> list[Batch]:
    installed = {tab.desired.id: LOOK.mark(tab) for tab in tabs}
    given: dict[str, Any] = {
        "name": "run/1",
        "installed": installed,
        "untagged": {},
        "rules_of": dict,
        "old_markers": [],
    }
    return compose(Plan(tabs), LOOK, **(given | more))


def kinds(batch: Batch) -> list[str]:
    return [next(iter(request)) for request in batch.requests]


def only(batch: Batch, kind: str) -> list[dict[str, Any]]:
    return [request[kind] for request in batch.requests if kind in request]


def ours(*rows: list[Any]) -> Mapping[tuple[Any, ...], dict[str, tuple[Any, ...]]]:
    return {tuple(r[:4]): {"stock_units": (r[4],), "sales": (r[5],)} for r in rows}


def test_nothing_to_do_is_no_batch(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """A steady night sends no write at all."""
    assert made(plan_of(sheet_of([A]), [("A", 5, 10.5)], written=ours(A))) == []


def test_changes_stand_where_their_rows_and_columns_are_now(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """Position comes from this reading; neighbours travel together."""
    order = ["notes", "sku", "sales", "stock_units", "date", "store", "marketplace", "flags"]
    plan = plan_of(
        sheet_of([B, A], order=order), [("A", 7, 11.5), ("B", 6, 20.5)], written=ours(A, B)
    )

    [batch] = made(plan)

    assert only(batch, "updateCells") == [
        {
            "rows": [
                {
                    "values": [
                        {"userEnteredValue": {"numberValue": 11.5}},
                        {"userEnteredValue": {"numberValue": 7}},
                    ]
                }
            ],
            "fields": "userEnteredValue",
            "start": {"sheetId": 7, "rowIndex": 2, "columnIndex": 2},
        }
    ]
    proof = batch.sheets[7]
    assert proof.keys == {2: (46233, "acme", "US", "A")}
    assert proof.key_columns == (4, 5, 6, 1)
    assert proof.headings[1] == "SKU"
    assert 0 not in proof.headings


def test_new_rows_are_inserted_below_the_last_key(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """Never onto rows assumed empty; the team's column between ours is not written."""
    sheet_id = sheet_id_of("daily:2026-07")
    tab = replace(sheet_of([A], spare=3), sheet_id=sheet_id)
    [batch] = made(plan_of(tab, [("A", 5, 10.5), ("B", 1, 2.0), ("C", 1, 2.0)], written=ours(A)))

    assert kinds(batch) == [
        "insertDimension",
        "updateCells",
        "updateCells",
        "repeatCell",
        "createDeveloperMetadata",
    ]
    [insert] = only(batch, "insertDimension")
    assert insert == {
        "range": {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": 2, "endIndex": 4},
        "inheritFromBefore": False,
    }
    assert [
        (w["start"]["columnIndex"], len(w["rows"][0]["values"])) for w in only(batch, "updateCells")
    ] == [
        (0, 6),
        (7, 1),
    ]
    assert batch.sheets[sheet_id].inserted == (2, 2)
    assert list(batch.sheets[sheet_id].keys) == [2, 3]


def test_rows_take_after_the_row_above_in_a_tab_that_the_team_made(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """The blank rows below know nothing of formats."""
    [batch] = made(
        plan_of(sheet_of([A], spare=3), [("A", 5, 10.5), ("B", 1, 2.0)], written=ours(A))
    )

    [insert] = only(batch, "insertDimension")
    assert insert["inheritFromBefore"] is True
    assert only(batch, "repeatCell")[0] == {
        "range": {"sheetId": 7, "startRowIndex": 2, "endRowIndex": 3, "startColumnIndex": 0},
        "cell": {},
        "fields": "userEnteredFormat.backgroundColorStyle",
    }  # a colour that somebody gave to the last row does not spread


def test_rows_added_at_the_very_end_take_after_the_row_above(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """Where the grid ends there is no row below to take formats from."""
    [batch] = made(
        plan_of(sheet_of([A], spare=0), [("A", 5, 10.5), ("B", 1, 2.0)], written=ours(A))
    )

    assert only(batch, "insertDimension")[0]["inheritFromBefore"] is True


def test_each_marketplaces_rows_get_their_currency(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """One format for each run of rows of one marketplace."""
    [batch] = made(
        plan_of(sheet_of([A]), [("B", 1, 2.0, "JP"), ("C", 1, 2.0, "US"), ("D", 1, 2.0, "US")])
    )

    assert [
        (
            f["range"]["startRowIndex"],
            f["range"]["endRowIndex"],
            f["cell"]["userEnteredFormat"]["numberFormat"]["pattern"],
        )
        for f in only(batch, "repeatCell")
        if f["fields"].endswith("numberFormat")
    ] == [(2, 3, "[$¥]#,##0"), (3, 5, "[$$]#,##0.00")]


def test_a_new_tab_and_its_rows_come_in_one_batch(plan_of: PlanOf) -> None:
    """It is made, tagged, coloured and filled at once, or not at all."""
    plan = plan_of(None, [("A", 5, 10.5)])

    [batch] = made(plan, installed={})

    assert kinds(batch)[0] == "addSheet"
    assert kinds(batch)[-4:] == [
        "updateCells",
        "updateCells",
        "repeatCell",
        "createDeveloperMetadata",
    ]
    memory = memory_of_new(plan, LOOK)
    assert memory.sheet_id == sheet_id_of("daily:2026-07")
    assert memory.headings == (
        "日期",
        "店铺",
        "站点",
        "SKU",
        "stock_units",
        "sales",
        "notes",
        "flags",
    )
    assert memory.columns["flags"] == 7


def test_a_tab_without_rows_is_not_made(plan_of: PlanOf) -> None:
    """An empty month stays away."""
    assert made(plan_of(None, []), installed={}) == []


def test_columns_found_by_their_names_are_tagged(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """An adopted tab is known again wherever people move it."""
    plan = plan_of(sheet_of([A]), [("A", 5, 10.5)], written=ours(A))

    [batch] = made(plan, untagged={"daily:2026-07": ("sku", "tab")})

    tags = [m["developerMetadata"] for m in only(batch, "createDeveloperMetadata")]
    assert [(t["metadataKey"], t["metadataValue"]) for t in tags] == [
        ("sheets_sync.col", "sku"),
        ("sheets_sync.tab", "daily:2026-07"),
        ("sheets_sync.op", "run/1/1-of-1"),
    ]
    assert tags[0]["location"]["dimensionRange"]["startIndex"] == 3


def test_colour_rules_are_looked_at_only_when_they_changed(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """The installed set is asked for once its fingerprint differs."""
    plan = plan_of(sheet_of([A]), [("A", 5, 10.5)], written=ours(A))
    foreign = {"booleanRule": {"condition": {"type": "BLANK"}}}

    [batch] = made(plan, installed={"daily:2026-07": "other"}, rules_of=lambda: {7: [foreign]})

    [rule] = only(batch, "addConditionalFormatRule")
    assert rule["index"] == 1
    assert only(batch, "deleteConditionalFormatRule") == []


def test_markers_are_the_same_for_the_same_attempt_and_differ_otherwise(
    sheet_of: SheetOf, plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that is sent again has the id it had; every other batch has another."""
    monkeypatch.setattr(composing, "MAX_CELLS", 14)
    plan = plan_of(sheet_of([]), [(f"S{i}", 1, 2.0) for i in range(9)])

    first, again, other = (
        [batch.marker for batch in made(plan, name=name)] for name in ("run/1", "run/1", "run/2")
    )

    assert first == again
    assert len(set(first + other)) == 2 * len(first) == 10
    assert all(0 < marker < 2**31 for marker in first)


def test_old_markers_go_with_the_first_batch(
    sheet_of: SheetOf, plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their number is limited, so each run clears the last one's away."""
    monkeypatch.setattr(composing, "MAX_CELLS", 14)
    plan = plan_of(sheet_of([]), [("A", 1, 2.0), ("B", 1, 2.0), ("C", 1, 2.0)])

    found = made(plan, old_markers=[11, 12])

    assert [len(only(batch, "deleteDeveloperMetadata")) for batch in found] == [2, 0]


def check_whole(found: list[Batch], rows: int) -> None:
    """Every batch inserts the rows it fills, one below the other, and knows all their keys."""
    at = 1
    for batch in found:
        assert batch.cells <= composing.MAX_CELLS
        assert batch.size <= composing.MAX_BYTES
        inserted = [i["range"] for i in only(batch, "insertDimension")]
        assert [r["startIndex"] for r in inserted] == sorted(r["startIndex"] for r in inserted)
        count = sum(r["endIndex"] - r["startIndex"] for r in inserted)
        assert batch.sheets[7].inserted == (at, count)
        assert list(batch.sheets[7].keys) == list(range(at, at + count))
        at += count
    assert at == rows + 1


def test_over_25_000_cells_there_are_several_batches(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """A row and its key are never parted."""
    found = made(plan_of(sheet_of([]), [(f"S{i:05}", 1, 2.0) for i in range(8000)]))

    assert composing.MAX_CELLS == 25_000
    assert [batch.cells for batch in found] == [24990, 24990, 6020]
    check_whole(found, 8000)


def test_over_one_and_a_half_megabytes_there_are_several_batches(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """Long texts weigh more than many cells: 600 rows of 6 kB are 3.6 MB."""
    found = made(plan_of(sheet_of([]), [(f"S{i:05}", "长" * 2000, 2.0) for i in range(600)]))

    assert composing.MAX_BYTES == 1_500_000
    assert len(found) in (3, 4)
    check_whole(found, 600)


def test_many_lone_changes_are_split_by_weight_too(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """Single cells far apart weigh three times as much as neighbours."""
    rows = [[46233, "acme", "US", f"S{i:05}", 5, 10.5, None, None] for i in range(16_000)]
    want = [(f"S{i:05}", 5 + i % 2, 10.5) for i in range(16_000)]

    found = made(plan_of(sheet_of(rows), want, written=ours(*rows)))

    assert sum(batch.cells for batch in found) == 8000
    assert all(batch.size <= 1_500_000 for batch in found)
    written = [cell.row for batch in found for cell in batch.sheets[7].cells]
    assert written == list(range(2, 16_001, 2))
    assert all(
        sorted(batch.sheets[7].keys) == [cell.row for cell in batch.sheets[7].cells]
        for batch in found
    )


def test_the_size_of_a_batch_is_what_is_sent(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """In steady state a changed row of neighbours stays within 200 bytes for a lone cell."""
    [batch] = made(plan_of(sheet_of([A]), [("A", 6, 10.5)], written=ours(A)))

    assert batch.cells == 1
    assert batch.size <= 200
