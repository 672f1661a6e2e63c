"""Archives on their way to the company's clouds and back.

A copy counts once it was read back and is equal. The manifest goes last, so a folder without it is no
archive yet. One target that fails is the business of no other.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sheets_sync.archive import bundle
from sheets_sync.archive.targets import TargetError, open_target, shown
from sheets_sync.errors import SheetsSyncError, Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheets_sync.archive.bundle import Bundle
    from sheets_sync.archive.targets import Target
    from sheets_sync.config.job import Job


def kept_in(job: Job) -> Path:
    """Return the folder of the archives that this computer keeps."""
    return job.state / "archives"


def names(job: Job) -> list[str]:
    """Return the targets' names, without secrets, in the order of the job file."""
    return list(dict.fromkeys(shown(url) for url in job.archive.copy_to))


@contextmanager
def opened(job: Job, name: str) -> Iterator[Target]:
    """Open the target of a name; raise SheetsSyncError where it cannot be used."""
    url = next(url for url in job.archive.copy_to if shown(url) == name)
    target = open_target(url, job.folder)
    try:
        yield target
    finally:
        target.close()


def send(archive: Bundle, folder: str, target: Target) -> None:
    """Copy what a target lacks, and read it back; raise TargetError."""
    for name, content in archive.files.items():
        path = f"{folder}/{name}"
        if target.get(path) == content:
            continue
        target.put(path, content)
        if target.get(path) != content:
            raise TargetError(
                target.name,
                Words(
                    f"写入的 {path} 读回来不一样",
                    f"{path} came back different from what was written",
                ),
                Words(
                    "明晚会重试;若一直如此,请检查那里的磁盘或网络。",
                    "It is tried again tomorrow; should it stay so, look at the disk or the network there.",
                ),
            )


def checked(target: Target, folder: str, expected: str | None) -> tuple[Bundle | None, list[Words]]:
    """Read a copy and hold it against its manifest; return it, None with the faults where it is wrong."""
    return bundle.gather(lambda name: target.get(f"{folder}/{name}"), expected)


def local(job: Job, folder: str, expected: str | None) -> tuple[Bundle | None, list[Words]]:
    """Read the archive that this computer keeps, and hold it against its manifest."""
    place = kept_in(job) / folder
    return bundle.gather(lambda name: bundle.read_file(place / name), expected)


def found(job: Job, folder: str, expected: str | None) -> Bundle | None:
    """Return an archive that is right: from this computer, else from the first target that has one."""
    archive, _ = local(job, folder, expected)
    for name in names(job):
        if archive is not None:
            return archive
        try:
            with opened(job, name) as target:
                archive, _ = checked(target, folder, expected)
        except SheetsSyncError:
            continue
    return archive
