"""What goes wrong on the way to a target, in whose words it is told, and what is never told."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import moto.settings
import pytest

from sheets_sync.archive.targets import Target, TargetError, files, open_target, rclone
from sheets_sync.errors import ConfigurationError, SheetsSyncError

if TYPE_CHECKING:
    from conftest import Scripted, SftpServer

Told = Callable[[SheetsSyncError], str]
Opened = Callable[[str], Target]

WRONG = "me%40x.com:wrong-password"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Open targets, and close them in the end."""
    made: list[Target] = []

    def open_one(url: str) -> Target:
        made.append(open_target(url, tmp_path))
        return made[-1]

    yield open_one
    for target in made:
        target.close()


def refused(target: Target) -> TargetError:
    """Return how putting, getting and listing fail, which they all do alike."""
    with pytest.raises(TargetError) as putting:
        target.put("2026-07/daily.csv", b"1")
    with pytest.raises(TargetError) as getting:
        target.get("2026-07/daily.csv")
    with pytest.raises(TargetError) as listing:
        target.names("2026-07")
    assert putting.value.exit_code == 4
    assert putting.value.target == target.name
    assert getting.value.advice == putting.value.advice == listing.value.advice
    return putting.value


class TestS3:
    def test_a_bucket_that_is_not_there(self, opened: Opened, s3_url: str, told: Told) -> None:
        """A typo in the bucket makes no new one."""
        target = opened(s3_url.replace("//company/", "//compnay/"))

        text = told(refused(target))

        assert "写入 2026-07/daily.csv 失败,没有这个位置" in text
        assert "writing 2026-07/daily.csv failed, there is no such place" in text
        assert "核对桶名" in text

    def test_keys_that_are_not_accepted(
        self, opened: Opened, s3_url: str, told: Told, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The service knows no such key."""
        monkeypatch.setattr(moto.settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0)

        text = told(refused(opened(s3_url)))

        assert "没有权限" in text
        assert "Check the user, the password or the key" in text

    def test_no_keys_at_all(self, opened: Opened, s3_server: str, told: Told) -> None:
        """Without keys in the URL those of the environment count, and there are none."""
        text = told(refused(opened(f"s3://company/a?endpoint_url={s3_server}")))

        assert "it is not allowed (Unable to locate credentials)" in text

    def test_keys_of_the_environment(
        self, opened: Opened, s3_server: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The usual names of AWS are read."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "from-the-environment")
        target = opened(f"s3://company/env?endpoint_url={s3_server}")

        target.put("a.csv", b"1")

        assert target.names() == ["a.csv"]

    def test_nobody_listens(self, opened: Opened, nobody: str, told: Told) -> None:
        """The server is down, or the address is wrong."""
        target = opened(f"s3://company/a?endpoint_url=http://{nobody}&key=k&secret=s")

        with pytest.raises(TargetError) as refusal:
            target.put("2026-07/daily.csv", b"1")

        assert "连不上" in told(refusal.value)
        assert "Check the network, the address and the port" in told(refusal.value)

    def test_nothing_that_only_aws_understands_is_sent(
        self, opened: Opened, scripted: Scripted
    ) -> None:
        """Aliyun refuses chunks and checksums of AWS's own kind; the file travels as it is."""
        url = f"s3://company/a?endpoint_url=http://{scripted.place}&key=k&secret=s"

        opened(url).put("2026-07/daily.csv", b"123")

        [(line, headers)] = scripted.asked
        assert line == "PUT /company/a/2026-07/daily.csv"
        assert headers["content-length"] == "3"
        assert "aws-chunked" not in headers.get("content-encoding", "")
        assert not [name for name in headers if "checksum" in name or "trailer" in name]

    @pytest.mark.parametrize(
        ("options", "style", "signature"),
        [
            ({}, "auto", None),
            ({"endpoint_url": "http://127.0.0.1:9000"}, "auto", None),
            ({"endpoint_url": "https://oss-cn-hangzhou.aliyuncs.com"}, "virtual", "s3"),
            ({"endpoint_url": "https://cos.ap-shanghai.myqcloud.com"}, "virtual", None),
            (
                {"endpoint_url": "https://oss.aliyuncs.com", "addressing_style": "path"},
                "path",
                "s3",
            ),
        ],
    )
    def test_where_the_bucket_stands_in_the_address(
        self, options: dict[str, str], style: str, signature: str | None
    ) -> None:
        """Aliyun and Tencent want it in the host's name, and Aliyun the older signature."""
        from sheets_sync.archive.targets.s3 import config_of

        config = config_of(options)

        assert config["s3"] == {"addressing_style": style}
        assert config.get("signature_version") == signature


class TestWebdav:
    def test_a_wrong_password(self, opened: Opened, webdav_server: str, told: Told) -> None:
        """Whoever uses Jianguoyun has to know about app passwords."""
        text = told(refused(opened(f"webdav+http://{WRONG}@{webdav_server}/archive")))

        assert "没有权限(received 401" in text
        assert "应用密码" in text
        assert "wrong-password" not in text

    def test_nobody_listens(self, opened: Opened, nobody: str, told: Told) -> None:
        """The server is down, or the address is wrong."""
        text = told(refused(opened(f"webdav+http://{WRONG}@{nobody}/archive")))

        assert "it cannot be reached ([Errno 111] Connection refused)" in text

    @pytest.mark.parametrize(
        ("status", "zh", "en"),
        [
            (507, "空间不足", "there is no room left"),
            (403, "没有权限", "it is not allowed"),
            (503, "没有成功", "it did not work"),
            (207, "对方的回答不是 WebDAV", "the answer is no WebDAV"),
        ],
    )
    def test_what_a_server_answers(
        self,
        opened: Opened,
        scripted: Scripted,
        told: Told,
        monkeypatch: pytest.MonkeyPatch,
        status: int,
        zh: str,
        en: str,
    ) -> None:
        """Each answer has its advice; a web page is the answer of a wrong address."""
        monkeypatch.setattr("webdav4.retry.BACKOFF", 0)
        scripted.status, scripted.body = status, b"<html>Welcome"

        text = told(refused(opened(f"webdav+http://me:pw@{scripted.place}/archive")))

        assert zh in text
        assert en in text

    def test_a_server_that_repeats_the_password(
        self, opened: Opened, scripted: Scripted, told: Told
    ) -> None:
        """Somebody else's words are quoted without it."""
        scripted.status, scripted.reason = 400, "hunter2/? is hunter2%2F%3F"

        text = told(refused(opened(f"webdav+http://me:hunter2%2F%3F@{scripted.place}/archive")))

        assert "received 400 (*** is ***)" in text

    def test_a_web_page_is_no_webdav(self, opened: Opened, scripted: Scripted, told: Told) -> None:
        """Somebody wrote the address that a browser shows."""
        scripted.body = b"<html>Welcome"
        target = opened(f"webdav+http://me:pw@{scripted.place}/archive")

        with pytest.raises(TargetError) as refusal:
            target.put("2026-07/daily.csv", b"1")

        assert "对方的回答不是 WebDAV" in told(refusal.value)

    def test_no_answer_ends_in_time(
        self, opened: Opened, scripted: Scripted, told: Told, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A call that hangs is given up, and the next one connects anew."""
        monkeypatch.setattr(files, "LONGEST_S", 0.2)
        scripted.silent = True
        target = opened(f"webdav+http://me:pw@{scripted.place}/archive")

        with pytest.raises(TargetError) as late:
            target.names()

        assert "等了太久没有完成" in told(late.value)
        assert "it took too long" in told(late.value)


class TestSftp:
    def test_an_unknown_host_is_not_spoken_to(
        self, opened: Opened, sftp_server: SftpServer, tmp_path: Path, told: Told
    ) -> None:
        """The way out says which fingerprint it showed and how to add it."""
        url = sftp_server.url(known_hosts=tmp_path / "known_hosts")

        text = told(refused(opened(url)))

        assert "不认识这台服务器的主机密钥(ssh-ed25519 SHA256:" in text
        assert f"ssh-keyscan -p {sftp_server.port} 127.0.0.1 >> {tmp_path}/known_hosts" in text

    def test_the_known_hosts_of_the_user_are_the_usual_ones(
        self, opened: Opened, sftp_server: SftpServer, tmp_path: Path
    ) -> None:
        """Without a parameter it is the file that ssh itself keeps."""
        ssh = tmp_path / "home" / ".ssh"
        ssh.mkdir(parents=True)
        shutil.copy(sftp_server.known_hosts, ssh)

        assert opened(sftp_server.url()).names() == []

    def test_a_host_with_another_key_is_not_spoken_to(
        self, opened: Opened, sftp_server: SftpServer, tmp_path: Path, told: Told
    ) -> None:
        """Somebody may stand in between."""
        other = sftp_server.key_file.with_name("authorized").read_text()
        (tmp_path / "hosts").write_text(f"[127.0.0.1]:{sftp_server.port} {other}")

        text = told(refused(opened(sftp_server.url(known_hosts="hosts"))))

        assert "服务器的主机密钥变了" in text
        assert f"ssh-keygen -f {tmp_path}/hosts -R '[127.0.0.1]:{sftp_server.port}'" in text

    def test_a_wrong_password(self, opened: Opened, sftp_server: SftpServer, told: Told) -> None:
        """The server is the right one and does not let us in."""
        url = sftp_server.url(WRONG, known_hosts=sftp_server.known_hosts)

        text = told(refused(opened(url)))

        assert "it is not allowed (Authentication failed.)" in text
        assert "wrong-password" not in text

    def test_a_key_instead_of_a_password(self, opened: Opened, sftp_server: SftpServer) -> None:
        """The way that servers prefer."""
        url = sftp_server.url(
            "me%40x.com", known_hosts=sftp_server.known_hosts, key_file=sftp_server.key_file
        )
        target = opened(url)

        target.put("a.csv", b"1")

        assert target.names() == ["a.csv"]

    def test_a_key_that_is_not_there(self, opened: Opened, sftp_server: SftpServer) -> None:
        """Nothing is taken for an empty folder because of it."""
        with pytest.raises(ConfigurationError, match="there is no key file") as missing:
            opened(sftp_server.url("me", key_file="./id"))

        assert "没有密钥文件" in missing.value.words.zh

    def test_a_list_of_hosts_that_cannot_be_read(
        self, opened: Opened, sftp_server: SftpServer, tmp_path: Path, told: Told
    ) -> None:
        """The line is quoted."""
        (tmp_path / "hosts").write_text("nas ssh-ed25519 AAA\n")

        text = told(refused(opened(sftp_server.url(known_hosts="hosts"))))

        assert "已知主机的清单读不懂" in text
        assert f"Correct the quoted line of {tmp_path}/hosts" in text

    def test_nobody_listens(self, opened: Opened, nobody: str, told: Told) -> None:
        """The server is down, or the address is wrong."""
        text = told(refused(opened(f"sftp://{WRONG}@{nobody}/srv")))

        assert "连不上" in text

    def test_a_connection_that_broke_is_made_again(
        self, opened: Opened, sftp_server: SftpServer
    ) -> None:
        """One failure tells; the next call starts afresh."""
        target: Any = opened(sftp_server.url(known_hosts=sftp_server.known_hosts))
        target.put("a.csv", b"1")
        target._filesystem.client.get_transport().sock.close()

        with pytest.raises(TargetError):
            target.put("b.csv", b"2")

        assert target.names() == ["a.csv"]


class TestFolder:
    def test_a_full_disk(self, opened: Opened, tmp_path: Path, told: Told) -> None:
        """Nothing appears under the final name."""
        (tmp_path / "archive").mkdir()
        (tmp_path / "archive" / "daily.csv.part").symlink_to("/dev/full")
        target = opened("./archive")

        with pytest.raises(TargetError) as full:
            target.put("daily.csv", b"1")

        assert "空间不足(No space left on device)" in told(full.value)
        assert target.get("daily.csv") is None

    def test_a_file_in_the_way_of_a_folder(self, opened: Opened, tmp_path: Path) -> None:
        """It stays, and is named."""
        (tmp_path / "archive").write_text("mine")

        with pytest.raises(TargetError, match="writing 2026-07/daily\\.csv failed"):
            opened("./archive").put("2026-07/daily.csv", b"1")

        assert (tmp_path / "archive").read_text() == "mine"

    def test_a_file_is_on_the_disk_before_it_has_its_name(
        self, opened: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A power cut leaves the old file or the new one."""
        done: list[str] = []
        sync, replace = os.fsync, Path.replace

        def synced(number: int) -> None:
            done.append("sync")
            sync(number)

        def renamed(self: Path, to: str) -> Path:
            done.append(f"{self.name} is {Path(to).name}")
            return replace(self, to)

        monkeypatch.setattr("os.fsync", synced)
        monkeypatch.setattr(Path, "replace", renamed)

        opened("./archive").put("daily.csv", b"1")

        assert done == ["sync", "daily.csv.part is daily.csv", "sync"]

    @pytest.mark.parametrize("url", ["archive", "./archive", "{folder}/archive", "~/archive"])
    def test_where_a_path_starts(
        self, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
    ) -> None:
        """At the job's folder, at the root, or at home."""
        monkeypatch.setenv("HOME", str(tmp_path))

        opened(url.format(folder=tmp_path)).put("a.csv", b"1")
        opened(f"file://{tmp_path}/b%20c").put("a.csv", b"1")

        assert (tmp_path / "archive" / "a.csv").read_bytes() == b"1"
        assert (tmp_path / "b c" / "a.csv").read_bytes() == b"1"


class TestRclone:
    @pytest.mark.program("rclone")
    def test_a_remote_that_is_not_there(self, opened: Opened, rclone_url: str, told: Told) -> None:
        """It has to be made with rclone itself."""
        text = told(refused(opened(rclone_url.replace("my%20cloud", "my%20clod"))))

        assert "rclone 里没有这个远端" in text
        assert "rclone config" in text

    def test_rclone_is_not_installed(
        self, opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Opening says how to install it."""
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(ConfigurationError, match="apt-get install rclone") as missing:
            opened("rclone://onedrive/archive")

        assert "没有安装 rclone" in missing.value.words.zh

    @pytest.mark.parametrize(
        ("line", "zh", "en"),
        [
            ("ERROR : x: Failed to copy: quotaLimitReached: Quota limit", "空间不足", "no room"),
            ("Failed to rcat: couldn't fetch token: invalid_grant", "没有权限", "reconnect"),
            ("Failed to rcat: dial tcp: lookup x: no such host", "连不上", "cannot be reached"),
            ("Failed to rcat: context deadline exceeded", "等了太久", "took too long"),
            (
                "Failed to rcat: something new",
                "没有成功(Failed to rcat: something new)",
                "Run again",
            ),
        ],
    )
    def test_what_rclone_says(
        self,
        opened: Opened,
        told: Told,
        program: Callable[[str], None],
        line: str,
        zh: str,
        en: str,
    ) -> None:
        """Its last words decide, and are quoted without their clock."""
        program(
            f'echo "2026/08/01 00:00:01 NOTICE: first" >&2; echo "2026/08/01 00:00:02 {line}" >&2; exit 1'
        )

        text = told(refused(opened("rclone://onedrive/archive")))

        assert zh in text
        assert en in text
        assert "2026/08/01" not in text

    def test_a_file_that_only_looks_empty(
        self, opened: Opened, program: Callable[[str], None]
    ) -> None:
        """Clouds without real folders say of a missing file that it is empty."""
        program("exit 0")

        assert opened("rclone://bucket/archive").get("daily.csv") is None

    def test_no_answer_ends_in_time(
        self,
        opened: Opened,
        told: Told,
        program: Callable[[str], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The program is ended with it."""
        monkeypatch.setattr(rclone, "LONGEST_S", 0.2)
        program("exec sleep 20")

        assert "等了太久没有完成" in told(refused(opened("rclone://onedrive/archive")))

    @pytest.fixture
    def program(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        """Put a program of that name and these lines first in the path."""

        def write(lines: str) -> None:
            path = tmp_path / "bin" / "rclone"
            path.parent.mkdir()
            path.write_text(f"#!/bin/sh\n{lines}\n")
            path.chmod(0o755)
            monkeypatch.setenv("PATH", str(path.parent), prepend=":")

        return write


class TestPackages:
    @pytest.mark.parametrize(
        ("url", "package", "remedy"),
        [
            ("s3://company/archive", "s3fs", "pip install 'sheets-sync[s3]'"),
            ("s3://company/archive", "botocore", "pip install 'sheets-sync[s3]'"),
            ("webdav://nas/archive", "webdav4", "pip install 'sheets-sync[webdav]'"),
            ("webdav+http://nas/archive", "httpx", "pip install 'sheets-sync[webdav]'"),
            ("sftp://nas/archive", "paramiko", "pip install 'sheets-sync[sftp]'"),
        ],
    )
    def test_a_package_that_is_not_installed(
        self,
        opened: Opened,
        monkeypatch: pytest.MonkeyPatch,
        url: str,
        package: str,
        remedy: str,
    ) -> None:
        """Opening says which, and what to run."""
        module = url.partition(":")[0].partition("+")[0]
        monkeypatch.delitem(sys.modules, f"sheets_sync.archive.targets.{module}", raising=False)
        for name in [package, *sys.modules]:
            if name.partition(".")[0] == package:
                monkeypatch.setitem(sys.modules, name, None)

        with pytest.raises(ConfigurationError) as missing:
            opened(url)

        assert f"没有安装 Python 包 {package}" in missing.value.words.zh
        assert remedy in missing.value.words.zh
        assert remedy in missing.value.words.en

    @pytest.mark.parametrize("package", ["s3fs", "botocore", "webdav4", "httpx", "paramiko"])
    def test_a_folder_needs_none_of_them(
        self, opened: Opened, monkeypatch: pytest.MonkeyPatch, package: str
    ) -> None:
        """Whoever copies to a disk installs nothing more."""
        monkeypatch.setitem(sys.modules, package, None)

        opened("./archive").put("a.csv", b"1")
