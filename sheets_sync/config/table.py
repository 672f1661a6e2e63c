"""Strict reading of the small CSV tables that people keep in a spreadsheet program.

Encodings and delimiters are what such programs save: UTF-8 with or without a mark, GB18030 from
Chinese Excel; comma, semicolon or TAB. Places are line and cell, both 1-based.
"""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from sheets_sync.config.yamlfile import did_you_mean, joined
from sheets_sync.errors import InvalidFile, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_DELIMITERS = ",;\t"
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?|-?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA_DECIMAL = re.compile(r"-?\d+,\d+")


@dataclass(slots=True)
class Row:
    """One line of a table: its cells by column, where it stands, and the table's problems."""

    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]
    problems: list[Problem]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def wrong(self, column: str, words: Words) -> None:
        """Note a problem with a cell."""
        self.problems.append(Problem(words, self.line, self.columns.get(column, 1)))

    def number(self, column: str, what: Words) -> float | None:
        """Return a cell as a number of at least 0; None where it is blank or wrong."""
        text = self[column]
        if not text:
            return None
        plain = (
            text.replace(",", ".")
            if _COMMA_DECIMAL.fullmatch(text) and not _NUMBER.fullmatch(text)
            else text
        )
        if not _NUMBER.fullmatch(plain) or len(plain) > 15 or plain.startswith("-"):  # noqa: PLR2004  # a float keeps 15 digits
            self.wrong(column, _must_be(text, what))
            return None
        return float(plain.replace(",", ""))

    def day(self, column: str) -> date | None:
        """Return a cell as a date, year first; None where it is blank or wrong."""
        text = self[column]
        if not text:
            return None
        found = _DATE.fullmatch(text)
        if found is not None:
            with suppress(ValueError):
                return date(int(found[1]), int(found[2]), int(found[3]))
        self.wrong(column, _must_be(text, Words("日期,如 2025-03-01", "a date such as 2025-03-01")))
        return None


@dataclass(slots=True)
class Table:
    """A table read as far as it goes."""

    path: str
    rows: list[Row] = field(default_factory=list)
    columns: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self) -> None:
        """Raise InvalidFile where anything is wrong."""
        if self.problems:
            key = lambda p: (p.line or 0, p.column or 0)  # noqa: E731  # used once
            raise InvalidFile(self.path, sorted(dict.fromkeys(self.problems), key=key))


def read_table(
    path: Path, headings: Mapping[str, tuple[str, ...]], required: tuple[str, ...]
) -> Table:
    """Read a CSV file whose columns are named by `headings`: column to its other spellings.

    A missing file is an empty table. Headings that are no column's are left to the team, unless one
    looks like a misspelt column. Raise InvalidFile where the file cannot be read at all.
    """
    table = Table(str(path))
    if not path.exists():
        return table
    try:
        lines = list(_cells(_decoded(path)))
    except csv.Error as error:
        words = Words("引号不成对或单元格过长", "quotes do not pair, or a cell is too long")
        raise InvalidFile(str(path), [Problem(words)]) from error
    if not lines:
        return table
    known = {
        _folded(name): column for column, names in headings.items() for name in (column, *names)
    }
    first, heads = lines[0]
    columns = _columns(table, first, heads, known)
    for column in required:
        if column not in columns:
            words = Words("缺少列 '{column}'", "column '{column}' is missing")
            table.problems.append(Problem(words.filled(column=_spelt(column, headings)), first, 1))
    table.columns = {column: at + 1 for column, at in columns.items()}
    for line, cells in lines[1:]:
        found = {c: cells[at].strip() for c, at in columns.items() if at < len(cells)}
        if any(cell.strip() for cell in cells):
            table.rows.append(Row(line, found, table.columns, table.problems))
    return table


def _spelt(column: str, headings: Mapping[str, tuple[str, ...]]) -> Words:
    return Words("/".join((column, *headings[column][:1])), column)


def _columns(table: Table, line: int, heads: list[str], known: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    strange: list[tuple[int, str]] = []
    for at, head in enumerate(heads):
        column = known.get(_folded(head))
        if column is None:
            strange.append((at, head.strip()))
        elif column in columns:
            words = Words(f"列 '{head.strip()}' 重复", f"column '{head.strip()}' is given twice")
            table.problems.append(Problem(words, line, at + 1))
        else:
            columns[column] = at
    for at, head in strange:
        hint = did_you_mean(_folded(head), [name for name, c in known.items() if c not in columns])
        if head and hint.en:
            words = Words(f"没有列 '{head}'", f"column '{head}' is unknown")
            table.problems.append(Problem(joined(words, hint), line, at + 1))
    return columns


def _folded(heading: str) -> str:
    return re.sub(r"[\s_-]+", "_", heading.strip().casefold())


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        words = Words(f"打不开:{error.strerror}", f"cannot be opened: {error.strerror}")
        raise InvalidFile(str(path), [Problem(words)]) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    words = Words("不是文本表格,请另存为CSV(UTF-8)", "is no text table; save it as CSV (UTF-8)")
    raise InvalidFile(str(path), [Problem(words)])


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank, with the line on which it begins."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", head)
    delimiter = max(_DELIMITERS, key=bare.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begin = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begin, cells
        begin = reader.line_num + 1


def _must_be(text: str, what: Words) -> Words:
    return Words("要写{what},现在是 '{text}'", "must be {what}, not '{text}'").filled(
        what=what, text=text
    )
