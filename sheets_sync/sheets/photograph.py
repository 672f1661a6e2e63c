"""Tabs read whole, with how every cell looks to people: values, colours, formats, notes, links.

What a cell looks like is its effective format, in which the colour rules have had their say. Large tabs are
read in several requests. The values alone are read before and after: where they differ, or the size of the
tab, something moved in between and it is read again. Only what formulas come to may change meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sheets_sync.core.snapshot import PLAIN, ColumnLook, Look, TabSnapshot, tidied
from sheets_sync.errors import SheetError, Words
from sheets_sync.sheets import proof, wire
from sheets_sync.sheets.reading import Moved, columns_of
from sheets_sync.sheets.refusals import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sheets_sync.core.snapshot import Place
    from sheets_sync.core.tab import Cell
    from sheets_sync.core.template import Kind
    from sheets_sync.sheets.gateway import Gateway

    Span = tuple[int, int]
    """The first of some rows and the one behind the last; or how many rows and columns a tab has."""

_CELLS_A_READ = 40_000
_RANGES_A_READ = 500
_NEAR = 5
"""So many rows that are not wanted are read along: a few cells cost less than another range."""
_LOOKS = 3
"""How often a tab is read while somebody is moving its rows."""

_FRAME = (
    "properties(sheetId,title,tabColor,gridProperties),basicFilter(range),"
    "data(columnMetadata(pixelSize,hiddenByUser,developerMetadata(metadataKey,metadataValue)))"
)
_CONTENT = (
    "effectiveValue,userEnteredValue,note,hyperlink,textFormatRuns(format(link(uri))),"
    "chipRuns(chip(richLinkProperties(uri),personProperties(email)))"
)
_FORMATS = (
    "userEnteredFormat(horizontalAlignment),effectiveFormat(backgroundColor,wrapStrategy,numberFormat,"
    "textFormat(foregroundColor,bold,italic,strikethrough,underline))"
)
"""The plain colours, though they are deprecated: colours of a theme are worked out there."""

_STIRS = Words(
    "读取「{tab}」时一直有人在移动或改动单元格,因此什么都没写;下次运行会自动再试。",
    "People kept moving or changing cells of '{tab}' while it was read; nothing was written. The next run tries again.",
)
_LOADS = Words(
    "「{tab}」里有公式一直显示「Loading...」,还没算出结果,因此什么都没写;下次运行会自动再试。",
    "Formulas of '{tab}' were still loading while it was read; nothing was written. The next run tries again.",
)

Json = dict[str, Any]


class NeverStill(Moved):
    """A tab did not stand still long enough to be read."""

    def __init__(self, tab: str, *, loads: bool = False) -> None:
        self.tab, self.loads = tab, loads
        SheetError.__init__(self, (_LOADS if loads else _STIRS).filled(tab=tab))


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
    """Return a tab as it stands now; raise NeverStill where people do not let it, RequestRefused where it is gone.

    With `rows_of`, which is shown the tab's values, only the rows it names. Without looks it costs less.
    """
    fields = f"{_CONTENT},{_FORMATS}" if with_looks else _CONTENT
    camera = _Camera(gateway, spreadsheet_id, sheet_id, (tab, kind, heading_row), rows_of, fields)
    fault = NeverStill(tab)
    for _ in range(_LOOKS):
        try:
            return tidied(camera.take())
        except NeverStill as error:
            fault = error
        except RequestRefused:  # of rows that are gone by now, or of the whole tab
            fault = NeverStill(camera.frame()["properties"]["title"])
    raise fault


@dataclass(slots=True)
class _Camera:
    """Reads one tab, round by round. `odd` is what its cells and its values showed differently last time."""

    gateway: Gateway
    spreadsheet_id: str
    sheet_id: int
    caption: tuple[str, Kind, int]
    rows_of: Callable[[TabSnapshot], Sequence[int]] | None
    fields: str
    odd: dict[Place, Cell] = field(default_factory=dict)

    def take(self) -> TabSnapshot:
        """Read the tab once; raise NeverStill where that shows no one moment of it."""
        before = self._values()
        frame = self.frame()  # in between, so that no column moves unseen
        rows = self._wanted(frame, before)
        seen = self._cells(frame, rows)
        after = self._values()
        odd = _odd(seen, before, rows)
        is_known, self.odd = odd == self.odd, odd
        if (
            self._wanted(frame, after) != rows
            or _has_changed(before, after, rows, seen.loose)
            or (odd and not is_known)  # what is so twice stands still
        ):
            raise NeverStill(frame["properties"]["title"])
        return _snapshot(self.caption, frame, seen)

    def frame(self) -> Json:
        """Read everything but the cells."""
        area = wire.grid_range(self.sheet_id, (0, 1), (0, None))
        return self.gateway.grid(self.spreadsheet_id, area, _FRAME)

    def _values(self) -> list[list[Cell]]:
        """Read all values in one request: as many rows and columns as the tab has at that moment."""
        whole = {"gridRange": {"sheetId": self.sheet_id}}
        [match] = self.gateway.read_ranges(self.spreadsheet_id, [whole], render="UNFORMATTED_VALUE")
        _, height, width = proof.size_of(match["valueRange"]["range"])
        rows: list[list[Cell]] = [[None] * width for _ in range(height)]
        for c, column in enumerate(columns_of(match["valueRange"])):
            for r, value in enumerate(column):
                rows[r][c] = value
        return rows

    def _wanted(self, frame: Json, values: list[list[Cell]]) -> list[int]:
        """Return the rows to be read, by the tab's values."""
        height, width = _size(frame)
        if (len(values), len(values[0])) != (height, width):
            raise NeverStill(frame["properties"]["title"])
        if self.rows_of is None:
            return list(range(height))
        seen = _Seen()
        seen.rows, seen.looks = values, [[0] * width] * height
        return sorted(set(self.rows_of(_snapshot(self.caption, frame, seen))))

    def _cells(self, frame: Json, rows: Sequence[int]) -> _Seen:
        """Read those rows with everything that is in their cells."""
        size = _size(frame)
        mask = (
            "properties(sheetId,gridProperties(rowCount,columnCount)),"
            f"data(startRow,rowData(values({self.fields})))"
        )
        found: dict[int, Sequence[Json]] = {}
        for spans in _requests(rows, max(1, _CELLS_A_READ // size[1])):
            areas = [wire.grid_range(self.sheet_id, span, (0, None)) for span in spans]
            sheet = self.gateway.grid(self.spreadsheet_id, areas, mask)
            if _size(sheet) != size:
                raise NeverStill(frame["properties"]["title"])
            for data in sheet.get("data", ()):
                for r, row in enumerate(data.get("rowData", ()), data.get("startRow", 0)):
                    found[r] = row.get("values", ())
        seen = _Seen()
        for row in rows:
            seen.add(found.get(row, ()), size[1])
        if seen.loads:
            raise NeverStill(frame["properties"]["title"], loads=True)
        return seen


def _has_changed(
    before: Sequence[Sequence[Cell]],
    after: Sequence[Sequence[Cell]],
    rows: Sequence[int],
    loose: set[Place],
) -> bool:
    """Tell whether two readings of the values differ in a cell that no formula fills."""
    return any(
        a != b and (r, c) not in loose
        for r, row in enumerate(rows)
        if before[row] != after[row]
        for c, (a, b) in enumerate(zip(before[row], after[row], strict=True))
    )


def _odd(seen: _Seen, values: Sequence[Sequence[Cell]], rows: Sequence[int]) -> dict[Place, Cell]:
    """Return the cells without a formula of which the values say something else.

    So it is where rows moved, but also with a chip in a text. The signs of errors may always differ.
    """
    return {
        (r, c): value
        for r, row in enumerate(rows)
        if seen.rows[r] != values[row]
        for c, (value, other) in enumerate(zip(seen.rows[r], values[row], strict=True))
        if value != other
        and (r, c) not in seen.loose
        and not (_is_error(value) and _is_error(other))
    }


def _size(sheet: Mapping[str, Any]) -> Span:
    grid = sheet["properties"]["gridProperties"]
    return grid["rowCount"], grid["columnCount"]


def _requests(rows: Sequence[int], most: int) -> Iterator[list[Span]]:
    """Yield the spans of rows of one request after the other, so many rows in each at most."""
    request: list[Span] = []
    room = most
    for first, end in _stretches(rows):
        start = first
        while start < end:
            if not room or len(request) == _RANGES_A_READ:
                yield request
                request, room = [], most
            stop = min(end, start + room)
            request.append((start, stop))
            room -= stop - start
            start = stop
    if request:
        yield request


def _stretches(rows: Sequence[int]) -> Iterator[Span]:
    """Yield (first, end) of rows that lie close together."""
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i] - rows[i - 1] > _NEAR + 1:
            yield rows[start], rows[i - 1] + 1
            start = i


class _Seen:
    """The cells of a tab as they come in. `loose` are those that a formula fills; `loads`: one is not done."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.looks: list[list[int]] = []
        self.palette: dict[Look, int] = {PLAIN: 0}
        self.notes: dict[Place, str] = {}
        self.formulas: dict[Place, str] = {}
        self.links: dict[Place, str] = {}
        self.loose: set[Place] = set()
        self.loads = False

    def add(self, cells: Sequence[Mapping[str, Any]], width: int) -> None:
        """Take in one row."""
        row: list[Cell] = [None] * width
        looks = [0] * width
        for j, cell in enumerate(cells[:width]):
            place = len(self.rows), j
            entered, result = cell.get("userEnteredValue"), cell.get("effectiveValue")
            if (result or {}).get("errorValue", {}).get("type") == "LOADING":
                self.loads = True
            if "formulaValue" in (entered or {}):
                self.formulas[place] = cell["userEnteredValue"]["formulaValue"]
                self.loose.add(place)
                entered = None
            elif result and not entered:  # what a formula beside or above fills
                self.loose.add(place)
            row[j] = _value(result or entered)
            look = _look(cell)
            looks[j] = self.palette.setdefault(look, len(self.palette))
            if "note" in cell:
                self.notes[place] = cell["note"]
            link = _links(cell)
            if link:
                self.links[place] = link
        self.rows.append(row)
        self.looks.append(looks)


def _links(cell: Mapping[str, Any]) -> str:
    """Return where a cell leads, each address once and on a line of its own."""
    found = [cell.get("hyperlink")]
    found += [
        run.get("format", {}).get("link", {}).get("uri") for run in cell.get("textFormatRuns", ())
    ]
    for run in cell.get("chipRuns", ()):
        chip = run.get("chip", {})
        email = chip.get("personProperties", {}).get("email")
        found += [chip.get("richLinkProperties", {}).get("uri"), email and f"mailto:{email}"]
    return "\n".join(dict.fromkeys(link for link in found if link))


def _snapshot(caption: tuple[str, Kind, int], frame: Mapping[str, Any], seen: _Seen) -> TabSnapshot:
    tab, kind, heading_row = caption
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
        seen.links,
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
    """Return how many columns hold anything: ours, or a value, a formula, a note or a link."""
    used = [i for i, column in enumerate(columns) if column.id is not None]
    used += [
        max((i for i, cell in enumerate(row) if cell is not None), default=0) for row in seen.rows
    ]
    used += [column for _, column in (*seen.notes, *seen.formulas, *seen.links)]
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


def _is_error(value: Cell) -> bool:
    return isinstance(value, str) and value.startswith("#")
