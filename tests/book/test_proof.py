"""The proof in the answer, and putting back what landed beside the wrong key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.core.plan import Plan
from sheets_sync.sheets import proof
from sheets_sync.sheets.batches import compose
from sheets_sync.sheets.dressing import Dress
from sheets_sync.sheets.repair import restoration

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheets_sync.core.plan import TabPlan
    from sheets_sync.core.tab import ExistingTab
    from sheets_sync.sheets.batches import Batch

    SheetOf = Callable[..., ExistingTab]
    PlanOf = Callable[..., TabPlan]

LOOK = Dress("zh", (), one_store=True)
TAB = "daily:2026-07"
ORDER = ["date", "store", "marketplace", "sku", "stock_units", "sales", "notes", "flags"]


def row(sku: str, stock: Any = 5, sales: Any = 10.5, note: Any = None) -> list[Any]:
    return [46233, "acme", "US", sku, stock, sales, note, None]


def ours(*rows: list[Any]) -> dict[tuple[Any, ...], dict[str, tuple[Any, ...]]]:
    return {tuple(r[:4]): {"stock_units": (r[4],), "sales": (r[5],)} for r in rows}


def batch_of(plan: TabPlan) -> Batch:
    [batch] = compose(
        Plan((plan,)),
        LOOK,
        name="run",
        installed={TAB: LOOK.mark(plan)},
        untagged={},
        rules_of=dict,
        old_markers=[],
    )
    return batch


def answer(tab: ExistingTab, *, rows: range | None = None) -> dict[str, Any]:
    """What a server says of a tab: typed values, headings and the asked rows."""

    def cell(value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        kind = "stringValue" if isinstance(value, str) else "numberValue"
        return {"userEnteredValue": {kind: value}}

    data = [
        {
            "startRow": at,
            "rowData": [{"values": [cell(tab.cell(at, c)) for c in range(len(tab.cells))]}],
        }
        for at in (0, *(rows or range(1, tab.row_count)))
    ]
    return {"sheets": [{"properties": {"sheetId": tab.sheet_id}, "data": data}]}


# --- asking --------------------------------------------------------------------------------------


def test_headings_and_the_keys_of_touched_rows_are_asked_for(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """Rows near each other are one range; keys that stand together are one range of columns."""
    rows = [row(f"S{i:03}") for i in range(100)]
    want = [(f"S{i:03}", 6 if i in (0, 20, 99) else 5, 10.5) for i in range(100)]

    batch = batch_of(plan_of(sheet_of(rows), want, written=ours(*rows)))

    assert proof.ranges(batch) == [
        "'日报 2026-07'!1:1",
        "'日报 2026-07'!A2:D22",
        "'日报 2026-07'!A101:D101",
    ]


def test_keys_that_people_moved_apart_are_asked_for_apart(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """The team may put its own column between them."""
    order = ["date", "notes", "store", "marketplace", "sku", "stock_units", "sales", "flags"]
    sheet = sheet_of([row("A")], order=order, title="Tom's")

    batch = batch_of(plan_of(sheet, [("A", 6, 10.5)], written=ours(row("A"))))

    assert proof.ranges(batch) == ["'Tom''s'!1:1", "'Tom''s'!A2:A2", "'Tom''s'!C2:E2"]


@pytest.mark.parametrize(
    ("a1", "expected"),
    [
        ("'Daily'!A1:AF1001", ("Daily", 1001, 32)),
        ("Daily!A1:C3", ("Daily", 3, 3)),
        ("'日报 2026-07'!A1:Z50", ("日报 2026-07", 50, 26)),
        ("'Tom''s !A1:B2! tab'!A1:B7", ("Tom's !A1:B2! tab", 7, 2)),
        ("'A1'!B2", ("A1", 2, 2)),
        ("A1:B2", ("", 2, 2)),
        ("Daily!1:1", ("Daily", 1, 0)),
        ("Daily!A:C", ("Daily", 0, 3)),
    ],
)
def test_a_range_tells_title_rows_and_columns(a1: str, expected: tuple[str, int, int]) -> None:
    """Quoted titles may hold exclamation marks and apostrophes."""
    assert proof.size_of(a1) == expected


# --- checking ------------------------------------------------------------------------------------


def test_an_answer_with_the_right_keys_and_headings_proves_the_batch(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """Numbers may come back as 46233 or 46233.0."""
    batch = batch_of(
        plan_of(sheet_of([row("A"), row("B")]), [("B", 6, 10.5)], written=ours(row("B")))
    )
    after = sheet_of([row("A"), [46233.0, *row("B", 6)[1:]]])

    assert proof.misplaced(batch, answer(after)) is None


@pytest.mark.parametrize(
    "after",
    [
        [row("B", 6), row("A")],
        [row("A"), [46233, "beta", "US", "B", 6, 10.5, None, None]],
        [row("A")],
        [row("A"), [46233, "acme", "US", None, 6, 10.5, None, None]],
    ],
)
def test_another_key_beside_the_value_is_seen(
    sheet_of: SheetOf, plan_of: PlanOf, after: list[list[Any]]
) -> None:
    """Sorted rows, another store, a row that is gone or lost its key."""
    batch = batch_of(
        plan_of(sheet_of([row("A"), row("B")]), [("B", 6, 10.5)], written=ours(row("B")))
    )

    assert proof.misplaced(batch, answer(sheet_of(after))) == "日报 2026-07"


def test_another_heading_above_the_value_is_seen(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """A column that moved shows in the headings."""
    batch = batch_of(plan_of(sheet_of([row("A")]), [("A", 6, 10.5)], written=ours(row("A"))))
    order = ["date", "store", "marketplace", "sku", "sales", "stock_units", "notes", "flags"]

    assert proof.misplaced(batch, answer(sheet_of([row("A")], order=order))) == "日报 2026-07"


def test_a_heading_that_is_a_number_is_in_its_place(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """Somebody called a column of ours 2026."""
    sheet = sheet_of([row("A")])
    sheet.cells[4][0] = 2026
    batch = batch_of(plan_of(sheet, [("A", 6, 10.5)], written=ours(row("A"))))

    assert proof.misplaced(batch, answer(sheet)) is None


def test_an_answer_without_the_sheet_proves_nothing(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """Silence is not consent."""
    batch = batch_of(plan_of(sheet_of([row("A")]), [("A", 6, 10.5)], written=ours(row("A"))))

    assert proof.misplaced(batch, {}) == "日报 2026-07"


# --- putting back --------------------------------------------------------------------------------


def landed(tab: ExistingTab, batch: Batch) -> ExistingTab:
    """The tab as it is after the batch wrote to positions that meant something else by then."""
    for request in batch.requests:
        if "updateCells" in request:
            write = request["updateCells"]
            top, left = write["start"]["rowIndex"], write["start"]["columnIndex"]
            for i, values in enumerate(write["rows"]):
                for j, value in enumerate(values["values"]):
                    entered = value.get("userEnteredValue", {})
                    tab.cells[left + j][top + i] = next(iter(entered.values()), None)
    return tab


def put_back(requests: list[dict[str, Any]], tab: ExistingTab) -> ExistingTab:
    for request in requests:
        write = request["updateCells"]
        top, left = write["start"]["rowIndex"], write["start"]["columnIndex"]
        entered = write["rows"][0]["values"][0].get("userEnteredValue", {})
        tab.cells[left][top] = next(iter(entered.values()), None)
    return tab


def test_after_rows_moved_each_cell_gets_its_own_value_back(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """The value that B had is put back where B stands now."""
    before = sheet_of([row("A", 1), row("B", 2), row("C", 3)])
    plan = plan_of(before, [("A", 9, 10.5)], written=ours(row("A", 1), row("B", 2), row("C", 3)))
    batch = batch_of(plan)
    sorted_since = [row("C", 3), row("B", 2), row("A", 1)]
    now = landed(sheet_of(sorted_since), batch)

    requests = restoration(batch, Plan((plan,)), {TAB: now})

    assert now.cells[4][1] == 9
    assert put_back(requests, now).cells == sheet_of(sorted_since).cells
    assert len(requests) == 1


def test_after_a_row_was_inserted_the_blank_row_is_blank_again(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """What landed in a row without a key is taken out."""
    before = sheet_of([row("A", 1), row("B", 2)])
    plan = plan_of(before, [("A", 9, 10.5)], written=ours(row("A", 1)))
    batch = batch_of(plan)
    inserted = [[None] * 8, row("A", 1), row("B", 2)]
    now = landed(sheet_of(inserted), batch)

    requests = restoration(batch, Plan((plan,)), {TAB: now})

    assert put_back(requests, now).cells == sheet_of(inserted).cells


def test_after_columns_moved_the_teams_cell_gets_its_own_value_back(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """A note that was overwritten is found by its heading; a formula is a formula again."""
    rows = [row("A", 1, 10.5, "call supplier"), row("B", 2, 10.5, "=HYPERLINK(1)")]
    before = sheet_of(rows)
    plan = plan_of(before, [("A", 9, 10.5), ("B", 8, 10.5)], written=ours(*rows))
    batch = batch_of(plan)
    order = ["date", "store", "marketplace", "sku", "notes", "stock_units", "sales", "flags"]
    now = landed(sheet_of(rows, order=order), batch)

    requests = restoration(batch, Plan((plan,)), {TAB: now})

    assert now.cells[4][1:3] == [9, 8]
    assert [r["updateCells"]["rows"][0]["values"][0] for r in requests] == [
        {"userEnteredValue": {"stringValue": "call supplier"}},
        {"userEnteredValue": {"formulaValue": "=HYPERLINK(1)"}},
    ]
    assert put_back(requests, now).cells == sheet_of(rows, order=order).cells


def test_a_cell_that_somebody_changed_since_is_left_alone(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """Only what still holds the batch's own value is put back."""
    before = sheet_of([row("A", 1), row("B", 2)])
    plan = plan_of(before, [("A", 9, 10.5)], written=ours(row("A", 1)))
    batch = batch_of(plan)
    now = sheet_of([row("B", 77), row("A", 1)])

    assert restoration(batch, Plan((plan,)), {TAB: now}) == []


def test_what_landed_right_stays(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """Only the misplaced cells of a batch are put back."""
    rows = [row("A", 1), row("B", 2), row("C", 3)]
    before = sheet_of(rows)
    plan = plan_of(before, [("A", 9, 10.5), ("B", 8, 10.5)], written=ours(*rows))
    batch = batch_of(plan)
    now = landed(sheet_of([row("A", 1), row("C", 3), row("B", 2)]), batch)

    requests = restoration(batch, Plan((plan,)), {TAB: now})

    assert [r["updateCells"]["start"]["rowIndex"] for r in requests] == [2]
    assert put_back(requests, now).cells[4] == ["stock_units", 9, 3, 2]


def test_rows_added_under_the_wrong_headings_are_taken_out_again(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """Added rows whose columns moved are removed while they stand as they were written."""
    before = sheet_of([row("A", 1)])
    plan = plan_of(before, [("A", 1, 10.5), ("B", 2, 20.5)], written=ours(row("A", 1)))
    batch = batch_of(plan)
    order = ["date", "store", "marketplace", "sku", "sales", "stock_units", "notes", "flags"]
    now = sheet_of([row("A", 1), row("B", 20.5, 2)], order=order)

    requests = restoration(batch, Plan((plan,)), {TAB: now})

    assert requests == [
        {
            "deleteDimension": {
                "range": {"sheetId": 7, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}
            }
        }
    ]


def test_rows_added_where_only_rows_moved_stay(sheet_of: SheetOf, plan_of: PlanOf) -> None:
    """A row with its own key is right wherever it stands."""
    before = sheet_of([row("A", 1)])
    plan = plan_of(before, [("A", 1, 10.5), ("B", 2, 20.5)], written=ours(row("A", 1)))
    batch = batch_of(plan)
    now = sheet_of([row("B", 2, 20.5), row("A", 1)])

    assert restoration(batch, Plan((plan,)), {TAB: now}) == []


def test_a_formula_of_the_teams_refers_to_the_same_cells_where_it_stands_now(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """Letters follow their columns, numbers their row; texts and other tabs stay as they are."""
    formula = '=E2*2+$F2-SUM(E2:F2)+Settings!E2&"E2"+E$1+SUM(E:E)'
    before = sheet_of([row("A", 1, 10.5, formula)])
    plan = plan_of(before, [("A", 9, 10.5)], written=ours(row("A", 1)))
    batch = batch_of(plan)
    order = ["date", "store", "marketplace", "sku", "notes", "stock_units", "sales", "flags"]
    now = landed(sheet_of([[None] * 8, row("A", 1)], order=order), batch)
    now.cells[4][2], now.cells[4][1] = 9, None
    batch.sheets[7].cells[0] = batch.sheets[7].cells[0]._replace(row=2)

    [request] = restoration(batch, Plan((plan,)), {TAB: now})

    assert request["updateCells"]["rows"][0]["values"][0]["userEnteredValue"] == {
        "formulaValue": '=F3*2+$G3-SUM(F3:G3)+Settings!E2&"E2"+F$1+SUM(F:F)'
    }


def test_a_text_of_a_reports_that_looks_like_a_formula_is_put_back_as_text(
    sheet_of: SheetOf, plan_of: PlanOf
) -> None:
    """Nothing that came from data ever becomes a formula."""
    rows = [row("A", 1), row("B", '=IMPORTXML("http://x")')]
    before = sheet_of(rows)
    plan = plan_of(
        before, [("A", 9, 10.5), ("B", '=IMPORTXML("http://x")', 10.5)], written=ours(*rows)
    )
    batch = batch_of(plan)
    now = landed(sheet_of(rows[::-1]), batch)

    [request] = restoration(batch, Plan((plan,)), {TAB: now})

    assert request["updateCells"]["rows"][0]["values"][0]["userEnteredValue"] == {
        "stringValue": '=IMPORTXML("http://x")'
    }
