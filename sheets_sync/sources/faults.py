"""What could not be used, collected while a file is read.

A damaged file may hold the same mistake in every row, so equal mistakes are told a few times and then
counted. Values of people's files appear only shortened, and e-mail addresses never.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.core.model import Fault
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOLD = 5
_VALUE_LENGTH = 40
_HEADINGS_LENGTH = 160
_MORE = Words("还有 {n} 处相同:{reason}", "{n} more like this: {reason}")


class Refused(Exception):  # names what happened to the file, as a fault does
    """The whole file (or a whole part of it) cannot be used, and why."""

    def __init__(self, words: Words, *, row: int | None = None, column: str | None = None) -> None:
        self.words, self.row, self.column = words, row, column
        super().__init__(words.en)


class Faults:
    """The faults of one file, in the order of their first appearance."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._groups: dict[tuple[Words, str | None], list[Fault]] = {}
        self._counts: dict[tuple[Words, str | None], int] = {}

    def add(
        self, words: Words, *, row: int | None = None, column: str | None = None, **facts: object
    ) -> None:
        """Record one fault; `words` are filled with `facts`, and equal words are told together."""
        group = (words, column)
        told = self._groups.setdefault(group, [])
        self._counts[group] = self._counts.get(group, 0) + 1
        if len(told) < _TOLD:
            told.append(Fault(self._file, row, column, words.filled(**facts) if facts else words))

    def add_refusal(self, refused: Refused) -> None:
        """Record why a file or a part of it is not used."""
        self.add(refused.words, row=refused.row, column=refused.column)

    def all(self) -> tuple[Fault, ...]:
        """Return the faults, with a count in place of the sixth and later of one sort."""
        told: list[Fault] = []
        for group, faults in self._groups.items():
            told += faults
            if self._counts[group] > _TOLD:
                more = self._counts[group] - _TOLD
                last = faults[-1]
                told.append(
                    last._replace(row=None, reason=_MORE.filled(n=more, reason=last.reason))
                )
        return tuple(told)


def quoted(value: object) -> str:
    """Return a value as it may be shown in a message: on one line, short, without an address."""
    text = " ".join(str(value).split())
    if "@" in text:
        return "…"
    return text if len(text) <= _VALUE_LENGTH else text[: _VALUE_LENGTH - 1] + "…"


def listed(headings: Iterable[object]) -> str:
    """Return headings as one readable line, cut where it gets long."""
    line = " | ".join(quoted(heading) for heading in headings if str(heading).strip())
    return line if len(line) <= _HEADINGS_LENGTH else line[: _HEADINGS_LENGTH - 1] + "…"
