"""Tables out of text and workbooks.

Tab-separated report files have no quoting: `"` is an ordinary character there. This is the careful way: it
knows the line of every record and keeps rows of the wrong width apart. `regular` is the quick way for
texts in which there is nothing of the kind.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from sheets_sync.errors import Words
from sheets_sync.sources.faults import Refused, listed, quoted
from sheets_sync.sources.headings import Heading, heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sheets_sync.sources.faults import Faults

TAB = "\t"
HEADER_WITHIN = 10
_DELIMITERS = (TAB, ";", ",")
_LONGEST_FIELD = 1 << 24
_FIRST_TEXT = 1 << 18
_PREVIEW_LINES = 60

_BAD_QUOTES = Words(
    "引号不成对,文件可能不完整,请重新下载",
    "Quotes do not match; the file may be cut off, download it again",
)
_CUT_OFF = Words(
    "最后一行只有 {n} 列(应为 {width} 列),文件不完整,请重新下载",
    "The last line has {n} of {width} columns; the file is cut off, download it again",
)
_WIDTH = Words(
    "这一行有 {n} 列,表头有 {width} 列,已跳过",
    "This line has {n} columns, the header {width}; left out",
)
_TWICE = Words(
    "表头 {heading} 出现两次,无法判断用哪一列",
    "The heading {heading} appears twice; it is not clear which to use",
)
_MISSING = Words(
    "缺少表头:{missing};现有:{headings}", "Headings missing: {missing}; found: {headings}"
)
_BAD_WORKBOOK = Words(
    "表格文件打不开(可能不完整、加密或不是 Excel):{error}",
    "The workbook cannot be opened (cut off, encrypted, or none at all): {error}",
)

Row = list[Any]
Wanted = Callable[[Sequence[Heading]], list[int]]
"""Which columns of a table are read, by its headings."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Non-blank rows of cells with their line numbers (1-based); `delimiter` is empty for a workbook."""

    rows: list[Row]
    lines: list[int]
    delimiter: str = ""
    ends_open: bool = False
    """Whether the last line has no line end."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a known header, by column; `cells` holds only the columns that were asked for."""

    headings: tuple[Heading, ...]
    cells: Mapping[int, list[Any]]
    lines: Sequence[int]

    def find(self, names: Iterable[str]) -> int | None:
        """Return the column of the first of these normalised headings, or None; Refused if it is there twice."""
        present = [h.name for h in self.headings]
        for name in names:
            if present.count(name) > 1:
                raise Refused(_TWICE.filled(heading=quoted(name)))
            if name in present:
                return present.index(name)
        return None

    def need(self, names: Sequence[str]) -> int:
        """Return the column of the first of these normalised headings; Refused where none is there."""
        found = self.find(names)
        if found is None:
            headings = listed(h.text for h in self.headings)
            raise Refused(_MISSING.filled(missing=quoted(names[0]), headings=headings))
        return found

    def texts(self, index: int | None) -> list[str]:
        """Return the cells of one column as text without outer spaces; blank where there is no column."""
        if index is None:
            return [""] * len(self.lines)
        column = self.cells[index]
        if set(map(type, column)) <= {str}:
            return [cell.strip() for cell in column]
        return [text_of(cell) for cell in column]

    def row(self, place: int) -> list[Any]:
        """Return the cells of one row that were asked for."""
        return [column[place] for column in self.cells.values()]

    def only(self, kept: Sequence[int]) -> Table:
        """Return the table with the rows at these places alone."""
        if len(kept) == len(self.lines):
            return self
        cells = {index: [column[i] for i in kept] for index, column in self.cells.items()}
        return Table(self.headings, cells, [self.lines[i] for i in kept])


def text_of(cell: object) -> str:
    """Return a cell as text; a whole number from a workbook has no decimals."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def delimiters(text: str) -> list[str]:
    """Return the delimiters that occur near the beginning, the likeliest first."""
    start = text[:_FIRST_TEXT]
    first_line = start.lstrip().partition("\n")[0]
    return sorted(
        (d for d in _DELIMITERS if d in start),
        key=lambda d: (-first_line.count(d), _DELIMITERS.index(d)),
    ) or [","]


def text_grid(text: str, delimiter: str) -> Grid:
    """Read delimited text, line by line."""
    csv.field_size_limit(_LONGEST_FIELD)
    reader = _reader(text, delimiter, strict=True)
    try:
        numbered = list(_numbered(reader))
    except csv.Error as error:
        raise Refused(_BAD_QUOTES, row=reader.line_num) from error
    rows, lines = [row for _, row in numbered], [line for line, _ in numbered]
    return Grid(rows, lines, delimiter, ends_open=not text.endswith(("\n", "\r")))


def text_preview(text: str, delimiter: str) -> Grid:
    """Read the beginning of delimited text, enough to find its header."""
    csv.field_size_limit(_LONGEST_FIELD)
    start = "".join(islice(io.StringIO(text[:_FIRST_TEXT], newline=""), _PREVIEW_LINES))
    numbered = list(islice(_numbered(_reader(start, delimiter, strict=False)), HEADER_WITHIN + 1))
    return Grid([row for _, row in numbered], [line for line, _ in numbered], delimiter)


def _reader(text: str, delimiter: str, *, strict: bool) -> Any:
    lines = io.StringIO(text, newline="")
    if delimiter == TAB:
        return csv.reader(lines, delimiter=TAB, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=delimiter, strict=strict)


def workbook_grids(data: bytes) -> list[Grid]:
    """Read every sheet of a workbook, whatever size it declares itself to have."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum  # slow to import

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        kinds = {sheet.name: sheet.typ for sheet in book.sheets_metadata}
        sheets = [
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
            if kinds[name] == SheetTypeEnum.WorkSheet
        ]
    except (CalamineError, OSError, ValueError) as error:
        raise Refused(_BAD_WORKBOOK.filled(error=quoted(error))) from error
    return [_sheet_grid(rows) for rows in sheets]


def table(grid: Grid, header: int, wanted: Wanted, faults: Faults) -> Table:
    """Return the rows below the header, without repeated headers and without rows of another width."""
    names = grid.rows[header]
    width = len(names)
    rows, lines = grid.rows[header + 1 :], grid.lines[header + 1 :]
    if rows and len(rows[-1]) < width and grid.ends_open:
        raise Refused(_CUT_OFF.filled(n=len(rows[-1]), width=width), row=lines[-1])
    if any(len(row) != width for row in rows) or names in rows:
        kept = [i for i, row in enumerate(rows) if row != names and _fits(row, width)]
        for i, row in enumerate(rows):
            if not _fits(row, width):
                faults.add(_WIDTH, row=lines[i], n=len(row), width=width)
        rows, lines = [rows[i] for i in kept], [lines[i] for i in kept]
    headings = headings_of(names)
    return Table(headings, {at: [row[at] for row in rows] for at in wanted(headings)}, lines)


def headings_of(row: Row) -> tuple[Heading, ...]:
    """Return the headings that a row of cells spells."""
    return tuple(heading(text_of(cell)) for cell in row)


def named(*groups: Iterable[str]) -> Wanted:
    """Return a choice of the columns whose headings are among these names."""
    names = frozenset(name for group in groups for name in group)
    return lambda headings: [at for at, h in enumerate(headings) if h.name in names]


def _fits(row: Row, width: int) -> bool:
    return len(row) == width or (len(row) > width and not any(row[width:]))


def _numbered(reader: Any) -> Iterator[tuple[int, Row]]:
    """Yield (line of its beginning, row) for every row that holds anything."""
    begins = 1
    for row in reader:
        if any(row):
            yield begins, row
        begins = reader.line_num + 1


def _sheet_grid(cells: list[list[Any]]) -> Grid:
    lines = [n for n, row in enumerate(cells, 1) if any(cell != "" for cell in row)]
    return Grid([cells[n - 1] for n in lines], lines)
