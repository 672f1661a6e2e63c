"""Putting back what a batch wrote to the wrong place, because rows or columns moved meanwhile.

Every cell that the batch hit is given what its row and column held at the first read, wherever these
stand now. Rows are known by their keys, columns by their tags, the team's by their headings; where that
does not tell them apart, by what they hold.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.core.plan import Plan, TabPlan
    from sheets_sync.core.tab import Cell, ExistingTab
    from sheets_sync.core.template import TabLayout
    from sheets_sync.sheets.batches import Batch
    from sheets_sync.sheets.pieces import SheetProof
    from sheets_sync.sheets.wire import Request

_REFERENCES = re.compile(
    r"""(?P<kept>"(?:[^"]|"")*" | (?:'(?:[^']|'')*'|[\w.]+)!\$?[A-Z]*\$?\d*(?::\$?[A-Z]*\$?\d*)?)
      | (?<![\w$.])(?P<column>\$?[A-Z]{1,3})(?P<row>\$?\d+)(?![\w(.])
      | (?<![\w$.])(?P<first>\$?[A-Z]{1,3}):(?P<last>\$?[A-Z]{1,3})(?![\w(.])""",
    re.VERBOSE,
)


def restoration(batch: Batch, plan: Plan, now: Mapping[str, ExistingTab]) -> list[Request]:
    """Return the requests that undo what a batch wrote beside the wrong key or under the wrong heading.

    A cell is put back only while it still holds what the batch wrote. Rows that the batch added under
    the wrong headings are taken out again; rows it added in one piece stay. A copy of a tab whose columns
    moved before it was copied has its tags in the wrong places: it goes, to be made anew.
    """
    tabs = {tab.desired.id: tab for tab in plan.tabs}
    requests: list[Request] = []
    for sheet in batch.sheets.values():
        new = now.get(sheet.tab)
        if new is None:
            continue
        old = tabs[sheet.tab].existing
        if old is None and tabs[sheet.tab].desired.source and _columns_moved(sheet, new):
            requests.append({"deleteSheet": {"sheetId": sheet.sheet_id}})
            continue
        if old is not None:
            requests += _Repair(sheet, tabs[sheet.tab], old, new).requests()
        if _columns_moved(sheet, new):
            requests += _removed_rows(sheet, new)
    return requests


class _Repair:
    """One tab before and after; `hit` are the cells that hold what the batch wrote."""

    def __init__(self, sheet: SheetProof, tab: TabPlan, old: ExistingTab, new: ExistingTab) -> None:
        self.sheet, self.tab, self.old, self.new = sheet, tab, old, new
        layout = tab.desired.layout
        self.names = [name for name in layout.key_columns if _is_known(name, layout, old, new)]
        self.old_keys = dict(old.keys(layout, self.names))
        self.new_keys = dict(new.keys(layout, self.names))
        self.hit = {
            (cell.row, cell.column)
            for cell in sheet.cells
            if new.cell(cell.row, cell.column) == cell.value
        }
        self.old_rows: defaultdict[tuple[Cell, ...] | None, list[int]] = defaultdict(list)
        for row in range(1, _height(old)):
            self.old_rows[self.old_keys.get(row)].append(row)
        self.columns = self._columns()

    def requests(self) -> Iterator[Request]:
        """Yield a request for each cell that stands beside another key or under another heading."""
        names = {index: name for name, index in self.new.columns.items()}
        whole = len(self.names) == len(self.tab.desired.layout.key_columns)
        rows: dict[int, int | None] = {}
        for cell in self.sheet.cells:
            if (cell.row, cell.column) not in self.hit:
                continue
            name = names.get(cell.column)
            if whole and (self.new_keys.get(cell.row), name) == (cell.key, cell.name):
                continue
            if cell.row not in rows:
                rows[cell.row] = self._old_row(cell.row)
            row, column = rows[cell.row], self.columns.get(cell.column)
            if row is None or column is None:
                yield wire.update_cells(self.sheet.sheet_id, cell.row, cell.column, [[None]])
                continue
            yield self._put_back(cell.row, cell.column, name, row, self.old.cell(row, column))

    def _columns(self) -> dict[int, int]:
        """Return where each column was: ours by identity, the team's by heading and content."""
        places = {i: self.old.columns.get(name) for name, i in self.new.columns.items()}
        found = {new: old for new, old in places.items() if old is not None}
        theirs = [i for i in range(len(self.old.cells)) if i not in self.old.columns.values()]
        pairs = []
        for new in (i for i in range(len(self.new.cells)) if i not in places):
            heading = self.new.headings[new]
            for old in (i for i in theirs if self.old.headings[i] == heading):
                agreeing = self._agreement(new, old)
                if heading or agreeing:
                    pairs.append((-agreeing, new, old))
        for _, new, old in sorted(pairs):
            if new not in found and old not in found.values():
                found[new] = old
        return found

    def _agreement(self, new: int, old: int) -> int:
        """Count the rows that hold the same in both columns, blank cells and what the batch hit aside."""
        count = 0
        for row, key in self.new_keys.items():
            before = self.old_rows.get(key, ())
            value = self.new.cell(row, new)
            if value is not None and len(before) == 1 and (row, new) not in self.hit:
                count += _is_like(value, self.old.cell(before[0], old))
        return count

    def _old_row(self, row: int) -> int | None:
        """Return where a row was: by its key, else by what else it holds; None where it is new."""
        key = self.new_keys.get(row)
        candidates = self.old_rows.get(key, [])
        if key is not None and len(candidates) == 1:
            return candidates[0]
        seen = [c for c in self.columns if (row, c) not in self.hit]
        content = self._content(self.new, row, seen)
        others = Counter(
            self._content(self.new, other, list(self.columns))
            for other in range(1, _height(self.new))
            if other != row and self.new_keys.get(other) == key
        )
        for candidate in sorted(candidates, key=lambda old: abs(old - row)):
            whole = self._content(self.old, candidate, list(self.columns))
            if others[whole]:
                others[whole] -= 1
            elif self._content(self.old, candidate, seen) == content:
                return candidate
        return None

    def _content(self, tab: ExistingTab, row: int, columns: Sequence[int]) -> tuple[object, ...]:
        """Return what a row holds in some of the new tab's columns; formulas differ from row to row."""
        places = columns if tab is self.new else [self.columns[column] for column in columns]
        values = (tab.cell(row, place) for place in places)
        return tuple("=" if _is_formula(value) else value for value in values)

    def _put_back(self, row: int, column: int, name: str | None, was: int, value: Cell) -> Request:
        """Write an older value; a formula of somebody's is one again, a text that looks so stays text."""
        request = wire.update_cells(self.sheet.sheet_id, row, column, [[value]])
        if _is_formula(value) and self._is_somebodys(name, self.old_keys.get(was), value):
            moved = self._moved_formula(str(value), row - was)
            request["updateCells"]["rows"] = [
                {"values": [{"userEnteredValue": {"formulaValue": moved}}]}
            ]
        return request

    def _is_somebodys(self, name: str | None, key: tuple[Cell, ...] | None, value: Cell) -> bool:
        """Tell a person's formula from a text of a report's that begins with `=`."""
        if name is None:
            return True
        if self.tab.desired.layout.by_id[name].role == "ours":
            return any(
                (o.key, o.column, o.theirs) == (key, name, value) for o in self.tab.overrides
            )
        wanted = dict(
            zip(self.tab.desired.keys, self.tab.desired.columns.get(name, ()), strict=False)
        )
        return key is None or wanted.get(key) != value

    def _moved_formula(self, formula: str, by: int) -> str:
        """Return a formula as it reads now that its row moved `by` rows and columns stand elsewhere."""
        places = {old: new for new, old in self.columns.items()}

        def column(text: str) -> str:
            letters = text.removeprefix("$")
            index = wire.column_index(letters)
            new = places.get(index)
            if new is None and index < len(self.old.cells):
                return "#REF!"
            return text[: -len(letters)] + (letters if new is None else wire.column_letters(new))

        def moved(match: re.Match[str]) -> str:
            if match["kept"]:
                return match[0]
            if match["first"]:
                return f"{column(match['first'])}:{column(match['last'])}"
            row = match["row"] if match["row"].startswith("$") else str(int(match["row"]) + by)
            place = column(match["column"])
            return place if place == "#REF!" else place + row

        return _REFERENCES.sub(moved, formula)


def _is_known(name: str, layout: TabLayout, old: ExistingTab, new: ExistingTab) -> bool:
    """Tell whether a part of the key can be compared: both have its column, or it goes without saying."""
    places = (name in old.columns, name in new.columns)
    return all(places) or (name in layout.implied and not any(places))


def _height(tab: ExistingTab) -> int:
    return max(map(len, tab.cells), default=0)


def _is_formula(value: Cell) -> bool:
    return isinstance(value, str) and value.startswith("=")


def _is_like(one: Cell, other: Cell) -> bool:
    """Formulas change their references when they move."""
    return one == other or (_is_formula(one) and _is_formula(other))


def _columns_moved(sheet: SheetProof, new: ExistingTab) -> bool:
    headings = new.headings
    return any(
        heading and (column >= len(headings) or headings[column] != heading)
        for column, heading in sheet.headings.items()
    )


def _removed_rows(sheet: SheetProof, new: ExistingTab) -> Iterator[Request]:
    """Take out the rows this batch added, if they still stand where it put them."""
    first, count = sheet.inserted
    rows = range(first, first + count)
    intact = all(
        new.cell(row, column) == value
        for row in rows
        for column, value in zip(sheet.key_columns, sheet.keys[row], strict=True)
    )
    if count and intact:
        yield wire.delete_rows(sheet.sheet_id, first, count)
