"""What Google Drive's refusals mean to the person who set the target up.

Drive says by a reason code what is wrong, and here alone is told what to do about it. The transport has
already turned every failure into a refusal of spreadsheets; the failure behind it is its cause.
"""

from __future__ import annotations

from google.auth.exceptions import GoogleAuthError

from sheets_sync.archive.targets.faults import OTHER, UNREACHABLE, TargetError, Why, failed
from sheets_sync.errors import SheetError, Words
from sheets_sync.sheets.failures import HttpFault
from sheets_sync.sheets.refusals import (
    CredentialsRefused,
    NoConnection,
    NotGoogle,
    QuotaUsedUp,
    Unavailable,
    UnknownOutcome,
    shortened,
)

ENABLE_URL = "https://console.cloud.google.com/apis/library/drive.googleapis.com"
SERVICE_ACCOUNT = ".gserviceaccount.com"
"""What the e-mail of a service account ends in."""

_QUOTED = 300
"""Characters of Google's message that are repeated."""


def told(target: str, doing: Words, error: SheetError, account: str | None) -> TargetError:
    """Return what a refusal means for a target; `account` is on whose behalf Drive was asked."""
    why = why_of(error, account)
    return TargetError(target, failed(doing, why, _said(error)), why.advice)


def why_of(error: SheetError, account: str | None) -> Why:
    """Return why Drive refused, and what the person who can mend it does."""
    whom = _WHOM if account is None else Words(account, account)
    fault = error.__cause__
    for kind, why in _BY_REFUSAL:
        if isinstance(error, kind):
            return why
    if isinstance(fault, HttpFault):
        return _why_of_fault(fault, account, whom)
    if isinstance(error, NoConnection):
        return Why(UNREACHABLE.what, error.advice)
    if isinstance(error, CredentialsRefused):
        return _why_of_sign_in(error)
    return OTHER


def status_of(error: SheetError) -> int | None:
    """Return the HTTP status behind a refusal, if there was one."""
    return error.__cause__.status if isinstance(error.__cause__, HttpFault) else None


def _said(error: SheetError) -> str:
    """Return the words of the other side, for the brackets behind a sentence."""
    fault = error.__cause__
    if isinstance(fault, HttpFault):
        reasons = ", ".join(sorted(fault.reasons))
        parts = (f"HTTP {fault.status}", reasons, shortened(fault.message)[:_QUOTED])
        return ", ".join(part for part in parts if part)
    if isinstance(error, CredentialsRefused):
        return shortened(error.message)
    return error.host if isinstance(error, NoConnection) else "Google Drive"


def _why_of_fault(fault: HttpFault, account: str | None, whom: Words) -> Why:
    if "storageQuotaExceeded" in fault.reasons:
        return OWNS_NOTHING if (account or "").endswith(SERVICE_ACCOUNT) else _FULL
    for reasons, why in _BY_REASON:
        if fault.reasons & reasons:
            return _filled(why, whom, next(iter(fault.links), ENABLE_URL))
    return _filled(_BY_STATUS.get(fault.status, OTHER), whom, ENABLE_URL)


def _filled(why: Why, whom: Words, url: str) -> Why:
    return Why(why.what, why.advice.filled(whom=whom, url=url))


def _why_of_sign_in(error: CredentialsRefused) -> Why:
    asked_too_much = ("invalid_scope", "unauthorized_client")
    if isinstance(error.__cause__, GoogleAuthError) and any(
        word in error.message for word in asked_too_much
    ):
        return _SCOPE
    return Why(_CREDENTIALS, error.advice)


_WHOM = Words("凭证所属的 Google 账号", "the Google account of the credentials")
_CREDENTIALS = Words("Google 不接受这份凭证", "Google refuses the credentials")
OWNS_NOTHING = Why(
    Words(
        "服务账号在云端硬盘里没有空间,不能拥有文件",
        "a service account has no room in Drive and cannot own files",
    ),
    Words(
        "请换一种办法:一、在共享云端硬盘里建文件夹,把服务账号加为「内容管理员」;二、改用本人登录的凭证(authorized_user);三、由本人先在文件夹里放好同名的空文件,服务账号只更新它的内容。步骤见 docs/archive.md。",
        "Choose another way: use a folder in a shared drive with the service account as Content manager; or the credentials of a person (authorized_user); or let a person put an empty file of that name into the folder, which the service account then only updates. docs/archive.md has the steps.",
    ),
)
_FULL = Why(
    Words("云端硬盘的空间已满", "the Drive is full"),
    Words(
        "请清理云端硬盘和它的回收站,或扩容,再运行一次。",
        "Free some space in the Drive and its trash, or enlarge it, and run again.",
    ),
)
NOT_SHARED = Why(
    Words("没有这个文件夹,或没有共享给它", "there is no such folder, or it is not shared"),
    Words(
        "请核对网址里的文件夹 id(浏览器地址中 folders/ 后面的一段),并把文件夹共享给 {whom}:共享云端硬盘里选「内容管理员」,我的云端硬盘里选「编辑者」。",
        "Check the id of the folder (the part of its address behind folders/), and share the folder with {whom}: as Content manager in a shared drive, as Editor in My Drive.",
    ),
)
_NO_WRITING = Why(
    Words("只能看,不能写", "it may be read and not written"),
    Words(
        "请把 {whom} 在这个文件夹的权限改为「内容管理员」(共享云端硬盘)或「编辑者」(我的云端硬盘);本人登录而只授权了 drive.file 时,请写 gdrive://root/文件夹名,让程序自己建文件夹。",
        "Make {whom} Content manager (shared drive) or Editor (My Drive) of the folder; where a person signed in and allowed only drive.file, write gdrive://root/FOLDER_NAME and let the program make the folder itself.",
    ),
)
_DAILY = Why(
    Words("今天的 Drive 配额已用完", "the Drive quota of the day is used up"),
    Words(
        "请明天再运行(配额在太平洋时间零点恢复),或在 Google Cloud 控制台查看谁在用。",
        "Run again tomorrow (the quota comes back at midnight Pacific time), or look in the Google Cloud console who uses it.",
    ),
)
_RATE = Why(
    Words("Drive 的请求频率一直超限", "Drive's rate limit stayed used up"),
    Words(
        "请看是否有别的程序在用同一份凭证,过几分钟再运行。",
        "See whether another program uses the same credentials, and run again in a few minutes.",
    ),
)
_TOO_MANY = Why(
    Words("文件夹或共享云端硬盘里的文件太多", "the folder or shared drive holds too many files"),
    Words("请改用另一个文件夹。", "Use another folder."),
)
_SCOPE = Why(
    Words("凭证没有云端硬盘的权限范围", "the credentials lack the scope for Drive"),
    Words(
        "请重新登录并勾选 Google 云端硬盘(scope https://www.googleapis.com/auth/drive)。步骤见 docs/archive.md。",
        "Sign in again and allow Google Drive (scope https://www.googleapis.com/auth/drive); docs/archive.md has the steps.",
    ),
)
_DISABLED = Why(
    Words(
        "凭证所在的 Google Cloud 项目没有启用 Google Drive API",
        "the Google Cloud project of the credentials has not enabled the Google Drive API",
    ),
    Words(
        "请打开下面的网址点「启用」,等几分钟再试:{url}",
        "Open this address, choose Enable, wait a few minutes and try again: {url}",
    ),
)
_FORBIDDEN = Why(
    Words("没有权限", "it is not allowed"),
    Words(
        "请把文件夹共享给 {whom};公司账号还请问管理员是否限制了云端硬盘。",
        "Share the folder with {whom}; with a company's account also ask the administrator whether Drive is restricted.",
    ),
)
_NEW_CREDENTIALS = Why(
    _CREDENTIALS,
    Words(
        "请重新取得凭证(步骤见 docs/credentials.md)后再试。",
        "Get new credentials (docs/credentials.md says how) and try again.",
    ),
)
_BY_REASON: tuple[tuple[set[str], Why], ...] = (
    ({"SERVICE_DISABLED", "accessNotConfigured"}, _DISABLED),
    ({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}, _SCOPE),
    (
        {"insufficientFilePermissions", "insufficientParentPermissions", "cannotModifyFile"},
        _NO_WRITING,
    ),
    ({"dailyLimitExceeded", "quotaExceeded", "dailyLimitExceededUnreg"}, _DAILY),
    (
        {
            "teamDriveFileLimitExceeded",
            "numChildrenInNonRootLimitExceeded",
            "teamDriveHierarchyTooDeep",
            "myDriveHierarchyDepthLimitExceeded",
        },
        _TOO_MANY,
    ),
)
_BY_STATUS = {401: _NEW_CREDENTIALS, 403: _FORBIDDEN, 404: NOT_SHARED}
_BY_REFUSAL: tuple[tuple[type[SheetError], Why], ...] = (
    (QuotaUsedUp, _RATE),
    (
        UnknownOutcome,
        Why(
            Words("没有收到明确答复", "no clear answer came back"),
            Words(
                "请再运行一次:程序会先查清已经写好的部分,不会重复写。",
                "Run again: the program first finds out what is there, and writes nothing twice.",
            ),
        ),
    ),
    (
        Unavailable,
        Why(
            Words("Google Drive 暂时不可用", "Google Drive is unavailable"),
            Words("请过几分钟再运行。", "Run again in a few minutes."),
        ),
    ),
    (
        NotGoogle,
        Why(
            Words("回答的不是 Google Drive", "what answered is not Google Drive"),
            Words(
                "中间可能隔着登录页或代理。请用浏览器打开任一网页确认网络,再运行。",
                "A login page or proxy may stand in between. Open any page in a browser to check the network, then run again.",
            ),
        ),
    ),
)
