"""One month on its way to a shared drive and back, by the command alone."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Google, Life

TODAY = date(2025, 7, 14)


def found(drive: Google, name: str) -> dict[str, Any]:
    """Return the one file of a name, wherever it lies."""
    query = {
        "corpora": "allDrives",
        "includeItemsFromAllDrives": "true",
        "q": f"name = '{name}' and trashed = false",
        "fields": "files",
    }
    [file] = drive.ask("GET", "/files", params=query).json()["files"]
    return dict(file)


def content(drive: Google, file_id: str) -> bytes:
    return drive.ask("GET", f"/files/{file_id}", params={"alt": "media"}).content


def test_a_month_lies_in_a_shared_drive_and_is_proved_there(
    google_drive: Google, new_life: Callable[..., Life], tmp_path: Path
) -> None:
    """Copied, verified, spoilt, found, mended, and brought back with this computer's copy gone."""
    drive_id, key = google_drive.shared_drive(), google_drive.key()
    life = new_life(tmp_path / "job", copy_to=[f"gdrive://{drive_id}/ops?credentials={key}"])
    shutil.copy(google_drive.folder / key, life.folder / key)
    for night in ((5, 13), (6, 1), (6, 13), (7, 13)):
        said = life.night(date(2025, *night), days=3)

    here = life.at("state/archives") / "2025-05"
    [book] = here.glob("*.xlsx")
    there = found(google_drive, book.name)
    place = f"gdrive://{drive_id}/ops?credentials={key}"
    assert f"2025-05: 最终存档,工作表已冻结;已复制并核对:{place}" in said
    assert there["sha256Checksum"] == hashlib.sha256(book.read_bytes()).hexdigest()
    assert there["driveId"] == drive_id

    good = content(google_drive, there["id"])
    google_drive.fill(there["id"], good[:-1] + b"?")
    wrong = life.run("archive", "--verify", on=TODAY)
    mended = life.run("archive", on=TODAY)
    assert wrong[0] == 4
    assert book.name in wrong[1]
    assert mended[0] == 0, mended[1]
    assert content(google_drive, there["id"]) == good == book.read_bytes()

    shutil.rmtree(life.folder / "state" / "archives")
    code, out, err = life.run("archive", "--restore", "2025-05", on=TODAY)
    assert code == 0, err
    assert "已逐格核对" in out


def test_a_service_account_in_my_drive_is_told_the_ways_out(
    google_drive: Google, new_life: Callable[..., Life], tmp_path: Path
) -> None:
    """`storageQuotaExceeded` is no riddle: the sync goes on, and says what can be done."""
    folder, key = google_drive.make("ops"), google_drive.key()
    google_drive.share(folder, "writer")
    life = new_life(tmp_path / "job", copy_to=[f"gdrive://{folder}?credentials={key}", "./archive"])
    shutil.copy(google_drive.folder / key, life.folder / key)
    life.night(date(2025, 5, 13), days=3)

    said = life.night(date(2025, 6, 1), days=1)

    assert "storageQuotaExceeded" in said
    assert "内容管理员" in said
    assert (life.at("archive") / "2025-05-preliminary" / "manifest.json").is_file()
