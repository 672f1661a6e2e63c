"""A folder of this computer, or one that a cloud's own program keeps in step: Dropbox, a mounted disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fsspec.implementations.local import LocalFileSystem

from sheets_sync.archive.targets.files import Files, Way

if TYPE_CHECKING:
    from sheets_sync.config.targets import Address


def open_folder(address: Address, folder: Path) -> Files:
    """Return a folder as a target; a relative path starts at the job's folder."""
    root = folder.absolute() / Path(address.path).expanduser()
    return Files(address, Way(str(root), _Disk))


class _Disk(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Files that survive a power cut: they are on the disk before they have their names."""

    cachable = False

    def pipe_file(self, path: str, value: bytes) -> None:
        """Write a file and wait until the disk has it."""
        with Path(path).open("wb") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())

    def mv(self, path1: str, path2: str) -> None:
        """Rename a file, over another if there is one, and wait until the disk knows."""
        Path(path1).replace(path2)
        parent = os.open(Path(path2).parent, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)

    def close(self) -> None:
        """Do nothing: a disk needs no closing."""
