"""Google Drive: a folder of a shared drive, or of a person's My Drive.

    gdrive://FOLDER_ID/backups?credentials=drive-key.json

The credentials are another file than the one for spreadsheets, so that neither opens what the other is for.
A service account owns nothing in Drive: it fills shared drives, and updates what people own.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests
import structlog

from sheets_sync.archive.targets.drive_faults import status_of, told
from sheets_sync.archive.targets.drive_files import FOLDER, DriveFiles, is_intact
from sheets_sync.archive.targets.faults import TargetError, Why, failed
from sheets_sync.archive.targets.files import PART
from sheets_sync.config.targets import parsed
from sheets_sync.errors import ConfigurationError, SheetError, Words
from sheets_sync.sheets.credentials import (
    DEFAULT,
    DRIVE_SCOPES,
    UnusableCredentials,
    account_of,
    load_credentials,
)
from sheets_sync.sheets.transport import google_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheets_sync.archive.targets.drive_files import Json

log = structlog.get_logger(__name__)

ROOT = "root"
"""Stands for the top folder of a person's own My Drive."""

_ID = re.compile(r"[A-Za-z0-9_-]+")
_DOCUMENT = "application/vnd.google-apps."
"""What the types of folders and of Google's own documents begin with; they have no content."""
_LOOKS = 2
"""How often a file is read that somebody seems to replace at the same time."""


def open_drive(url: str, folder: Path) -> DriveTarget:
    """Return the folder in Drive that a URL names; the credentials' path begins at `folder`.

    Raises ConfigurationError where the URL or the credentials cannot be used.
    """
    address = parsed(url)
    if not _ID.fullmatch(address.host):
        raise ConfigurationError(_NO_ID.filled(target=address.name))
    setting = address.options.get("credentials", DEFAULT)
    try:
        credentials = load_credentials(setting, folder, DRIVE_SCOPES)
    except UnusableCredentials as error:
        if error.place != DEFAULT:
            raise
        raise ConfigurationError(_NO_CREDENTIALS.filled(target=address.name)) from error
    files = DriveFiles(google_session(credentials), account_of(credentials))
    return DriveTarget(address.name, files, address.host, address.path)


class DriveTarget:
    """A folder in Drive; `name` is its URL, without any secret."""

    def __init__(self, name: str, files: DriveFiles, folder_id: str, path: str = "") -> None:
        self.name = name
        self._files, self._top, self._path = files, folder_id, path
        self._folders: dict[str, str] = {}
        """The ids of the folders that were seen or made; a search may not show a new one at once."""

    def put(self, path: str, content: bytes) -> None:
        """Write a file; it has its name only once it is whole, and no other has it beside."""
        folder, _, name = path.rpartition("/")
        doing = Words("写入 {path} ", "writing {path}").filled(path=path)
        with self._telling(doing):
            here = self._made(self._at(folder))
            old, left = self._newest(here, name), self._newest(here, name + PART)
            if old is not None:
                if not is_intact(old, content):
                    self._checked(doing, self._files.upload_over(old, content), content)
                self._clear(left)
                return
            if left is None:
                new = self._files.upload_new(name + PART, here, content)
            else:
                new = self._files.upload_over(left, content)
            self._checked(doing, new, content)
            self._files.rename(new["id"], name)

    def get(self, path: str) -> bytes | None:
        """Return a file, or None where there is none."""
        folder, _, name = path.rpartition("/")
        doing = Words("读取 {path} ", "reading {path}").filled(path=path)
        with self._telling(doing):
            here = self._seen(self._at(folder))
            for _ in range(_LOOKS):
                file = None if here is None else self._newest(here, name)
                if file is None:
                    return None
                content = self._files.download(file["id"])
                if is_intact(file, content):
                    return content
            raise self._damaged(doing)

    def names(self, folder: str = "") -> list[str]:
        """Return the names of what is directly in a folder, sorted; none where there is no folder."""
        with self._telling(Words("列出 {path} ", "listing {path}").filled(path=folder or "/")):
            here = self._seen(self._at(folder))
            found = [] if here is None else self._files.children(here)
        names = {file["name"] for file in found if _is_folder(file) or _has_content(file)}
        return sorted(name for name in names if not name.endswith(PART))

    def close(self) -> None:
        """Leave nothing open."""
        self._files.close()

    def _at(self, folder: str) -> str:
        return f"{self._path}/{folder}".strip("/")

    def _made(self, place: str) -> str:
        """Return the id of the folder at a place below the top one, made where it is missing."""
        found = self._seen(place)
        if found is None:
            above, _, name = place.rpartition("/")
            found = self._files.make_folder(name, self._made(above))
            self._folders[place] = found
        return found

    def _seen(self, place: str) -> str | None:
        """Return the id of the folder at a place below the top one, None where there is none."""
        if place not in self._folders:
            found = self._look_up(place) if place else self._look_at_top()
            if found is None:
                return None
            self._folders[place] = found
        return self._folders[place]

    def _look_up(self, place: str) -> str | None:
        above, _, name = place.rpartition("/")
        here = self._seen(above)
        alike = [] if here is None else self._files.children(here, name)
        folders = sorted(filter(_is_folder, alike), key=lambda file: str(file["createdTime"]))
        return str(folders[0]["id"]) if folders else None

    def _look_at_top(self) -> str:
        """Return the id of the target's own folder; refuse what cannot be filled."""
        # Who may see only what this program made may not look at the top of My Drive, yet fill it.
        if self._top == ROOT:
            return ROOT
        file = self._files.look(self._top)
        doing = Words("打开文件夹 {id} ", "opening the folder {id}").filled(id=self._top)
        for wrong, why in ((not _is_folder(file), _NO_FOLDER), (file.get("trashed"), _IN_TRASH)):
            if wrong:
                raise TargetError(self.name, failed(doing, why, file["name"]), why.advice)
        return self._top

    def _newest(self, folder_id: str, name: str) -> Json | None:
        """Return the file of that name in a folder; of several, which people can make, the newest."""
        alike = filter(_has_content, self._files.children(folder_id, name))
        return max(alike, key=lambda file: str(file["modifiedTime"]), default=None)

    def _checked(self, doing: Words, file: Json, content: bytes) -> None:
        if not is_intact(file, content):
            raise self._damaged(doing)

    def _clear(self, left: Json | None) -> None:
        """Put into the trash what an interrupted run left, if that is allowed; nobody is shown it."""
        if left is not None:
            try:
                self._files.discard(left["id"])
            except SheetError as error:
                if status_of(error) != requests.codes.forbidden:
                    raise
                log.info("leftover_stays", target=self.name, name=left["name"])

    def _damaged(self, doing: Words) -> TargetError:
        return TargetError(self.name, failed(doing, _DAMAGED, "checksum"), _DAMAGED.advice)

    @contextmanager
    def _telling(self, doing: Words) -> Iterator[None]:
        """Turn what the transport refuses into what it means here."""
        try:
            yield
        except TargetError:
            raise
        except SheetError as error:
            self._folders.clear()
            raise told(self.name, doing, error, self._files.account) from error


def _is_folder(file: Json) -> bool:
    return bool(file["mimeType"] == FOLDER)


def _has_content(file: Json) -> bool:
    return not str(file["mimeType"]).startswith(_DOCUMENT)


_NO_FOLDER = Why(
    Words("它不是文件夹", "it is no folder"),
    Words(
        "请打开要用的文件夹,复制浏览器地址中 folders/ 后面的一段。",
        "Open the folder in a browser and copy the part of its address behind folders/.",
    ),
)
_IN_TRASH = Why(
    Words("它在回收站里", "it is in the trash"),
    Words("请把它恢复,或改用别的文件夹。", "Restore it, or use another folder."),
)
_DAMAGED = Why(
    Words("内容与校验和不符", "the content does not match its checksum"),
    Words(
        "请再运行一次;还是不行时请检查网络里的代理和杀毒软件。",
        "Run again; if it stays so, check proxies and virus scanners on the way.",
    ),
)
_NO_ID = Words(
    "归档目标 {target}:'://' 后面要写文件夹的 id,就是浏览器地址中 folders/ 后面的一段。",
    "Archive target {target}: '://' must be followed by the id of the folder, the part of its address behind folders/.",
)
_NO_CREDENTIALS = Words(
    "归档目标 {target}:没有写凭证,这台电脑上也没有默认凭证。请在网址后面加 ?credentials=文件名(从任务文件夹算起)。步骤见 docs/archive.md。",
    "Archive target {target}: it names no credentials, and this computer has no default ones. Add ?credentials=FILE to the URL (paths start at the job folder); docs/archive.md has the steps.",
)
