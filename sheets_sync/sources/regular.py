"""The quick way to read a large text whose every line has the width of its header.

pandas reads only the columns that are wanted. Before that the text is proved to be regular, because a
data frame does not tell a short line from blank cells, nor the line on which a record stands.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from sheets_sync.sources.tabular import TAB, Table, headings_of

if TYPE_CHECKING:
    from sheets_sync.sources.tabular import Grid, Wanted

_NEWLINE, _QUOTE = b"\n", b'"'


def regular_table(text: str, preview: Grid, header: int, wanted: Wanted) -> Table | None:
    """Return the table of a regular text, or None; `preview` are its first rows, the header among them."""
    below = _below(text, preview.lines[header])
    names = preview.rows[header]
    if below is None or not _is_regular(below.encode(), len(names), preview.delimiter):
        return None
    headings = headings_of(names)
    columns = wanted(headings)
    cells = _columns(below, columns, preview.delimiter)
    at = columns[0]
    if names[at] in cells[at]:
        return None
    first = preview.lines[header] + 1
    return Table(headings, cells, range(first, first + len(cells[at])))


def _below(text: str, line: int) -> str | None:
    """Return what follows a line; None where nothing does."""
    at = 0
    for _ in range(line):
        at = text.find("\n", at) + 1
        if at == 0:
            return None
    return text[at:] or None


def _is_regular(data: bytes, width: int, delimiter: str) -> bool:
    """Return whether every line is one record of this width."""
    if width == 1 or not data.endswith(_NEWLINE) or data.count(b"\r") != data.count(b"\r\n"):
        return False
    if delimiter == TAB or _QUOTE not in data:
        marks = data.translate(None, _others(delimiter.encode()))
        record = delimiter.encode() * (width - 1) + _NEWLINE
        return marks == record * (len(marks) // width)
    codes = np.frombuffer(data, dtype=np.uint8)
    newline, delimiting = codes == _NEWLINE[0], codes == delimiter.encode()[0]
    outside = ~np.logical_xor.accumulate(codes == _QUOTE[0])
    if not outside[newline].all():
        return False
    ends = newline[np.flatnonzero((delimiting & outside) | newline)]
    if len(ends) % width:
        return False
    by_record = ends.reshape(-1, width)
    return bool(by_record[:, -1].all()) and int(ends.sum()) == len(by_record)


def _others(delimiter: bytes) -> bytes:
    return bytes(code for code in range(256) if code not in (delimiter[0], _NEWLINE[0]))


def _columns(text: str, columns: list[int], delimiter: str) -> dict[int, list[str]]:
    import pandas as pd  # slow to import

    frame = pd.read_csv(
        io.StringIO(text),
        sep=delimiter,
        header=None,
        usecols=columns,
        dtype=object,
        na_filter=False,
        quoting=csv.QUOTE_NONE if delimiter == TAB else csv.QUOTE_MINIMAL,
    )
    return {at: frame[at].tolist() for at in columns}
