"""What a table is, and the words of its headings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.layout import SPECIAL
from sheets_sync.core.metrics import METRICS
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheets_sync.core.scope import Account
    from sheets_sync.core.tab import Cell


class Column(NamedTuple):
    """One column; `unit` is one of the catalogue's, `rate` (a small percentage) or `points` (between two)."""

    id: str
    label: Words
    unit: str


class Row(NamedTuple):
    """One row, in the currency of its site; words are said in the job's language."""

    site: Account
    cells: tuple[Cell | Words, ...]


class Table(NamedTuple):
    """Columns and rows; the rows of one site stand together."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def place(self, name: str) -> int:
        """Return where a column is."""
        return next(i for i, column in enumerate(self.columns) if column.id == name)

    def of_site(self, site: Account) -> range:
        """Return the numbers of a site's rows."""
        numbers = [i for i, row in enumerate(self.rows) if row.site == site]
        return range(numbers[0], numbers[-1] + 1) if numbers else range(0)


def metric(name: str) -> Column:
    """Return a column named as everywhere else."""
    return Column(name, METRICS[name].label, METRICS[name].unit)


def key(name: str) -> Column:
    """Return a key column, named as in the log."""
    return Column(name, SPECIAL[name], "text")


SITE = (key("store"), key("marketplace"))
MONTH = Column("month", Words("月份", "Month"), "text")
DAYS = Column("days", Words("有数据天数", "Days known"), "count")
ACTIVE = Column("active", Words("活跃SKU", "Active SKUs"), "count")

FIGURES = (
    *map(
        metric,
        ("sales", "units", "sessions", "conversion", "ad_spend", "ad_sales", "acos", "tacos"),
    ),
    ACTIVE,
)
"""The figures of a site over a stretch of days."""


def row(columns: Iterable[Column], site: Account, found: dict[str, Cell | Words]) -> Row:
    """Return a row with its cells in the order of the columns."""
    cells = {"store": site[0], "marketplace": site[1], **found}
    return Row(site, tuple(cells.get(column.id) for column in columns))
