"""The URLs that name a target: what they may say, and what of them is shown.

User, password, folder and parameters are percent-encoded; a plus is a plus, for the keys of clouds have
them. A raw `@` stands before the host and nowhere else: whatever follows the last one could be half a
password. A URL with anything wrong in it is shown as its scheme alone, for the same reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from sheets_sync.config.yamlfile import did_you_mean, joined
from sheets_sync.errors import ConfigurationError, Words

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Scheme(NamedTuple):
    """What a URL of one scheme is made of: what its host is, whether one signs in, its parameters."""

    host: Words
    login: bool = False
    options: tuple[str, ...] = ()


FOLDER = "file"
_WEBDAV = _Scheme(Words("服务器的域名", "the name of the server"), login=True)
SCHEMES = {
    FOLDER: _Scheme(Words("", "")),
    "s3": _Scheme(
        Words("桶名", "the name of the bucket"),
        options=("endpoint_url", "region", "addressing_style", "key", "secret", "token"),
    ),
    "webdav": _WEBDAV,
    "webdav+http": _WEBDAV,
    "sftp": _Scheme(
        Words("服务器的域名", "the name of the server"),
        login=True,
        options=("key_file", "known_hosts"),
    ),
    "rclone": _Scheme(Words(" rclone 远端的名字", "the name of the rclone remote")),
    "gdrive": _Scheme(
        Words("云端硬盘文件夹的 id", "the id of the Drive folder"), options=("credentials",)
    ),
}
ADDRESSING = ("virtual", "path", "auto")
_SECRET = ("key", "secret", "token")
_ENDPOINT = "endpoint_url"
_NAMING = (_ENDPOINT, "credentials")
"""The parameters that belong to a target's name: they say where it is, or in whose Drive."""
_MEANT = {
    "http": "webdav+http",
    "https": "webdav",
    "dav": "webdav",
    "davs": "webdav",
    "webdavs": "webdav",
    "webdav+https": "webdav",
    "oss": "s3",
    "cos": "s3",
    "minio": "s3",
    "ssh": "sftp",
    "onedrive": "rclone",
    "drive": "gdrive",
}
"""What people write for a scheme and no spelling check would find."""

_START = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_SIGNED_IN = re.compile(r":.*@", re.DOTALL)
_PLACE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]*)(?::(.*))?", re.DOTALL)
_OPTION = re.compile(r"[A-Za-z_]{1,20}")
_REMOTE = re.compile(r"(?![- ])[\w.+@ -]+(?<! )")
_HTTP = re.compile(r"https?://[^/@?#\s]+(/[^@?#\s]*)?")
_FILE = re.compile(r"[^{}\r\n]{1,500}")
"""What may be the name of a file, and is not what stands in a file of credentials."""
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """A URL in its parts, decoded; `name` is the URL without any secret."""

    scheme: str
    name: str
    path: str
    host: str = ""
    port: int | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what may never be shown."""
        held = (self.password, *(self.options.get(option, "") for option in _SECRET))
        return tuple(secret for secret in held if secret)


class _Parts(NamedTuple):
    """A URL cut up and not yet decoded; of a local path there is only the path."""

    scheme: str
    path: str
    login: str | None = None
    host: str = ""
    port: str | None = None
    query: str = ""

    @property
    def options(self) -> dict[str, str]:
        pairs = (pair.partition("=") for pair in self.query.split("&") if pair)
        return {name: unquote(value) for name, _, value in pairs}

    @property
    def user(self) -> str:
        return (self.login or "").partition(":")[0]


def check_url(url: str) -> Words | None:
    """Return what is wrong with a URL, or None; nothing is opened."""
    parts = _cut(url)
    return parts if isinstance(parts, Words) else _wrong(parts)


def shown(url: str) -> str:
    """Return the URL without any secret: what people are shown, and what is remembered."""
    parts = _cut(url)
    if isinstance(parts, Words) or _wrong(parts) is not None:
        start = _START.match(url)
        return f"{start[1]}://..." if start else "..."
    if parts.scheme == FOLDER:
        return url
    user = f"{parts.user}@" if parts.user else ""
    port = f":{parts.port}" if parts.port else ""
    path = f"/{parts.path}" if parts.path else ""
    options = parts.options
    naming = "&".join(f"{name}={options[name]}" for name in _NAMING if name in options)
    end = f"?{naming}" if naming else ""
    return f"{parts.scheme}://{user}{parts.host}{port}{path}{end}"


def parsed(url: str) -> Address:
    """Return the parts of a URL; raise ConfigurationError where anything is wrong with it."""
    parts = _cut(url)
    wrong = parts if isinstance(parts, Words) else _wrong(parts)
    if isinstance(parts, Words) or wrong is not None:
        raise ConfigurationError(_UNUSABLE.filled(target=shown(url), wrong=wrong))
    if parts.scheme == FOLDER:
        return Address(FOLDER, url, parts.path)
    _, _, password = (parts.login or "").partition(":")
    return Address(
        scheme=parts.scheme,
        name=shown(url),
        path=unquote(parts.path).strip("/"),
        host=unquote(parts.host).strip("[]"),
        port=int(parts.port) if parts.port else None,
        user=unquote(parts.user),
        password=unquote(password),
        options=parts.options,
    )


def _cut(url: str) -> _Parts | Words:
    """Return the parts of a URL, or what keeps it from having any."""
    start = _START.fullmatch(url)
    if start is None:
        return _NO_SCHEME if _SIGNED_IN.search(url) else _Parts(FOLDER, url)
    scheme, rest = start[1].lower(), start[2]
    if scheme not in SCHEMES:
        meant = _MEANT.get(scheme)
        hint = did_you_mean(scheme, SCHEMES) if meant is None else did_you_mean(meant, [meant])
        return joined(_UNKNOWN.filled(scheme=scheme), hint)
    if not rest.startswith("//"):
        return Words(f"'{scheme}:' 后面要写 //", f"'{scheme}:' must be followed by //")
    if scheme == FOLDER:
        return _Parts(FOLDER, unquote(rest.removeprefix("//")))
    before, _, query = rest.removeprefix("//").partition("?")
    authority, _, path = before.partition("/")
    login, at, place = authority.rpartition("@")
    found = _PLACE.fullmatch(place)
    stray = "@" in path + query
    if stray or found is None:
        return _STRAY if stray else _NO_HOST
    return _Parts(scheme, path, login if at else None, found[1], found[2], query)


def _wrong(parts: _Parts) -> Words | None:
    if parts.scheme == FOLDER:
        return None if parts.path else Words("是空的", "is empty")
    return _wrong_place(parts) or _wrong_names(parts) or _wrong_values(parts.options)


def _wrong_place(parts: _Parts) -> Words | None:
    scheme = SCHEMES[parts.scheme]
    if parts.login is not None and not scheme.login:
        return _NO_LOGIN.filled(host=scheme.host)
    if parts.port is not None and not scheme.login:
        return _NO_PORT.filled(host=scheme.host)
    if parts.port is not None and not _is_port(parts.port):
        return Words("端口要是 1 到 65535 的数字", "the port must be a number from 1 to 65535")
    if not parts.host:
        return Words("'://' 后面要写{host}", "'://' must be followed by {host}").filled(
            host=scheme.host
        )
    if parts.scheme == "rclone" and not _REMOTE.fullmatch(unquote(parts.host)):
        return Words(
            "rclone 远端的名字只能有字母、数字、空格和 _ - . + @",
            "the name of an rclone remote has only letters, digits, spaces and _ - . + @",
        )
    return None


def _wrong_names(parts: _Parts) -> Words | None:
    known, options = SCHEMES[parts.scheme].options, parts.options
    for name in options:
        if not _OPTION.fullmatch(name):
            return Words(
                "'?' 后面要写 name=value,用 & 分开",
                "'?' must be followed by name=value, joined by &",
            )
        if name not in known:
            words = Words("{scheme} 没有参数 '{name}'", "{scheme} has no parameter '{name}'")
            return joined(words.filled(scheme=parts.scheme, name=name), did_you_mean(name, known))
    return None


def _wrong_values(options: Mapping[str, str]) -> Words | None:
    if not _HTTP.fullmatch(options.get(_ENDPOINT, "https://-")):
        return Words(
            "endpoint_url 要写成 https://域名", "endpoint_url must be written as https://host"
        )
    if options.get("addressing_style", "auto") not in ADDRESSING:
        return Words(
            "addressing_style 可写:virtual, path, auto",
            "addressing_style is one of virtual, path, auto",
        )
    if not _FILE.fullmatch(options.get("credentials", "-")):
        return Words(
            "credentials 要写凭证文件的名字,不写文件的内容",
            "credentials must be the name of a file, not what stands in it",
        )
    if bool(options.get("key")) != bool(options.get("secret")):
        return Words("key 和 secret 要一起写", "key and secret go together")
    return None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= _HIGHEST_PORT


_UNUSABLE = Words("归档目标 {target}:{wrong}。", "Archive target {target}: {wrong}.")
_UNKNOWN = Words(
    "不认识 '{scheme}://',可写文件夹路径,或 s3、webdav、sftp、rclone、gdrive 的网址",
    "'{scheme}://' is not known; write the path of a folder, or a URL of s3, webdav, sftp, rclone or gdrive",
)
_NO_SCHEME = Words(
    "看起来有用户名和密码,开头要写 webdav:// 或 sftp://",
    "seems to have a user and a password, and must begin with webdav:// or sftp://",
)
_STRAY = Words(
    "@ 只能写在服务器域名前面;用户名、密码、文件夹里的 @ 写 %40,/ 写 %2F,? 写 %3F,# 写 %23,% 写 %25",
    "@ may stand only before the host; in a user, password or folder write %40 for @, %2F for /, %3F for ?, %23 for #, %25 for %",
)
_NO_HOST = Words("'://' 后面的名字写得不对", "what follows '://' is no name of a host")
_NO_LOGIN = Words(
    "'://' 后面直接写{host},不写用户名和密码(名字里的 @ 写 %40)",
    "'://' is followed by {host}, without user and password (write %40 for an @ in the name)",
)
_NO_PORT = Words(
    "'://' 后面写{host},不写端口;S3 服务器的地址写在 endpoint_url 参数里",
    "'://' is followed by {host}, without a port; the address of an S3 server goes into the parameter endpoint_url",
)
