"""Everything that the program rclone reaches: OneDrive, Baidu and some seventy more clouds.

Who signs in where is rclone's own affair (`rclone config`); here is only the name of a remote. It says
by its exit code whether something is not there, and everything else in words alone.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from sheets_sync.archive.targets.faults import (
    NO_PLACE,
    NO_ROOM,
    OTHER,
    REFUSED,
    TOO_SLOW,
    UNREACHABLE,
    Absent,
    TargetError,
    Why,
    failed,
    quoted,
)
from sheets_sync.archive.targets.files import CONNECT_S, LONGEST_S, PART, SILENT_S
from sheets_sync.errors import ConfigurationError, Words

if TYPE_CHECKING:
    from sheets_sync.config.targets import Address

_NOT_FOUND = 3, 4
"""Exit codes: no such folder, no such file."""
_FLAGS = (
    f"--contimeout={CONNECT_S:.0f}s",
    f"--timeout={SILENT_S:.0f}s",
    "--retries=1",
    "--low-level-retries=2",
    "--ask-password=false",
    "--ignore-times",
)
"""Without the last, an older file of the same size stays where a cloud keeps no times."""


def open_rclone(address: Address) -> Rclone:
    """Return a remote, or what is below a folder of it, as a target."""
    program = shutil.which("rclone")
    if program is None:
        raise ConfigurationError(_NOT_INSTALLED.filled(target=address.name))
    return Rclone(address, program)


class Rclone:
    """A remote of rclone; every call runs the program once or twice, and nothing stays open."""

    def __init__(self, address: Address, program: str) -> None:
        self.name = address.name
        self._root, self._program = f"{address.host}:{address.path}", program

    def put(self, path: str, content: bytes) -> None:
        """Write a file; it has its name only once it is whole."""
        doing = Words("写入 {path} ", "writing {path}").filled(path=path)
        part, final = self._at(path + PART), self._at(path)
        self._run(doing, "rcat", part, content=content)
        self._run(doing, "moveto", part, final)

    def get(self, path: str) -> bytes | None:
        """Return a file, or None where there is none."""
        doing = Words("读取 {path} ", "reading {path}").filled(path=path)
        try:
            content = self._run(doing, "cat", self._at(path))
        except Absent:
            return None
        # Where folders are only prefixes of names, a file that is not there looks empty.
        folder, name = posixpath.split(path)
        return content if content or name in self.names(folder) else None

    def names(self, folder: str = "") -> list[str]:
        """Return the names of what is directly in a folder, sorted; none where there is no folder."""
        doing = Words("列出 {path} ", "listing {path}").filled(path=folder or "/")
        try:
            listed = self._run(doing, "lsf", self._at(folder)).decode()
        except Absent:
            return []
        names = (line.rstrip("/") for line in listed.split("\n") if line)
        return sorted(name for name in names if not name.endswith(PART))

    def close(self) -> None:
        """Do nothing: every run of the program has ended."""

    def _at(self, path: str) -> str:
        joint = "" if self._root.endswith(":") or not path else "/"
        return f"{self._root}{joint}{path}"

    def _run(self, doing: Words, command: str, *args: str, content: bytes = b"") -> bytes:
        """Run one command; raise TargetError, Absent where it says that there is no such path."""
        line = [self._program, command, *_FLAGS, "--", *args]
        try:
            ran = subprocess.run(  # noqa: S603  # no shell, and no argument is an option
                line, input=content, capture_output=True, timeout=LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise TargetError(
                self.name, failed(doing, TOO_SLOW, "rclone"), TOO_SLOW.advice
            ) from error
        except OSError as error:
            said = quoted(error.strerror or "", ())
            raise TargetError(self.name, failed(doing, OTHER, said), OTHER.advice) from error
        if ran.returncode == 0:
            return ran.stdout
        why, said = _why(ran.stderr.decode(errors="replace"))
        kind = Absent if ran.returncode in _NOT_FOUND else TargetError
        raise kind(self.name, failed(doing, why, said), why.advice)


def _why(stderr: str) -> tuple[Why, str]:
    """Return the reason in rclone's last words, and those words without the clock before them."""
    lines = [line for line in stderr.splitlines() if line.strip()] or [""]
    said = _CLOCK.sub("", lines[-1])
    for pattern, why in _BY_WORDS:
        if pattern.search(said):
            return why, quoted(said, ())
    return OTHER, quoted(said, ())


_CLOCK = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?:[A-Z]+ *: )?")
_NO_REMOTE = Why(
    Words("rclone 里没有这个远端", "rclone has no such remote"),
    Words(
        "请运行 rclone listremotes 核对名字;还没有时运行 rclone config 新建。要用运行本程序的同一个系统账号。",
        "Run `rclone listremotes` to check the name, or `rclone config` to make it, as the same user that runs this program.",
    ),
)
_SIGN_IN = Why(
    REFUSED.what,
    Words(
        "请运行 rclone config reconnect 远端名: 重新登录,并确认这个账号可以写入。",
        "Sign in again with `rclone config reconnect REMOTE:`, and check that this account may write there.",
    ),
)
_BY_WORDS = tuple(
    (re.compile(pattern, re.IGNORECASE), why)
    for pattern, why in (
        (r"didn't find section in config file", _NO_REMOTE),
        (r"no space|insufficient ?storage|quota ?(limit|exceeded)|storage ?quota", NO_ROOM),
        (r"\b40[13]\b|unauthori[sz]ed|forbidden|permission denied|access denied", _SIGN_IN),
        (r"invalid_grant|token expired|couldn't fetch token|empty token", _SIGN_IN),
        (r"no such host|connection refused|unreachable|connection reset", UNREACHABLE),
        (r"timeout|deadline exceeded", TOO_SLOW),
        (r"not found|no such", NO_PLACE),
    )
)
_NOT_INSTALLED = Words(
    "归档目标 {target}:没有安装 rclone。请运行 sudo apt-get install rclone(macOS:brew install rclone),或从 https://rclone.org/downloads/ 下载,再用 rclone config 登录网盘。",
    "Archive target {target}: the program rclone is not installed. Run `sudo apt-get install rclone` (macOS: `brew install rclone`), or take it from https://rclone.org/downloads/; then sign in to the cloud with `rclone config`.",
)
