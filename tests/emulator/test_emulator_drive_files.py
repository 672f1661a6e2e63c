"""Folders and files with bytes: uploads in every way, listing, sharing, shared drives, the disk."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from typing import TYPE_CHECKING, Any

import google.auth.transport.requests
import pytest
import requests
from google.oauth2 import service_account

from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "application/vnd.google-apps.folder"
SHEET = "application/vnd.google-apps.spreadsheet"
ROBOT = "sheets-sync@local-sheets.iam.gserviceaccount.com"
ANN = "ann@example.com"
UNIT = 256 * 1024
NOISE = random.Random(1).randbytes(3 * UNIT + 1000)


class Drive:
    """Drive v3 as one account sees it; what is not wanted by name knows of shared drives."""

    def __init__(self, base: str, token: str = "") -> None:
        self.base, self.session = base, requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        params = {"supportsAllDrives": "true", **options.pop("params", {})}
        url = path if path.startswith("http") else self.base + path
        return self.session.request(method, url, params=params, timeout=10, **options)

    def ok(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.send(method, path, **options)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def folder(self, name: str, parent: str = "root", **body: Any) -> str:
        body |= {"name": name, "mimeType": FOLDER, "parents": [parent]}
        return str(self.ok("POST", "/drive/v3/files", json=body)["id"])

    def blob(self, name: str, content: bytes, parent: str = "root", **body: Any) -> str:
        answer = self.multipart("POST", "", {"name": name, "parents": [parent], **body}, content)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def multipart(
        self, method: str, file_id: str, body: dict[str, Any], content: bytes, line: bytes = b"\r\n"
    ) -> requests.Response:
        parts = [
            b"--cut",
            b"Content-Type: application/json; charset=UTF-8",
            b"",
            json.dumps(body).encode(),
            b"--cut",
            b"Content-Type: text/csv",
            b"",
            content,
            b"--cut--",
        ]
        return self.send(
            method,
            f"/upload/drive/v3/files{file_id}",
            params={"uploadType": "multipart", "fields": "*"},
            data=line.join(parts),
            headers={"Content-Type": 'multipart/related; boundary="cut"'},
        )

    def begin(self, body: dict[str, Any], size: int | None = None, file_id: str = "") -> str:
        headers = {"X-Upload-Content-Type": "text/csv"}
        if size is not None:
            headers["X-Upload-Content-Length"] = str(size)
        answer = self.send(
            "PATCH" if file_id else "POST",
            f"/upload/drive/v3/files{file_id}",
            params={"uploadType": "resumable", "fields": "id,size,md5Checksum"},
            json=body,
            headers=headers,
        )
        assert (answer.status_code, answer.content) == (200, b""), answer.text
        return answer.headers["Location"]

    def part(self, session: str, content: bytes, place: str | None) -> requests.Response:
        headers = {} if place is None else {"Content-Range": place}
        return self.session.put(session, data=content, headers=headers, timeout=10)

    def get(self, file_id: str, fields: str = "*") -> dict[str, Any]:
        return self.ok("GET", f"/drive/v3/files/{file_id}", params={"fields": fields})

    def bytes_of(self, file_id: str) -> bytes:
        answer = self.send("GET", f"/drive/v3/files/{file_id}", params={"alt": "media"})
        assert answer.status_code == 200, answer.text
        return answer.content

    def names(self, q: str = "", **params: str) -> list[str]:
        everywhere = {"includeItemsFromAllDrives": "true", "orderBy": "name", "q": q}
        found = self.ok("GET", "/drive/v3/files", params=everywhere | params)
        return [file["name"] for file in found["files"]]

    def shared_drive(self, *members: tuple[str, str]) -> str:
        made = self.ok("POST", "/drive/v3/drives", params={"requestId": "1"}, json={"name": "Team"})
        for email, role in members:
            self.share(made["id"], email, role)
        return str(made["id"])

    def share(self, file_id: str, email: str, role: str) -> None:
        body = {"type": "user", "emailAddress": email, "role": role}
        self.ok("POST", f"/drive/v3/files/{file_id}/permissions", json=body)


def refused(answer: requests.Response) -> tuple[int, str]:
    """Return the status and Drive's reason of a refusal."""
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]


@pytest.fixture
def drive(server: LocalServer) -> Iterator[Drive]:
    """Drive as the owner of the server sees it."""
    made = Drive(server.url)
    yield made
    made.session.close()


@pytest.fixture
def robot(server: LocalServer) -> Iterator[Drive]:
    """Drive as a service account sees it."""
    content = credentials(server, "service_account")
    signed = service_account.Credentials.from_service_account_info(
        content, scopes=["https://www.googleapis.com/auth/drive"]
    )
    with requests.Session() as session:
        session.trust_env = False
        signed.refresh(google.auth.transport.requests.Request(session))
    made = Drive(server.url, signed.token)
    yield made
    made.session.close()


@pytest.fixture
def ann(server: LocalServer) -> Iterator[Drive]:
    """Drive as a person sees it who owns nothing of the server."""
    content = credentials(server, "authorized_user", ANN)
    form = {"grant_type": "refresh_token", **content}
    token = requests.post(f"{server.url}/token", data=form, timeout=10).json()["access_token"]
    made = Drive(server.url, token)
    yield made
    made.session.close()


def credentials(server: LocalServer, kind: str, name: str = "") -> dict[str, Any]:
    query = {"type": kind, **({"name": name} if name else {})}
    answer = requests.get(f"{server.url}/admin/credentials", params=query, timeout=10)
    return dict(answer.json())


@pytest.mark.parametrize("line", [b"\r\n", b"\n"])
def test_a_file_comes_with_what_is_known_of_it(drive: Drive, line: bytes) -> None:
    """multipart/related as Google's own clients write it, with either kind of line."""
    content = NOISE + b"\r\n--cu\r\n\n"

    answer = drive.multipart("POST", "", {"name": "日报.csv"}, content, line)

    made = answer.json()
    assert (made["name"], made["mimeType"], made["trashed"]) == ("日报.csv", "text/csv", False)
    assert made["size"] == str(len(content))
    assert made["md5Checksum"] == hashlib.md5(content).hexdigest()
    assert made["sha1Checksum"] == hashlib.sha1(content).hexdigest()
    assert made["sha256Checksum"] == hashlib.sha256(content).hexdigest()
    assert drive.bytes_of(made["id"]) == content


def test_a_file_comes_alone(drive: Drive) -> None:
    """Without a name it is Untitled; its type is that of the body, and is told when it is fetched."""
    made = drive.ok(
        "POST",
        "/upload/drive/v3/files",
        params={"uploadType": "media"},
        data=b"{}",
        headers={"Content-Type": "application/x-thing"},
    )
    fetched = drive.send("GET", f"/drive/v3/files/{made['id']}", params={"alt": "media"})

    assert made["name"] == "Untitled"
    assert (fetched.content, fetched.headers["Content-Type"]) == (b"{}", "application/x-thing")
    assert set(made) == {"kind", "id", "name", "mimeType"}


def test_a_file_without_upload_is_empty(drive: Drive) -> None:
    """files.create makes one of no bytes, a placeholder."""
    made = drive.ok("POST", "/drive/v3/files", json={"name": "daily.csv"})

    assert drive.bytes_of(made["id"]) == b""
    assert drive.get(made["id"])["size"] == "0"
    assert made["mimeType"] == "application/octet-stream"


def test_a_file_comes_in_chunks(drive: Drive) -> None:
    """308 and how far it is, until the last chunk makes the file."""
    size = len(NOISE)
    session = drive.begin({"name": "big"}, size)

    first = drive.part(session, NOISE[: 2 * UNIT], f"bytes 0-{2 * UNIT - 1}/{size}")
    asked = drive.part(session, b"", f"bytes */{size}")
    before = drive.names()
    last = drive.part(session, NOISE[2 * UNIT :], f"bytes {2 * UNIT}-{size - 1}/{size}")
    again = drive.part(session, b"", f"bytes */{size}")

    assert (first.status_code, first.headers["Range"], first.content) == (
        308,
        f"bytes=0-{2 * UNIT - 1}",
        b"",
    )
    assert (asked.status_code, asked.headers["Range"]) == (308, f"bytes=0-{2 * UNIT - 1}")
    assert before == []
    assert (last.status_code, last.json()["size"]) == (200, str(size))
    assert (again.status_code, again.json()) == (200, last.json())
    assert drive.names() == ["big"]
    assert drive.bytes_of(last.json()["id"]) == NOISE


def test_a_session_takes_a_whole_file_and_an_empty_one(drive: Drive) -> None:
    """Without Content-Range the body is all of it."""
    whole = drive.part(drive.begin({"name": "whole"}), NOISE, None)
    empty = drive.part(drive.begin({"name": "empty"}, 0), b"", None)

    assert drive.bytes_of(whole.json()["id"]) == NOISE
    assert drive.bytes_of(empty.json()["id"]) == b""


def test_the_size_may_be_told_at_the_end(drive: Drive) -> None:
    """Who streams does not know it before."""
    session = drive.begin({"name": "stream"})

    first = drive.part(session, NOISE[: 3 * UNIT], f"bytes 0-{3 * UNIT - 1}/*")
    last = drive.part(session, NOISE[3 * UNIT :], f"bytes {3 * UNIT}-{len(NOISE) - 1}/{len(NOISE)}")

    assert (first.status_code, last.status_code) == (308, 200)
    assert drive.bytes_of(last.json()["id"]) == NOISE


def test_only_whole_units_of_an_unfinished_file_are_kept(drive: Drive) -> None:
    """The rest of a crooked chunk has to be sent again, and less than a unit is refused."""
    session = drive.begin({"name": "crooked"}, len(NOISE))

    small = drive.part(session, NOISE[:1000], f"bytes 0-999/{len(NOISE)}")
    crooked = drive.part(session, NOISE[: UNIT + 5], f"bytes 0-{UNIT + 4}/{len(NOISE)}")
    ahead = drive.part(
        session, NOISE[UNIT + 5 :], f"bytes {UNIT + 5}-{len(NOISE) - 1}/{len(NOISE)}"
    )
    rest = drive.part(session, NOISE[UNIT:], f"bytes {UNIT}-{len(NOISE) - 1}/{len(NOISE)}")

    assert small.status_code == 400
    assert "equal or greater than 262144" in small.json()["error"]["message"]
    assert (crooked.status_code, crooked.headers["Range"]) == (308, f"bytes=0-{UNIT - 1}")
    assert ahead.status_code == 503
    assert f"exceeds already uploaded size of {UNIT} byte(s)" in ahead.text
    assert rest.status_code == 200
    assert drive.bytes_of(rest.json()["id"]) == NOISE


@pytest.mark.parametrize("place", ["bytes 0-9/100", "lines 0-1/2", "bytes 0-5/3", "bytes */7"])
def test_a_range_that_does_not_fit_is_refused(drive: Drive, place: str) -> None:
    """What it says and what comes have to agree, and the size cannot change."""
    session = drive.begin({"name": "x"}, 6)

    assert drive.part(session, b"123456", place).status_code == 400


def test_an_unknown_session_is_not_found(drive: Drive) -> None:
    """404, and no JSON."""
    session = drive.begin({"name": "x"}) + "x"

    answer = drive.part(session, b"", "bytes */1")

    assert (answer.status_code, answer.text) == (404, "Not Found")


def test_a_session_has_nothing_before_its_first_chunk(drive: Drive) -> None:
    """There is no Range to tell."""
    answer = drive.part(drive.begin({"name": "x"}, 9), b"", "bytes */9")

    assert (answer.status_code, "Range" in answer.headers) == (308, False)


@pytest.mark.parametrize("how", ["multipart", "media", "resumable"])
def test_content_is_replaced(drive: Drive, how: str) -> None:
    """The file stays the same one, with another version, time and checksum."""
    file_id = drive.blob("daily.csv", b"first")
    before = drive.get(file_id)

    if how == "multipart":
        drive.multipart("PATCH", f"/{file_id}", {}, b"second")
    elif how == "media":
        drive.ok(
            "PATCH", f"/upload/drive/v3/files/{file_id}", params={"uploadType": how}, data=b"second"
        )
    else:
        drive.part(drive.begin({}, 6, f"/{file_id}"), b"second", "bytes 0-5/6")

    after = drive.get(file_id)
    assert drive.bytes_of(file_id) == b"second"
    assert after["md5Checksum"] == hashlib.md5(b"second").hexdigest()
    assert int(after["version"]) > int(before["version"])
    assert (after["createdTime"], after["name"]) == (before["createdTime"], "daily.csv")
    assert drive.names() == ["daily.csv"]


def test_folders_hold_files_and_names_may_be_twice(drive: Drive) -> None:
    """An id tells them apart; a folder has no bytes."""
    month = drive.folder("2026-07", drive.folder("backups"))
    first, second = drive.blob("a", b"1", month), drive.blob("a", b"2", month)

    assert first != second
    assert drive.names(f"'{month}' in parents") == ["a", "a"]
    assert drive.get(first)["parents"] == [month]
    folder = drive.get(month)
    assert (folder["mimeType"], "size" in folder, "md5Checksum" in folder) == (FOLDER, False, False)
    answer = drive.send("GET", f"/drive/v3/files/{month}", params={"alt": "media"})
    assert refused(answer) == (403, "fileNotDownloadable")


def test_the_top_of_my_drive_is_a_folder(drive: Drive) -> None:
    """It has an id, the name root, and nothing above it."""
    drive.folder("backups")
    top = drive.get("root")

    assert (top["name"], top["mimeType"], "parents" in top) == ("My Drive", FOLDER, False)
    assert drive.names("'root' in parents") == ["backups"]
    assert drive.names(f"'{top['id']}' in parents") == ["backups"]
    assert drive.get(drive.folder("more"))["parents"] == [top["id"]]


def test_listing_asks_by_name_type_trash_and_properties(drive: Drive) -> None:
    """Joined by `and`, with quotes escaped."""
    here = drive.folder("here")
    drive.blob("it's \\ a.csv", b"1", here, appProperties={"month": "2026-07", "kind": "it's"})
    drive.blob("b.csv", b"1", here, appProperties={"month": "2026-08"})
    drive.ok("PATCH", f"/drive/v3/files/{drive.blob('c.csv', b'1', here)}", json={"trashed": True})

    assert drive.names("name = 'it\\'s \\\\ a.csv'") == ["it's \\ a.csv"]
    assert drive.names(f"mimeType = '{FOLDER}'") == ["here"]
    assert drive.names("mimeType = 'text/csv' and trashed = false") == ["b.csv", "it's \\ a.csv"]
    assert drive.names("trashed = true") == ["c.csv"]
    month = "appProperties has { key='month' and value='2026-07' }"
    assert drive.names(f"{month} and '{here}' in parents") == ["it's \\ a.csv"]
    assert drive.names("appProperties has {key = 'kind' and value = 'it\\'s'}") == ["it's \\ a.csv"]
    assert drive.names(f'parents in "{here}" and name = "b.csv"') == ["b.csv"]
    assert (
        drive.send("GET", "/drive/v3/files", params={"q": "not trashed = true"}).status_code == 501
    )


def test_a_listing_comes_in_pages(drive: Drive) -> None:
    """With a token for the next one."""
    for name in ("a", "b", "c"):
        drive.blob(name, b"1")
    query = {"pageSize": "2", "orderBy": "name", "fields": "nextPageToken,files(name,size)"}

    first = drive.ok("GET", "/drive/v3/files", params=query)
    token = {"pageToken": first["nextPageToken"]}
    last = drive.ok("GET", "/drive/v3/files", params=query | token)

    assert first["files"] == [{"name": "a", "size": "1"}, {"name": "b", "size": "1"}]
    assert last == {"files": [{"name": "c", "size": "1"}]}


def test_a_file_is_renamed_marked_and_moved(drive: Drive) -> None:
    """Properties are merged, null takes one away; a move names the old folder and the new one."""
    one, two = drive.folder("one"), drive.folder("two")
    file_id = drive.blob("a", b"1", one, appProperties={"x": "1", "y": "2"})
    path = f"/drive/v3/files/{file_id}"

    drive.ok("PATCH", path, json={"name": "b", "appProperties": {"x": None, "z": "3"}})
    added = drive.send("PATCH", path, params={"addParents": two}, json={})
    drive.ok("PATCH", path, params={"addParents": two, "removeParents": one}, json={})

    file = drive.get(file_id, "name,parents,appProperties")
    assert file == {"name": "b", "parents": [two], "appProperties": {"y": "2", "z": "3"}}
    assert refused(added) == (403, "cannotAddParent")
    below = drive.folder("below", one)
    top = drive.get("root")["id"]
    turned = drive.send(
        "PATCH",
        f"/drive/v3/files/{one}",
        params={"addParents": below, "removeParents": top},
        json={},
    )
    assert turned.status_code == 501


def test_a_spreadsheet_lies_in_a_folder_too(drive: Drive) -> None:
    """It is made there, moved and thrown away like any other file, and never has bytes."""
    month = drive.folder("2026-07")
    body = {"name": "Log", "mimeType": SHEET, "parents": [month]}
    book = drive.ok("POST", "/drive/v3/files", json=body)["id"]

    assert drive.names(f"'{month}' in parents") == ["Log"]
    query = {"addParents": "root", "removeParents": month}
    drive.ok("PATCH", f"/drive/v3/files/{book}", params=query, json={"trashed": True})
    assert drive.names("'root' in parents and trashed = true") == ["Log"]
    file = drive.get(book)
    assert (file["mimeType"], "size" in file, "md5Checksum" in file) == (SHEET, False, False)
    upload = drive.send(
        "PATCH", f"/upload/drive/v3/files/{book}", params={"uploadType": "media"}, data=b"x"
    )
    assert upload.status_code == 501
    made = requests.get(f"{drive.base}/v4/spreadsheets/{book}", timeout=10)
    assert made.json()["properties"]["title"] == "Log"


def test_what_lies_in_a_trashed_folder_is_in_the_trash(drive: Drive) -> None:
    """And comes back with it."""
    month = drive.folder("2026-07")
    file_id = drive.blob("a", b"1", month)

    drive.ok("PATCH", f"/drive/v3/files/{month}", json={"trashed": True})
    inside = drive.get(file_id, "trashed")
    drive.ok("PATCH", f"/drive/v3/files/{month}", json={"trashed": False})

    assert inside == {"trashed": True}
    assert drive.get(file_id, "trashed") == {"trashed": False}


def test_a_deleted_folder_takes_its_content_along(drive: Drive, server: LocalServer) -> None:
    """For good: nothing of it is on the disk."""
    month = drive.folder("2026-07", drive.folder("backups"))
    file_id = drive.blob("a", b"secret figures", month)
    body = {"name": "Log", "mimeType": SHEET, "parents": [month]}
    drive.ok("POST", "/drive/v3/files", json=body)

    answer = drive.send("DELETE", f"/drive/v3/files/{month}")

    assert (answer.status_code, drive.names()) == (204, ["backups"])
    assert drive.send("GET", f"/drive/v3/files/{file_id}").status_code == 404
    kept = [path for path in server.data.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"secret figures" in path.read_bytes()]
    assert drive.send("DELETE", "/drive/v3/files/root").status_code == 501


def test_an_id_that_was_asked_for_makes_one_file(drive: Drive) -> None:
    """The second try of the same request is a conflict, also where it ends an upload."""
    ids = drive.ok("GET", "/drive/v3/files/generateIds", params={"count": "3"})["ids"]
    session = drive.begin({"id": ids[0], "name": "a"}, 1)

    assert drive.folder("a", id=ids[0]) == ids[0]
    again = drive.send("POST", "/drive/v3/files", json={"id": ids[0], "name": "a"})
    late = drive.part(session, b"1", "bytes 0-0/1")

    assert len(set(ids)) == 3
    assert refused(again) == (409, "fileIdInUse")
    assert refused(late) == (409, "fileIdInUse")
    assert drive.part(session, b"1", "bytes 0-0/1").status_code == 404
    assert refused(drive.send("POST", "/drive/v3/files", json={"id": "../../x"})) == (
        400,
        "invalid",
    )
    book = {"id": ids[1], "mimeType": SHEET}
    assert drive.send("POST", "/drive/v3/files", json=book).status_code == 403
    assert drive.names() == ["a"]
    many = drive.send("GET", "/drive/v3/files/generateIds", params={"count": "1001"})
    assert many.status_code == 400


def test_a_service_account_owns_nothing(drive: Drive, robot: Drive) -> None:
    """Neither folder nor file in My Drive, not even in a folder that it may edit."""
    shared = drive.folder("shared")
    drive.share(shared, ROBOT, "writer")

    for parents in ([], ["root"], [shared]):
        body = {"name": "x", "parents": parents}
        folder = robot.send("POST", "/drive/v3/files", json={**body, "mimeType": FOLDER})
        begun = robot.send(
            "POST", "/upload/drive/v3/files", params={"uploadType": "resumable"}, json=body
        )
        for answer in (folder, begun, robot.multipart("POST", "", body, b"1")):
            assert refused(answer) == (403, "storageQuotaExceeded")
            message = answer.json()["error"]["message"]
            assert message.startswith("Service Accounts do not have storage quota.")


def test_a_service_account_updates_what_a_person_owns(drive: Drive, robot: Drive) -> None:
    """The placeholder: its owner pays for it; throwing it away is the owner's, too."""
    shared = drive.folder("shared")
    file_id = drive.blob("daily.csv", b"", shared)
    drive.share(shared, ROBOT, "writer")

    robot.part(robot.begin({"name": "today.csv"}, 5, f"/{file_id}"), b"12345", "bytes 0-4/5")
    thrown = robot.send("PATCH", f"/drive/v3/files/{file_id}", json={"trashed": True})
    deleted = robot.send("DELETE", f"/drive/v3/files/{file_id}")

    assert drive.bytes_of(file_id) == b"12345"
    assert robot.names(f"'{shared}' in parents") == ["today.csv"]
    assert refused(thrown) == (403, "insufficientFilePermissions")
    assert refused(deleted) == (403, "insufficientFilePermissions")


def test_a_shared_drive_is_filled_by_a_service_account(drive: Drive, robot: Drive) -> None:
    """Folders in it are of the drive and open to its members; they own the files together."""
    team = drive.shared_drive((ROBOT, "fileOrganizer"))
    month = robot.folder("2026-07", robot.folder("backups", team))
    file_id = robot.blob("daily.csv", b"1", month)

    file = drive.get(file_id)
    assert (file["driveId"], file["parents"], file["permissions"]) == (team, [month], [])
    assert drive.bytes_of(file_id) == b"1"
    top = robot.get(team)
    assert (top["name"], top["mimeType"], top["driveId"]) == ("Drive", FOLDER, team)
    query = {"addParents": team, "removeParents": month}
    robot.ok("PATCH", f"/drive/v3/files/{file_id}", params=query, json={})
    robot.ok("PATCH", f"/drive/v3/files/{file_id}", json={"trashed": True})
    gone = robot.send("DELETE", f"/drive/v3/files/{file_id}")
    assert refused(gone) == (403, "insufficientFilePermissions")
    moved = drive.send(
        "PATCH",
        f"/drive/v3/files/{file_id}",
        params={"addParents": "root", "removeParents": team},
        json={},
    )
    assert moved.status_code == 501


def test_a_contributor_adds_and_does_not_throw_away(drive: Drive, robot: Drive) -> None:
    """What a writer of a shared drive may do is less than what a content manager may."""
    team = drive.shared_drive((ROBOT, "writer"))
    file_id = robot.blob("daily.csv", b"1", team)

    robot.ok("PATCH", f"/drive/v3/files/{file_id}", json={"name": "b"})
    thrown = robot.send("PATCH", f"/drive/v3/files/{file_id}", json={"trashed": True})

    assert refused(thrown) == (403, "insufficientFilePermissions")


def test_who_forgets_shared_drives_finds_none(drive: Drive, robot: Drive) -> None:
    """Files there are not found, and making one asks for room that a service account lacks."""
    team = drive.shared_drive((ROBOT, "fileOrganizer"))
    file_id = drive.blob("daily.csv", b"1", team)
    forgotten = {"supportsAllDrives": "false"}
    body = {"name": "x", "parents": [team]}

    for who, reason in ((robot, "storageQuotaExceeded"), (drive, "notFound")):
        answer = who.send("POST", "/drive/v3/files", params=forgotten, json=body)
        assert refused(answer)[1] == reason
    for method in ("GET", "PATCH", "DELETE"):
        path = f"/drive/v3/files/{file_id}"
        assert drive.send(method, path, params=forgotten).status_code == 404
    assert drive.send("GET", f"/drive/v3/files/{team}", params=forgotten).status_code == 404


def test_shared_drives_are_listed_where_they_are_asked_for(drive: Drive) -> None:
    """By corpora and driveId, or a folder's id, and with both flags."""
    team = drive.shared_drive()
    drive.blob("theirs", b"1", team)
    drive.blob("mine", b"1")
    other = drive.shared_drive()
    drive.blob("others", b"1", other)

    assert drive.names() == ["mine"]
    assert drive.names(corpora="allDrives") == ["mine", "others", "theirs"]
    assert drive.names(corpora="drive", driveId=team) == ["theirs"]
    assert drive.names(f"'{team}' in parents") == ["theirs"]
    assert drive.names(f"'{team}' in parents", includeItemsFromAllDrives="false") == []
    for wrong in (
        {"corpora": "drive"},
        {"driveId": team},
        {"corpora": "allDrives", "includeItemsFromAllDrives": "false"},
    ):
        query = {"includeItemsFromAllDrives": "true", **wrong}
        assert drive.send("GET", "/drive/v3/files", params=query).status_code == 400
    assert drive.send("GET", "/drive/v3/files", params={"corpora": "domain"}).status_code == 501


def test_a_shared_folder_shares_what_lies_in_it(drive: Drive, ann: Drive) -> None:
    """Reading and writing are inherited; the folder above is not shown to who may not see it."""
    above = drive.folder("above")
    shared = drive.folder("shared", above)
    deep = drive.blob("a", b"1", drive.folder("deep", shared))

    hidden = ann.send("GET", f"/drive/v3/files/{deep}")
    drive.share(shared, ANN, "reader")

    assert refused(hidden) == (404, "notFound")
    assert ann.bytes_of(deep) == b"1"
    assert "parents" not in ann.get(shared)
    assert ann.names() == ["a", "deep", "shared"]
    added = ann.send("POST", "/drive/v3/files", json={"name": "b", "parents": [shared]})
    assert refused(added) == (403, "insufficientParentPermissions")
    drive.share(shared, ANN, "writer")
    own = ann.blob("b", b"2", shared)
    assert ann.get(own)["parents"] == [shared]
    assert drive.get(own)["permissions"][0]["emailAddress"] == ANN


def test_everybody_has_a_my_drive(drive: Drive, ann: Drive) -> None:
    """What a person puts there is theirs."""
    drive.blob("mine", b"1")
    file_id = ann.blob("anns", b"1")

    assert ann.names("'root' in parents") == ["anns"]
    assert drive.names("'root' in parents") == ["mine"]
    assert ann.get(file_id)["parents"] == [ann.get("root")["id"]]
    assert ann.send("DELETE", f"/drive/v3/files/{file_id}").status_code == 204


def test_a_file_is_no_folder(drive: Drive) -> None:
    """Nothing can be put into it, nor into what is not there, nor into two."""
    file_id = drive.blob("a", b"1")

    for parents, expected in (
        ([file_id], (403, "parentNotAFolder")),
        (["1nothing"], (404, "notFound")),
        (["root", "root"], (403, "cannotAddParent")),
    ):
        answer = drive.send("POST", "/drive/v3/files", json={"name": "x", "parents": parents})
        assert refused(answer) == expected


@pytest.mark.parametrize(
    ("method", "path", "params", "body"),
    [
        ("POST", "/upload/drive/v3/files", {"uploadType": "other"}, {}),
        ("POST", "/upload/drive/v3/files", {"uploadType": "resumable"}, {"mimeType": SHEET}),
        ("POST", "/upload/drive/v3/files", {"uploadType": "resumable"}, {"description": "x"}),
        ("POST", "/upload/drive/v3/files", {"uploadType": "resumable", "ocrLanguage": "de"}, {}),
        ("PATCH", "/drive/v3/files/{id}", {}, {"mimeType": "text/html"}),
        ("PATCH", "/drive/v3/files/{id}", {"removeParents": "root"}, {}),
        ("POST", "/drive/v3/files/{id}/copy", {}, {}),
        ("GET", "/drive/v3/files/{id}/export", {"mimeType": "text/csv"}, None),
        ("GET", "/drive/v3/files/generateIds", {"space": "appDataFolder"}, None),
    ],
)
def test_what_is_not_supported_is_said(
    drive: Drive, method: str, path: str, params: dict[str, str], body: Any
) -> None:
    """501, as everywhere in the server."""
    file_id = drive.blob("a", b"1")

    answer = drive.send(method, path.format(id=file_id), params=params, json=body)

    assert answer.status_code == 501, answer.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"x"),
        ("multipart/related; boundary=cut", b"--cut\r\n\r\n{}\r\n--cut--"),
        ("multipart/related; boundary=cut", b"--cut\r\n\r\n{}\r\n--cut\r\n\r\nx"),
        ("multipart/related; boundary=cut", b"--cut\r\n\r\n{no\r\n--cut\r\n\r\nx\r\n--cut--"),
    ],
)
def test_a_body_of_parts_has_two(drive: Drive, kind: str, body: bytes) -> None:
    """Anything else is refused."""
    answer = drive.send(
        "POST",
        "/upload/drive/v3/files",
        params={"uploadType": "multipart"},
        data=body,
        headers={"Content-Type": kind},
    )

    assert answer.status_code == 400


def test_files_are_no_spreadsheets(drive: Drive) -> None:
    """The page lists what the Sheets API can open."""
    file_id = drive.blob("daily.xlsx", b"1")
    drive.folder("backups")
    team = drive.shared_drive()
    body = {"name": "Log", "mimeType": SHEET, "parents": [team]}
    drive.ok("POST", "/drive/v3/files", json=body)
    page = {"q": f"mimeType = '{SHEET}' and trashed = false", "corpora": "allDrives"}

    assert drive.names(**page) == ["Log"]
    assert requests.get(f"{drive.base}/v4/spreadsheets/{file_id}", timeout=10).status_code == 404


def test_faults_and_flags_hold_for_files(drive: Drive, server: LocalServer) -> None:
    """An upload fails on demand; a file that is read-only keeps its content."""
    file_id = drive.blob("a", b"1")
    server.fail({"kind": "storageQuotaExceeded"})
    body = {"name": "b", "parents": []}

    assert drive.send("GET", f"/drive/v3/files/{file_id}").status_code == 200
    assert refused(drive.multipart("POST", "", body, b"1")) == (403, "storageQuotaExceeded")
    server.fail({"kind": "drop-after", "when": "write"})
    with pytest.raises(requests.ConnectionError):
        drive.multipart("POST", "", body, b"1")
    assert drive.names() == ["a", "b"]
    requests.post(f"{drive.base}/admin/spreadsheets/{file_id}", json={"readOnly": True}, timeout=10)
    assert drive.multipart("PATCH", f"/{file_id}", {}, b"2").status_code == 403
    assert drive.bytes_of(file_id) == b"1"


def test_everything_survives_a_restart_but_a_session(tmp_path: Path) -> None:
    """Bytes, checksums, folders, properties and the trash; leftovers of a killed server go."""
    with LocalServer(tmp_path) as server:
        drive = Drive(server.url)
        team = drive.shared_drive()
        month = drive.folder("2026-07", team)
        files = [
            drive.blob("a.csv", NOISE, month, appProperties={"x": "1"}),
            drive.blob("b.csv", b"1", drive.folder("mine")),
        ]
        drive.ok("PATCH", f"/drive/v3/files/{files[1]}", json={"trashed": True})
        before = [drive.get(file_id) for file_id in (month, *files)]
        session = drive.begin({"name": "half"}, 9)
        drive.session.close()
    folder = next(path.parent for path in (tmp_path / "files").glob("*/content-*"))
    (folder / "content-left").write_bytes(b"x")
    (folder / "item.json.tmp").write_bytes(b"{")
    (tmp_path / "files" / ".new-left").mkdir()

    with LocalServer(tmp_path, port=server.port) as server:
        drive = Drive(server.url)
        after = [drive.get(file_id) for file_id in (month, *files)]
        assert drive.bytes_of(files[0]) == NOISE
        assert drive.part(session, b"", "bytes */9").status_code == 404
        drive.session.close()

    assert after == before
    names = {path.name for path in (tmp_path / "files").rglob("*")}
    assert not {"content-left", "item.json.tmp", ".new-left"} & names


def test_googles_own_client_uploads_and_downloads(drive: Drive) -> None:
    """google-api-python-client, in one request and in chunks; its uploads insist on https."""
    import io

    import httplib2
    from googleapiclient.discovery import build
    from googleapiclient.http import MediaInMemoryUpload, MediaIoBaseDownload

    class Plain(httplib2.Http):
        def request(self, uri: str, *args: Any, **options: Any) -> Any:
            return super().request(uri.replace("https:", "http:"), *args, **options)

    line = Plain()
    line.redirect_codes -= {308}  # as on the lines that googleapiclient makes itself
    files = build(
        "drive",
        "v3",
        http=line,
        static_discovery=True,
        client_options={"api_endpoint": f"{drive.base}/drive/v3/"},
    ).files()
    for name, chunks in (("one", -1), ("many", UNIT)):
        media = MediaInMemoryUpload(NOISE, "text/csv", chunksize=chunks, resumable=chunks > 0)
        body = {"name": name}
        made = files.create(body=body, media_body=media, fields="id,sha256Checksum").execute()
        fetched = io.BytesIO()
        download = MediaIoBaseDownload(fetched, files.get_media(fileId=made["id"]))
        while not download.next_chunk()[1]:
            pass

        assert made["sha256Checksum"] == hashlib.sha256(NOISE).hexdigest()
        assert fetched.getvalue() == NOISE
    line.close()


def test_a_file_name_of_any_kind_is_kept(drive: Drive) -> None:
    """Names are data and never paths."""
    for name in ("../../etc/passwd", "é", "日报", "a/b", base64.b64encode(b"x" * 200).decode()):
        assert drive.get(drive.blob(name, b"1"))["name"] == name
