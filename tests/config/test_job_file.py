"""The job file: what a good one means, and every mistake of a bad one at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sheets_sync.config.data import data_folder
from sheets_sync.config.job import load_job
from sheets_sync.config.rulefiles import load_rules
from sheets_sync.errors import ConfigurationError, InvalidFile

if TYPE_CHECKING:
    from pathlib import Path

    from sheets_sync.config.job import Job
    from sheets_sync.core.rules import Rule

SMALL = "team: acme\nstores: {acme: [US, GB]}\n"

WHOLE = """\
team: acme
stores: {acme: [US, DE, JP]}
stock_pools: {EU: [DE, FR, IT, ES]}
language: both
spreadsheet: https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz_0123456789-abc/edit#gid=0
credentials: keys/robot.json
template: simple
window_days: 7
schedule: {at: ["08:30", "16:30"], zone: Asia/Tokyo}
store: postgresql+psycopg://u:${PASSWORD}@db/sync
archive: {after_days: 42, keep_tabs: 13, copy_to: [./archive]}
notify: ["feishu://${TOKEN}"]
benchmark: {acos_average: upper}
rules: {low-stock: {below: 50}, vtr: off}
"""

BAD = """\
team: 12
stores: {acme: [US, DX], "a/b": []}
stock_pools: {EU: [DE, FR], B: [DE]}
languge: zh
language: cn
spreadsheet: https://docs.google.com/foo
window_days: 43
window_days: 3
schedule: {at: ["8:30"], zone: Asia/Shanghay, x: 1}
store: mysql://root:secret@x
archive: {after_day: 42, keep_tabs: x}
notify: ["${FOO}"]
"""


def job(folder: Path, text: str, **environment: str) -> Job:
    path = folder / "sheets-sync.yaml"
    path.write_text(text, encoding="utf-8")
    return load_job(path, environment)


def rules(folder: Path, text: str) -> dict[str, Rule]:
    found = job(folder, SMALL + text)
    return {rule.id: rule for rule in load_rules(found, data_folder("rules"))}


def test_a_small_job_has_every_default(tmp_path: Path) -> None:
    """Team and stores are enough; GB is understood as UK."""
    found = job(tmp_path, SMALL)

    assert found.places == [("acme", "US"), ("acme", "UK")]
    assert (found.language, found.template, found.window_days) == ("zh", "full", 14)
    assert (found.is_local, found.spreadsheet_id, found.credentials_path) == (True, None, None)
    assert (found.folder, found.inbox) == (tmp_path, tmp_path / "inbox")
    assert (found.state, found.data_folder) == (
        tmp_path / "state",
        tmp_path / "state" / "local-sheets",
    )
    assert found.store_url == f"sqlite:///{tmp_path}/state/sheets-sync.db"
    assert (str(found.zone), found.schedule.at) == ("Asia/Shanghai", ["08:30"])
    assert (found.archive.after_days, found.archive.keep_tabs, found.archive.copy_to) == (
        42,
        13,
        [],
    )
    assert (found.notify, found.rules, found.acos_average) == ([], {}, "midpoint")


def test_a_whole_job_is_read(tmp_path: Path) -> None:
    """Everything it can say, with secrets from the environment."""
    found = job(tmp_path, WHOLE, PASSWORD="p@ss", TOKEN="t0k")

    assert found.spreadsheet_id == "1AbCdEfGhIjKlMnOpQrStUvWxYz_0123456789-abc"
    assert not found.is_local
    assert found.credentials_path == tmp_path / "keys" / "robot.json"
    assert found.store_url == "postgresql+psycopg://u:p@ss@db/sync"
    assert found.notify == ["feishu://t0k"]
    assert found.stock_pools == {"EU": ["DE", "FR", "IT", "ES"]}
    assert (found.acos_average, found.window_days) == ("upper", 7)
    assert found.rules == {"low-stock": {"below": 50}, "vtr": "off"}


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    """A job that is printed into a log keeps its secrets."""
    shown = repr(job(tmp_path, WHOLE, PASSWORD="p@ss", TOKEN="t0k"))

    assert "p@ss" not in shown
    assert "t0k" not in shown


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("1AbCdEfGhIjKlMnOpQrStUvWxYz", "1AbCdEfGhIjKlMnOpQrStUvWxYz"),
        (
            "https://docs.google.com/spreadsheets/u/1/d/1AbCdEfGhIjKlMnOpQrStUv/edit?usp=sharing",
            "1AbCdEfGhIjKlMnOpQrStUv",
        ),
        (
            "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUv",
            "1AbCdEfGhIjKlMnOpQrStUv",
        ),
    ],
)
def test_a_spreadsheet_is_an_id_or_an_address(tmp_path: Path, text: str, id_: str) -> None:
    """What people copy from the browser works."""
    assert job(tmp_path, f"{SMALL}spreadsheet: {text}\n").spreadsheet_id == id_


def test_every_mistake_is_listed_at_once(tmp_path: Path) -> None:
    """Golden message: places, near misses, nothing secret."""
    with pytest.raises(InvalidFile) as caught:
        job(tmp_path, BAD)

    path = tmp_path / "sheets-sync.yaml"
    assert caught.value.words.zh.splitlines() == [
        f"{path} 有 16 处问题:",
        "  - 1:7 要写文字,现在是 12",
        "  - 2:21 没有站点 'DX',是不是 'MX'?",
        "  - 2:26 'a/b' 不能用作名字",
        "  - 2:33 至少要有 1 项",
        "  - 4:1 没有 'languge' 这一项,是不是 'language'?",
        "  - 5:11 'cn' 不行,可写:zh, en, both",
        "  - 6:14 要写 local、Google表格的网址(…/spreadsheets/d/…)或其ID",
        "  - 7:14 不能大于 42",
        "  - 8:1 'window_days' 重复,第 7 行已有",
        "  - 9:17 '8:30' 不是 HH:MM 时刻",
        "  - 9:32 没有时区 'Asia/Shanghay',是不是 'Asia/Shanghai'?",
        "  - 9:47 没有 'x' 这一项",
        "  - 10:8 要写 sqlite:///路径 或 postgresql+psycopg://...",
        "  - 11:11 没有 'after_day' 这一项,是不是 'after_days'?",
        "  - 11:37 要写整数,现在是 'x'",
        "  - 12:10 环境变量 'FOO' 没有设置",
    ]
    assert caught.value.words.en.splitlines() == [
        f"{path} has 16 problem(s):",
        "  - 1:7 must be a text, not 12",
        "  - 2:21 there is no marketplace 'DX'; did you mean 'MX'?",
        "  - 2:26 'a/b' cannot be used as a name",
        "  - 2:33 needs at least 1",
        "  - 4:1 'languge' is not known here; did you mean 'language'?",
        "  - 5:11 'cn' is not possible; write zh, en or both",
        "  - 6:14 must be local, a Google Sheet's URL (.../spreadsheets/d/...) or its id",
        "  - 7:14 must be at most 42",
        "  - 8:1 'window_days' is already given on line 7",
        "  - 9:17 '8:30' is not a time HH:MM",
        "  - 9:32 there is no time zone 'Asia/Shanghay'; did you mean 'Asia/Shanghai'?",
        "  - 9:47 'x' is not known here",
        "  - 10:8 must be sqlite:///PATH or postgresql+psycopg://...",
        "  - 11:11 'after_day' is not known here; did you mean 'after_days'?",
        "  - 11:37 must be a whole number, not 'x'",
        "  - 12:10 the environment has no 'FOO'",
    ]


def test_one_marketplace_is_in_one_pool(tmp_path: Path) -> None:
    """A stock that is judged twice is judged wrongly."""
    with pytest.raises(InvalidFile) as caught:
        job(tmp_path, SMALL + "stock_pools: {EU: [DE, FR], B: [DE]}\n")

    assert [p.say("zh") for p in caught.value.problems] == ["3:33 'DE' 已在库存池 'EU' 里"]


def test_a_place_to_copy_to_is_given_once(tmp_path: Path) -> None:
    """Places of one name would be one place, and the second never copied to; no secret is shown."""
    places = [
        "./archive",
        "gdrive://1abc?credentials=me.json",
        "gdrive://1abc?credentials=you.json",
        "webdav://me:one@nas/home",
        "webdav://me:two@nas/home",
        "./archive",
    ]
    lines = "".join(f"    - {place}\n" for place in places)

    with pytest.raises(InvalidFile) as caught:
        job(tmp_path, f"{SMALL}archive:\n  copy_to:\n{lines}")

    assert [p.say("zh") for p in caught.value.problems] == [
        "9:7 'webdav://me@nas/home' 写了两次",
        "10:7 './archive' 写了两次",
    ]
    assert [p.say("en") for p in caught.value.problems] == [
        "9:7 'webdav://me@nas/home' is given twice",
        "10:7 './archive' is given twice",
    ]


def test_a_missing_job_says_how_to_make_one(tmp_path: Path) -> None:
    """The first thing a newcomer meets."""
    with pytest.raises(ConfigurationError) as caught:
        load_job(tmp_path / "sheets-sync.yaml")

    assert "sheets-sync init DIR" in caught.value.words.zh
    assert "--job PATH" in caught.value.words.en
    assert caught.value.exit_code == 2


def test_overrides_change_limits_and_switch_rules_off(tmp_path: Path) -> None:
    """Every limit is a setting."""
    found = rules(
        tmp_path,
        "rules:\n"
        "  low-stock: {below: 50, due: 2d}\n"
        "  vtr: off\n"
        "  acos-high: {times: 2, where: {ad_clicks_7d: {at_least: 40}}, warning: off}\n"
        "  odr: {warning: {below: 99%, do: colour}}\n"
        "  ipi: {critical: {below: 350}}\n",
    )

    assert "vtr" not in found
    stock = found["low-stock"].levels
    assert [one.comparisons[0].operand.number for one in stock] == [50.0, 50.0, 0.0, 50.0]
    assert {one.due_hours for one in stock} == {48}
    (acos,) = found["acos-high"].levels
    assert (acos.severity, acos.comparisons[0].operand.times) == ("critical", 2.0)
    assert found["acos-high"].where[0].comparison.operand.number == 40.0
    critical, warning = found["odr"].levels
    assert (critical.do, warning.do) == (("colour", "action", "notice"), ("colour",))
    assert warning.comparisons[0].operand.number == 0.99
    assert [one.comparisons[0].operand.number for one in found["ipi"].levels] == [350.0, 500.0]
    assert found["otdr"].cases
    assert not found["odr"].cases


def test_mistaken_overrides_are_listed_with_their_place_in_the_job(tmp_path: Path) -> None:
    """Unknown rules, limits a rule does not have, and limits that are not clear."""
    with pytest.raises(InvalidFile) as caught:
        rules(
            tmp_path,
            "rules:\n"
            "  low-stok: off\n"
            "  low-stock: {above: 50, dew: 2d, due: 2}\n"
            "  ipi: {below: 350}\n"
            "  review: {critical: {at_least: 3}}\n"
            "  odr: {warning: {below: 99}}\n"
            "  vtr: on\n"
            "  turnover: {where: {sales: {above: 1}}}\n",
        )

    assert caught.value.path == str(tmp_path / "sheets-sync.yaml")
    assert [problem.say("en") for problem in caught.value.problems] == [
        "4:3 there is no rule 'low-stok'; did you mean 'low-stock'?",
        "5:15 rule 'low-stock' has no 'above'; it has at_most, below",
        "5:26 'dew' is not known here; did you mean 'due'?",
        "5:35 a deadline is written 24h or 7d",
        "6:9 rule 'ipi' has several 'below'; say which under critical or warning",
        "7:12 rule 'review' has no critical level",
        "8:19 'odr_compliance' is a ratio, so 99 would be 9900%; write 99% or 0.99",
        "9:3 must be off or a mapping such as {below: 50}",
        "10:30 rule 'turnover' has no condition 'sales above'",
    ]
    assert [problem.say("zh") for problem in caught.value.problems] == [
        "4:3 没有规则 'low-stok',是不是 'low-stock'?",
        "5:15 规则 'low-stock' 没有 'above',它用的是 at_most, below",
        "5:26 没有 'dew' 这一项,是不是 'due'?",
        "5:35 时限要写成 24h 或 7d",
        "6:9 规则 'ipi' 有几个不同的 'below',请写明是 critical 还是 warning",
        "7:12 规则 'review' 没有 critical 级",
        "8:19 'odr_compliance' 是比率:99 会当成 9900%,请写 99% 或 0.99",
        "9:3 要写 off 或键值对,如 {below: 50}",
        "10:30 规则 'turnover' 没有条件 'sales above'",
    ]


def test_overrides_without_a_job_are_checked_too() -> None:
    """A mapping has no places, but the same mistakes."""
    with pytest.raises(InvalidFile) as caught:
        load_rules({"low-stok": "off"}, data_folder("rules"))

    assert caught.value.words.en == (
        "rules has 1 problem(s):\n  - there is no rule 'low-stok'; did you mean 'low-stock'?"
    )


def test_a_place_to_copy_to_that_cannot_be_is_refused_where_it_stands(tmp_path: Path) -> None:
    """Each wrong URL has its line and says what is meant; nothing of a password is repeated."""
    with pytest.raises(InvalidFile) as caught:
        job(
            tmp_path,
            f"{SMALL}archive:\n"
            "  copy_to:\n"
            "    - ./archive\n"
            '    - "oss://acme-logs/ops"\n'
            '    - "sftp://me:hush@host/x?key_fil=1"\n',
        )

    said = [problem.say("en") for problem in caught.value.problems]
    assert [line.split()[0] for line in said] == ["6:7", "7:7"]
    assert "'s3'" in said[0]
    assert "'key_file'" in said[1]
    assert "hush" not in str(caught.value)


def test_a_secret_in_a_place_to_copy_to_need_not_be_encoded(tmp_path: Path) -> None:
    """What the environment holds is encoded where it is part of a URL, and taken as it is where it is all."""
    found = job(
        tmp_path,
        SMALL + 'archive: {copy_to: ["webdav://me:${PASSWORD}@host/x", "${PLACE}"]}\n',
        PASSWORD="a@b/c%?#",
        PLACE="webdav://me:a%40b@host/y",
    )

    assert found.archive.copy_to == [
        "webdav://me:a%40b%2Fc%25%3F%23@host/x",
        "webdav://me:a%40b@host/y",
    ]
