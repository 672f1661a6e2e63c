"""One rule as the rows about it want it, for each part of the business that they tell apart.

For an entity every row whose scope holds it counts, the more specific ones first, cell by cell: a SKU's row
that changes only the deadline keeps its marketplace's limit. Under the rows come the job's overrides, under
these the rule's file. A blank 启用 leaves it as it is below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sheets_sync.config.overrides import overridden
from sheets_sync.config.settings import values
from sheets_sync.config.settings.limits import (
    SEVERITIES,
    do_in_words,
    due_in_words,
    limit_of,
    plainest,
    softening,
    span_in_words,
    with_effect,
    with_limit,
)
from sheets_sync.config.settings.rows import TAKEN_AS_BLANK, still
from sheets_sync.config.yamlfile import UnfitError
from sheets_sync.core.aims import Aim
from sheets_sync.core.rules import Variant
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sheets_sync.config.settings.rows import RowReader
    from sheets_sync.config.settings.scopes import Names
    from sheets_sync.core.rules import Deed, Rule, Severity
    from sheets_sync.core.tab import Cell

T = TypeVar("T")

EVERYWHERE = Aim()

_YES, _NO = Words("是", "yes"), Words("否", "no")
_OFF, _ON = Words("已关闭", "off"), Words("启用", "on")
_IN_FORCE = Words("已生效:", "in force: ")
_OFF_ABOVE = Words(
    "不生效:这一级已关闭,要在这个范围启用请写 是",
    "no effect: this severity is off; write yes to switch it on here",
)
_FIXED = Words("这一级没有可改的数字", "there is no number to change at this severity")


class Wish(NamedTuple):
    """What one row or several want of a severity; None is no wish."""

    enabled: bool | None = None
    value: float | None = None
    due: int | None = None
    do: tuple[Deed, ...] | None = None

    def over(self, other: Wish) -> Wish:
        """Return these wishes, and the other's where there are none."""
        return Wish(
            other.enabled if self.enabled is None else self.enabled,
            other.value if self.value is None else self.value,
            other.due if self.due is None else self.due,
            other.do if self.do is None else self.do,
        )


NO_WISH = Wish()


@dataclass(slots=True)
class Line:
    """A row whose key is understood; `slips` are its cells that are not."""

    reader: RowReader
    rule: str
    severity: Severity
    aims: tuple[Aim, ...]
    wish: Wish = NO_WISH
    slips: dict[str, Words] = field(default_factory=dict)


@dataclass(slots=True)
class Workshop:
    """One rule: its file, the job's changes, the rows about it, and what is built from them.

    `changed` is the rule with the job's changes, every severity still in it.
    """

    file: Rule
    job: Any
    lines: list[Line] = field(default_factory=list)
    changed: Rule = field(init=False)
    _built: dict[tuple[Wish, ...], Rule | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.changed = self.file
        if isinstance(self.job, Mapping):
            kept = {key: raw for key, raw in self.job.items() if not _is_off(raw)}
            changed = overridden(self.file, kept)[0] if kept else None
            self.changed = self.file if changed is None else _softened_alike(self.file, changed)

    def is_on(self, severity: Severity) -> bool:
        """Return whether the job leaves a severity on."""
        raw = self.job.get(severity) if isinstance(self.job, Mapping) else self.job
        return not _is_off(raw)

    def take(self, line: Line) -> None:
        """Read the cells of a row about this rule."""
        limit = limit_of(self.changed, line.severity)
        line.wish = Wish(
            _cell(line, "enabled", values.yes_or_no),
            _cell(line, "value", _refuse_number if limit is None else limit.read),
            _cell(line, "due", values.hours),
            _cell(line, "do", values.deeds),
        )
        self.lines.append(line)

    def rows_for(self, aim: Aim) -> list[Line]:
        """Return the rows whose scope holds an aim, the most specific first."""
        found = [
            (max(one.rank for one in line.aims if one.covers(aim)), line)
            for line in self.lines
            if any(one.covers(aim) for one in line.aims)
        ]
        return [line for _, line in sorted(found, key=lambda pair: pair[0], reverse=True)]

    def built(self, lines: Sequence[Line]) -> Rule | None:
        """Return the rule as these rows want it; None where it is off."""
        wishes = tuple(_together(lines, severity) for severity in SEVERITIES)
        if wishes not in self._built:
            self._built[wishes] = self._build(wishes)
        return self._built[wishes]

    def _build(self, wishes: Sequence[Wish]) -> Rule | None:
        rule, off = self.changed, {}
        for severity, wish in zip(SEVERITIES, wishes, strict=True):
            if wish.value is not None:
                rule = with_limit(rule, severity, wish.value)
        for severity, wish in zip(SEVERITIES, wishes, strict=True):
            if wish.due is not None or wish.do is not None:
                rule = with_effect(rule, severity, wish.due, wish.do)
            if not (self.is_on(severity) if wish.enabled is None else wish.enabled):
                off[severity] = "off"
        return overridden(rule, off)[0] if off else rule

    def variants(self, names: Names) -> Iterator[Variant]:
        """Yield how the rule is for those that some scope is about, the most specific first."""
        aims = {aim for line in self.lines for aim in line.aims if aim != EVERYWHERE}
        if aims:
            meets = sorted(_meets(aims, names), key=lambda a: (a.rank, a), reverse=True)
            for aim in meets:
                yield Variant(aim, self.built(self.rows_for(aim)))

    def comment(self, line: Line) -> None:
        """Say beside a row what it does, and what holds where a cell is not understood."""
        in_force = _together(self.rows_for(line.aims[0]), line.severity)
        on = self.is_on(line.severity) if in_force.enabled is None else in_force.enabled
        for column, words in line.slips.items():
            value = self._shown(column, in_force, line.severity, on=on)
            line.reader.wrong(column, words, TAKEN_AS_BLANK if value is None else still(value))
        said = self._effects(line)
        if line.wish.enabled is False:
            line.reader.note = _OFF
        elif said and not on:
            line.reader.note = _OFF_ABOVE
        elif said:
            zh, en = ";".join(w.zh for w in said), "; ".join(w.en for w in said)
            line.reader.note = Words(_IN_FORCE.zh + zh, _IN_FORCE.en + en)

    def _effects(self, line: Line) -> list[Words]:
        """Return what a row changes, in words."""
        wish, limit = line.wish, limit_of(self.changed, line.severity)
        said = [_ON] if wish.enabled and not self.is_on(line.severity) else []
        if wish.value is not None and limit is not None:
            said.append(limit.show(wish.value))
        if wish.due is not None:
            said.append(due_in_words(wish.due))
        if wish.do is not None:
            said.append(do_in_words(wish.do))
        return said

    def _shown(self, column: str, in_force: Wish, severity: Severity, *, on: bool) -> Words | None:
        """Return what holds in a column; None where it is nothing."""
        level = self.changed.levels[plainest(self.changed, severity)]
        limit = limit_of(self.changed, severity)
        if column == "enabled":
            return _YES if on else _NO
        if column == "value":
            if limit is None:
                return None
            return limit.show(limit.value if in_force.value is None else in_force.value)
        if column == "due":
            hours = level.due_hours if in_force.due is None else in_force.due
            return None if hours is None else span_in_words(hours)
        return do_in_words(level.do if in_force.do is None else in_force.do)


def _cell(line: Line, column: str, read: Callable[[Cell], T]) -> T | None:
    try:
        return line.reader.understood(column, read)
    except UnfitError as error:
        line.slips[column] = error.words
        return line.reader.kept(column, read)


def _refuse_number(_: Cell) -> float:
    raise UnfitError(_FIXED)


def _together(lines: Iterable[Line], severity: Severity) -> Wish:
    """Return what rows, the most specific first, want of a severity together."""
    total = NO_WISH
    for line in lines:
        if line.severity == severity:
            total = total.over(line.wish)
    return total


def _softened_alike(file: Rule, changed: Rule) -> Rule:
    """Return a changed rule in which the warnings that soften a critical level still have its limit."""
    levels = list(changed.levels)
    for i, j in softening(file).items():
        levels[i] = replace(levels[i], comparisons=levels[j].comparisons)
    return replace(changed, levels=tuple(levels))


def _is_off(raw: Any) -> bool:
    return raw is False or raw == "off"


def _meets(aims: set[Aim], names: Names) -> set[Aim]:
    """Return, for all that the aims can hold, the aim that says everything they say of it together.

    Two rows may be about one SKU, such as its marketplace's and its own: together they are for the SKU on
    that marketplace.
    """
    spelt = {aim.category.casefold(): aim.category for aim in aims}
    found: set[Aim] = set(aims)
    anywhere = {Aim(*place) for place in names.job.places}  # reports may know more than the list
    for sku in {aim.sku for aim in aims} | {""}:
        near = [aim for aim in aims if aim.sku in ("", sku)]
        for place in names.listed.get(sku, set()) | anywhere:
            atom = place._replace(category=spelt.get(place.category, ""), sku=sku)
            about = [aim for aim in near if aim.covers(atom)]
            if about:
                found.add(Aim(*(max(parts) for parts in zip(*about, strict=True))))
    return found
