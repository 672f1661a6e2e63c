"""A folder in Google Drive, in a shared drive and in a person's own, through bad lines and refusals."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.archive.targets import Target, TargetError, open_target
from sheets_sync.archive.targets.drive_files import CHUNK
from sheets_sync.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

ROBOT = "sheets-sync@local-sheets.iam.gserviceaccount.com"
NOISE = random.Random(7).randbytes(3_000_000)
Opened = Callable[..., Target]


def test_it_lies_where_people_look_for_it(google_drive: Any, opened: Opened) -> None:
    """In folders of the shared drive, under its own name, with a type that Drive can show."""
    team = google_drive.shared_drive()

    opened(team, "/backups/表格").put("2026-07/daily.csv", b"1")

    file = google_drive.files()["daily.csv"]
    assert (file["driveId"], file["mimeType"], file["size"]) == (team, "text/csv", "1")
    names = []
    while file["id"] != team:
        file = google_drive.ask("GET", f"/files/{file['parents'][0]}?fields=*").json()
        names.append(file["name"])
    assert names == ["2026-07", "表格", "backups", "Drive"]


def test_a_folder_of_a_shared_drive_is_enough(google_drive: Any, opened: Opened) -> None:
    """Its id is what the browser's address shows."""
    team = google_drive.shared_drive()

    opened(google_drive.make("backups", team)).put("a.csv", b"1")

    assert google_drive.content("a.csv") == b"1"


def test_a_folder_is_made_once(google_drive: Any, opened: Opened) -> None:
    """Also by another run, which only sees what is there."""
    team = google_drive.shared_drive()

    for _ in range(2):
        target = opened(team, "/backups")
        for name in ("a.csv", "b.csv"):
            target.put(f"2026-07/{name}", b"1")

    assert opened(team).names() == ["backups"]
    assert opened(team, "/backups").names("2026-07") == ["a.csv", "b.csv"]
    query = {"corpora": "allDrives", "includeItemsFromAllDrives": "true"}
    query["q"] = "mimeType = 'application/vnd.google-apps.folder'"
    folders = google_drive.ask("GET", "/files", params=query).json()["files"]
    assert sorted(folder["name"] for folder in folders) == ["2026-07", "backups"]


def test_the_newest_of_twins_counts(google_drive: Any, opened: Opened) -> None:
    """People can put a file beside another of the same name; the one that changed last is meant."""
    team = google_drive.shared_drive()
    old, new = google_drive.make("a.csv", team, "text/csv"), google_drive.make("a.csv", team, "a/b")
    google_drive.fill(old, b"old")
    google_drive.fill(new, b"new")
    target = opened(team)

    assert target.get("a.csv") == b"new"
    assert target.names() == ["a.csv"]
    target.put("a.csv", b"newest")
    assert target.get("a.csv") == b"newest"


def test_what_is_equal_is_not_sent(google_drive: Any, target: Target) -> None:
    """A rolling backup of a month that nobody changed adds no revision."""
    target.put("daily.csv", b"1")
    before = google_drive.files()["daily.csv"]["version"]

    target.put("daily.csv", b"1")

    assert google_drive.files()["daily.csv"]["version"] == before


def test_googles_own_documents_are_no_files(google_drive: Any, opened: Opened) -> None:
    """A spreadsheet of the same name is left alone and not taken for the file."""
    team = google_drive.shared_drive()
    google_drive.make("daily.csv", team, "application/vnd.google-apps.spreadsheet")
    target = opened(team)

    assert target.get("daily.csv") is None
    assert target.names() == []
    target.put("daily.csv", b"1")
    assert target.get("daily.csv") == b"1"


def test_what_a_killed_run_left_becomes_the_file(google_drive: Any, target: Target) -> None:
    """It was uploaded and not yet renamed; nothing of it stays beside."""
    google_drive.fail("403", after=3)
    with pytest.raises(TargetError):
        target.put("daily.csv", b"first")
    left = google_drive.files()

    target.put("daily.csv", b"second")

    assert list(left) == ["daily.csv.part"]
    assert list(google_drive.files()) == ["daily.csv"]
    assert google_drive.content("daily.csv") == b"second"


def test_a_leftover_beside_the_file_goes_into_the_trash(google_drive: Any, opened: Opened) -> None:
    """A content manager may do that."""
    team = google_drive.shared_drive()
    google_drive.make("daily.csv", team, "text/csv")
    google_drive.make("daily.csv.part", team, "text/csv")

    opened(team).put("daily.csv", b"1")

    assert list(google_drive.files()) == ["daily.csv"]
    assert list(google_drive.files(trashed=True)) == ["daily.csv.part"]


def test_a_leftover_that_may_not_be_removed_stays(google_drive: Any, opened: Opened) -> None:
    """Who may only contribute cannot throw away; nobody is shown it."""
    team = google_drive.shared_drive("writer")
    google_drive.make("daily.csv", team, "text/csv")
    google_drive.make("daily.csv.part", team, "text/csv")
    target = opened(team)

    target.put("daily.csv", b"1")

    assert target.get("daily.csv") == b"1"
    assert target.names() == ["daily.csv"]


def test_a_big_file_goes_in_several_requests(google_drive: Any, target: Target) -> None:
    """Three chunks of a mebibyte, the beginning and the end."""
    before = google_drive.owner.get(f"{google_drive.server.url}/admin/counts", timeout=10).json()

    target.put("big.xlsx", NOISE)

    after = google_drive.owner.get(f"{google_drive.server.url}/admin/counts", timeout=10).json()
    made_folder, began, renamed = 1, 1, 1
    chunks = -(-len(NOISE) // CHUNK)
    assert after["write"] - before["write"] == made_folder + began + chunks + renamed
    assert google_drive.content("big.xlsx") == NOISE


@pytest.mark.parametrize("after", range(6))
def test_a_bad_line_costs_nothing_but_time(google_drive: Any, opened: Opened, after: int) -> None:
    """Wherever one write fails or its answer is lost, the file is there once and whole.

    They are: the folder, the beginning of the upload, three chunks, the new name.
    """
    target = opened(google_drive.shared_drive())
    kinds = ("drop-before", "drop-after", "503", "502html", "500", "429")

    for kind in kinds:
        google_drive.fail(kind, after=after)
        target.put(f"{kind}/{kind}.xlsx", NOISE)

    assert sorted(google_drive.files()) == sorted(f"{kind}.xlsx" for kind in kinds)
    assert target.names() == sorted(kinds)
    for kind in kinds:
        assert target.names(kind) == [f"{kind}.xlsx"]
        assert google_drive.content(f"{kind}.xlsx") == NOISE


@pytest.mark.parametrize("after", range(4))
def test_a_bad_line_harms_no_file_that_is_there(
    google_drive: Any, opened: Opened, after: int
) -> None:
    """Content is replaced all at once; what fails twice is the beginning, or one of three chunks."""
    target = opened(google_drive.shared_drive())

    for kind in ("drop-before", "drop-after", "503"):
        target.put("daily.xlsx", kind.encode())
        google_drive.fail(kind, kind, after=after)
        target.put("daily.xlsx", NOISE)

        assert list(google_drive.files()) == ["daily.xlsx"]
        assert google_drive.content("daily.xlsx") == NOISE


@pytest.mark.parametrize("kind", ["drop-before", "503", "502html", "429"])
def test_a_bad_line_is_read_through(google_drive: Any, target: Target, kind: str) -> None:
    """Reading twice harms nobody."""
    target.put("daily.xlsx", NOISE)
    for _ in range(3):
        google_drive.fail(kind, when="read")

    assert target.get("daily.xlsx") == NOISE


def test_a_restarted_server_has_forgotten_the_upload(
    google_drive: Any, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is begun again, and the file is there once."""
    from sheets_sync.emulator.uploads import Sessions

    target = opened(google_drive.shared_drive())
    asked: list[str] = []
    get = Sessions.get

    def forgets_the_third(self: Any, upload_id: str) -> Any:
        asked.append(upload_id)
        return None if len(asked) == 3 else get(self, upload_id)

    monkeypatch.setattr(Sessions, "get", forgets_the_third)

    target.put("daily.xlsx", NOISE)

    assert len(set(asked)) == 2
    assert google_drive.content("daily.xlsx") == NOISE


def test_a_finished_upload_that_was_forgotten_is_found(
    google_drive: Any, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the last chunk is lost, and the server knows nothing of the session any more."""
    from sheets_sync.emulator.uploads import Sessions

    target = opened(google_drive.shared_drive())
    get = Sessions.get

    def forgets_what_is_done(self: Any, upload_id: str) -> Any:
        session = get(self, upload_id)
        return None if session is None or session.done is not None else session

    monkeypatch.setattr(Sessions, "get", forgets_what_is_done)
    google_drive.fail("drop-after", after=3)

    target.put("daily.xlsx", NOISE)

    assert list(google_drive.files()) == ["daily.xlsx"]
    assert google_drive.content("daily.xlsx") == NOISE


def test_a_server_that_keeps_failing_is_told_of(
    google_drive: Any, target: Target, slept: list[float]
) -> None:
    """After eight tries, in words about Drive; nothing half-written has the file's name."""
    google_drive.server.fail({"kind": "503", "when": "write", "times": 100})

    with pytest.raises(TargetError, match="no clear answer") as caught:
        target.put("daily.csv", b"1")

    assert "写入 daily.csv 失败" in caught.value.words.zh
    assert google_drive.files() == {}
    assert len(slept) == 7


def test_what_arrives_otherwise_than_it_was_sent_is_refused(
    google_drive: Any, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither way; what was uploaded does not get the file's name."""
    from sheets_sync.emulator.blobs import Item
    from sheets_sync.emulator.uploads import Session

    target.put("good.csv", b"good")
    with monkeypatch.context() as patched:
        patched.setattr(Item, "read", lambda _: b"evil")
        with pytest.raises(TargetError, match=r"reading good\.csv failed, the content does not"):
            target.get("good.csv")
    take = Session.take

    def take_damaged(self: Any, chunk: Any) -> Any:
        answer = take(self, chunk)
        self.held[:1] = b"x"
        return answer

    monkeypatch.setattr(Session, "take", take_damaged)
    with pytest.raises(TargetError, match=r"writing bad\.csv failed, the content does not"):
        target.put("bad.csv", b"bad")

    assert set(google_drive.files()) == {"good.csv", "bad.csv.part"}


def test_a_service_account_is_told_what_it_cannot_do(google_drive: Any, opened: Opened) -> None:
    """In a person's My Drive it can make neither folder nor file; three ways out are named."""
    shared = google_drive.make("shared")
    google_drive.share(shared, "writer")
    target = opened(shared)

    for path in ("daily.csv", "2026-07/daily.csv"):
        with pytest.raises(TargetError) as caught:
            target.put(path, b"1")

        english, chinese = caught.value.words.en, caught.value.words.zh
        assert (
            f"Archive target gdrive://{shared}?credentials={google_drive.key()}: writing {path} failed"
            in english
        )
        assert "cannot own files" in english
        assert "storageQuotaExceeded" in english
        for way in ("shared drive", "Content manager", "authorized_user", "empty file"):
            assert way in english
        for way in ("共享云端硬盘", "内容管理员", "本人登录", "同名的空文件"):
            assert way in chinese


def test_a_service_account_fills_a_persons_placeholder(google_drive: Any, opened: Opened) -> None:
    """A person makes the empty file once, and pays for what is put into it."""
    shared = google_drive.make("shared")
    google_drive.make("daily.csv", shared, "text/csv")
    google_drive.share(shared, "writer")
    target = opened(shared)

    target.put("daily.csv", NOISE)

    assert target.get("daily.csv") == NOISE
    assert list(google_drive.files()) == ["daily.csv"]


@pytest.mark.parametrize("place", ["own", "root"])
def test_a_persons_sign_in_fills_their_my_drive(
    google_drive: Any, opened: Opened, place: str
) -> None:
    """A folder of theirs, or the top of My Drive, by the refresh token of one sign-in."""
    key = google_drive.key("authorized_user", "ann@example.com")
    folder = google_drive.make("anns")
    google_drive.share(folder, "writer", "ann@example.com")
    target = opened(folder if place == "own" else "root", "/backups", key=key)

    target.put("2026-07/daily.csv", b"1")

    assert target.get("2026-07/daily.csv") == b"1"
    assert google_drive.files()["daily.csv"]["permissions"][0]["emailAddress"] == "ann@example.com"


def test_a_folder_that_is_not_shared_names_whom_to_share_it_with(
    google_drive: Any, opened: Opened
) -> None:
    """Drive does not tell it from one that does not exist."""
    calls: list[Callable[[Target], object]] = [
        lambda target: target.names(),
        lambda target: target.get("a.csv"),
        lambda target: target.put("a.csv", b"1"),
    ]
    for folder_id in (google_drive.make("private"), "1nothing-of-that-id"):
        for call in calls:
            with pytest.raises(TargetError) as caught:
                call(opened(folder_id))

            assert f"share the folder with {ROBOT}: as Content manager" in caught.value.words.en
            assert f"把文件夹共享给 {ROBOT}:" in caught.value.words.zh


def test_a_folder_that_may_only_be_read_says_so(google_drive: Any, opened: Opened) -> None:
    """With the role that is needed."""
    team = google_drive.shared_drive("reader")
    target = opened(team)

    assert target.names() == []
    with pytest.raises(TargetError, match=f"Make {ROBOT} Content manager") as caught:
        target.put("daily.csv", b"1")
    assert "只能看,不能写" in caught.value.words.zh


@pytest.mark.parametrize(
    ("trash", "kind", "said"), [(False, "text/csv", "no folder"), (True, "", "in the trash")]
)
def test_what_cannot_be_filled_is_no_target(
    google_drive: Any, opened: Opened, kind: str, said: str, *, trash: bool
) -> None:
    """A file's id instead of a folder's, and a folder in the trash."""
    team = google_drive.shared_drive()
    place = google_drive.make("here", team, *([kind] if kind else []))
    if trash:
        google_drive.ask("PATCH", f"/files/{place}", json={"trashed": True})

    with pytest.raises(TargetError, match=said):
        opened(place).put("daily.csv", b"1")


def test_a_deleted_folder_is_made_again(google_drive: Any, opened: Opened) -> None:
    """A target that remembers where it was forgets it when that is gone."""
    team = google_drive.shared_drive()
    target = opened(team)
    target.put("2026-07/daily.csv", b"1")
    folder = google_drive.files()["daily.csv"]["parents"][0]
    google_drive.ask("DELETE", f"/files/{folder}")

    with pytest.raises(TargetError):
        target.put("2026-07/daily.csv", b"2")
    target.put("2026-07/daily.csv", b"2")

    assert target.get("2026-07/daily.csv") == b"2"


def test_a_revoked_key_is_told(google_drive: Any, opened: Opened) -> None:
    """In google-auth's words, shortened, with what to do."""
    target = opened("1any-folder-id", key=google_drive.key("authorized_user"))
    (google_drive.server.data / "identities.json").write_text("{}")
    google_drive.server._server.identities._kept["users"].clear()

    with pytest.raises(TargetError, match="Sign in again and use the new file") as caught:
        target.names()

    assert "Google 不接受这份凭证" in caught.value.words.zh


def test_nothing_is_asked_before_the_first_call(google_drive: Any, opened: Opened) -> None:
    """Opening only reads the key."""
    before = google_drive.owner.get(f"{google_drive.server.url}/admin/counts", timeout=10).json()

    opened("1any-folder-id")

    after = google_drive.owner.get(f"{google_drive.server.url}/admin/counts", timeout=10).json()
    assert after == before


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("gdrive://fol'der?credentials=service_account.json", "the id of the folder"),
        ("gdrive://1abcdefgh", "it names no credentials"),
        ("gdrive://1abcdefgh?credentials=none.json", "there is no such file"),
        ("gdrive://1abcdefgh?credential=none.json", "no parameter"),
    ],
)
def test_a_url_that_cannot_work_is_refused_at_once(
    google_drive: Any, tmp_path: Path, url: str, said: str
) -> None:
    """Before any month is exported."""
    google_drive.key()

    with pytest.raises(ConfigurationError, match=said):
        open_target(url, google_drive.folder)
