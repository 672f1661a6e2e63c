"""Where the archives of one spreadsheet lie: on this computer, and at every place they are copied to.

Each spreadsheet has a folder of its own, named after the team, so that two of them may share a place. A
copy counts once it was read back and is equal. The manifest goes last, so a folder without it is no archive
yet. A final archive that is right is never written over by another one.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.archive import bundle
from sheets_sync.archive.bundle import MANIFEST, folder_of, team_in_names
from sheets_sync.archive.targets import TargetError, open_target, shown
from sheets_sync.errors import SheetsSyncError, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sheets_sync.archive.bundle import Bundle
    from sheets_sync.archive.targets import Target
    from sheets_sync.config.job import Job
    from sheets_sync.core.snapshot import State
    from sheets_sync.store import Store

HERE = "state/archives"
"""What the copy on this computer is called."""
_ROOT = "archive_root"


class Found(NamedTuple):
    """An archive that is right, None where there is none; whether every place could be asked."""

    archive: Bundle | None
    asked_all: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The archives of one spreadsheet; `root` is the folder that they have everywhere."""

    job: Job
    root: str

    @property
    def here(self) -> Path:
        """Return the folder of the archives that this computer keeps."""
        return self.job.state / "archives" / self.root

    @property
    def places(self) -> list[str]:
        """Return the names of the places to copy to, without secrets, in the order of the job file."""
        return list(dict.fromkeys(shown(url) for url in self.job.archive.copy_to))

    @contextmanager
    def opened(self, place: str) -> Iterator[Target]:
        """Open a place by its name; raise SheetsSyncError where it cannot be used."""
        url = next(url for url in self.job.archive.copy_to if shown(url) == place)
        target = open_target(url, self.job.folder)
        try:
            yield target
        finally:
            target.close()

    def local(
        self, month: str, state: State, expected: str | None
    ) -> tuple[Bundle | None, list[Words]]:
        """Read the archive that this computer keeps, and hold it against its manifest."""
        folder = self.here / folder_of(month, state)
        return bundle.gather(
            lambda name: bundle.read_file(folder / name), expected, month=month, state=state
        )

    def at(
        self, target: Target, month: str, state: State, expected: str | None
    ) -> tuple[Bundle | None, list[Words]]:
        """Read a copy and hold it against its manifest; return it, None with the faults where it is wrong."""
        folder = f"{self.root}/{folder_of(month, state)}"
        return bundle.gather(
            lambda name: target.get(f"{folder}/{name}"), expected, month=month, state=state
        )

    def found(self, month: str, state: State, expected: str | None) -> Found:
        """Return a good archive: from this computer, else from the first place that has one."""
        archive, _ = self.local(month, state, expected)
        asked_all = True
        for place in self.places:
            if archive is not None and bundle.is_readable(archive):
                break
            try:
                with self.opened(place) as target:
                    archive, _ = self.at(target, month, state, expected)
                    if (
                        archive is None and not target.names()
                    ):  # a disk that is not there looks empty
                        asked_all = False
            except SheetsSyncError:
                asked_all = False
        readable = archive is not None and bundle.is_readable(archive)
        return Found(archive if readable else None, asked_all)

    def send(self, archive: Bundle, month: str, state: State, target: Target) -> None:
        """Copy what a place lacks, and read it back; raise TargetError."""
        if state == "final":
            self._refuse_another(archive, month, target)
        for name, content in archive.files.items():
            path = f"{self.root}/{folder_of(month, state)}/{name}"
            if target.get(path) == content:
                continue
            target.put(path, content)
            if target.get(path) != content:
                raise TargetError(target.name, _DIFFERENT.filled(path=path), _AGAIN)

    def _refuse_another(self, archive: Bundle, month: str, target: Target) -> None:
        path = f"{self.root}/{folder_of(month, 'final')}"
        if target.get(f"{path}/{MANIFEST}") in (None, archive.files[MANIFEST]):
            return
        other, _ = self.at(target, month, "final", None)
        if other is not None and _contents(other) != _contents(archive):
            raise TargetError(target.name, _ANOTHER.filled(path=path), _MOVE_AWAY)

    def others(self, target: Target | None) -> Sequence[Shelf]:
        """Return the shelves of the same team's other spreadsheets, such as one before this job's."""
        here = self.here.parent
        found = (
            target.names() if target else [p.name for p in here.iterdir()] if here.is_dir() else []
        )
        team = f"{team_in_names(self.job.team)}-"
        return [
            Shelf(self.job, name) for name in found if name.startswith(team) and name != self.root
        ]


def _contents(archive: Bundle) -> dict[str, bytes]:
    return {name: content for name, content in archive.files.items() if name != MANIFEST}


def shelf_of(job: Job, store: Store, spreadsheet: str | None) -> Shelf:
    """Return the shelf of a spreadsheet: its folder keeps its name, whatever the team is called later."""
    own = (
        f"{team_in_names(job.team)}-{hashlib.sha256((spreadsheet or '').encode()).hexdigest()[:6]}"
    )
    return Shelf(job, store.setting(f"{_ROOT}:{spreadsheet}") or own)


def keep_root(store: Store, spreadsheet: str, shelf: Shelf) -> None:
    """Remember under which name a spreadsheet's archives lie, from the first one on."""
    if store.setting(f"{_ROOT}:{spreadsheet}") is None:
        store.remember(f"{_ROOT}:{spreadsheet}", shelf.root)


_DIFFERENT = Words("写入的 {path} 读回来不一样", "{path} came back different from what was written")
_AGAIN = Words(
    "明晚会重试;若一直如此,请检查那里的磁盘或网络。",
    "It is tried again tomorrow; should it stay so, look at the disk or the network there.",
)
_ANOTHER = Words(
    "{path} 里已有这个月的另一份最终存档,没有覆盖",
    "{path} holds another final archive of this month, which is not written over",
)
_MOVE_AWAY = Words(
    "请确认哪一份是对的;若是新的这份,把那个文件夹改名,下次运行会复制。",
    "Find out which one is right; if it is the new one, rename that folder, and the next run copies.",
)
