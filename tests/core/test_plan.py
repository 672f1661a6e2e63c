"""The plan: the smallest set of changes, and nobody's work harmed, whatever the sheet looks like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.core.plan import (
    Change,
    DesiredTab,
    Override,
    Plan,
    TabPlan,
    Written,
    diff,
    settled,
)
from sheets_sync.core.tab import Cell, ExistingTab, RowKey, clean, key_text
from sheets_sync.core.template import Column, TabLayout
from sheets_sync.errors import Words


def column(id_: str, role: str = "ours", unit: str = "text", **more: Any) -> Column:
    return Column(id_, Words(id_, id_), role, unit, 80, None, **more)


COLUMNS = (
    column("date", unit="date", key=True),
    column("sku", key=True),
    column("units", unit="count"),
    column("alerts"),
    column("why", on_edit="overwrite"),
    column("owner", role="prefilled"),
    column("ipi", role="input", unit="score"),
    column("notes", role="theirs"),
    column("as_of", unit="moment"),
)
LAYOUT = TabLayout(
    "daily", {"zh": "日报", "en": "Daily", "both": "Daily"}, "sku", False, 2, COLUMNS
)
NAMES = [c.id for c in COLUMNS]
OWNED = [c.id for c in COLUMNS if c.role != "theirs"]
A, B, C = (46233, "A"), (46233, "B"), (46233, "C")


def sheet(
    *rows: dict[str, Cell], names: list[str] = NAMES, spare: int = 2, extra: tuple[str, ...] = ()
) -> ExistingTab:
    """A tab with a heading row, the given rows and a few spare ones; `extra` are the team's columns."""
    cells = [[name, *(row.get(name) for row in rows)] for name in [*names, *extra]]
    return ExistingTab(
        "daily",
        7,
        "Daily",
        {name: i for i, name in enumerate(names)},
        cells,
        len(rows) + 1 + spare,
        len(names) + len(extra),
    )


def row(key: RowKey, **cells: Cell) -> dict[str, Cell]:
    return {"date": key[0], "sku": key[1], **cells}


def desired(rows: dict[RowKey, dict[str, Cell]], *, fresh: bool = True) -> DesiredTab:
    columns = {name: [cells.get(name) for cells in rows.values()] for name in OWNED}
    columns["date"] = [key[0] for key in rows]
    columns["sku"] = [key[1] for key in rows]
    return DesiredTab("daily", LAYOUT, "Daily", list(rows), [fresh] * len(rows), columns)


def planned(
    existing: ExistingTab | None, want: DesiredTab, written: Written | None = None
) -> TabPlan:
    found = {"daily": existing} if existing else {}
    return diff(found, [want], {"daily": written or {}}).tabs[0]


def changed(plan: TabPlan) -> list[tuple[RowKey, str, Cell, Cell]]:
    return [(c.key, c.column, c.before, c.after) for c in plan.changes]


def was(**cells: Cell) -> dict[str, tuple[Cell, ...]]:
    return {name: (value,) for name, value in cells.items()}


# --- cells ---------------------------------------------------------------------------------------


def test_only_cells_that_differ_are_changed() -> None:
    """An equal cell is left alone; a changed one carries what was there."""
    existing = sheet(row(A, units=3, alerts="x"), row(B, units=5))
    plan = planned(
        existing,
        desired({A: {"units": 4, "alerts": "x"}, B: {"units": 5}}),
        {A: was(units=3, alerts="x"), B: was(units=5)},
    )

    assert plan.changes == (Change(1, A, "units", 3, 4),)
    assert (plan.cells, plan.updated, plan.unchanged) == (1, 1, 1)


def test_what_a_person_typed_is_kept_and_listed() -> None:
    """A value that is neither ours nor what we would write is theirs."""
    plan = planned(sheet(row(A, units=99)), desired({A: {"units": 4}}), {A: was(units=3)})

    assert plan.changes == ()
    assert plan.overrides == (Override("daily", A, "units", 4, 99),)


def test_what_a_person_typed_right_is_no_override() -> None:
    """Where they typed what we would write there is nothing to say."""
    plan = planned(sheet(row(A, units=4)), desired({A: {"units": 4}}), {A: was(units=3)})

    assert (plan.changes, plan.overrides) == ((), ())


def test_a_formula_in_a_cell_of_ours_is_a_persons() -> None:
    """Formulas are read as text and kept."""
    plan = planned(sheet(row(A, units="=1+2")), desired({A: {"units": 3}}), {A: was(units=3)})

    assert plan.overrides == (Override("daily", A, "units", 3, "=1+2"),)


def test_clearing_a_cell_gives_it_back() -> None:
    """Blank is nobody's."""
    plan = planned(sheet(row(A)), desired({A: {"units": 4}}), {A: was(units=99)})

    assert changed(plan) == [(A, "units", None, 4)]


def test_our_value_becomes_blank_when_the_figure_is_unknown() -> None:
    """A flag or figure that no longer holds disappears by itself."""
    plan = planned(sheet(row(A, alerts="断货")), desired({A: {}}), {A: was(alerts="断货")})

    assert changed(plan) == [(A, "alerts", "断货", None)]


def test_a_column_may_say_that_the_program_wins() -> None:
    """on_edit: overwrite lists nobody."""
    plan = planned(sheet(row(A, why="mine")), desired({A: {"why": "ours"}}), {A: was(why="old")})

    assert changed(plan) == [(A, "why", "mine", "ours")]
    assert plan.overrides == ()


def test_a_prefilled_cell_is_written_once() -> None:
    """The owner is the team's from the moment the row is made, blank or not."""
    existing = sheet(row(A, owner="Li"), row(B))
    want = desired({A: {"owner": "Wang"}, B: {"owner": "Wang"}, C: {"owner": "Wang"}})
    plan = planned(existing, want, {A: {"owner": ("Wang",)}, B: {"owner": ("Wang",)}})

    assert (plan.changes, plan.overrides) == ((), ())
    assert dict(zip(plan.new_columns, plan.new_rows[0], strict=True))["owner"] == "Wang"


def test_a_prefilled_cell_of_a_row_that_a_person_began_is_filled_while_blank() -> None:
    """To such a row the owner is as new as everything else; one that was typed stays."""
    existing = sheet(row(A, owner="Li"), row(B))
    plan = planned(existing, desired({A: {"owner": "Wang"}, B: {"owner": "Wang"}}))

    assert [(c.key, c.column, c.after) for c in plan.changes] == [(B, "owner", "Wang")]
    assert plan.overrides == ()


def test_an_input_cell_is_filled_only_while_blank() -> None:
    """What stands in an input column is a source, never an override."""
    existing = sheet(row(A, ipi=480), row(B), row(C, ipi=480))
    plan = planned(
        existing,
        desired({A: {"ipi": 523}, B: {"ipi": 523}, C: {"ipi": None}}),
        {A: was(ipi=480), C: was(ipi=480)},
    )

    assert changed(plan) == [(B, "ipi", None, 523)]
    assert plan.overrides == ()


@pytest.mark.parametrize(
    ("have", "want"),
    [(1, 1.0), (1.0, 1), (0, 0.0), ("", None), (None, ""), ("x", "x"), (True, True)],
)
def test_the_same_value_written_otherwise_is_no_change(have: Cell, want: Cell) -> None:
    """1 and 1.0 are one number; an empty text is a blank cell."""
    plan = planned(sheet(row(A, units=have)), desired({A: {"units": want}}))

    assert (plan.changes, plan.overrides) == ((), ())


@pytest.mark.parametrize(
    ("have", "ours", "want"),
    [(True, 1, 1), (False, 0, 0), ("1", 1, 1), (1, "1", "1"), (True, 1, 2)],
)
def test_a_tick_box_or_a_text_is_never_our_number(have: Cell, ours: Cell, want: Cell) -> None:
    """TRUE is not 1 and "1" is not 1: somebody changed the cell."""
    plan = planned(sheet(row(A, units=have)), desired({A: {"units": want}}), {A: was(units=ours)})

    assert plan.overrides == (Override("daily", A, "units", want, have),)


@pytest.mark.parametrize("have", [3, 4])
def test_pending_values_are_ours(have: Cell) -> None:
    """After a run that was killed a cell holds its value or the one before; both are ours."""
    written: Written = {A: {"units": (4, 3)}}
    plan = planned(sheet(row(A, units=have)), desired({A: {"units": 5}}), written)

    assert changed(plan) == [(A, "units", have, 5)]


# --- rows ----------------------------------------------------------------------------------------


def test_a_missing_row_is_added_with_all_our_columns() -> None:
    """New rows carry their key and nothing of the team's."""
    plan = planned(sheet(), desired({A: {"units": 3}}))

    assert plan.new_columns == ("date", "sku", "units", "alerts", "why", "owner", "ipi", "as_of")
    assert plan.new_rows == ((46233, "A", 3, None, None, None, None, None),)
    assert plan.new_keys == (A,)
    assert plan.cells == 3


def test_a_deleted_row_stays_deleted_and_is_listed() -> None:
    """A row that we wrote and that is gone was taken away by a person."""
    plan = planned(sheet(), desired({A: {"units": 3}}), {A: was(date=46233, sku="A", units=3)})

    assert plan.new_rows == ()
    assert plan.deleted == (A,)


def test_a_row_of_a_run_that_never_arrived_is_added() -> None:
    """Nobody deleted what was never there."""
    pending: Written = {A: {"date": (46233, None), "sku": ("A", None), "units": (3, None)}}
    plan = planned(sheet(), desired({A: {"units": 3}}), pending)

    assert plan.new_keys == (A,)
    assert plan.deleted == ()


def test_a_row_that_is_not_fresh_is_kept_up_to_date_and_never_added() -> None:
    """停售 gets no new rows."""
    plan = planned(
        sheet(row(A, units=3)),
        desired({A: {"units": 4}, B: {"units": 1}}, fresh=False),
        {A: was(units=3)},
    )

    assert changed(plan) == [(A, "units", 3, 4)]
    assert plan.new_keys == ()


@pytest.mark.parametrize(
    ("day", "sku"),
    [(46233, "A"), ("2026-07-30", "A"), (" 2026-07-30 ", "A"), (46233.0, "A"), (46233, " A ")],
)
def test_a_row_that_people_added_with_a_valid_key_is_filled(day: Cell, sku: Cell) -> None:
    """Also with the date typed as text."""
    plan = planned(
        sheet({"date": day, "sku": sku, "notes": "see mail"}), desired({A: {"units": 3}})
    )

    assert plan.changes == (Change(1, A, "units", None, 3),)
    assert plan.new_keys == ()


def test_a_sku_of_digits_is_found_when_typed_as_a_number() -> None:
    """A SKU is text for us and may be a number in the cell."""
    plan = planned(
        sheet({"date": 46233, "sku": 100234}), desired({(46233, "100234"): {"units": 3}})
    )

    assert changed(plan) == [((46233, "100234"), "units", None, 3)]


def test_a_key_twice_is_reported_and_neither_row_is_touched() -> None:
    """Nobody can say which of them is meant."""
    existing = sheet(row(A, units=1), row(B, units=1), row(A, units=2))
    plan = planned(existing, desired({A: {"units": 9}, B: {"units": 9}}), {B: was(units=1)})

    assert plan.duplicates == (A,)
    assert changed(plan) == [(B, "units", 1, 9)]
    assert plan.new_keys == ()


def test_rows_we_do_not_know_are_left_alone() -> None:
    """Older rows, subtotals and blank lines are nobody's business."""
    existing = sheet(row((40000, "Z"), units=1), {"notes": "sum"}, {}, {"sku": "A"})

    plan = planned(existing, desired({A: {"units": 9}}))

    assert (plan.changes, plan.new_keys) == ((), (A,))


def test_a_tab_that_is_not_there_is_made_with_all_rows() -> None:
    """Everything is new, nothing is missing."""
    plan = planned(None, desired({A: {"units": 3}, B: {}}))

    assert plan.existing is None
    assert plan.new_keys == (A, B)
    assert plan.missing_columns == ()


def test_a_column_that_the_team_deleted_is_left_out_and_reported() -> None:
    """It is not added again behind their back."""
    names = [name for name in NAMES if name not in ("alerts", "notes")]
    plan = planned(
        sheet(row(A, units=3), names=names),
        desired({A: {"units": 3, "alerts": "x"}, B: {"alerts": "x"}}),
    )

    assert plan.missing_columns == ("alerts",)
    assert plan.changes == ()
    assert "alerts" not in plan.new_columns


# --- names ---------------------------------------------------------------------------------------


def fingerprint(existing: ExistingTab | None, want: DesiredTab, written: Written) -> str:
    return Plan((planned(existing, want, written),)).fingerprint()


def test_a_fingerprint_names_the_changes() -> None:
    """Other values are another plan; the moment they were received is not."""
    written = {A: was(units=1, as_of=1.0)}
    existing = sheet(row(A, units=1, as_of=1.0))
    one = fingerprint(existing, desired({A: {"units": 2, "as_of": 2.0}}), written)

    assert one == fingerprint(existing, desired({A: {"units": 2, "as_of": 3.0}}), written)
    assert one != fingerprint(existing, desired({A: {"units": 3, "as_of": 2.0}}), written)
    assert len(one) == 12


def test_sorting_the_sheet_does_not_rename_the_plan() -> None:
    """A person may sort between `plan` and `sync --expect`."""
    want = desired({A: {"units": 2}, B: {"units": 2}})
    written = {A: was(units=1), B: was(units=1)}

    assert fingerprint(sheet(row(A, units=1), row(B, units=1)), want, written) == fingerprint(
        sheet(row(B, units=1), row(A, units=1)), want, written
    )


def test_a_key_is_said_as_people_say_it() -> None:
    """The date as a date."""
    assert key_text((46233, "acme", "US", "LMP-1")) == "2026-07-30 · acme · US · LMP-1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("断货;ACOS高", "断货;ACOS高"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("a\x00b\x1fc\rd", "abcd"),
        ("half \ud83d of a face", "half  of a face"),
        ("face 😀", "face 😀"),
        ("x" * 50_001, "x" * 50_000),
    ],
)
def test_a_text_is_what_a_cell_can_hold(text: str, expected: str) -> None:
    """Control characters and halves of characters never get as far as a comparison."""
    assert clean(text) == expected


# --- whatever the input --------------------------------------------------------------------------

KEYS = st.tuples(st.integers(46230, 46232), st.sampled_from(["A", "B", "007"]))
CELLS = st.none() | st.integers(0, 3) | st.sampled_from(["x", "=1+1", True, 0.5, ""])
FIGURES = st.none() | st.integers(0, 3) | st.sampled_from(["x", 0.5])
OWN_ROWS = st.fixed_dictionaries({}, optional=dict.fromkeys(OWNED[2:], FIGURES))
SHEET_ROWS = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(NAMES[2:], CELLS), "theirs": CELLS}
)
WANT = st.dictionaries(KEYS, OWN_ROWS, max_size=6).map(desired)
SHEETS = (
    st.dictionaries(KEYS, SHEET_ROWS, max_size=6)
    .flatmap(lambda rows: st.permutations([row(key, **cells) for key, cells in rows.items()]))
    .map(lambda rows: sheet(*rows, extra=("theirs",)))
)
WRITTEN = st.dictionaries(
    KEYS,
    st.dictionaries(st.sampled_from(OWNED[2:]), st.lists(FIGURES, max_size=2).map(tuple)),
    max_size=6,
)


def applied(existing: ExistingTab, plan: TabPlan) -> ExistingTab:
    """Carry a plan out on plain lists, as the sheet would."""
    height = max(len(cells) for cells in existing.cells)
    cells = [[*cells, *[None] * (height - len(cells))] for cells in existing.cells]
    for change in plan.changes:
        cells[existing.columns[change.column]][change.row] = change.after
    for values in plan.new_rows:
        for one in cells:
            one.append(None)
        for name, value in zip(plan.new_columns, values, strict=True):
            cells[existing.columns[name]][-1] = value
    return replace(existing, cells=cells, row_count=existing.row_count + len(plan.new_rows))


def held(tab: ExistingTab, name: str) -> dict[RowKey, Cell]:
    return {key: tab.cell(at, tab.columns[name]) for at, key in tab.keys(LAYOUT)}


def remembered(plan: TabPlan, written: Written) -> Written:
    after = {key: dict(cells) for key, cells in written.items()}
    for key, values in zip(plan.new_keys, plan.new_rows, strict=True):
        after[key] = was(**dict(zip(plan.new_columns, values, strict=True)))
    for change in plan.changes:
        after.setdefault(change.key, {})[change.column] = (change.after,)
    return after


@given(SHEETS, WANT, WRITTEN)
def test_applying_a_plan_gives_what_was_wanted(
    existing: ExistingTab, want: DesiredTab, written: Written
) -> None:
    """Every owned cell holds the desired value, but for what people typed and what is theirs by role."""
    plan = planned(existing, want, written)
    after = applied(existing, plan)
    theirs = {(o.key, o.column): o.theirs for o in plan.overrides}

    for name in ("units", "alerts", "why"):
        cells = held(after, name)
        for key, value in zip(want.keys, want.columns[name], strict=True):
            if key not in plan.deleted:
                expected = theirs.get((key, name), value)
                if name == "why" and expected is None and cells[key] is not None:
                    continue  # typed where nothing of ours belongs
                assert (cells[key] or None) == (expected or None) or cells[key] == expected


@given(SHEETS, WANT, WRITTEN)
def test_planning_again_changes_nothing(
    existing: ExistingTab, want: DesiredTab, written: Written
) -> None:
    """A second run right after the first plans nothing, and lists the same overrides."""
    plan = planned(existing, want, written)
    again = planned(applied(existing, plan), want, remembered(plan, written))

    assert (again.changes, again.new_rows, again.overrides) == ((), (), plan.overrides)
    assert again.deleted == plan.deleted


@given(SHEETS, WANT, WRITTEN)
def test_a_plan_never_touches_what_is_the_teams(
    existing: ExistingTab, want: DesiredTab, written: Written
) -> None:
    """Team columns, keys, owners once given and inputs once filled are part of no change."""
    plan = planned(existing, want, written)

    assert {c.column for c in plan.changes} <= {"units", "alerts", "why", "ipi", "as_of", "owner"}
    assert all(c.before in (None, "") for c in plan.changes if c.column in ("ipi", "owner"))
    settled = {key for key, row in written.items() if len(row.get("owner", ())) <= 1}
    assert not [c for c in plan.changes if c.column == "owner" and c.key in settled]
    assert {"notes", "theirs"}.isdisjoint(plan.new_columns)
    for place, heading in enumerate(existing.headings):
        if heading in ("notes", "theirs"):
            count = len(existing.cells[place])
            assert applied(existing, plan).cells[place][:count] == existing.cells[place]


@given(SHEETS, WANT, WRITTEN, st.randoms(use_true_random=False))
def test_sorting_rows_or_moving_columns_changes_nothing_that_is_written(
    existing: ExistingTab, want: DesiredTab, written: Written, random: Any
) -> None:
    """Rows are their keys and columns their identities, wherever they stand."""
    rows = list(range(1, max(len(cells) for cells in existing.cells)))
    random.shuffle(rows)
    order = list(range(len(existing.cells)))
    random.shuffle(order)
    moved = replace(
        existing,
        cells=[[existing.cells[c][0], *(existing.cells[c][r] for r in rows)] for c in order],
        columns={name: order.index(place) for name, place in existing.columns.items()},
    )

    before, after = planned(existing, want, written), planned(moved, want, written)

    assert sorted(changed(before), key=repr) == sorted(changed(after), key=repr)
    assert sorted(before.overrides, key=repr) == sorted(after.overrides, key=repr)
    assert (before.new_columns, before.new_rows) == (after.new_columns, after.new_rows)
    assert Plan((before,)).fingerprint() == Plan((after,)).fingerprint()


# --- what is known after a plan was carried out --------------------------------------------------


def test_a_cell_as_we_would_write_it_is_ours_where_nothing_was_known() -> None:
    """So the figures of an adopted sheet can be restated; what differs stays a person's."""
    existing = sheet(row(A, units=5, alerts="ours"), row(B, units=77))
    plan = planned(
        existing, desired({A: {"units": 5, "alerts": "ours"}, B: {"units": 6, "alerts": None}})
    )

    found = settled(plan, {})

    assert (found[A]["units"], found[A]["alerts"]) == ((5,), ("ours",))
    assert "units" not in found[B]
    assert found[B]["sku"] == ("B",)


def test_a_pending_value_that_is_seen_is_the_only_one() -> None:
    """What stood there before a run that was cut off may be a person's from now on."""
    known = {A: {"date": (46233,), "sku": ("A",), "units": (6, 5)}}
    plan = planned(sheet(row(A, units=6)), desired({A: {"units": 6}}), known)

    assert settled(plan, known)[A]["units"] == (6,)


def test_nothing_is_settled_where_all_is_known() -> None:
    """An ordinary night has nothing to look at."""
    known = {A: {"date": (46233,), "sku": ("A",), "units": (5,)}}
    plan = planned(sheet(row(A, units=5)), desired({A: {"units": 5}}), known)

    assert settled(plan, known) == {}


def test_when_figures_came_is_nobodys_handwriting() -> None:
    """Where nothing is known of a row, its moment is not taken for a person's and freezes."""
    plan = planned(sheet(row(A, as_of=46230.5)), desired({A: {"as_of": 46233.5}}))

    assert plan.overrides == ()
    assert [(c.column, c.after) for c in plan.changes] == [("as_of", 46233.5)]
