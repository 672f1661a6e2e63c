"""The files of one archived month: a workbook, a table for each tab, the cells, and the manifest.

The manifest is the authority: it names every other file with its SHA-256, and every column with a checksum
of its values. It is always written last, so files without it are not an archive yet. The same month gives
the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from sheets_sync.archive.tables import csv_of
from sheets_sync.archive.xlsx import workbook
from sheets_sync.core.snapshot import as_json, checksums, from_json
from sheets_sync.errors import ConfigurationError, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sheets_sync.core.snapshot import MonthSnapshot, State, TabSnapshot

MANIFEST = "manifest.json"
CELLS = "cells.json.gz"
FORMAT = 1
PRELIMINARY = "-preliminary"

_UNFIT = re.compile(r"[\s/\\:*?\"<>|.]+")


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files by name, the manifest last."""

    files: Mapping[str, bytes]

    @property
    def manifest(self) -> dict[str, Any]:
        """Return what the manifest says."""
        found: dict[str, Any] = json.loads(self.files[MANIFEST])
        return found

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the manifest, which stands for all of it."""
        return hashlib.sha256(self.files[MANIFEST]).hexdigest()

    @property
    def tabs(self) -> list[TabSnapshot]:
        """Return the tabs as they were; raise ValueError where they cannot be read."""
        return from_json(gzip.decompress(self.files[CELLS]))


def folder_of(month: str, state: State) -> str:
    """Return the folder that a month's archive lies in, at every target."""
    return month if state == "final" else f"{month}{PRELIMINARY}"


def team_in_names(team: str) -> str:
    """Return a team's name as file names can have it."""
    return _UNFIT.sub("-", team).strip("-") or "team"


def make(month: MonthSnapshot) -> Bundle:
    """Return a month's files."""
    files = {f"{tab.id.partition(':')[0]}.csv": csv_of(tab) for tab in month.tabs}
    files[CELLS] = gzip.compress(as_json(month.tabs), mtime=0)
    book = workbook(month)
    stem = "_".join([team_in_names(month.team), folder_of(month.month, month.state)])
    files[f"{stem}_{hashlib.sha256(book).hexdigest()[:8]}.xlsx"] = book
    files = {name: files[name] for name in sorted(files)}
    return Bundle({**files, MANIFEST: _manifest(month, files)})


def sums(archive: Bundle) -> list[tuple[str, str]]:
    """Return each file with its SHA-256, the manifest last."""
    return [(name, hashlib.sha256(content).hexdigest()) for name, content in archive.files.items()]


def _manifest(month: MonthSnapshot, files: Mapping[str, bytes]) -> bytes:
    content = {
        "format": FORMAT,
        "team": month.team,
        "month": month.month,
        "state": month.state,
        "source": {"spreadsheet": month.spreadsheet, "run": month.run},
        "rule_set": month.rule_set,
        "files": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
        "tabs": [
            {
                "id": tab.id,
                "title": tab.title,
                "rows": len(tab.body),
                "columns": [
                    {"id": column.id, "heading": heading, "sha256": checksum}
                    for column, heading, checksum in zip(
                        tab.columns, tab.headings, checksums(tab), strict=True
                    )
                ],
            }
            for tab in month.tabs
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def gather(
    get: Callable[[str], bytes | None], expected: str | None, *, month: str, state: State
) -> tuple[Bundle | None, list[Words]]:
    """Read an archive's files and hold them against the manifest, and that against what it should be.

    `expected` is its remembered SHA-256. Return the archive, None where any of it is wrong, and each fault.
    """
    raw = get(MANIFEST)
    if raw is None:
        return None, [Words(f"没有 {MANIFEST}", f"there is no {MANIFEST}")]
    try:
        manifest = json.loads(raw)
        entries = [(str(e["name"]), int(e["bytes"]), str(e["sha256"])) for e in manifest["files"]]
        whose = (manifest["month"], manifest["state"])
    except (ValueError, KeyError, TypeError):
        return None, [
            Words(f"{MANIFEST} 读不懂,已损坏", f"{MANIFEST} is damaged and cannot be read")
        ]
    faults = []
    if whose != (month, state):
        words = Words(
            "{m} 写的是 {whose},放错了文件夹", "{m} is of {whose}: it lies in the wrong folder"
        )
        faults.append(words.filled(m=MANIFEST, whose=" ".join(map(str, whose))))
    if expected is not None and hashlib.sha256(raw).hexdigest() != expected:
        faults.append(_changed(MANIFEST))
    files = {}
    for name, size, sha256 in entries:
        content = get(name) if name == PurePosixPath(name).name else None
        if content is None:
            faults.append(Words(f"缺少 {name}", f"{name} is missing"))
        elif len(content) != size:
            words = Words(
                "{name} 有 {have} 字节,应为 {want}", "{name} has {have} bytes instead of {want}"
            )
            faults.append(words.filled(name=name, have=len(content), want=size))
        elif hashlib.sha256(content).hexdigest() != sha256:
            faults.append(_changed(name))
        else:
            files[name] = content
    return (None if faults else Bundle({**files, MANIFEST: raw})), faults


def is_readable(archive: Bundle) -> bool:
    """Tell whether the cells of an archive can be read, which its checksums alone do not say."""
    try:
        return bool(archive.tabs)
    except (ValueError, KeyError, OSError, EOFError, zlib.error):
        return False


def _changed(name: str) -> Words:
    return Words(f"{name} 的内容已变(校验和不符)", f"{name} was changed: its checksum is wrong")


def lay_down(bundle: Bundle, folder: Path) -> None:
    """Write an archive into a folder of this computer: wholly, or not at all. Raise NotKept."""
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, content in bundle.files.items():
            with (part / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():
            shutil.rmtree(folder)
        part.rename(folder)
    except OSError as error:
        raise NotKept(folder, error) from error


class NotKept(ConfigurationError):
    """An archive cannot be written on this computer."""

    def __init__(self, folder: Path, error: OSError) -> None:
        self.folder = folder
        reason = error.strerror or type(error).__name__
        super().__init__(
            Words(
                f"存档写不进 {folder}:{reason}。请检查磁盘空间和权限。",
                f"The archive cannot be written to {folder}: {reason}. Check its room and its permissions.",
            )
        )


def read_file(path: Path) -> bytes | None:
    """Return a file's content, None where there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None
