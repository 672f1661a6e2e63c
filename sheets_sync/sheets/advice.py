"""What a failure means to the person in front of it: which refusal, in which words."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from sheets_sync.errors import SheetError, Words
from sheets_sync.sheets.failures import (
    LOOPBACK,
    HttpFault,
    NoSheetsAnswer,
    Outcome,
    bad_certificate,
    cause_of,
    host_of,
    outcome_of,
    reason_of,
    refused_connection,
)
from sheets_sync.sheets.refusals import (
    GCLOUD_LOGIN,
    ApiDisabled,
    CredentialsRefused,
    NoConnection,
    NoSuchSpreadsheet,
    NotASheet,
    NotGoogle,
    NotShared,
    QuotaUsedUp,
    RequestRefused,
    Unavailable,
    UnknownOutcome,
)

_SCOPE_REASONS = {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Whom a request goes to, on whose behalf, about which spreadsheet, and the how-manieth time."""

    host: str
    account: str | None = None
    spreadsheet_id: str = ""
    tries: int = 1


def in_words(error: BaseException, where: Circumstances) -> SheetError:
    """Return the refusal that tells a person what this exception means and what to do."""
    if isinstance(error, HttpFault):
        return _status_in_words(error, where)
    if isinstance(error, NoSheetsAnswer):
        return NotGoogle(where.host)
    if isinstance(error, TransportError):
        host = host_of(cause_of(error)) or "oauth2.googleapis.com"
        return NoConnection(host, *_line_in_words(cause_of(error)))
    if isinstance(error, GoogleAuthError):
        return _sign_in_in_words(error)
    return NoConnection(where.host, *_line_in_words(error))


def unknown_in_words(error: BaseException, where: Circumstances) -> UnknownOutcome:
    """Return the refusal of a write whose fate is not known."""
    if isinstance(error, HttpFault):
        cause = Words(f"HTTP {error.status}", f"HTTP {error.status}")
    elif isinstance(error, NoSheetsAnswer):
        cause = Words("回答不是表格数据", "the answer was no spreadsheet data")
    else:
        cause = _line_in_words(error)[0]
    return UnknownOutcome(where.spreadsheet_id, cause)


def _status_in_words(fault: HttpFault, where: Circumstances) -> SheetError:
    outcome = outcome_of(fault)
    if outcome is Outcome.NOT_APPLIED:
        return QuotaUsedUp(where.tries)
    if outcome is Outcome.UNKNOWN:
        return Unavailable(fault.status, where.tries)
    if not fault.error:
        return NotGoogle(where.host)
    speak = _BY_STATUS.get(fault.status, _refused_in_words)
    return speak(fault, where)


def _unauthorized_in_words(fault: HttpFault, _: Circumstances) -> SheetError:
    return CredentialsRefused(_NEW_CREDENTIALS, fault.message)


def _forbidden_in_words(fault: HttpFault, where: Circumstances) -> SheetError:
    reasons = fault.reasons
    if "SERVICE_DISABLED" in reasons or "accessNotConfigured" in reasons:
        return ApiDisabled(next(iter(fault.links), None))
    if reasons & _SCOPE_REASONS:
        return CredentialsRefused(_MORE_SCOPE, fault.message)
    return NotShared(where.spreadsheet_id, where.account, fault.message)


def _not_found_in_words(_: HttpFault, where: Circumstances) -> SheetError:
    return NoSuchSpreadsheet(where.spreadsheet_id)


def _refused_in_words(fault: HttpFault, where: Circumstances) -> SheetError:
    message = fault.message
    if "not supported for this document" in message:
        return NotASheet(where.spreadsheet_id)
    return RequestRefused(fault.status, message)


_BY_STATUS = {
    int(requests.codes.unauthorized): _unauthorized_in_words,
    int(requests.codes.forbidden): _forbidden_in_words,
    int(requests.codes.not_found): _not_found_in_words,
}


_NEW_CREDENTIALS = Words(
    "请重新取得凭证(步骤见 docs/credentials.md)后再试。",
    "Get new credentials (docs/credentials.md says how) and try again.",
)
_MORE_SCOPE = Words(
    "它没有表格权限范围。请重新登录(client.json 的来历见 docs/credentials.md):{command}",
    "They lack the scope for spreadsheets. Sign in again (docs/credentials.md says where client.json comes from): {command}",
).filled(command=GCLOUD_LOGIN)
_SIGN_IN_ADVICE = (
    (
        ("reasonable timeframe", "short-lived token"),
        Words(
            "这台电脑的时钟不准。请打开自动对时后再试。",
            "The clock of this computer is wrong. Switch on automatic time and try again.",
        ),
    ),
    (
        ("Invalid JWT Signature",),
        Words(
            "这把密钥已被删除或停用。请为服务账号新建一把密钥并换上。",
            "The key was deleted or disabled. Create a new key for the service account and use it.",
        ),
    ),
    (
        ("account not found",),
        Words(
            "这个服务账号已被删除。请新建服务账号,并把表格共享给它。",
            "The service account was deleted. Create a new one and share the spreadsheet with it.",
        ),
    ),
    (
        ("expired or revoked", "Reauthentication", "invalid_rapt"),
        Words(
            "登录已过期或被撤销。请重新登录,换上新的凭证文件。",
            "The sign-in has expired or was revoked. Sign in again and use the new file.",
        ),
    ),
    (
        ("invalid_scope", "unauthorized_client"),
        Words(
            "登录时没有同意表格权限。请重新登录并勾选 Google 表格。",
            "The sign-in did not include spreadsheets. Sign in again and allow Google Sheets.",
        ),
    ),
    (
        ("impersonated",),
        Words(
            "不能代为使用目标服务账号。请给当前账号「Service Account Token Creator」角色。",
            "The target service account cannot be used on its behalf. Grant the role Service Account Token Creator.",
        ),
    ),
)


def _sign_in_in_words(error: GoogleAuthError) -> CredentialsRefused:
    said = str(error.args[0]) if error.args else ""
    message = "" if said.lstrip().startswith("<") else said
    for parts, advice in _SIGN_IN_ADVICE:
        if any(part.casefold() in message.casefold() for part in parts):
            return CredentialsRefused(advice, message)
    return CredentialsRefused(_NEW_CREDENTIALS, message)


_CHECK_LINE = Words(
    "请检查网络;需要代理才能访问 Google 时,请设置环境变量 HTTPS_PROXY。",
    "Check the network; where Google is reached through a proxy, set HTTPS_PROXY.",
)
_START_LOCAL = Words(
    "请先运行 sheets-sync emulator 启动本地表格服务,或检查地址和端口。",
    "Start the local server with sheets-sync emulator, or check the address and port.",
)
_LATER = Words("请稍后再运行。", "Run again later.")
_BROKEN_OFF = Words("连接中途断开", "the connection broke off")
_BY_REASON: dict[type[BaseException | None], Words] = {
    NameResolutionError: Words("域名解析失败", "the name cannot be resolved"),
    NewConnectionError: Words("网络不可达", "the network is unreachable"),
    ConnectTimeoutError: Words("连接超时", "connecting took too long"),
}


_BAD_CERTIFICATE = (
    Words("证书校验不通过", "its certificate cannot be verified"),
    Words(
        "请检查电脑时间;公司代理会替换证书时,用环境变量 REQUESTS_CA_BUNDLE 指向公司的根证书。",
        "Check the computer's clock; where a company proxy replaces certificates, let REQUESTS_CA_BUNDLE name its root certificate.",
    ),
)


def _line_in_words(error: BaseException) -> tuple[Words, Words]:
    """Return what broke between here and the server, and what to do about it."""
    if bad_certificate(error):
        return _BAD_CERTIFICATE
    if refused_connection(error):
        cause = Words("对方没有在监听", "nobody listens there")
        return cause, _START_LOCAL if host_of(error) in LOOPBACK else _CHECK_LINE
    if isinstance(error, requests.ReadTimeout):
        return Words("等了很久没有回答", "no answer in time"), _LATER
    if isinstance(error, requests.exceptions.ProxyError):
        return Words("代理连不上", "the proxy does not answer"), _CHECK_LINE
    return _BY_REASON.get(type(reason_of(error)), _BROKEN_OFF), _CHECK_LINE
