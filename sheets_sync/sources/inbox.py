"""The inbox: which files people and the fetcher put there."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from sheets_sync.core.model import SourceFile

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp")
_NOT_REPORTS = frozenset({"thumbs.db", "desktop.ini"})
_CHUNK = 1 << 20


def scan(inbox: Path) -> list[SourceFile]:
    """List the files below the inbox, sorted by path, with the hash of their content.

    Hidden files, lock files of office programs and unfinished downloads are left out. A file that
    cannot be read has an empty hash; `load` says why.
    """
    found: list[SourceFile] = []
    for folder, folders, names in os.walk(inbox):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            file for name in names if _is_report(name) and (file := _described(inbox, folder, name))
        ]
    return sorted(found, key=lambda file: file.path)


def _is_report(name: str) -> bool:
    folded = name.lower()
    hidden = name.startswith((".", "~$")) or name.endswith("~")
    return not hidden and not folded.endswith(_UNFINISHED) and folded not in _NOT_REPORTS


def _described(inbox: Path, folder: str, name: str) -> SourceFile | None:
    path = Path(folder, name)
    try:
        if not path.is_file():
            return None
        facts = path.stat()
    except OSError:
        return None
    modified = datetime.fromtimestamp(facts.st_mtime, UTC)
    return SourceFile(path.relative_to(inbox).as_posix(), _sha256(path), facts.st_size, modified)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()
