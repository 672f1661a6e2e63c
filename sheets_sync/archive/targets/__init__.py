"""Where a month's archive is copied to: a folder, a bucket, a server, a cloud; named by a URL.

    target = open_target("webdav://me%40x.com:secret@dav.jianguoyun.com/dav/archive", job.folder)
    target.put("2026-07/daily.csv", content)

Nothing is reached before the first call. What fails is a `TargetError`, which names the target without
its secrets and says what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sheets_sync.archive.targets.faults import TargetError
from sheets_sync.config.targets import FOLDER, check_url, parsed, shown
from sheets_sync.errors import ConfigurationError, Words

if TYPE_CHECKING:
    from pathlib import Path

    from sheets_sync.config.targets import Address

__all__ = ["Target", "TargetError", "check_url", "open_target", "shown"]


class Target(Protocol):
    """A place for files. Paths are relative and POSIX; folders are made as needed."""

    name: str
    """What people are shown and what is remembered: the URL without any secret."""

    def put(self, path: str, content: bytes) -> None:
        """Write a file; it has its name only once it is whole."""

    def get(self, path: str) -> bytes | None:
        """Return a file, or None where there is none."""

    def names(self, folder: str = "") -> list[str]:
        """Return the names of what is directly in a folder, sorted; none where there is no folder."""

    def close(self) -> None:
        """Leave nothing open."""


def open_target(url: str, folder: Path) -> Target:
    """Return the target that a URL names; raise ConfigurationError where it cannot be used.

    `folder` is the job's: relative paths in the URL start there.
    """
    address = parsed(url)
    if address.scheme == "gdrive":
        from sheets_sync.archive.targets.drive import open_drive

        return open_drive(url, folder)
    try:
        return _opened(address, folder)
    except ModuleNotFoundError as error:
        if address.scheme not in _EXTRA:
            raise
        package, _, _ = (error.name or "").partition(".")
        words = _MISSING.filled(target=address.name, package=package, extra=_EXTRA[address.scheme])
        raise ConfigurationError(words) from error


def _opened(address: Address, folder: Path) -> Target:
    """Return the target, with only the libraries of its own scheme imported."""
    if address.scheme == FOLDER:
        from sheets_sync.archive.targets.folder import open_folder

        return open_folder(address, folder)
    if address.scheme == "s3":
        from sheets_sync.archive.targets.s3 import open_s3

        return open_s3(address)
    if address.scheme == "sftp":
        from sheets_sync.archive.targets.sftp import open_sftp

        return open_sftp(address, folder)
    if address.scheme == "rclone":
        from sheets_sync.archive.targets.rclone import open_rclone

        return open_rclone(address)
    from sheets_sync.archive.targets.webdav import open_webdav

    return open_webdav(address)


_EXTRA = {"s3": "s3", "sftp": "sftp", "webdav": "webdav", "webdav+http": "webdav"}
_MISSING = Words(
    "归档目标 {target}:没有安装 Python 包 {package}。请运行 pip install 'sheets-sync[{extra}]'。",
    "Archive target {target}: the Python package {package} is not installed. Run `pip install 'sheets-sync[{extra}]'`.",
)
