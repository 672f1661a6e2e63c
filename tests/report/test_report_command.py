"""The whole command on a job of two stores that was synced in May, July and August."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Job

SPAN = ("2026-05-01", "2026-08-31")


def only(rows: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    [row] = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return row


def test_every_table_has_the_figures_that_were_sold(job: Job) -> None:
    """Three days a month at 20 dollars and 1000 yen a piece; nothing is added across currencies."""
    made = job.report(*SPAN)

    us = only(made.table(0, "有数据天数"), 站点="US")
    assert us == {
        "店铺": "acme",
        "站点": "US",
        "有数据天数": 9,
        "销售额": 1560,  # three days each of 5 + 2, 7 + 2 and 8 + 2 pieces
        "销量": 78,
        "会话": 936,
        "转化率": 0.083333,
        "广告花费": None,
        "广告销售额": None,
        "ACOS": None,
        "TACOS": None,
        "活跃SKU": 2,
    }
    jp = only(made.table(0, "有数据天数"), 站点="JP")
    assert (jp["店铺"], jp["销售额"], jp["销量"], jp["活跃SKU"]) == ("beta", 18000, 18, 1)
    months = made.table(1, "月份")
    assert [(r["站点"], r["月份"], r["有数据天数"], r["销售额"]) for r in months] == [
        ("US", "2026-05", 3, 420),
        ("US", "2026-06", 0, None),
        ("US", "2026-07", 3, 540),
        ("US", "2026-08", 3, 600),
        ("JP", "2026-05", 3, 6000),
        ("JP", "2026-06", 0, None),
        ("JP", "2026-07", 3, 6000),
        ("JP", "2026-08", 3, 6000),
    ]
    weeks = [
        row for row in made.table(2, "日期") if row["销量"] is not None and row["站点"] == "US"
    ]
    assert [(r["周"], r["日期"], r["有数据天数"], r["销量"]) for r in weeks] == [
        ("2026-W19", "05-04 – 05-10", 2, 14),
        ("2026-W20", "05-11 – 05-17", 1, 7),
        ("2026-W28", "07-06 – 07-12", 3, 27),
        ("2026-W33", "08-10 – 08-16", 1, 10),
        ("2026-W34", "08-17 – 08-23", 2, 20),
    ]
    skus = made.table(3, "品名")
    assert [(r["站点"], r["SKU"], r["品名"], r["销量"], r["占站点销售额"]) for r in skus] == [
        ("US", "KT-204", "电热水壶 黑", 60, 0.769231),
        ("US", "LAMP-07", "护眼台灯 黑", 18, 0.230769),
        ("JP", "LAMP-07", "护眼台灯 黑", 18, 1),
    ]


def test_it_says_what_it_is_and_what_it_rests_on(job: Job) -> None:
    """Team, days, the moment of `--now` in the team's zone, each month's source, and the days that are missing."""
    made = job.report(*SPAN)

    assert made.path == job.folder / "reports" / "acme_2026-05-01_2026-08-31.xlsx"
    assert made.book.worksheets[0]["A1"].value == "acme · 运营回顾"
    assert made.line("日期") == ["2026-05-01 – 2026-08-31,123 天"]
    assert made.line("生成时间") == ["2026-08-20 16:30 (Asia/Shanghai)"]
    assert made.line("数据来源") == [
        "2026-05 数据存储,预警取自最终归档 | 2026-06 无数据 | 2026-07 数据存储 | 2026-08 数据存储"
    ]
    assert made.line("缺数") == [
        "缺销售数据(所有站点,114 天):2026-05-01 – 2026-05-08, 2026-05-12 – 2026-07-07, 2026-07-11 – 2026-08-15, 2026-08-19 – 2026-08-31"
    ]
    assert made.said.splitlines()[1:] == [
        f"2026-05-01 – 2026-08-31,123 天 · {made.line('数据来源')[0]}",
        "  acme US  销售额 $1,560.00  销量 78",
        "  beta JP  销售额 ¥18,000  销量 18",
        f"  ! {made.line('缺数')[0]}",
    ]


def test_changes_compare_the_days_that_are_known_both_times(job: Job) -> None:
    """Sixty days, and the sixty before: the 8th to 10th of July meet the 9th to 11th of May."""
    made = job.report("2026-07-01", "2026-08-29")

    us = only(made.table(0, "比较天数"), 站点="US")
    jp = only(made.table(0, "比较天数"), 站点="JP")
    assert (us["比较天数"], us["销售额"], us["销量"]) == (3, 0.285714, 0.285714)  # 540 and 420
    assert (us["转化率(百分点)"], us["ACOS(百分点)"]) == (0, None)
    assert (jp["比较天数"], jp["销售额"]) == (3, 0)
    assert "$1,140.00 (+28.6%)" in made.said


def test_the_archives_alone_give_the_same_report(job: Job) -> None:
    """Without the database every number and format of archived months is as before, whatever people did to the sheet."""
    span = ("2026-05-01", "2026-07-31")
    before = job.report(*span)
    before_cells = before.cells(but="数据来源")
    job.forget_store()

    after = job.report(*span)
    shutil.rmtree(job.folder / "state" / "archives")
    from_afar = job.report(*span)

    assert after.line("数据来源") == ["2026-05 最终归档 | 2026-06 无数据 | 2026-07 初步归档"]
    assert after.cells(but="数据来源") == before_cells
    assert from_afar.cells() == after.cells()
    assert only(after.table(5, "月份"), 月份="2026-07")["IPI(最新)"] == 512


def test_what_the_store_has_lost_comes_from_the_archives(job: Job) -> None:
    """A store that begins in the middle of July and archives before it make the same report."""
    whole = job.report(*SPAN).cells(but="数据来源")
    job.forget_before(date(2026, 7, 10))

    made = job.report(*SPAN)

    assert made.line("数据来源") == [
        "2026-05 最终归档 | 2026-06 无数据 | 2026-07 初步归档 2 天 + 数据存储 1 天 | 2026-08 数据存储"
    ]
    assert made.cells(but="数据来源") == whole


def test_the_store_alone_knows_its_days(job: Job) -> None:
    """Without archives only what people typed is missing, and the flags are worked out anew."""
    job.forget_archives()

    made = job.report(*SPAN)

    assert made.line("数据来源")[0].startswith("2026-05 数据存储 | ")
    assert only(made.table(0, "有数据天数"), 站点="US")["销量"] == 78


def test_a_damaged_archive_is_not_believed(job: Job) -> None:
    """One changed byte here: the copy elsewhere is taken."""
    whole = job.report("2026-05-01", "2026-05-31").cells(but="数据来源")
    job.forget_store()
    [cells] = job.folder.glob("state/archives/*/2026-05/cells.json.gz")
    cells.write_bytes(cells.read_bytes()[:-1] + b"?")

    assert job.report("2026-05-01", "2026-05-31").cells(but="数据来源") == whole


def test_the_same_moment_gives_the_same_bytes(job: Job, tmp_path: Path) -> None:
    """Nothing of the clock or the computer is in the file."""
    one = job.report(*SPAN, "--out", str(tmp_path / "deep" / "one.xlsx")).path
    two = job.report(*SPAN, "--out", str(tmp_path / "two.xlsx")).path

    assert (one, two) == (tmp_path / "deep" / "one.xlsx", tmp_path / "two.xlsx")
    assert one.read_bytes() == two.read_bytes()
    assert not list(tmp_path.rglob("*.part"))


def test_nothing_else_is_touched(job: Job) -> None:
    """A report reads: the database, the archives and the sheet stay as they are."""

    def content() -> dict[Path, bytes]:
        return {
            path: path.read_bytes()
            for path in job.folder.rglob("*")
            if path.is_file()
            and "reports" not in path.parts
            and path.suffix not in (".db-wal", ".db-shm")
        }

    before = content()

    job.report(*SPAN)

    assert content() == before


def test_a_company_has_the_same_report_from_either_source(company: Job) -> None:
    """Ads, stock, account health and flags: from both, from the archive alone, and from the store alone."""
    span = ("2026-05-15", "2026-05-31")
    archives = company.folder / "kept"
    both = company.report(*span)
    shutil.copytree(company.folder / "state" / "archives", archives)
    company.forget_archives()
    store = company.report(*span)
    archives.rename(company.folder / "state" / "archives")
    company.forget_store()
    archive = company.report(*span)

    assert [r.line("数据来源") for r in (both, store, archive)] == [
        ["2026-05 数据存储,预警取自最终归档"],
        ["2026-05 数据存储"],
        ["2026-05 最终归档"],
    ]
    assert store.cells(but="数据来源") == both.cells(but="数据来源")
    assert archive.cells(but="数据来源") == both.cells(but="数据来源")
    site = only(both.table(0, "有数据天数"), 站点="DE")
    assert all(site[name] is not None for name in ("ACOS", "TACOS", "广告销售额"))
    assert {row["级别"] for row in both.table(4, "级别")} >= {"严重", "关注"}
    assert {row["单位"] for row in both.table(4, "级别")} == {"SKU·天", "站点·天"}
    assert all(row["AHR分数(最新)"] is not None for row in both.table(5, "月份"))
    assert sum(row["断货天数"] or 0 for row in both.table(3, "品名")) > 0


def test_a_discontinued_sku_keeps_its_past(job: Job) -> None:
    """What it sold stays in the report; like the log, the report has no rows of the days after."""
    with job.sheet() as sheet:
        listed = sheet.worksheet("SKU表")
        [row] = [
            number
            for number, cells in enumerate(listed.get_all_values(), 1)
            if cells[:3] == ["acme", "US", "KT-204"]
        ]
        listed.update_cell(row, listed.row_values(1).index("生命周期") + 1, "停售")
    job.sync(date(2026, 8, 20))
    job.sales("acme/US", date(2026, 8, 19), (5, 0), 20.0)
    job.sync(date(2026, 8, 21))

    made = job.report(*SPAN)

    assert made.table(3, "品名")[0]["销量"] == 60
    assert only(made.table(0, "有数据天数"), 站点="US")["销售额"] == 1660, (
        "as the account's log says"
    )


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (
            ("2026-13-01", "2026-08-31"),
            "--from 的 '2026-13-01' 不是日期",
            "--from: '2026-13-01' is not a date",
        ),
        (("2026-08-01", "August"), "--to 的 'August' 不是日期", "--to: 'August' is not a date"),
        (("2026-08-31", "2026-08-01"), "2026-08-31 在 --to", "2026-08-31 is after --to 2026-08-01"),
        (
            ("0001-01-01", "2026-08-31"),
            "--from 的 0001-01-01 不会有数据,请写 2000-01-01 到 2999-12-31 之间的日期",
            "--from: nothing can be known of 0001-01-01; write a day from 2000-01-01 to 2999-12-31",
        ),
        (
            ("9999-12-01", "9999-12-31"),
            "--from 的 9999-12-01 不会有数据",
            "--from: nothing can be known of 9999-12-01",
        ),
        (
            ("2026-08-01", "9999-12-31"),
            "--to 的 9999-12-31 不会有数据",
            "--to: nothing can be known of 9999-12-31",
        ),
        (("2025-07-01", "2026-08-05"), "是 401 天,一份报告最多 400 天", "is 401 days"),
    ],
)
def test_days_that_cannot_be_meant_are_refused(
    new_job: Callable[..., Job], span: tuple[str, str], zh: str, en: str
) -> None:
    """The sentence names the option, what stood there, and what to do."""
    job = new_job()
    for language, sentence in (("zh", zh), ("en", en)):
        text = job.job_file.read_text(encoding="utf-8")
        job.job_file.write_text(text.replace("language: zh", f"language: {language}"), "utf-8")

        code, out, err = job.run("report", "--from", span[0], "--to", span[1])

        assert (code, out) == (2, "")
        assert sentence in err


@pytest.mark.parametrize("day", ["2000-01-01", "2999-12-31"])
def test_the_first_and_the_last_day_can_be_asked_for(new_job: Callable[..., Job], day: str) -> None:
    """The limits themselves are fine; nothing is known of them."""
    code, _, err = new_job(language="en").run("report", "--from", day, "--to", day)

    assert code == 3
    assert "Run `sheets-sync sync` first." in err


def test_four_hundred_days_are_not_too_many(job: Job) -> None:
    """The limit itself is fine."""
    assert job.report("2025-07-28", "2026-08-31").line("日期")[0].endswith("400 天")


def test_days_of_which_nothing_is_known_are_refused(job: Job, new_job: Callable[..., Job]) -> None:
    """The sentence names the days and the months there are; where there are none, it says what to run."""
    code, _, err = job.run("report", "--from", "2026-02-01", "--to", "2026-03-31")
    empty = new_job(language="en").run("report", "--from", "2026-02-01", "--to", "2026-03-31")

    assert code == 3
    assert "2026-02-01 到 2026-03-31 没有任何数据" in err
    assert (
        "数据存储 2026-05-09 – 2026-05-11, 2026-07-08 – 2026-07-10, 2026-08-16 – 2026-08-18" in err
    )
    assert "归档 2026-05, 2026-07。请改 --from 和 --to" in err
    assert empty[0] == 3
    assert "Run `sheets-sync sync` first." in empty[2]
    assert not (job.folder / "reports").exists()


def test_a_file_that_cannot_be_written_is_named(job: Job) -> None:
    """A folder stands where the file should go: the sentence says so, and nothing is left behind."""
    place = job.folder / "taken.xlsx"
    place.mkdir()

    code, _, err = job.run(
        "report", "--from", SPAN[0], "--to", SPAN[1], "--out", str(place), on=date(2026, 8, 20)
    )

    assert code == 2
    assert f"{place} 写不进去" in err
    assert not list(job.folder.glob(".*.part"))


def test_the_team_s_name_is_made_fit_for_a_file(job: Job) -> None:
    """Slashes and blanks become dashes."""
    text = job.job_file.read_text(encoding="utf-8")
    job.job_file.write_text(text.replace("team: acme", "team: 'R/D: 一部'"), encoding="utf-8")

    assert job.report(*SPAN).path.name == "R-D-一部_2026-05-01_2026-08-31.xlsx"


def test_an_english_job_has_an_english_report(job: Job) -> None:
    """What is printed and what is written."""
    text = job.job_file.read_text(encoding="utf-8")
    job.job_file.write_text(text.replace("language: zh", "language: en"), encoding="utf-8")

    made = job.report(*SPAN)

    assert made.table(0, "Days known")[0]["Sales"] == 1560
    assert made.line("Sources")[0].startswith(
        "2026-05 the store, alerts from the final archive | 2026-06 nothing | 2026-07 the store | "
    )
    assert "  acme US  Sales $1,560.00  Units 78\n" in made.said
    assert "No sales figures (every site, 114 days): 2026-05-01 – 2026-05-08, " in made.said


def test_nothing_but_a_workbook_is_written_over(job: Job) -> None:
    """A name that no workbook has is refused, so a mistyped one replaces no file of another kind."""
    before = job.job_file.read_bytes()

    code, _, err = job.run(
        "report", "--from", "2026-05-01", "--to", "2026-05-31", "--out", str(job.job_file)
    )

    assert code == 2
    assert ".xlsx" in err
    assert job.job_file.read_bytes() == before
