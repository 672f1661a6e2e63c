"""Folders and files with bytes, on disk.

Each has a directory of its own, under a name of the server's choice, with `item.json` and, unless it is a folder, the bytes that `item.json` names. Both
are written under a temporary name and renamed, the bytes first: what a name leads to is whole, whatever
happens to the process.
"""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheets_sync.emulator import filing
from sheets_sync.emulator.storage import ID, new_id, sync_folder, timestamp
from sheets_sync.emulator.workbook import Json

FOLDER = "application/vnd.google-apps.folder"
_STATE = "item.json"


@dataclass(frozen=True, slots=True)
class Media:
    """The bytes of a file as they were sent, and their type; an empty type was not given."""

    content: bytes
    mime_type: str = ""


class Item:
    """One folder or file with bytes; changes come one after the other."""

    def __init__(self, directory: Path, state: dict[str, Any]) -> None:
        self.directory = directory
        self._lock = threading.Lock()
        self._state = state

    @classmethod
    def create(cls, directory: Path, state: dict[str, Any], media: Media | None) -> "Item":
        """Begin an item's directory; it appears whole or not at all."""
        making = directory.with_name(f".new-{directory.name}")
        making.mkdir(parents=True)
        if media is not None:
            state = {**state, "content": _stored(making, media.content)}
        _write(making / _STATE, json.dumps(state, ensure_ascii=False).encode())
        making.rename(directory)
        sync_folder(directory.parent)
        return cls(directory, state)

    @classmethod
    def load(cls, directory: Path) -> "Item":
        """Return the item of a directory; whatever it does not name is left over and goes."""
        state = json.loads((directory / _STATE).read_bytes())
        item = cls(directory, state)
        item.tidy()
        return item

    @property
    def file_id(self) -> str:
        """Its id."""
        return str(self._state["id"])

    @property
    def name(self) -> str:
        """Its name; others beside it may have the same."""
        return str(self._state["name"])

    @property
    def mime_type(self) -> str:
        """Its type, FOLDER for a folder."""
        return str(self._state["mimeType"])

    @property
    def file(self) -> Json:
        """What Drive keeps of it besides its content."""
        file: Json = self._state["file"]
        return file

    @property
    def content(self) -> Json | None:
        """The size and checksums of its bytes; None for a folder."""
        content: Json | None = self._state.get("content")
        return content and {name: content[name] for name in content if name != "in"}

    def read(self) -> bytes:
        """Return its bytes."""
        with self._lock:
            return self.directory.joinpath(self._state["content"]["in"]).read_bytes()

    def change(self, operation: Json) -> Any:
        """Rename, share or describe it, as operations do with a spreadsheet."""
        with self._lock:
            if operation["kind"] == "rename":
                self._keep(self.file, name=operation["name"])
            elif operation["kind"] == "share":
                self._keep(filing.shared(self.file, operation["permission"]))
            elif operation["kind"] == "unshare":
                self._keep(filing.unshared(self.file, operation["permissionId"]))
            else:
                self._keep(filing.described(self.file, operation["changes"]))

    def replace(self, media: Media) -> None:
        """Put other bytes in place of its own."""
        with self._lock:
            content = _stored(self.directory, media.content)
            kind = media.mime_type or self.mime_type
            self._keep(self.file, content=content, mimeType=kind)
            self.tidy()

    def _keep(self, file: Json, **parts: Any) -> None:
        stamp = {"modifiedTime": timestamp(), "version": int(file["version"]) + 1}
        state = {**self._state, **parts, "file": {**file, **stamp}}
        _write(self.directory / _STATE, json.dumps(state, ensure_ascii=False).encode())
        sync_folder(self.directory)
        self._state = state

    def tidy(self) -> None:
        """Remove what an interrupted change has left."""
        named = {_STATE, (self._state.get("content") or {}).get("in")}
        for path in self.directory.iterdir():
            if path.name not in named:
                path.unlink()


class Shelf:
    """All folders and files with bytes of a data folder."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "files"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._items: dict[str, Item] = {}
        for directory in self._folder.iterdir():
            if directory.name.startswith("."):
                shutil.rmtree(directory)
            elif ID.fullmatch(directory.name):
                item = Item.load(directory)
                self._items[item.file_id] = item

    def get(self, file_id: str) -> Item | None:
        """Return an item, None if there is none of that id."""
        return self._items.get(file_id)

    def all(self) -> Iterator[Item]:
        """Yield every item."""
        for file_id in sorted(self._items):
            item = self._items.get(file_id)
            if item is not None:
                yield item

    def add(self, state: dict[str, Any], media: Media | None) -> Item | None:
        """Keep a new item; None when its id is taken."""
        with self._lock:
            if state["id"] in self._items:
                return None
            item = Item.create(self._folder / new_id(), state, media)
            self._items[state["id"]] = item
            return item

    def remove(self, file_id: str) -> None:
        """Delete an item for good."""
        with self._lock:
            directory = self._items.pop(file_id).directory
            gone = directory.with_name(f".gone-{directory.name}")
            directory.rename(gone)
            shutil.rmtree(gone)


def new_file_id() -> str:
    """Return an id of the kind Drive gives what is no document of its own."""
    return new_id()[:33]


def _stored(directory: Path, content: bytes) -> dict[str, Any]:
    """Put bytes on the disk, and return where they are with their size and checksums."""
    name = f"content-{new_id()[:12]}"
    _write(directory / name, content)
    return {
        "in": name,
        "size": str(len(content)),
        "md5Checksum": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "sha1Checksum": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "sha256Checksum": hashlib.sha256(content).hexdigest(),
    }


def _write(path: Path, content: bytes) -> None:
    making = path.with_name(f"{path.name}.tmp")
    with making.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    making.rename(path)
