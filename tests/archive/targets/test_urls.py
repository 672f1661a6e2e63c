"""What a URL may say, what is refused with which words, and that no part of a secret is ever shown."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.archive.targets import check_url, open_target, shown
from sheets_sync.config.targets import parsed
from sheets_sync.errors import ConfigurationError


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("./archive", "./archive"),
        ("~/Dropbox/日报", "~/Dropbox/日报"),
        ("file:///srv/a%20b", "file:///srv/a%20b"),
        ("s3://company/archive", "s3://company/archive"),
        (
            "s3://company/a?endpoint_url=https://oss-cn-hangzhou.aliyuncs.com&key=k&secret=s",
            "s3://company/a?endpoint_url=https://oss-cn-hangzhou.aliyuncs.com",
        ),
        ("s3://company?region=eu-west-1&addressing_style=path&token=t", "s3://company"),
        (
            "webdav://me%40x.com:pw@dav.jianguoyun.com/dav/archive",
            "webdav://me%40x.com@dav.jianguoyun.com/dav/archive",
        ),
        ("webdav+http://nas:5005/home", "webdav+http://nas:5005/home"),
        ("WebDAV://nas/home", "webdav://nas/home"),
        ("sftp://me:pw@[::1]:2222/srv?known_hosts=./hosts", "sftp://me@[::1]:2222/srv"),
        ("sftp://me@host/srv?key_file=~/.ssh/id_ed25519", "sftp://me@host/srv"),
        ("rclone://my%20onedrive/公司/archive", "rclone://my%20onedrive/公司/archive"),
        ("gdrive://1AbC_d-e", "gdrive://1AbC_d-e"),
        (
            "gdrive://1AbC_d-e/sub?credentials=keys/me.json",
            "gdrive://1AbC_d-e/sub?credentials=keys/me.json",
        ),
    ],
)
def test_a_url_in_order_is_shown_without_its_secrets(url: str, name: str) -> None:
    """The name says where, and of what proves who asks no more than a user or a file's name."""
    assert check_url(url) is None
    assert shown(url) == name


@pytest.mark.parametrize(
    ("url", "zh", "en"),
    [
        ("", "是空的", "is empty"),
        ("file://", "是空的", "is empty"),
        ("s4://company", "是不是 's3'", "did you mean 's3'"),
        ("oss://company", "是不是 's3'", "did you mean 's3'"),
        ("https://dav.jianguoyun.com/dav/", "是不是 'webdav'", "did you mean 'webdav'"),
        ("wabdav://nas", "是不是 'webdav'", "did you mean 'webdav'"),
        ("webdav:/nas/home", "后面要写 //", "must be followed by //"),
        ("webdav:///home", "要写服务器的域名", "followed by the name of the server"),
        ("webdav://my nas/home", "名字写得不对", "no name of a host"),
        ("s3://", "要写桶名", "followed by the name of the bucket"),
        ("s3://AKIA:secret@company", "不写用户名和密码", "without user and password"),
        ("s3://127.0.0.1:9000/company", "endpoint_url", "endpoint_url"),
        ("s3://company?key=k", "key 和 secret 要一起写", "key and secret go together"),
        ("s3://company?endpoint=https://x", "'endpoint_url'", "'endpoint_url'"),
        ("s3://company?endpoint_url=127.0.0.1:9000", "https://域名", "https://host"),
        ("s3://company?endpoint_url=https://k:s%40x", "https://域名", "https://host"),
        ("s3://company?addressing_style=virtal", "virtual, path, auto", "virtual, path, auto"),
        ("s3://company?wJalrXUtnFEMI/K7MDENG", "name=value", "name=value"),
        ("sftp://host:ssh/srv", "1 到 65535", "from 1 to 65535"),
        ("sftp://me:hunter2", "1 到 65535", "from 1 to 65535"),
        ("sftp://host:70000/srv", "1 到 65535", "from 1 to 65535"),
        ("sftp://host/srv?keyfile=id", "是不是 'key_file'", "did you mean 'key_file'"),
        ("sftp://me:p/w@host/srv", "%2F", "%2F for /"),
        ("me@x.com:pw@host/srv", "sftp://", "sftp://"),
        ("me:pw@host/srv", "不认识 'me://'", "'me://' is not known"),
        ("webdav://nas/home?verify=no", "没有参数 'verify'", "has no parameter 'verify'"),
        ("rclone://-L/x", "只能有字母", "has only letters"),
        ("rclone:///x", "rclone 远端的名字", "the name of the rclone remote"),
        ("gdrive://id?credential=k.json", "'credentials'", "'credentials'"),
        ("gdrive://id?credentials=", "要写凭证文件的名字", "must be the name of a file"),
        (
            'gdrive://id?credentials={"private_key": "hunter2"}',
            "要写凭证文件的名字",
            "must be the name of a file",
        ),
    ],
)
def test_a_url_that_cannot_be_used_is_refused(url: str, zh: str, en: str, tmp_path: Path) -> None:
    """The words say what to write instead, and opening says the same."""
    wrong = check_url(url)

    assert wrong is not None
    assert zh in wrong.zh
    assert en in wrong.en
    with pytest.raises(ConfigurationError) as refused:
        open_target(url, tmp_path)
    assert wrong.zh in refused.value.words.zh
    assert "hunter2" not in str(refused.value)
    assert shown(url) in refused.value.words.zh


def test_what_is_encoded_is_decoded() -> None:
    """Users are often e-mail addresses, and the keys of clouds have pluses and slashes."""
    webdav = parsed("webdav://me%40x.com:p%40s%2Fs%25@host:8443/dav/%E6%97%A5%E6%8A%A5/")
    s3 = parsed("s3://company/a?key=AK&secret=wJ+al/rX%26==")

    assert (webdav.user, webdav.password) == ("me@x.com", "p@s/s%")
    assert (webdav.host, webdav.port, webdav.path) == ("host", 8443, "dav/日报")
    assert s3.options == {"key": "AK", "secret": "wJ+al/rX&=="}


def test_an_address_keeps_its_secrets_to_itself() -> None:
    """What a traceback or a log would print of it has none."""
    address = parsed("webdav://me:hunter2@host/dav")

    assert "hunter2" not in repr(address)
    assert address.secrets == ("hunter2",)


@given(st.text(max_size=12))
def test_no_part_of_a_password_is_shown(inside: str) -> None:
    """Written right or wrong, encoded or not, with whatever characters it has."""
    password = f"Zq7{inside}7qZ"
    for written in (password, quote(password, safe="")):
        for url in (
            f"webdav://me:{written}@host.example/dav",
            f"webdav://me@x.com:{written}@host.example/dav",
            f"sftp://me:{written}@host.example:22/srv",
            f"webdav:/me:{written}@host.example/dav",
            f"me@x.com:{written}@host.example/dav",
            f"s3://key:{written}@company/archive",
            f"s3://company/archive?key=AK&secret={written}",
            f"s3://company/archive?key=AK&secrt={written}",
            f"s3://company/archive?{written}",
            f"s3://company/archive?endpoint_url=https://k:{written}@host.example",
        ):
            wrong = check_url(url)
            said = f"{shown(url)}{wrong}"

            assert "Zq7" not in said, url
            assert "7qZ" not in said, url
