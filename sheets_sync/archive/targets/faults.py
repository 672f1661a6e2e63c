"""Why a target did not do what was asked, and what to do about it.

Every library that reaches a target has exceptions of its own. Each scheme's module sorts its own into
the few reasons here; the `OSError`s that all of them share are sorted by `why_of`.
"""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from sheets_sync.errors import SheetError, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

_QUOTED = 200
"""Characters of somebody else's message that are repeated."""


class TargetError(SheetError):
    """A place that the archive is copied to did not do what was asked."""

    def __init__(self, target: str, failed: Words, advice: Words) -> None:
        self.target, self.failed, self.advice = target, failed, advice
        words = Words(
            "归档目标 {target}:{failed}。{advice}", "Archive target {target}: {failed}. {advice}"
        )
        super().__init__(words.filled(target=target, failed=failed, advice=advice))


class Absent(TargetError):
    """There is no file or folder of that name in the target."""


class Why(NamedTuple):
    """A reason, and the next step of the person who can take it."""

    what: Words
    advice: Words


UNREACHABLE = Why(
    Words("连不上", "it cannot be reached"),
    Words(
        "请检查网络、地址和端口,再运行一次。",
        "Check the network, the address and the port, and run again.",
    ),
)
REFUSED = Why(
    Words("没有权限", "it is not allowed"),
    Words(
        "请核对用户名、密码或密钥,并确认这个账号可以写入这个位置。",
        "Check the user, the password or the key, and that this account may write there.",
    ),
)
NO_PLACE = Why(
    Words("没有这个位置", "there is no such place"),
    Words(
        "请核对网址里的桶、文件夹或远端的名字;桶要先在对方的控制台里建好。",
        "Check the name of the bucket, folder or remote in the address; a bucket has to exist first.",
    ),
)
NO_ROOM = Why(
    Words("空间不足", "there is no room left"),
    Words(
        "请清理出空间,或给这个账号扩容,再运行一次。",
        "Free some space there, or enlarge the account, and run again.",
    ),
)
TOO_SLOW = Why(
    Words("等了太久没有完成", "it took too long"),
    Words(
        "请检查网络,稍后再运行一次;已经写好的文件不受影响。",
        "Check the network and run again later; the files already written are safe.",
    ),
)
OTHER = Why(
    Words("没有成功", "it did not work"),
    Words(
        "请稍后再运行一次;还是不行时,按括号里的原话查对方的帮助。",
        "Run again later; if it stays so, look up the quoted words in the help of that service.",
    ),
)

_BY_TYPE: tuple[tuple[type[OSError], Why], ...] = (
    (TimeoutError, TOO_SLOW),
    (ConnectionError, UNREACHABLE),
    (socket.gaierror, UNREACHABLE),
    (PermissionError, REFUSED),
    (FileNotFoundError, NO_PLACE),
    (NotADirectoryError, NO_PLACE),
    (IsADirectoryError, NO_PLACE),
)
_BY_NUMBER = {
    errno.EHOSTUNREACH: UNREACHABLE,
    errno.ENETUNREACH: UNREACHABLE,
    errno.EHOSTDOWN: UNREACHABLE,
    errno.ENOSPC: NO_ROOM,
    errno.EDQUOT: NO_ROOM,
    errno.EROFS: REFUSED,
}
_BY_STATUS = {
    401: REFUSED,
    403: REFUSED,
    404: NO_PLACE,
    408: TOO_SLOW,
    504: TOO_SLOW,
    507: NO_ROOM,
}


def why_of(error: BaseException) -> Why:
    """Return the reason that an operating system's error gives; any other gives none."""
    for kind, why in _BY_TYPE:
        if isinstance(error, kind):
            return why
    number = error.errno if isinstance(error, OSError) else None
    return OTHER if number is None else _BY_NUMBER.get(number, OTHER)


def why_of_status(status: int) -> Why:
    """Return the reason that an HTTP status gives."""
    return _BY_STATUS.get(status, OTHER)


def failed(doing: Words, why: Why, said: str) -> Words:
    """Return what failed, why, and the words of the other side, for a TargetError."""
    words = Words("{doing}失败,{what}({said})", "{doing} failed, {what} ({said})")
    return words.filled(doing=doing, what=why.what, said=said or "-")


def quoted(text: str, secrets: Iterable[str]) -> str:
    """Return the first line of somebody else's message, cut short and without the secrets."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    for secret in sorted(secrets, key=len, reverse=True):
        line = line.replace(secret, "***").replace(quote(secret, safe=""), "***")
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]}..."
