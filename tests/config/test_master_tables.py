"""The SKU list and the benchmarks, as spreadsheet programs save them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from sheets_sync.config.job import load_job
from sheets_sync.config.master import load_master
from sheets_sync.core.model import Benchmark, Sku, SkuKey
from sheets_sync.errors import ConfigurationError, InvalidFile

if TYPE_CHECKING:
    from pathlib import Path

    from sheets_sync.config.job import Job

LAMP = Sku(
    "acme", "US", "LAMP-07", "B0ABC", "B0PAR", "台灯", "home", "Acme", "小王", "新品", "FBM",
    date(2026, 3, 1), 30, 1234.5,
)  # fmt: skip


@pytest.fixture
def job(tmp_path: Path) -> Job:
    path = tmp_path / "sheets-sync.yaml"
    path.write_text("team: acme\nstores: {acme: [US, UK]}\n", encoding="utf-8")
    return load_job(path, {})


@pytest.fixture
def two_stores(tmp_path: Path) -> Job:
    path = tmp_path / "sheets-sync.yaml"
    path.write_text("team: acme\nstores: {acme: [US, DE], beta: [JP]}\n", encoding="utf-8")
    return load_job(path, {})


def test_missing_files_are_empty(job: Job) -> None:
    """A team may begin without either."""
    master = load_master(job)

    assert (dict(master.skus), master.benchmarks) == ({}, ())


@pytest.mark.parametrize(
    ("heading", "delimiter", "encoding"),
    [
        (
            (
                "marketplace,sku,asin,parent_asin,title,category,brand,owner,status,fulfilment,"
                "launch_date,lead_time_days,unit_cost"
            ),
            ",",
            "utf-8",
        ),
        (
            "站点,SKU,ASIN,父ASIN,品名,类目,品牌,负责人,生命周期,配送,上架日,交期天数,成本",
            ",",
            "utf-8-sig",
        ),
        (
            "站点,SKU,ASIN,父ASIN,品名,类目,品牌,负责人,状态,配送,上架日,交期天数,成本",
            ";",
            "gb18030",
        ),
        (
            (
                "Marketplace,SKU,ASIN,Parent ASIN,Title,Category,Brand,Owner,Status,Fulfilment,"
                "Launch date,Lead time days,Unit cost"
            ),
            "\t",
            "utf-8",
        ),
    ],
)
def test_a_line_is_read_from_every_form_of_the_table(
    job: Job, heading: str, delimiter: str, encoding: str
) -> None:
    """Chinese and English headings, three delimiters, three encodings."""
    cells = ["us", "LAMP-07", "B0ABC", "B0PAR", "台灯", "home", "Acme", "小王", "New", "自发货",
             "2026/3/1", "30", '"1,234.5"']  # fmt: skip
    text = heading.replace(",", delimiter) + "\r\n" + delimiter.join(cells) + "\r\n\r\n"
    (job.folder / "skus.csv").write_bytes(text.encode(encoding))

    assert load_master(job).skus == {SkuKey("acme", "US", "LAMP-07"): LAMP}


def test_every_mistake_of_the_list_has_its_cell(two_stores: Job) -> None:
    """Line and cell, all at once; a column that is nearly known is a mistake, others are the team's."""
    (two_stores.folder / "skus.csv").write_text(
        "店铺,站点,SKU,tittle,生命周期,上架日,交期天数,成本,我的列\n"
        "acme,US,A-1,灯,在售,2024-01-05,30,12.5,x\n"
        "acme,GB,A-1,灯,在售,,,,\n"
        "acme,DX,,x,foo,2024-13-01,1.5,abc,\n"
        "acm,US,A-2,,,,,,\n"
        ",US,A-3,,,,,,\n"
        "acme,US,A-1,,New,05/01/2024,-3,,\n",
        encoding="utf-8",
    )

    with pytest.raises(InvalidFile) as caught:
        load_master(two_stores)

    assert [problem.say("zh") for problem in caught.value.problems] == [
        "1:4 没有列 'tittle',是不是 'title'?",
        "3:2 店铺 'acme' 没有站点 'UK'",
        "4:2 没有站点 'DX',是不是 'DE'?",
        "4:3 SKU 不能为空",
        "4:5 'foo' 不行,可写:在售, 新品, 清仓, 停售, 待确认",
        "4:6 要写日期,如 2025-03-01,现在是 '2024-13-01'",
        "4:7 天数要是整数",
        "4:8 要写金额,现在是 'abc'",
        "5:1 没有店铺 'acm',是不是 'acme'?",
        "6:1 店铺不能为空",
        "7:3 acme/US/A-1 第 2 行已有",
        "7:6 要写日期,如 2025-03-01,现在是 '05/01/2024'",
        "7:7 要写天数,现在是 '-3'",
    ]
    assert [problem.say("en") for problem in caught.value.problems][4:6] == [
        "4:5 'foo' is not possible; write active, new, clearance, discontinued, unconfirmed",
        "4:6 must be a date such as 2025-03-01, not '2024-13-01'",
    ]


def test_a_missing_column_is_said_once(two_stores: Job) -> None:
    """Not once per line."""
    (two_stores.folder / "skus.csv").write_text("SKU\nA\nB\n", encoding="utf-8")

    with pytest.raises(InvalidFile) as caught:
        load_master(two_stores)

    assert [problem.say("en") for problem in caught.value.problems] == [
        "1:1 column 'store' is missing",
        "1:1 column 'marketplace' is missing",
    ]


def test_benchmarks_take_any_form_of_percent(job: Job) -> None:
    """28%, 0.28 and 28 are the same share; no marketplace means everywhere."""
    (job.folder / "benchmarks.csv").write_text(
        "类目;站点;ACOS下限;ACOS上限;来源;生效日\n"
        "electronics;;20%;0.28;起始值;2025-01-01\n"
        "home;GB;25;32;;\n"
        "home;US;25,5 %;32.5%;;\n",
        encoding="utf-8",
    )

    assert load_master(job).benchmarks == (
        Benchmark("electronics", "", 0.2, 0.28, "起始值", date(2025, 1, 1)),
        Benchmark("home", "UK", 0.25, 0.32),
        Benchmark("home", "US", 0.255, 0.325),
    )


def test_mistakes_of_both_tables_come_together(job: Job) -> None:
    """One run of the program shows all there is to mend."""
    (job.folder / "skus.csv").write_text("站点,SKU\nUS,\n", encoding="utf-8")
    (job.folder / "benchmarks.csv").write_text(
        "category,marketplace,acos_low,acos_high\nhome,,40,32\nhome,QQ,x,\nhome,,10,20\nhome,,10,20\n",
        encoding="utf-8",
    )

    with pytest.raises(ConfigurationError) as caught:
        load_master(job)

    folder = job.folder
    assert caught.value.words.en == (
        f"{folder}/skus.csv has 1 problem(s):\n"
        "  - 2:2 the SKU is blank\n"
        f"{folder}/benchmarks.csv has 6 problem(s):\n"
        "  - 2:3 the lower end is above the upper end\n"
        "  - 3:2 there is no marketplace 'QQ'\n"
        "  - 3:3 must be a share such as 28%, not 'x'\n"
        "  - 3:4 must be a share such as 28%, not ''\n"
        "  - 4:1 the same category is already on line 2\n"
        "  - 5:1 the same category is already on line 2"
    )


@pytest.mark.parametrize(
    "raw", [b"\x00\xff\xfe", b'sku\n"a', b"PK\x03\x04\x00\x00", b"sku\n\xff\xff"]
)
def test_what_is_no_table_is_refused(job: Job, raw: bytes) -> None:
    """Workbooks and torn files are not guessed at."""
    (job.folder / "skus.csv").write_bytes(raw)

    with pytest.raises(ConfigurationError):
        load_master(job)
