"""What was acknowledged is on the disk, whatever happens to the process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_sync.emulator import storage
from sheets_sync.emulator.serve import LocalServer, ServerInUse, connect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.conftest import Spreadsheet


def numbered(number: int) -> dict[str, Any]:
    """Return a request that writes its number beneath the numbers before."""
    value = {"userEnteredValue": {"numberValue": number}}
    rows = [{"values": [value]}]
    return {"appendCells": {"sheetId": 0, "rows": rows, "fields": "userEnteredValue"}}


def column(url: str, book: str) -> list[Any]:
    answer = requests.get(
        f"{url}/v4/spreadsheets/{book}/values/A:A",
        params={"majorDimension": "COLUMNS", "valueRenderOption": "UNFORMATTED_VALUE"},
        timeout=10,
    )
    return list(answer.json().get("values", [[]])[0])


def test_a_cut_off_last_line_is_dropped(server: LocalServer, book: Spreadsheet) -> None:
    """A journal that ends in the middle of a line loses only that line, and goes on."""
    book.put("A1", [["kept"]])
    journal = next((server.data / "spreadsheets" / book.id).glob("journal-*"))
    with journal.open("ab") as file:
        file.write(b'{"at":"2026-11-22T00:00')

    volume = storage.Volume.load(journal.parent)
    volume.close()

    assert volume.book.sheets[0].cell(0, 0).value == "kept"
    assert journal.read_bytes().endswith(b"}\n")


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    """Ids that the server chose, times and every kind of state are the same afterwards."""
    path = tmp_path / "data"
    with LocalServer(path) as server:
        made = requests.post(f"{server.url}/v4/spreadsheets", json={}, timeout=10).json()
        book = made["spreadsheetId"]
        url = f"{server.url}/v4/spreadsheets/{book}"
        batch = [
            {"addSheet": {"properties": {"title": "Two"}}},
            {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}}}},
            {"addNamedRange": {"namedRange": {"name": "n", "range": {"sheetId": 0}}}},
            {
                "repeatCell": {
                    "range": {"endRowIndex": 2, "endColumnIndex": 2},
                    "cell": {
                        "userEnteredValue": {"formulaValue": "=ROW()"},
                        "note": "n",
                        "userEnteredFormat": {"textFormat": {"bold": True}},
                    },
                    "fields": "*",
                }
            },
        ]
        assert requests.post(f"{url}:batchUpdate", json={"requests": batch}, timeout=10).ok
        before = requests.get(url, params={"includeGridData": "true"}, timeout=10).json()
        drive = f"/drive/v3/files/{book}?fields=*"
        file_before = requests.get(server.url + drive, timeout=10).json()

    with LocalServer(path) as server:
        url = f"{server.url}/v4/spreadsheets/{book}"
        after = requests.get(url, params={"includeGridData": "true"}, timeout=10).json()
        file_after = requests.get(server.url + drive, timeout=10).json()

    assert after == before
    assert file_after == file_before


def test_a_long_journal_becomes_a_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old journals give way to a snapshot, and the state stays the same."""
    monkeypatch.setattr(storage, "_SNAPSHOT_EVERY", 2000)
    with LocalServer(tmp_path) as server:
        book = requests.post(f"{server.url}/v4/spreadsheets", json={}, timeout=10).json()[
            "spreadsheetId"
        ]
        for number in range(60):
            batch = {"requests": [numbered(number)]}
            requests.post(
                f"{server.url}/v4/spreadsheets/{book}:batchUpdate", json=batch, timeout=10
            )

    names = {path.name for path in (tmp_path / "spreadsheets" / book).iterdir()}
    assert "snapshot-00000000.json" not in names
    with LocalServer(tmp_path) as server:
        assert column(server.url, book) == list(range(60))


def test_a_clean_end_leaves_a_fresh_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal worth the trouble is a snapshot after the server was closed."""
    monkeypatch.setattr(storage, "_SNAPSHOT_AT_CLOSE", 1000)
    with LocalServer(tmp_path) as server:
        book = requests.post(f"{server.url}/v4/spreadsheets", json={}, timeout=10).json()[
            "spreadsheetId"
        ]
        for number in range(30):
            batch = {"requests": [numbered(number)]}
            requests.post(
                f"{server.url}/v4/spreadsheets/{book}:batchUpdate", json=batch, timeout=10
            )

    folder = tmp_path / "spreadsheets" / book
    assert sorted((path.name, path.stat().st_size > 0) for path in folder.iterdir()) == [
        ("journal-00000001.jsonl", False),
        ("snapshot-00000001.json", True),
    ]
    with LocalServer(tmp_path) as server:
        assert column(server.url, book) == list(range(30))


def test_one_server_for_each_folder(tmp_path: Path) -> None:
    """A second server is refused; connect finds the first, and starts one when there is none."""
    with connect(tmp_path) as own:
        with pytest.raises(ServerInUse), LocalServer(tmp_path):
            pass
        with connect(tmp_path) as found:
            assert found.url == own.url
        assert requests.get(f"{own.url}/healthz", timeout=5).json()["data"] == str(tmp_path)

    assert not (tmp_path / "address.json").exists()


def test_writers_take_turns(server: LocalServer, book: Spreadsheet) -> None:
    """Batches of several clients never mix: each batch's rows stay together."""

    def write(client: int) -> None:
        with requests.Session() as session:
            session.trust_env = False
            for _ in range(10):
                batch = {"requests": [numbered(client)] * 5}
                session.post(f"{book.url}:batchUpdate", json=batch)

    threads = [threading.Thread(target=write, args=(client,)) for client in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    numbers = column(server.url, book.id)
    assert len(numbers) == 150
    assert all(len(set(numbers[at : at + 5])) == 1 for at in range(0, 150, 5))


def test_readers_do_not_disturb_each_other(server: LocalServer, book: Spreadsheet) -> None:
    """Formulas computed for several clients at once come out the same for all."""
    book.put("A1", [[1], *([f"=A{row}+1"] for row in range(1, 100))], "USER_ENTERED")
    last: list[Any] = []

    def read() -> None:
        for _ in range(5):
            last.append(column(server.url, book.id)[-1])
            requests.put(
                f"{book.url}/values/B1",
                params={"valueInputOption": "RAW"},
                json={"values": [["fresh"]]},
                timeout=10,
            )

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert last == [100] * 20
