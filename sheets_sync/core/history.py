"""What is known, version by version: every figure with the file and the moment that brought it.

A *slot* is one kind of report for one store, marketplace and business day. It is filled by versions of
portions, the newest of which is current. Equal figures under another file name are no news. A key's
`received` is when its present figures first came: it moves only when they change.
"""

from __future__ import annotations

import hashlib
import marshal
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sheets_sync.core.model import Figure, Portion, Report

SMALLEST_FLOW = 5
"""Flows of fewer SKUs than this vary too much to tell a damaged file from a quiet day."""


_MARSHAL_FORMAT = 2
"""Fixed bytes for the same numbers and texts, ten times as fast as JSON; nothing is read back from it."""


class Slot(NamedTuple):
    """One kind of report for one store, marketplace and business day."""

    kind: str
    store: str
    marketplace: str
    date: date


@dataclass(frozen=True, slots=True)
class Version:
    """A portion as it is kept: `received` in epoch seconds beside its keys, `file` as the inbox names it."""

    portion: Portion
    file: str
    sha256: str
    digest: str
    received: tuple[int, ...]

    @property
    def slot(self) -> Slot:
        """Return where the portion belongs."""
        return slot_of(self.portion)


class Shrunk(NamedTuple):
    """A file with far fewer keys than the one before it: probably damaged."""

    file: str
    slot: Slot
    keys: int
    before: int
    previous_file: str


class Merged(NamedTuple):
    """The current version of each slot, those of them that are new, and what looks damaged."""

    current: dict[Slot, Version]
    news: list[Version]
    shrunk: list[Shrunk]


def slot_of(portion: Portion) -> Slot:
    """Return where a portion belongs."""
    return Slot(portion.kind, portion.store, portion.marketplace, portion.date)


def digest(portion: Portion) -> str:
    """Return a fingerprint of the figures alone: equal for equal figures, whatever the file."""
    order = sorted(range(len(portion.keys)), key=portion.keys.__getitem__)
    content = (
        [portion.keys[i] for i in order],
        [(name, [column[i] for i in order]) for name, column in sorted(portion.figures.items())],
        sorted(map(tuple, portion.ad_groups)),
    )
    return hashlib.sha256(marshal.dumps(content, _MARSHAL_FORMAT)).hexdigest()


def merge(known: Mapping[Slot, Version], reports: Iterable[Report], now: datetime) -> Merged:
    """Fold newly read reports into what is known; the later `taken_at` wins, equal figures change nothing."""
    current, news, shrunk = dict(known), {}, []
    newest = _newest_by_source(known.values())
    arrived = [(report.file, portion) for report in reports for portion in report.portions]
    arrived.sort(key=lambda pair: (pair[1].taken_at, pair[0].path))
    for file, portion in arrived:
        slot = slot_of(portion)
        before = current.get(slot)
        if before is not None and portion.taken_at < before.portion.taken_at:
            continue
        mark = digest(portion)
        if before is not None and before.digest == mark:
            continue
        version = Version(
            portion, file.path, file.sha256, mark, _received(portion, before, int(now.timestamp()))
        )
        previous = newest.get(slot[:3])
        if previous is None or previous.portion.taken_at <= portion.taken_at:
            newest[slot[:3]] = version
        else:
            previous = before
        shrunk.extend(_shrinkage(version, before, previous))
        current[slot] = news[slot] = version
    return Merged(current, list(news.values()), shrunk)


def _newest_by_source(versions: Iterable[Version]) -> dict[tuple[str, str, str], Version]:
    newest: dict[tuple[str, str, str], Version] = {}
    for version in versions:
        source = version.slot[:3]
        if source not in newest or version.portion.taken_at > newest[source].portion.taken_at:
            newest[source] = version
    return newest


def _received(portion: Portion, before: Version | None, now: int) -> tuple[int, ...]:
    """Keep the moment of a key whose figures are the same as before."""
    if before is None:
        return (now,) * len(portion.keys)
    names = sorted({*portion.figures, *before.portion.figures})
    old = zip(_rows(before.portion, names), before.received, strict=True)
    same = dict(zip(before.portion.keys, old, strict=True))
    received = []
    for key, figures in zip(portion.keys, _rows(portion, names), strict=True):
        known = same.get(key)
        received.append(known[1] if known is not None and known[0] == figures else now)
    return tuple(received)


def _rows(portion: Portion, names: Sequence[str]) -> list[tuple[Figure, ...]]:
    """Return each key's figures under some names; a column the portion lacks is unknown."""
    unknown = (None,) * len(portion.keys)
    columns = (portion.figures.get(name, unknown) for name in names)
    return list(zip(portion.keys, *columns, strict=True))


def _shrinkage(version: Version, same_day: Version | None, newest: Version | None) -> list[Shrunk]:
    """Compare with the previous file: any day's for a report that lists every SKU, else the same day's."""
    kind = KINDS[version.portion.kind]
    previous = newest if kind.whole else same_day
    if kind.per != "sku" or previous is None or kind.id.startswith("manual"):
        return []
    keys, before = len(version.portion.keys), len(previous.portion.keys)
    if before == 0 or keys * 5 >= before * 4 or (not kind.whole and before < SMALLEST_FLOW):
        return []
    return [Shrunk(version.file, version.slot, keys, before, previous.file)]


def by_kind(current: Mapping[Slot, Version]) -> dict[str, list[Version]]:
    """Group current versions by their kind of report, oldest day first."""
    groups: defaultdict[str, list[Version]] = defaultdict(list)
    for slot in sorted(current):
        groups[slot.kind].append(current[slot])
    return dict(groups)
