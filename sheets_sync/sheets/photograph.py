"""Tabs read whole, with how every cell looks to people: values, colours, formats, notes.

What a cell looks like is its effective format, in which the colour rules have had their say. Large tabs
are read in stretches; one more read of the values alone shows whether rows moved in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheets_sync.core.snapshot import PLAIN, ColumnLook, Look, TabSnapshot, tidied
from sheets_sync.sheets import wire
from sheets_sync.sheets.reading import Moved, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sheets_sync.core.snapshot import Place
    from sheets_sync.core.tab import Cell
    from sheets_sync.core.template import Kind
    from sheets_sync.sheets.gateway import Gateway

_CELLS_A_READ = 40_000
_LOOKS = 3
"""How often a tab is read while somebody is moving its rows."""

_FRAME = (
    "properties(sheetId,title,tabColor,gridProperties),basicFilter(range),"
    "data(columnMetadata(pixelSize,hiddenByUser,developerMetadata(metadataKey,metadataValue)))"
)
_CONTENT = "effectiveValue,userEnteredValue(formulaValue),note"
_FORMATS = (
    "userEnteredFormat(horizontalAlignment),effectiveFormat(backgroundColor,wrapStrategy,numberFormat,"
    "textFormat(foregroundColor,bold,italic,strikethrough,underline))"
)
"""The plain colours, though they are deprecated: colours of a theme are worked out there."""

Json = dict[str, Any]


def photograph(
    gateway: Gateway,
    spreadsheet_id: str,
    tab: str,
    kind: Kind,
    sheet_id: int,
    heading_row: int = 0,
    *,
    rows_of: Callable[[TabSnapshot], Sequence[int]] | None = None,
    with_looks: bool = True,
) -> TabSnapshot:
    """Return a tab as it stands now; raise Moved where people do not let it stand still.

    With `rows_of`, which is shown the tab's values, only the rows it names. Without looks it costs less.
    """
    cells = f"{_CONTENT},{_FORMATS}" if with_looks else _CONTENT
    for _ in range(_LOOKS):
        frame = gateway.grid(spreadsheet_id, wire.grid_range(sheet_id, (0, 1), (0, None)), _FRAME)
        size = frame["properties"]["gridProperties"]
        plain = _values(gateway, spreadsheet_id, sheet_id, size["rowCount"], size["columnCount"])
        rows: Sequence[int] = range(size["rowCount"])
        if rows_of is not None:
            rows = rows_of(_snapshot(tab, kind, frame, plain, heading_row))
        seen = _Seen()
        for top, end in _stretches(rows, max(1, _CELLS_A_READ // size["columnCount"])):
            area = wire.grid_range(sheet_id, (top, end), (0, None))
            fields = f"properties(sheetId),data(startRow,rowData(values({cells})))"
            seen.add(gateway.grid(spreadsheet_id, area, fields), end - top, size["columnCount"])
        before = [plain.rows[row] for row in rows]
        after = _values(gateway, spreadsheet_id, sheet_id, size["rowCount"], size["columnCount"])
        if _are_same(before, seen.rows) and _are_same(plain.rows, after.rows):
            return tidied(_snapshot(tab, kind, frame, seen, heading_row))
    raise Moved(frame["properties"]["title"])


def _values(gateway: Gateway, spreadsheet_id: str, sheet_id: int, height: int, width: int) -> _Seen:
    """Read the values of a whole tab in one request."""
    [match] = gateway.read_ranges(
        spreadsheet_id, [{"gridRange": {"sheetId": sheet_id}}], render="UNFORMATTED_VALUE"
    )
    columns = columns_of(match["valueRange"])
    seen = _Seen()
    for r in range(height):
        row = [column[r] if r < len(column) else None for column in columns]
        seen.rows.append(row + [None] * (width - len(row)))
        seen.looks.append([0] * width)
    return seen


def _stretches(rows: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of neighbouring rows, so many at most."""
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i] != rows[i - 1] + 1 or i - start >= most:
            if i > start:
                yield rows[start], rows[i - 1] + 1
            start = i


class _Seen:
    """The cells of a tab as they come in."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.looks: list[list[int]] = []
        self.palette: dict[Look, int] = {PLAIN: 0}
        self.notes: dict[Place, str] = {}
        self.formulas: dict[Place, str] = {}

    def add(self, sheet: Mapping[str, Any], height: int, width: int) -> None:
        """Take in one stretch of rows."""
        top = len(self.rows)
        data = sheet["data"][0].get("rowData", ())
        for i in range(height):
            cells = data[i].get("values", ()) if i < len(data) else ()
            row: list[Cell] = [None] * width
            looks = [0] * width
            for j, cell in enumerate(cells):
                row[j] = _value(cell.get("effectiveValue"))
                look = _look(cell)
                looks[j] = self.palette.setdefault(look, len(self.palette))
                if "note" in cell:
                    self.notes[top + i, j] = cell["note"]
                if "formulaValue" in cell.get("userEnteredValue", {}):
                    self.formulas[top + i, j] = cell["userEnteredValue"]["formulaValue"]
            self.rows.append(row)
            self.looks.append(looks)


def _snapshot(
    tab: str, kind: Kind, frame: Mapping[str, Any], seen: _Seen, heading_row: int
) -> TabSnapshot:
    properties = frame["properties"]
    grid = properties["gridProperties"]
    columns = list(_columns(frame["data"][0].get("columnMetadata", ()), grid["columnCount"]))
    width = _width(seen, columns)
    return TabSnapshot(
        tab,
        kind,
        properties["title"],
        columns[:width],
        [row[:width] for row in seen.rows],
        [row[:width] for row in seen.looks],
        list(seen.palette),
        heading_row,
        grid.get("frozenRowCount", 0),
        grid.get("frozenColumnCount", 0),
        _hex(properties.get("tabColor")),
        "basicFilter" in frame,
        seen.notes,
        seen.formulas,
    )


def _columns(found: Sequence[Mapping[str, Any]], count: int) -> Iterator[ColumnLook]:
    for index in range(count):
        facts = found[index] if index < len(found) else {}
        tags = (
            entry["metadataValue"]
            for entry in facts.get("developerMetadata", ())
            if entry["metadataKey"] == wire.COLUMN_KEY
        )
        hidden = bool(facts.get("hiddenByUser"))
        yield ColumnLook(next(tags, None), facts.get("pixelSize", 100), hidden)


def _width(seen: _Seen, columns: Sequence[ColumnLook]) -> int:
    """Return how many columns hold anything: ours, or a value, or a note."""
    used = [i for i, column in enumerate(columns) if column.id is not None]
    used += [
        max((i for i, cell in enumerate(row) if cell is not None), default=0) for row in seen.rows
    ]
    used += [column for _, column in seen.notes]
    return max(used, default=0) + 1


def _value(value: Mapping[str, Any] | None) -> Cell:
    """Return a result as people see it: an error as its sign."""
    if not value:
        return None
    if "errorValue" in value:
        return _ERRORS.get(value["errorValue"].get("type", ""), "#ERROR!")
    found: Cell = next(iter(value.values()))
    return None if found == "" else found


_ERRORS = {
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading...",
}


def _look(cell: Mapping[str, Any]) -> Look:
    """Return how a cell looks. Where nobody aligned it, its value decides, as everywhere."""
    style = cell.get("effectiveFormat", {})
    text, number = style.get("textFormat", {}), style.get("numberFormat", {})
    fill, ink = _hex(style.get("backgroundColor")), _hex(text.get("foregroundColor"))
    align = cell.get("userEnteredFormat", {}).get("horizontalAlignment", "")
    return Look(
        "" if fill == "#FFFFFF" else fill,
        "" if ink == "#000000" else ink,
        bool(text.get("bold")),
        bool(text.get("italic")),
        bool(text.get("strikethrough")),
        bool(text.get("underline")),
        align if align in ("LEFT", "CENTER", "RIGHT") else "",
        style.get("wrapStrategy") == "WRAP",
        number.get("type", ""),
        number.get("pattern", ""),
    )


def _hex(colour: Mapping[str, float] | None) -> str:
    """Return a colour as #RRGGBB, empty where there is none; black is an empty object."""
    if colour is None:
        return ""
    parts = (colour.get(name, 0) for name in ("red", "green", "blue"))
    return "#" + "".join(f"{round(part * 255):02X}" for part in parts)


def _are_same(rows: Sequence[Sequence[Cell]], others: Sequence[Sequence[Cell]]) -> bool:
    """Tell whether two readings show the same; the signs of errors may differ."""
    return len(rows) == len(others) and all(
        row == other
        or all(a == b or (_is_error(a) and _is_error(b)) for a, b in zip(row, other, strict=True))
        for row, other in zip(rows, others, strict=True)
    )


def _is_error(value: Cell) -> bool:
    return isinstance(value, str) and (value.startswith("#") or value == _ERRORS["LOADING"])
