"""What every reader of one file needs to know, and the few decisions all of them share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from sheets_sync.core.marketplaces import MARKETPLACES, newest_complete_day
from sheets_sync.core.model import Portion
from sheets_sync.errors import Words
from sheets_sync.sources.dates import name_time
from sheets_sync.sources.faults import Refused, quoted
from sheets_sync.sources.numbers import Malformed
from sheets_sync.sources.places import Hints, Place, Places, country_code, locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sheets_sync.core.model import Figure, SourceFile
    from sheets_sync.sources.faults import Faults
    from sheets_sync.sources.tabular import Table

T = TypeVar("T")

NOT_A_NUMBER = Words("不是数字:{value}", "Not a number: {value}")
NOT_A_DATE = Words("不是日期:{value}", "Not a date: {value}")
NO_SKU = Words("SKU为空", "The SKU is blank")
DAMAGED_SKU = Words("SKU含无法识别的字符:{sku}", "The SKU holds unreadable characters: {sku}")
OTHER_CURRENCY = Words(
    "币种 {found} 与站点 {marketplace} 的 {currency} 不符,请确认文件属于这个站点",
    "Currency {found} does not fit {marketplace}, which has {currency}; check that the file belongs there",
)
_UNKNOWN_PLACE = Words("不认识的站点:{value}", "Unknown marketplace: {value}")


@dataclass(frozen=True, slots=True)
class Reading:
    """One file being read: where it lies, the job's places, and its faults so far."""

    file: SourceFile
    places: Places
    hints: Hints
    faults: Faults
    _found: dict[tuple[str, str], Place | None] = field(default_factory=dict)

    def place(
        self, said: str = "", said_store: str = "", *, row: int | None = None
    ) -> Place | None:
        """Return the place of the part that names `said`; where it is not clear, a fault and None.

        `said` may be a code, an id, a domain or a country; blank says nothing. Told once per text.
        """
        key = said, said_store
        if key not in self._found:
            try:
                self._found[key] = self._located(said, said_store)
            except Refused as refused:
                self.faults.add(refused.words, row=row)
                self._found[key] = None
        return self._found[key]

    def _located(self, said: str, said_store: str) -> Place:
        code = country_code(said) if said else None
        if said and code is None:
            raise Refused(_UNKNOWN_PLACE.filled(value=quoted(said)))
        return locate(self.places, self.hints, code, said_store or None)

    def flow_time(self, marketplace: str) -> datetime:
        """Return when a file of flows was made: a clock time in its name, else its own time."""
        named = self._named(marketplace)
        return named[0] if named and named[1] else self.file.modified

    def snapshot_time(self, marketplace: str) -> datetime:
        """Return the moment of a snapshot that does not say it: a time in its name, else the file's."""
        named = self._named(marketplace)
        return named[0] if named else self.file.modified

    def _named(self, marketplace: str) -> tuple[datetime, bool] | None:
        return name_time(PurePosixPath(self.file.path).name, marketplace)

    def fits(self, found: frozenset[str], marketplace: str) -> bool:
        """Return whether currency evidence allows the marketplace; no evidence does."""
        return not found or MARKETPLACES[marketplace].currency in found

    def refuse_currency(
        self,
        found: Iterable[str],
        marketplace: str,
        *,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        """Record that a currency contradicts the marketplace."""
        names = "/".join(sorted(found))
        currency = MARKETPLACES[marketplace].currency
        self.faults.add(
            OTHER_CURRENCY,
            row=row,
            column=column,
            found=names,
            marketplace=marketplace,
            currency=currency,
        )


def snapshot(
    kind: str,
    place: Place,
    taken_at: datetime,
    keys: Sequence[str],
    figures: Mapping[str, Sequence[Figure]],
) -> Portion:
    """Return the portion of a snapshot, on the newest day that was complete at its moment."""
    day = newest_complete_day(place.marketplace, taken_at)
    return Portion(kind, *place, day, taken_at, tuple(keys), figures)


def account(
    kind: str, place: Place, when: tuple[date, datetime], figures: Mapping[str, Figure]
) -> Portion:
    """Return a portion of account figures; `when` is its business day and the moment it was made."""
    columns = {name: [value] for name, value in figures.items()}
    return Portion(kind, *place, *when, ("",), columns)


def parsed(
    table: Table,
    index: int,
    parse: Callable[[Any], T | None],
    faults: Faults,
    *,
    words: Words = NOT_A_NUMBER,
) -> tuple[list[T | None], set[int]]:
    """Parse a column, every distinct cell once; what is malformed is None, a fault, and in the set."""
    cells = table.cells[index]
    known: dict[Any, T | None] = {}
    malformed = set()
    for cell in set(cells):
        try:
            known[cell] = parse(cell)
        except Malformed:
            known[cell] = None
            malformed.add(cell)
    if not malformed:
        return [known[cell] for cell in cells], set()
    bad = {i for i, cell in enumerate(cells) if cell in malformed}
    column = table.headings[index].text
    for i in sorted(bad):
        faults.add(words, row=table.lines[i], column=column, value=quoted(cells[i]))
    return [known[cell] for cell in cells], bad


def with_sku(table: Table, index: int, faults: Faults) -> Table:
    """Return the rows whose SKU is there and whole; the others become faults."""
    kept = []
    for i, sku in enumerate(table.texts(index)):
        if not sku:
            faults.add(NO_SKU, row=table.lines[i], column=table.headings[index].text)
        elif "\ufffd" in sku:
            faults.add(
                DAMAGED_SKU, row=table.lines[i], column=table.headings[index].text, sku=quoted(sku)
            )
        else:
            kept.append(i)
    return table.only(kept)
