"""The identity under which Google is asked: loaded by its declared type, for spreadsheets alone.

A copy in Google Drive has credentials of its own, loaded here too, so that a leaked key for spreadsheets
opens nobody's Drive.

Nothing in a credential file is trusted to say where secrets are sent: every address in it must be
Google's own, and a file that names a program to run is refused. (A token address on this computer is
allowed, so that the whole sign-in can be rehearsed without Google.) Each usual mistake has its own
sentence. No message, log or value that leaves this module holds a secret.
"""

from __future__ import annotations

import json
import logging
import os
import stat
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import google.auth
from google.auth import aws, identity_pool, impersonated_credentials
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.oauth2 import credentials as user_credentials
from google.oauth2 import service_account

from sheets_sync.errors import ConfigurationError, Words
from sheets_sync.sheets.addresses import foreign_addresses, runs_a_program
from sheets_sync.sheets.refusals import GCLOUD_LOGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SCOPES = ["https://www.googleapis.com/auth/spreadsheets"]
DRIVE_SCOPES = ["https://www.googleapis.com/auth/drive"]
DEFAULT = "default"
ENVIRONMENT = "GOOGLE_APPLICATION_CREDENTIALS"

_PLACEHOLDERS = ("YOUR_PROJECT_ID", "YOUR_CLIENT_ID", "PROJECT_NUMBER", "REPLACE_ME", "PLACEHOLDER")
_AWS_TOKEN = "urn:ietf:params:aws:token-type:aws4_request"  # noqa: S105  the name of a kind of token
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO

Info = dict[str, Any]


class UnusableCredentials(ConfigurationError):
    """The credentials cannot be used: where they are, what is wrong, and what to do."""

    def __init__(self, place: str, wrong: Words, advice: Words) -> None:
        self.place, self.wrong, self.advice = place, wrong, advice
        super().__init__(
            Words(
                "凭证 {place}:{wrong}。{advice}", "Credentials {place}: {wrong}. {advice}"
            ).filled(place=place, wrong=wrong, advice=advice)
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """What may be told about the credentials: no secret is in it."""

    path: str | None
    """The file, or None where the environment provides the credentials without one."""
    type: str
    account: str | None
    """The e-mail to share the spreadsheet with, where the credentials know it."""
    key_id: str | None
    mode: int | None
    """The file's permission bits."""
    warnings: tuple[Words, ...] = ()


def load_credentials(setting: str, folder: Path, scopes: Sequence[str] = SCOPES) -> Credentials:
    """Return the credentials that the job names: `default`, or a path relative to its folder.

    `scopes` are what they are for, SCOPES or DRIVE_SCOPES. What of Drive a person has allowed may be less
    than all of it and is known to Google alone, so a person's credentials ask for no scope of Drive.
    Raises UnusableCredentials, saying what to do, for whatever cannot work. Google is not asked yet.
    """
    path = _path_of(setting, folder)
    if path is None:
        return _from_environment(scopes)
    return _from_info(_read(path), str(path), scopes)


def inspect_credentials(setting: str, folder: Path) -> Identity:
    """Return what the credentials are, with warnings; raises what `load_credentials` raises."""
    path = _path_of(setting, folder)
    if path is None:
        found = _from_environment()
        return Identity(None, type(found).__module__, account_of(found), None, None)
    info = _read(path)
    account = account_of(_from_info(info, str(path)))
    mode = stat.S_IMODE(path.stat().st_mode)
    warned = (_readable_by_others(path, mode),) if os.name == "posix" and mode & _OTHERS_MAY else ()
    return Identity(str(path), info["type"], account, info.get("private_key_id"), mode, warned)


def account_of(credentials: Credentials) -> str | None:
    """Return the e-mail address to share spreadsheets with, where the credentials know it.

    On Google's own machines it is known only after the first sign-in, and then returned too.
    """
    for name in ("service_account_email", "account"):
        account = getattr(credentials, name, None)
        if isinstance(account, str) and "@" in account:
            return account
    return None


def _path_of(setting: str, folder: Path) -> Path | None:
    if setting.lstrip().startswith("{"):
        raise UnusableCredentials(
            "{...}",
            Words("这里写的是凭证内容", "this is the content of a credential file"),
            Words(
                "请把内容存成文件(权限 0600),这里只写路径。",
                "Keep the content in a file (mode 0600) and give its path here.",
            ),
        )
    if setting != DEFAULT:
        return folder / os.path.expanduser(setting)  # noqa: PTH111  folder must not come before ~
    named = os.environ.get(ENVIRONMENT)
    return folder.cwd() / named if named else None


def _read(path: Path) -> Info:
    try:
        info = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UnusableCredentials(str(path), *_MISSING) from None
    except OSError as error:
        wrong = Words(f"打不开({error.strerror})", f"it cannot be opened ({error.strerror})")
        raise UnusableCredentials(str(path), wrong, _MISSING[1]) from None
    except ValueError:
        raise UnusableCredentials(str(path), *_NOT_JSON) from None
    if not isinstance(info, dict):
        raise UnusableCredentials(str(path), *_NOT_JSON)
    _refuse_usual_mistakes(info, str(path))
    return info


def _refuse_usual_mistakes(info: Info, place: str) -> None:
    if "installed" in info or "web" in info:
        raise UnusableCredentials(place, *_OAUTH_CLIENT)
    if any(mark in text for text in _texts(info) for mark in _PLACEHOLDERS):
        raise UnusableCredentials(place, *_EXAMPLE)
    kind = str(info.get("type"))
    if kind not in _READERS:
        wrong = Words("不认识的类型 {type}", "its type {type} is unknown")
        raise UnusableCredentials(place, wrong.filled(type=kind[:40]), _TYPES)
    missing = [name for name in _NEEDED[kind] if not info.get(name)]
    if missing:
        wrong = Words("缺少 {names}", "{names} missing").filled(names=", ".join(missing))
        raise UnusableCredentials(place, wrong, _DOWNLOAD_AGAIN)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _from_info(info: Info, place: str, scopes: Sequence[str] = SCOPES) -> Credentials:
    if runs_a_program(info):
        raise UnusableCredentials(place, *_EXECUTABLE)
    for name in foreign_addresses(info):
        raise UnusableCredentials(place, _FOREIGN.filled(name=name), _FROM_GOOGLE)
    try:
        found = _READERS[info["type"]](info, scopes=scopes)
    except (ValueError, TypeError, AttributeError, KeyError, GoogleAuthError):
        # The library's own words may quote the key, so neither they nor the cause are kept.
        kind = _BAD_KEY if "private_key" in info else _MALFORMED
        raise UnusableCredentials(place, *kind) from None
    return _checked(found)


def _checked(found: object) -> Credentials:
    if not isinstance(found, Credentials):
        raise TypeError("google-auth returns credentials")
    return found


def _from_environment(scopes: Sequence[str] = SCOPES) -> Credentials:
    # Without a handler, google-auth's remarks about projects would appear on the terminal.
    logging.getLogger("google.auth").addHandler(logging.NullHandler())
    try:
        with warnings.catch_warnings():
            # google-auth warns that a person's own sign-in has no quota project; Sheets needs none.
            warnings.simplefilter("ignore", UserWarning)
            found, _ = google.auth.default(scopes=scopes)
            if isinstance(found, user_credentials.Credentials) and scopes != SCOPES:
                found, _ = google.auth.default()
    except GoogleAuthError as error:
        raise UnusableCredentials(DEFAULT, *_NO_DEFAULT) from error
    return _checked(found)


def _authorized_user(info: Info, scopes: Sequence[str]) -> Any:
    read: Callable[..., Any] = user_credentials.Credentials.from_authorized_user_info
    unasked = {name: value for name, value in info.items() if name != "scopes"}
    found = read(unasked, scopes=scopes if scopes == SCOPES else None)
    # The constructor insists on Google's own address; a checked one from the file is put back.
    return found.with_token_uri(info["token_uri"]) if info.get("token_uri") else found


def _external_account(info: Info, scopes: Sequence[str]) -> Any:
    kind = aws if info["subject_token_type"] == _AWS_TOKEN else identity_pool
    return kind.Credentials.from_info(info, scopes=scopes)


_READERS: dict[str, Callable[..., Any]] = {
    "service_account": service_account.Credentials.from_service_account_info,
    "external_account": _external_account,
    "impersonated_service_account": (
        impersonated_credentials.Credentials.from_impersonated_service_account_info
    ),
    "authorized_user": _authorized_user,
}
_NEEDED = {
    "service_account": ("client_email", "private_key", "token_uri"),
    "external_account": ("audience", "subject_token_type", "token_url", "credential_source"),
    "impersonated_service_account": ("service_account_impersonation_url", "source_credentials"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}


def _readable_by_others(path: Path, mode: int) -> Words:
    return Words(
        "凭证 {path} 其他用户也能读(权限 {mode})。请运行 chmod 600 {path}。",
        "Credentials {path} can be read by other users (mode {mode}). Run chmod 600 {path}.",
    ).filled(path=path, mode=f"{mode:04o}")


_DOWNLOAD_AGAIN = Words(
    "请重新下载凭证文件。步骤见 docs/credentials.md。",
    "Download the credential file again; docs/credentials.md has the steps.",
)
_MISSING = (
    Words("没有这个文件", "there is no such file"),
    Words(
        "请检查 sheets-sync.yaml 里的 credentials(路径从任务文件夹算起)。没有凭证时,步骤见 docs/credentials.md。",
        "Check `credentials` in sheets-sync.yaml (paths start at the job folder). To get credentials, see docs/credentials.md.",
    ),
)
_NOT_JSON = (
    Words("不是 JSON 凭证文件", "it is not a JSON credential file"),
    Words(
        "请使用下载的原文件,不要用表格或文档软件改过。步骤见 docs/credentials.md。",
        "Use the file as it was downloaded, not edited or saved by an office program; see docs/credentials.md.",
    ),
)
_OAUTH_CLIENT = (
    Words(
        "这是 OAuth 客户端文件,只说明是哪个程序,不是凭证",
        "this is an OAuth client file, which names a program and is no credential",
    ),
    Words(
        "请改用服务账号密钥,或用它登录一次、保存得到的 authorized_user 文件。步骤见 docs/credentials.md。",
        "Use a service account key, or sign in with it once and keep the resulting authorized_user file; see docs/credentials.md.",
    ),
)
_EXAMPLE = (
    Words("还是示例文件,占位文字没有替换", "it is still the example, with placeholders in it"),
    Words(
        "请换成从 Google Cloud 下载的真文件。步骤见 docs/credentials.md。",
        "Put the real file from Google Cloud in its place; docs/credentials.md has the steps.",
    ),
)
_TYPES = Words(
    "可用的类型:service_account、external_account、impersonated_service_account、authorized_user。步骤见 docs/credentials.md。",
    "These can be used: service_account, external_account, impersonated_service_account, authorized_user; see docs/credentials.md.",
)
_BAD_KEY = (
    Words("私钥无法解析", "its private key cannot be read"),
    Words(
        "文件可能被截断,或换行 \\n 被改动。请新建一把密钥并重新下载。",
        "The file may be cut off, or its \\n line breaks changed. Create a new key and download it again.",
    ),
)
_MALFORMED = (Words("内容不完整或格式不对", "it is incomplete or malformed"), _DOWNLOAD_AGAIN)
_FOREIGN = Words("{name} 不是 Google 的地址", "{name} is not an address of Google's")
_FROM_GOOGLE = Words(
    "这样的文件会把令牌交给别人,所以不使用。请从 Google Cloud 控制台重新下载。",
    "Such a file would hand tokens to somebody else and is not used. Download it again from the Google Cloud console.",
)
_EXECUTABLE = (
    Words(
        "它要求运行一个程序(credential_source.executable)",
        "it names a program to run (credential_source.executable)",
    ),
    Words(
        "出于安全不执行。请改用 file 或 url 方式的工作负载身份。",
        "Programs are not run, for safety. Use workload identity with a file or a URL.",
    ),
)
_NO_DEFAULT = (
    Words("这台电脑上没有默认凭证", "this computer has no default credentials"),
    Words(
        "请在 sheets-sync.yaml 的 credentials 写服务账号密钥的路径(步骤见 docs/credentials.md),或登录:{command}",
        "Give the path of a service account key as `credentials` in sheets-sync.yaml (docs/credentials.md has the steps), or sign in: {command}",
    ).filled(command=GCLOUD_LOGIN),
)
