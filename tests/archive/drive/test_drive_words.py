"""What Drive's refusals are told as, in both languages."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from sheets_sync.archive.targets.drive_faults import told
from sheets_sync.errors import Words
from sheets_sync.sheets.advice import Circumstances, in_words
from sheets_sync.sheets.failures import HttpFault

ROBOT = "sheets-sync@acme.iam.gserviceaccount.com"
DOING = Words("写入 a.csv ", "writing a.csv")


def answer(status: int, reason: str, message: str = "Said.", **details: Any) -> requests.Response:
    """Return an answer as Drive refuses: with its reason, or with a page where it has none."""
    entry = {"domain": "global", "reason": reason, "message": message, **details}
    error = {"code": status, "message": message, "errors": [entry]}
    made = requests.Response()
    made.status_code = status
    made._content = json.dumps({"error": error}).encode() if reason else b"<html>"
    return made


def words(response: requests.Response, account: str | None = ROBOT) -> Words:
    """Return what a person is told of an answer, as the transport hands it on."""
    fault = HttpFault(response)
    error = in_words(fault, Circumstances("www.googleapis.com", account))
    error.__cause__ = fault
    return told("gdrive://1abc", DOING, error, account).words


@pytest.mark.parametrize(
    ("status", "reason", "zh", "en"),
    [
        (403, "dailyLimitExceeded", "今天的 Drive 配额已用完", "Run again tomorrow"),
        (403, "userRateLimitExceeded", "请求频率", "rate limit"),
        (429, "rateLimitExceeded", "请求频率", "rate limit"),
        (403, "storageQuotaExceeded", "内容管理员", "Content manager"),
        (403, "insufficientParentPermissions", ROBOT, f"Make {ROBOT} Content manager"),
        (403, "insufficientFilePermissions", "只能看", "not written"),
        (403, "domainPolicy", "管理员", "administrator"),
        (403, "teamDriveFileLimitExceeded", "另一个文件夹", "another folder"),
        (403, "accessNotConfigured", "drive.googleapis.com", "drive.googleapis.com"),
        (403, "insufficientPermissions", "勾选 Google 云端硬盘", "allow Google Drive"),
        (401, "authError", "不接受", "Get new credentials"),
        (404, "notFound", f"共享给 {ROBOT}", f"share the folder with {ROBOT}"),
        (503, "backendError", "请过几分钟", "in a few minutes"),
        (400, "invalid", "没有成功", "HTTP 400, invalid, Said."),
        (403, "", "登录页", "login page"),
    ],
)
def test_each_reason_has_its_sentence(status: int, reason: str, zh: str, en: str) -> None:
    """What is wrong, with which target, and what to do."""
    said = words(answer(status, reason))

    assert said.zh.startswith("归档目标 gdrive://1abc:写入 a.csv 失败,")
    assert said.en.startswith("Archive target gdrive://1abc: writing a.csv failed, ")
    assert zh in said.zh
    assert en in said.en


def test_a_full_drive_is_another_matter_for_a_person() -> None:
    """The same reason; a person can make room."""
    said = words(answer(403, "storageQuotaExceeded"), "ann@example.com")

    assert "the Drive is full" in said.en
    assert "清理" in said.zh


def test_an_account_that_is_not_known_is_described() -> None:
    """On Google's machines the e-mail is known only after the first sign-in."""
    said = words(answer(404, "notFound"), None)

    assert "share the folder with the Google account of the credentials" in said.en
    assert "共享给 凭证所属的 Google 账号" in said.zh


def test_the_address_that_google_gives_is_passed_on() -> None:
    """It leads to the right project."""
    link = {"url": "https://console.developers.google.com/apis/api/drive/overview?project=7"}

    assert link["url"] in words(answer(403, "accessNotConfigured", links=[link])).en


def test_a_long_message_is_cut() -> None:
    """And kept on one line."""
    said = words(answer(400, "invalid", "a\nb " * 500))

    assert len(said.en) < 700
    assert "\n" not in said.en
