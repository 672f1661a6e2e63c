"""Tables out of text and workbooks.

Tab-separated report files have no quoting: `"` is an ordinary character there. Lines are read with the
csv module rather than into a data frame, because it tells the line of each record (for faults), keeps
rows of the wrong width apart, and costs the same.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from sheets_sync.errors import Words
from sheets_sync.sources.faults import Refused, listed, quoted
from sheets_sync.sources.headings import heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sheets_sync.sources.faults import Faults
    from sheets_sync.sources.headings import Heading

TAB = "\t"
HEADER_WITHIN = 10
_DELIMITERS = (TAB, ";", ",")
_LONGEST_FIELD = 1 << 24
_FIRST_TEXT = 65536

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
    """A grid whose header is known: every row has one cell for each heading."""

    headings: tuple[Heading, ...]
    rows: list[Row]
    lines: list[int]

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
            raise Refused(_MISSING.filled(missing=quoted(names[0]), headings=self.heading_line()))
        return found

    def column(self, index: int) -> list[Any]:
        """Return the cells of one column."""
        return [row[index] for row in self.rows]

    def texts(self, index: int | None) -> list[str]:
        """Return the cells of one column as text without outer spaces; blank where there is no column."""
        if index is None:
            return [""] * len(self.rows)
        return [text_of(row[index]) for row in self.rows]

    def only(self, kept: Sequence[int]) -> Table:
        """Return the table with the rows at these places alone."""
        if len(kept) == len(self.rows):
            return self
        return Table(self.headings, [self.rows[i] for i in kept], [self.lines[i] for i in kept])

    def heading_line(self) -> str:
        """Return the headings as one readable line."""
        return listed(h.text for h in self.headings)


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


def text_grid(text: str, delimiter: str, *, at_most: int | None = None) -> Grid:
    """Read delimited text; `at_most` rows of it where only the header is wanted."""
    csv.field_size_limit(_LONGEST_FIELD)
    lines: list[int] = []
    rows: list[Row] = []
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if delimiter == TAB else csv.QUOTE_MINIMAL,
        strict=True,
    )
    try:
        for line, row in islice(_numbered(reader), at_most):
            rows.append(row)
            lines.append(line)
    except csv.Error as error:
        raise Refused(_BAD_QUOTES, row=reader.line_num) from error
    return Grid(rows, lines, delimiter, ends_open=not text.endswith(("\n", "\r")))


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


def table(grid: Grid, header: int, faults: Faults) -> Table:
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
        rows, lines = [rows[i][:width] for i in kept], [lines[i] for i in kept]
    return Table(tuple(heading(text_of(name)) for name in names), rows, lines)


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
