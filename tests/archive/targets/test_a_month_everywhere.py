"""One month on its way to real servers: the command, the copies, a wrong byte, and the way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sheets_sync.archive.targets import open_target

if TYPE_CHECKING:
    from conftest import Life

TODAY = date(2025, 7, 14)


@pytest.fixture
def places(s3_url: str, webdav_url: str, sftp_url: str) -> list[str]:
    """An object store, a WebDAV server, an SFTP server, and a folder."""
    return [s3_url, webdav_url, sftp_url, "./archive"]


def test_a_month_reaches_every_place_and_comes_back(
    new_life: Callable[..., Life], places: list[str], tmp_path: Path
) -> None:
    """Final and preliminary archives everywhere; one spoilt byte is found, named and mended."""
    life = new_life(tmp_path / "job", copy_to=places)
    for night in ((5, 13), (6, 1), (6, 13), (7, 1), (7, 13)):
        said = life.night(date(2025, *night), days=3)

    code, out, err = life.run("archive", "--verify", "--json", on=TODAY)

    assert code == 0, out + err
    for secret in ("wJalr", "p%40ss", "p@ss"):
        assert secret not in said + out + err
    checked = {
        (month["month"], month["state"], copy["target"].split(":")[0])
        for month in json.loads(out)["months"]
        for copy in month["copies"]
    }
    kinds = {"s3", "webdav+http", "sftp", "./archive", "state/archives"}
    assert {
        kind for month, state, kind in checked if (month, state) == ("2025-05", "final")
    } == kinds

    for url in places[:3]:
        target = open_target(url, life.folder)
        path = f"{life.at('archive').name}/2025-05/daily.csv"
        good = target.get(path)
        assert good is not None
        target.put(path, good[:100] + b"#" + good[101:])
        wrong = life.run("archive", "--verify", on=TODAY)
        mended = life.run("archive", on=TODAY)
        assert wrong[0] == 4
        assert [line for line in wrong[1].splitlines() if "daily.csv" in line]
        assert sum(line.startswith("✗") for line in wrong[1].splitlines()) == 1
        assert mended[0] == 0
        assert target.get(path) == good
        target.close()

    assert life.run("archive", "--restore", "2025-05", on=TODAY)[0] == 0


def test_a_server_that_is_down_is_told_and_made_up(
    new_life: Callable[..., Life], webdav_url: str, tmp_path: Path
) -> None:
    """The folder has its copy, the server's address answers nobody; once it does, it gets its own."""
    life = new_life(tmp_path / "job", copy_to=["webdav+http://me:hush@127.0.0.1:9/x", "./archive"])
    life.night(date(2025, 5, 13), days=3)
    said = life.night(date(2025, 6, 1), days=1)
    text = life.job_file.read_text(encoding="utf-8")
    life.job_file.write_text(
        text.replace("webdav+http://me:hush@127.0.0.1:9/x", webdav_url), encoding="utf-8"
    )
    later = life.night(date(2025, 6, 2), days=1)

    assert "没有复制到 webdav+http://me@127.0.0.1:9/x,下次运行会重试:2025-05。" in said
    assert "hush" not in said
    assert (life.at("archive") / "2025-05-preliminary" / "manifest.json").is_file()
    assert "2025-05: 初步存档;已复制并核对:webdav+http://" in later
