"""A server over SFTP, whose host key must be known before anything is said to it."""

from __future__ import annotations

import io
import logging
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem
from paramiko.hostkeys import InvalidHostKey

from sheets_sync.archive.targets.faults import REFUSED, UNREACHABLE, Why, why_of
from sheets_sync.archive.targets.files import CONNECT_S, SILENT_S, Files, Way
from sheets_sync.errors import ConfigurationError, Words

if TYPE_CHECKING:
    from sheets_sync.config.targets import Address

_SSH = 22
_CLOSE_S = 5.0


def open_sftp(address: Address, folder: Path) -> Files:
    """Return a folder of a server as a target; relative paths of keys start at the job's folder.

    Raises ConfigurationError where the key that is to be used does not exist.
    """
    key_file = address.options.get("key_file")
    known_hosts = address.options.get("known_hosts", "~/.ssh/known_hosts")
    login = _Login(
        host=address.host,
        port=address.port or _SSH,
        user=address.user or None,
        password=address.password or None,
        key_file=None if key_file is None else folder / Path(key_file).expanduser(),
        known_hosts=folder / Path(known_hosts).expanduser(),
    )
    if login.key_file is not None and not login.key_file.is_file():
        raise ConfigurationError(_NO_KEY.filled(target=address.name, path=login.key_file))

    def why(error: BaseException) -> Why:
        return _why(error, login)

    failures = (paramiko.SSHException, InvalidHostKey, EOFError)
    return Files(address, Way(f"/{address.path}", lambda: _Server(login), failures, why))


@dataclass(frozen=True, slots=True, repr=False)
class _Login:
    """What it takes to sign in, and where the keys of known hosts are."""

    host: str
    port: int
    user: str | None
    password: str | None
    key_file: Path | None
    known_hosts: Path


class _UnknownHost(paramiko.SSHException):
    """The server's host key is not among the known ones."""


class _Refuse(paramiko.MissingHostKeyPolicy):
    """Refuse a host whose key is not known, and say which key it showed."""

    def missing_host_key(self, _: paramiko.SSHClient, __: str, key: paramiko.PKey) -> None:
        """Refuse it."""
        message = f"{key.get_name()} {key.fingerprint}"
        raise _UnknownHost(message)


class _Server(SFTPFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A connection that is made only to a known host; fsspec would trust any."""

    cachable = False

    def __init__(self, login: _Login) -> None:
        self._login = login
        super().__init__(login.host)

    def _connect(self) -> None:
        login = self._login
        logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it prints what it also raises
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(_Refuse())
        try:
            if login.known_hosts.exists():
                self.client.load_system_host_keys(str(login.known_hosts))
            self.client.connect(
                login.host,
                login.port,
                login.user,
                login.password,
                key_filename=None if login.key_file is None else str(login.key_file),
                allow_agent=login.key_file is None and login.password is None,
                look_for_keys=login.key_file is None and login.password is None,
                timeout=CONNECT_S,
                banner_timeout=CONNECT_S,
                auth_timeout=SILENT_S,
                channel_timeout=SILENT_S,
            )
            self.ftp = self.client.open_sftp()
            self.ftp.sock.settimeout(SILENT_S)
        except BaseException:
            self.close()
            raise

    def pipe_file(self, path: str, value: bytes) -> None:
        """Write a file whole, without waiting for an answer to each piece."""
        self.ftp.putfo(io.BytesIO(value), path)

    def cat_file(self, path: str) -> bytes:
        """Return a file whole, asked for in one go."""
        content = io.BytesIO()
        self.ftp.getfo(path, content)
        return content.getvalue()

    def close(self) -> None:
        """Close the connection, and wait for the thread that listened to it."""
        listener = self.client.get_transport()
        self.client.close()
        if listener is not None:
            listener.join(_CLOSE_S)


def _why(error: BaseException, login: _Login) -> Why:
    host = login.host if login.port == _SSH else f"[{login.host}]:{login.port}"
    known = shlex.quote(str(login.known_hosts))
    if isinstance(error, _UnknownHost):
        scan = f"ssh-keyscan -p {login.port} {shlex.quote(login.host)} >> {known}"
        return Why(_UNKNOWN_HOST.what, _UNKNOWN_HOST.advice.filled(scan=scan))
    if isinstance(error, paramiko.BadHostKeyException):
        forget = f"ssh-keygen -f {known} -R {shlex.quote(host)}"
        return Why(_OTHER_KEY.what, _OTHER_KEY.advice.filled(forget=forget))
    if isinstance(error, InvalidHostKey):
        return Why(_UNREADABLE.what, _UNREADABLE.advice.filled(path=login.known_hosts))
    if isinstance(error, paramiko.AuthenticationException):
        return REFUSED
    if isinstance(error, paramiko.ssh_exception.NoValidConnectionsError | EOFError):
        return UNREACHABLE
    return why_of(error)


_UNKNOWN_HOST = Why(
    Words("不认识这台服务器的主机密钥", "the host key of the server is not known"),
    Words(
        "请先和服务器管理员核对括号里的指纹,一致后运行:{scan}",
        "Compare the fingerprint with what the server's administrator says, and if it is the same run: {scan}",
    ),
)
_UNREADABLE = Why(
    Words("已知主机的清单读不懂", "the list of known hosts cannot be read"),
    Words("请改正 {path} 里括号中的那一行。", "Correct the quoted line of {path}."),
)
_NO_KEY = Words(
    "归档目标 {target}:没有密钥文件 {path}。请核对 key_file。",
    "Archive target {target}: there is no key file {path}. Check key_file.",
)
_OTHER_KEY = Why(
    Words("服务器的主机密钥变了", "the host key of the server has changed"),
    Words(
        "可能有人冒充这台服务器。请向管理员确认确实换过密钥,再运行 {forget},然后重新登记新密钥。",
        "Somebody may pose as that server. Make sure with its administrator that the key was changed, run {forget}, and add the new key.",
    ),
)
