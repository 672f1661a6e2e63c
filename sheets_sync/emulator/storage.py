"""Spreadsheets on disk.

Each has a folder with a snapshot and the journal of the operations after it. An operation is
acknowledged only when its line is on the disk; its cost does not depend on the spreadsheet's size.
When a journal has grown past the snapshot, a new one is begun and the state between them is
written under a temporary name and renamed. Loading takes the newest whole snapshot, repeats the
journals from there on, and drops a last line that was cut off.
"""

import contextlib
import gc
import json
import logging
import os
import re
import secrets
import shutil
import string
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sheets_sync.emulator import operations, snapshot
from sheets_sync.emulator.requests.batch import Mint
from sheets_sync.emulator.workbook import Json, Workbook

_LOG = logging.getLogger(__name__)
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
ID = re.compile(r"[A-Za-z0-9_-]{5,100}")
_PART = re.compile(r"(snapshot|journal)-(\d{8})\.jsonl?")
_ALPHABET = string.ascii_letters + string.digits + "-_"
_SNAPSHOT_EVERY = 4_000_000
"""Bytes of journal before a new snapshot is worth its cost, at least."""
_SNAPSHOT_AT_CLOSE = 200_000
"""Bytes of journal that are quickly repeated when the spreadsheet is opened again."""


def timestamp() -> str:
    """Return the time as Google writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    """Return an id of the kind Drive gives a spreadsheet."""
    return "1" + "".join(secrets.choice(_ALPHABET) for _ in range(43))


class Volume:
    """One spreadsheet and its files; changes come one after the other."""

    def __init__(self, folder: Path, book: Workbook, number: int, snapshot_size: int) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.book = book
        self._number = number
        self._snapshot_size = snapshot_size
        self._journal = self._open_journal(number)
        self._writer: threading.Thread | None = None

    @classmethod
    def create(cls, folder: Path, book: Workbook) -> "Volume":
        """Begin a spreadsheet's folder; it appears whole or not at all."""
        making = folder.with_name(f".new-{folder.name}")
        making.mkdir(parents=True)
        size = _write_snapshot(making, 0, book)
        (making / _name("journal", 0)).touch()
        making.rename(folder)
        sync_folder(folder.parent)
        return cls(folder, book, 0, size)

    @classmethod
    def load(cls, folder: Path) -> "Volume":
        """Return the spreadsheet of a folder as its last acknowledged operation left it."""
        with _no_collecting():
            return cls._loaded(folder)

    @classmethod
    def _loaded(cls, folder: Path) -> "Volume":
        parts = sorted(_parts(folder))
        start = max(number for kind, number in parts if kind == "snapshot")
        text = (folder / _name("snapshot", start)).read_bytes()
        book = snapshot.load(json.loads(text))
        last = start
        for kind, number in parts:
            if kind == "journal" and number >= start:
                book = _replayed(book, folder / _name("journal", number))
                last = max(last, number)
        return cls(folder, book, last, len(text))

    @property
    def file_id(self) -> str:
        """The spreadsheet's id."""
        return self.book.spreadsheet_id

    @property
    def name(self) -> str:
        """The spreadsheet's title."""
        return str(self.book.properties["title"])

    @property
    def mime_type(self) -> str:
        """The type that Drive gives every spreadsheet."""
        return SPREADSHEET

    @property
    def file(self) -> Json:
        """What Drive keeps of it besides its content."""
        return self.book.file

    def change(self, operation: operations.Operation) -> Any:
        """Apply an operation, put it on disk, and return what the caller is told."""
        with self.lock:
            return self.change_locked(operation)

    def change_locked(self, operation: operations.Operation) -> Any:
        """Do as `change` does, for a caller who holds the lock and reads `book` under it."""
        mint = Mint(timestamp())
        new, told = operations.apply(self.book, operation, mint)
        line = json.dumps(
            {"at": mint.now, "ids": mint.recorded, "do": operation},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        self._append(line.encode() + b"\n")
        self.book = new
        self._renew_if_long()
        return told

    def _append(self, line: bytes) -> None:
        position = self._journal.tell()
        try:
            self._journal.write(line)
            os.fsync(self._journal.fileno())
        except OSError:
            self._journal.truncate(position)
            self._journal.seek(position)
            raise

    def _open_journal(self, number: int) -> BinaryIO:
        journal = (self.folder / _name("journal", number)).open("ab", buffering=0)
        sync_folder(self.folder)
        return journal

    def _renew_if_long(self) -> None:
        limit = max(_SNAPSHOT_EVERY, 2 * self._snapshot_size)
        busy = self._writer is not None and self._writer.is_alive()
        if busy or self._journal.tell() < limit:
            return
        self._begin_journal()
        state, number = self.book, self._number
        self._writer = threading.Thread(target=self._renew, args=(state, number))
        self._writer.start()

    def _begin_journal(self) -> None:
        self._number += 1
        self._journal.close()
        self._journal = self._open_journal(self._number)

    def _renew(self, state: Workbook, number: int) -> None:
        try:
            self._snapshot_size = _write_snapshot(self.folder, number, state)
        except OSError:
            _LOG.exception("could not write a snapshot; the journals before it stay")
            return
        for kind, old in list(_parts(self.folder)):
            if old < number:
                (self.folder / _name(kind, old)).unlink()

    def close(self) -> None:
        """Finish writing and let go of the files.

        A journal that would take long to repeat becomes a snapshot first.
        """
        with self.lock:
            if self._writer is not None:
                self._writer.join()
            if self._journal.tell() > max(_SNAPSHOT_AT_CLOSE, self._snapshot_size // 4):
                self._begin_journal()
                self._renew(self.book, self._number)
            self._journal.close()


class Library:
    """All spreadsheets of a data folder; each is read when it is first asked for."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "spreadsheets"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._volumes: dict[str, Volume | None] = {}
        for folder in self._folder.iterdir():
            if folder.name.startswith("."):
                shutil.rmtree(folder)
            elif ID.fullmatch(folder.name):
                self._volumes[folder.name] = None

    def get(self, spreadsheet_id: str) -> Volume | None:
        """Return a spreadsheet, None if there is none of that id."""
        with self._lock:
            if spreadsheet_id not in self._volumes:
                return None
            volume = self._volumes[spreadsheet_id]
            if volume is None:
                volume = self._volumes[spreadsheet_id] = Volume.load(self._folder / spreadsheet_id)
            return volume

    def add(self, book: Workbook) -> Volume:
        """Keep a new spreadsheet."""
        with self._lock:
            volume = Volume.create(self._folder / book.spreadsheet_id, book)
            self._volumes[book.spreadsheet_id] = volume
            return volume

    def remove(self, spreadsheet_id: str) -> None:
        """Delete a spreadsheet for good."""
        with self._lock:
            volume = self._volumes.pop(spreadsheet_id)
            if volume is not None:
                volume.close()
            folder = self._folder / spreadsheet_id
            gone = folder.with_name(f".gone-{folder.name}")
            folder.rename(gone)
            shutil.rmtree(gone)

    def all(self) -> Iterator[Volume]:
        """Yield every spreadsheet."""
        for spreadsheet_id in sorted(self._volumes):
            volume = self.get(spreadsheet_id)
            if volume is not None:
                yield volume

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            for volume in self._volumes.values():
                if volume is not None:
                    volume.close()


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Spare the garbage collector hundreds of thousands of new cells, none of which is garbage."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _name(kind: str, number: int) -> str:
    return f"{kind}-{number:08d}.json" + ("l" if kind == "journal" else "")


def _parts(folder: Path) -> Iterator[tuple[str, int]]:
    for path in folder.iterdir():
        found = _PART.fullmatch(path.name)
        if found is not None:
            yield found[1], int(found[2])


def _replayed(book: Workbook, path: Path) -> Workbook:
    """Return the workbook after a journal; a last line that was cut off is removed."""
    text = path.read_bytes()
    whole = text.rfind(b"\n") + 1
    if whole < len(text):
        with path.open("r+b") as journal:
            journal.truncate(whole)
    for line in text[:whole].splitlines():
        entry = json.loads(line)
        mint = Mint(entry["at"], entry["ids"], replaying=True)
        book, _ = operations.apply(book, entry["do"], mint)
    return book


def _write_snapshot(folder: Path, number: int, book: Workbook) -> int:
    with _no_collecting():
        body = snapshot.dump(book)
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    path = folder / _name("snapshot", number)
    making = path.with_suffix(".tmp")
    with making.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    making.rename(path)
    sync_folder(folder)
    return len(text)


def sync_folder(folder: Path) -> None:
    """Put what was renamed in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
