"""What every target must do, held against a real one of each kind."""

from __future__ import annotations

import logging
import random
import threading
from pathlib import Path

import pytest

from sheets_sync.archive.targets import Target, open_target, shown


class TestEveryTarget:
    """A folder, a bucket, a WebDAV server, an SFTP server and a remote of rclone."""

    def test_what_was_put_is_got(self, target: Target) -> None:
        """A file comes back as it was, byte by byte, in folders made as needed."""
        target.put("2026-07/US/daily.csv", "日期,销量\r\n2026-07-01,3\r\n".encode())
        target.put("2026-07/index.json", b"{}")

        assert target.get("2026-07/US/daily.csv") == "日期,销量\r\n2026-07-01,3\r\n".encode()
        assert target.get("2026-07/index.json") == b"{}"

    def test_names_are_what_people_write(self, target: Target) -> None:
        """A tab may be called anything, and its file is called the same."""
        names = ["%41 Q&A #1 100% (a+b).csv", "日报.csv"]

        for name in names:
            target.put(f"七月/{name}", name.encode())

        assert [target.get(f"七月/{name}") for name in names] == [name.encode() for name in names]
        assert target.names("七月") == names

    def test_names_are_of_one_folder_and_sorted(self, target: Target) -> None:
        """Files and folders directly inside, without slashes."""
        for path in ("2026-07/b.csv", "2026-07/a.csv", "2026-07/more/c.csv", "readme.txt"):
            target.put(path, b"1")

        assert target.names() == ["2026-07", "readme.txt"]
        assert target.names("2026-07") == ["a.csv", "b.csv", "more"]

    def test_nothing_there_is_no_error(self, target: Target) -> None:
        """Before the first month there is neither file nor folder."""
        assert target.get("2026-07/daily.csv") is None
        assert target.get("daily.csv") is None
        assert target.names("2026-07") == []
        assert target.names() == []

    def test_a_missing_file_beside_another(self, target: Target) -> None:
        """That a folder is there says nothing about the file."""
        target.put("2026-07/daily.csv", b"1")

        assert target.get("2026-07/ads.csv") is None
        assert target.names("2026-07/ads.csv") == []
        assert target.names("2026-08") == []

    def test_the_last_one_put_stays(self, target: Target) -> None:
        """A month exported again replaces the first export, also where the size is the same."""
        target.put("2026-07/daily.csv", b"a longer first one")
        target.put("2026-07/daily.csv", b"second")
        target.put("2026-07/daily.csv", b"third.")

        assert target.get("2026-07/daily.csv") == b"third."
        assert target.names("2026-07") == ["daily.csv"]

    def test_a_big_file_is_whole(self, target: Target) -> None:
        """Three megabytes that no compression and no text mode leaves alone."""
        content = random.Random(7).randbytes(3_000_000)

        target.put("2026-07/daily.xlsx", content)

        assert target.get("2026-07/daily.xlsx") == content

    def test_an_empty_file_is_a_file(self, target: Target) -> None:
        """Empty is not missing."""
        target.put("2026-07/daily.csv", b"")

        assert target.get("2026-07/daily.csv") == b""

    def test_a_run_killed_while_writing_left_no_file(self, target: Target) -> None:
        """What it left is not listed and not got."""
        target.put("2026-07/daily.csv.part", b"half of")

        assert target.get("2026-07/daily.csv") is None
        assert target.names("2026-07") == []

    def test_what_a_killed_run_left_does_no_harm(self, target: Target) -> None:
        """The next run writes over it."""
        target.put("2026-07/daily.csv.part", b"half of a much longer file")

        target.put("2026-07/daily.csv", b"whole")

        assert target.get("2026-07/daily.csv") == b"whole"
        assert target.names("2026-07") == ["daily.csv"]

    def test_another_opening_sees_it(self, target: Target, url: str, tmp_path: Path) -> None:
        """The files are in the target and not in the one that wrote them."""
        target.put("2026-07/daily.csv", b"1")

        other = open_target(url, tmp_path)

        assert other.get("2026-07/daily.csv") == b"1"
        other.put("2026-07/daily.csv", b"2")
        other.close()
        assert target.get("2026-07/daily.csv") == b"2"

    def test_closing_leaves_no_thread(self, target: Target) -> None:
        """Of a connection nothing stays; only the loop that s3fs shares with everybody does."""
        before = {thread.name for thread in threading.enumerate()}
        target.put("2026-07/daily.csv", b"1")

        target.close()

        stays = {thread.name for thread in threading.enumerate()} - before
        shared = ("fsspecIO", "asyncio_", "process_request")  # the last are the server's own
        assert not [name for name in stays if not any(part in name for part in shared)]

    def test_closing_twice_and_closing_unused(self, url: str, tmp_path: Path) -> None:
        """Whoever cleans up need not know how far things went."""
        target = open_target(url, tmp_path)

        target.close()
        target.close()

    def test_it_is_usable_after_closing(self, target: Target) -> None:
        """It opens again by itself."""
        target.put("a.csv", b"1")
        target.close()

        assert target.get("a.csv") == b"1"

    def test_no_secret_is_shown_or_logged(
        self, target: Target, url: str, caplog: pytest.LogCaptureFixture, secrets: tuple[str, ...]
    ) -> None:
        """Not in its name, not in what it looks like, and not in the most talkative log."""
        caplog.set_level(logging.DEBUG)

        target.put("2026-07/daily.csv", b"1")
        target.names("2026-08")

        for secret in secrets:
            assert secret not in f"{target.name} {target!r} {vars(target)} {caplog.text}"
        assert target.name == shown(url)
