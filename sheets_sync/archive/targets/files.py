"""A target that fsspec reaches: a folder, a bucket, a WebDAV or an SFTP server.

Each scheme has a module that makes its filesystem; what they share is here. A file is written beside
its final name and renamed over it, so that nobody ever reads half of one, and what a killed run left
behind is not listed and is written over. Nothing is opened before the first call, and no call lasts
longer than `LONGEST_S`.
"""

from __future__ import annotations

import posixpath
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from sheets_sync.archive.targets.faults import (
    NO_PLACE,
    Absent,
    TargetError,
    Why,
    failed,
    quoted,
    why_of,
)
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheets_sync.config.targets import Address

T = TypeVar("T")

PART = ".part"
"""What a name ends in while its file is being written."""
CONNECT_S, SILENT_S, LONGEST_S = 10.0, 60.0, 200.0
"""Seconds for connecting, of silence, and for one whole call."""

_ABSENT = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


class Filesystem(Protocol):
    """What is used of an fsspec filesystem, and the way to be done with it."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:  # noqa: FBT001, FBT002  # fsspec's
        """Create a folder and those above it."""

    def pipe_file(self, path: str, value: bytes) -> None:
        """Write a file whole."""

    def mv(self, path1: str, path2: str) -> None:
        """Rename a file, over another if there is one."""

    def cat_file(self, path: str) -> bytes:
        """Return a file whole."""

    def ls(self, path: str, *, detail: bool) -> list[str]:
        """Return the paths directly in a folder."""

    def close(self) -> None:
        """Leave no socket open."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a scheme's filesystem is made, what it raises beside OSError, and what that means."""

    root: str
    connect: Callable[[], Filesystem]
    failures: tuple[type[Exception], ...] = ()
    why: Callable[[BaseException], Why] = why_of
    whole: bool = False
    """A file appears only once it is all there, so it needs no other name before."""


class Files:
    """The one target for everything that is an fsspec filesystem."""

    def __init__(self, address: Address, way: Way) -> None:
        self.name = address.name
        self._address, self._way = address, way
        self._failures: tuple[type[Exception], ...] = (OSError, *way.failures)
        self._filesystem: Filesystem | None = None

    def put(self, path: str, content: bytes) -> None:
        """Write a file; it has its name only once it is whole."""
        final = self._at(path)

        def write(files: Filesystem) -> None:
            if self._way.whole:
                files.pipe_file(final, content)
                return
            files.makedirs(posixpath.dirname(final), exist_ok=True)
            files.pipe_file(final + PART, content)
            files.mv(final + PART, final)

        self._ask(Words("写入 {path} ", "writing {path}").filled(path=path), write)

    def get(self, path: str) -> bytes | None:
        """Return a file, or None where there is none."""
        doing = Words("读取 {path} ", "reading {path}").filled(path=path)
        try:
            return self._ask(doing, lambda files: files.cat_file(self._at(path)))
        except Absent:
            return None

    def names(self, folder: str = "") -> list[str]:
        """Return the names of what is directly in a folder, sorted; none where there is no folder."""
        here = self._at(folder)
        doing = Words("列出 {path} ", "listing {path}").filled(path=folder or "/")
        try:
            paths = self._ask(doing, lambda files: files.ls(here, detail=False))
        except Absent:
            return []
        inside = {path.strip("/") for path in paths} - {here.strip("/")}
        return sorted(posixpath.basename(path) for path in inside if not path.endswith(PART))

    def close(self) -> None:
        """Leave nothing open."""
        filesystem, self._filesystem = self._filesystem, None
        if filesystem is not None:
            filesystem.close()

    def _at(self, path: str) -> str:
        return posixpath.join(self._way.root, path).rstrip("/") or self._way.root

    def _ask(self, doing: Words, ask: Callable[[Filesystem], T]) -> T:
        """Return what the filesystem answers; raise TargetError, Absent where there is no such path."""
        try:
            return _within(LONGEST_S, lambda: ask(self._connected()))
        except self._failures as error:
            refusal = self._refusal(doing, error)
            if not isinstance(refusal, Absent):
                self.close()  # the next call connects anew
            raise refusal from error

    def _connected(self) -> Filesystem:
        if self._filesystem is None:
            self._filesystem = self._way.connect()
        return self._filesystem

    def _refusal(self, doing: Words, error: BaseException) -> TargetError:
        why = self._way.why(error)
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        said = quoted(said or type(error).__name__, self._address.secrets)
        # While connecting, what is missing is a key or a certificate of this computer.
        absent = why is NO_PLACE and isinstance(error, _ABSENT) and self._filesystem is not None
        kind = Absent if absent else TargetError
        return kind(self.name, failed(doing, why, said), why.advice)


def _within(seconds: float, call: Callable[[], T]) -> T:
    """Return what the call returns; raise TimeoutError and leave it to itself when it takes longer."""
    result: Future[T] = Future()

    def carry_out() -> None:
        try:
            result.set_result(call())
        except BaseException as error:  # noqa: BLE001  # handed to whoever waits
            result.set_exception(error)

    threading.Thread(target=carry_out, daemon=True).start()
    return result.result(seconds)
