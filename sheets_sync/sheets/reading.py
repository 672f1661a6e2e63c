"""What is looked for in a spreadsheet, what one read found, and why it cannot be worked on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sheets_sync.core.tab import ExistingTab, TabMemory
from sheets_sync.errors import SheetError, UnsafeChange, Words
from sheets_sync.sheets import proof

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheets_sync.core.template import TabLayout

GONE = -1
"""The remembered sheet id of a tab that the team deleted: it is looked for, never made again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tab the program works on: its layout, and its title should it have to be made."""

    layout: TabLayout
    title: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one read found. `untagged` are columns (and `tab` itself) that were found by their names.

    `foreign` are tabs of the team's own that only bear a title of ours. `unusable` have lost a column
    without which their rows cannot be told apart: its labels by tab. `worked_out` are Settings tabs in which
    somebody typed formulas, with what these come to. `frozen` are archives by now; `stamps` say when and by
    which run, where that was read from the tabs themselves, and `others` are more tabs of ours that were seen.
    """

    tabs: dict[str, ExistingTab] = field(default_factory=dict)
    highlights: dict[str, str] = field(default_factory=dict)
    untagged: dict[str, tuple[str, ...]] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    foreign: set[str] = field(default_factory=set)
    unusable: dict[str, tuple[str, Sequence[Words]]] = field(default_factory=dict)
    worked_out: dict[str, ExistingTab] = field(default_factory=dict)
    frozen: set[str] = field(default_factory=set)
    stamps: dict[str, tuple[str, str]] = field(default_factory=dict)
    others: dict[str, TabMemory] = field(default_factory=dict)

    @property
    def absent(self) -> set[str]:
        """Return the tabs that are neither read nor written: deleted, unusable, or archives by now."""
        return {*self.deleted, *self.unusable, *self.frozen}


class Moved(SheetError):
    """Rows or columns moved while the program was writing; everything was put back."""

    def __init__(self, tab: str) -> None:
        self.tab = tab
        super().__init__(
            Words(
                f"写入时「{tab}」的行列正被人移动,已把写错位置的单元格恢复原样。没有数据丢失,请稍后再运行。",
                f"Rows or columns of '{tab}' were moved while it was being written; what landed beside the wrong "
                "key was put back. Nothing is lost; run again in a minute.",
            )
        )


class LostKeyColumn(UnsafeChange):
    """A tab has lost a column that says which row is which."""

    def __init__(self, tab: str, labels: Sequence[Words]) -> None:
        self.tab = tab
        zh, en = ("、".join(x.zh for x in labels), ", ".join(x.en for x in labels))
        super().__init__(
            Words(
                f"「{tab}」里找不到关键列:{zh}。没有它就认不出每一行,因此什么都没写。请用版本历史恢复该列,"
                "或把对应列的表头改回这个名字。",
                f"'{tab}' has lost its key column(s): {en}. Without them no row can be told apart, so nothing was "
                "written. Restore the column from the version history, or give the right column this heading.",
            )
        )


class TitleTaken(UnsafeChange):
    """A tab cannot be made, because another one of the program's bears its name."""

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(
            Words(
                f"要新建工作表「{title}」,但程序的另一个工作表已被改成这个名字,因此什么都没写。请把它改回原名,再运行。",
                f"The tab '{title}' is due, but another tab of the program's was given this name, so nothing was "
                "written. Give that one its old name back and run again.",
            )
        )


def read_tab(tab: str, memory: TabMemory, grid: Mapping[str, Any]) -> ExistingTab:
    """Read one answer; blank texts are blank cells. The range of the answer tells the grid's size."""
    title, rows, width = proof.size_of(grid["range"])
    return ExistingTab(tab, memory.sheet_id, title, {}, columns_of(grid), rows, width)


def columns_of(grid: Mapping[str, Any]) -> list[list[Any]]:
    """Return the cells of an answer by column; blank texts are blank cells."""
    return [
        [None if value == "" else value for value in column] for column in grid.get("values", [])
    ]


def has_formulas(existing: ExistingTab, layout: TabLayout) -> bool:
    """Tell whether somebody typed a formula where a setting is read; a product's title may look like one."""
    read = {c.id for c in layout.columns if not c.key and c.role != "ours" and c.id != "title"}
    return any(
        isinstance(value, str) and value.startswith("=")
        for name, place in existing.columns.items()
        if place < len(existing.cells) and name in read
        for value in existing.cells[place][1:]
    )


def are_alike(one: ExistingTab, other: ExistingTab) -> bool:
    """Tell whether two readings of a tab show the same rows: cells that hold no formula are equal."""
    height = max(one.bottom, other.bottom)
    width = max(len(one.cells), len(other.cells))
    return all(
        one.cell(row, column) == other.cell(row, column)
        for column in range(width)
        for row in range(height)
        if not str(one.cell(row, column)).startswith("=")
    )
