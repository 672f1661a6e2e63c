"""The SKU list and the category benchmarks beside the job, until the Settings tabs take over."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from sheets_sync.config.table import Row, read_table
from sheets_sync.config.yamlfile import did_you_mean, joined, refuse_files
from sheets_sync.core.marketplaces import marketplace_code
from sheets_sync.core.model import Benchmark, MasterData, Sku, SkuKey
from sheets_sync.errors import InvalidFile, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from sheets_sync.config.job import Job

EVERYWHERE = ""

_SKU_COLUMNS = {
    "store": ("店铺",),
    "marketplace": ("站点", "site", "country", "国家"),
    "sku": ("SKU", "msku", "seller_sku"),
    "asin": ("子ASIN",),
    "parent_asin": ("父ASIN", "父体ASIN"),
    "title": ("品名", "产品名称", "名称"),
    "category": ("类目",),
    "brand": ("品牌",),
    "owner": ("负责人",),
    "status": ("生命周期", "状态"),
    "fulfilment": ("配送", "配送方式", "fulfillment"),
    "launch_date": ("上架日", "上架日期"),
    "lead_time_days": ("交期天数", "交期"),
    "unit_cost": ("成本", "单位成本"),
}
_BENCHMARK_COLUMNS = {
    "category": ("类目",),
    "marketplace": ("站点", "site", "country", "国家"),
    "acos_low": ("ACOS下限",),
    "acos_high": ("ACOS上限",),
    "source": ("来源",),
    "valid_from": ("生效日", "生效日期"),
}
STATUS = {
    "在售": "在售", "active": "在售", "正常": "在售",
    "新品": "新品", "new": "新品",
    "清仓": "清仓", "clearance": "清仓",
    "停售": "停售", "discontinued": "停售",
    "待确认": "待确认", "unconfirmed": "待确认",
}  # fmt: skip
FULFILMENT = {
    "fba": "FBA", "afn": "FBA", "亚马逊配送": "FBA",
    "fbm": "FBM", "mfn": "FBM", "自发货": "FBM", "卖家配送": "FBM",
}  # fmt: skip
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?) ?%?")
_ALL = ("", "*", "all", "全部")


def load_master(job: Job) -> MasterData:
    """Read `skus.csv` and `benchmarks.csv` of the job; a file that is missing is empty.

    Raise InvalidFile for one bad file, ConfigurationError for both, with every problem.
    """
    skus: Mapping[SkuKey, Sku] = {}
    benchmarks: tuple[Benchmark, ...] = ()
    refused: list[InvalidFile] = []
    try:
        skus = _skus(job, job.folder / "skus.csv")
    except InvalidFile as error:
        refused.append(error)
    try:
        benchmarks = _benchmarks(job.folder / "benchmarks.csv")
    except InvalidFile as error:
        refused.append(error)
    refuse_files(refused)
    return MasterData(skus, benchmarks)


def _skus(job: Job, path: Path) -> Mapping[SkuKey, Sku]:
    places: dict[str, list[str]] = job.stores
    required = tuple(
        column
        for column, needed in (
            ("store", len(places) > 1),
            ("marketplace", any(len(codes) > 1 for codes in places.values())),
            ("sku", True),
        )
        if needed
    )
    table = read_table(path, _SKU_COLUMNS, required)
    found: dict[SkuKey, Sku] = {}
    lines: dict[SkuKey, int] = {}
    for row in table.rows:
        sku = _sku(row, places)
        if sku is None:
            continue
        if sku.key in found:
            where = f"{sku.store}/{sku.marketplace}/{sku.sku}"
            words = Words("{where} 第 {line} 行已有", "{where} is already on line {line}")
            row.wrong("sku", words.filled(where=where, line=lines[sku.key]))
        found[sku.key], lines[sku.key] = sku, lines.get(sku.key, row.line)
    table.refuse()
    return found


def _sku(row: Row, places: Mapping[str, list[str]]) -> Sku | None:
    store = _one_of(row, "store", places, Words("店铺", "store"))
    code = None if store is None else _marketplace(row, places[store], store)
    if not row["sku"]:
        row.wrong("sku", Words("SKU 不能为空", "the SKU is blank"))
    status = _word(row, "status", STATUS, "在售")
    fulfilment = _word(row, "fulfilment", FULFILMENT, "FBA")
    launch = row.day("launch_date")
    lead = row.number("lead_time_days", Words("天数", "a number of days"))
    cost = row.number("unit_cost", Words("金额", "an amount"))
    if lead is not None and lead != int(lead):
        row.wrong("lead_time_days", Words("天数要是整数", "days must be a whole number"))
    if store is None or code is None or not row["sku"]:
        return None
    return Sku(
        store=store,
        marketplace=code,
        sku=row["sku"],
        asin=row["asin"],
        parent_asin=row["parent_asin"],
        title=row["title"],
        category=row["category"],
        brand=row["brand"],
        owner=row["owner"],
        status=status,
        fulfilment=fulfilment,
        launch_date=launch,
        lead_time_days=None if lead is None else int(lead),
        unit_cost=cost,
    )


def _one_of(row: Row, column: str, known: Iterable[str], what: Words) -> str | None:
    """Return the cell where it is known, the only known one where it is blank, else None."""
    names, text = list(known), row[column]
    if text in names:
        return text
    if not text and len(names) == 1:
        return names[0]
    if column not in row.columns:
        return None  # said once, of the heading
    if text:
        words = Words("没有{what} '{text}'", "there is no {what} '{text}'").filled(
            what=what, text=text
        )
        words = joined(words, did_you_mean(text, names))
    else:
        words = Words("{what}不能为空", "the {what} is blank").filled(what=what)
    row.wrong(column, words)
    return None


def _marketplace(row: Row, codes: list[str], store: str) -> str | None:
    code = marketplace_code(row["marketplace"])
    if code is not None and code not in codes:
        row.wrong(
            "marketplace",
            Words(
                f"店铺 '{store}' 没有站点 '{code}'", f"store '{store}' has no marketplace '{code}'"
            ),
        )
        return None
    return code or _one_of(row, "marketplace", codes, Words("站点", "marketplace"))


def _word(row: Row, column: str, words: Mapping[str, str], default: str) -> str:
    text = row[column]
    if not text:
        return default
    found = words.get(text.casefold())
    if found is None:
        zh = ", ".join(dict.fromkeys(words.values()))
        en = ", ".join(word for word in words if word.isascii())
        said = Words(f"'{text}' 不行,可写:{zh}", f"'{text}' is not possible; write {en}")
        row.wrong(column, joined(said, did_you_mean(text.casefold(), words)))
        return default
    return found


def _benchmarks(path: Path) -> tuple[Benchmark, ...]:
    table = read_table(path, _BENCHMARK_COLUMNS, ("category", "acos_low", "acos_high"))
    found: list[Benchmark] = []
    lines: dict[tuple[str, str, date | None], int] = {}
    for row in table.rows:
        one = _benchmark(row)
        if one is None:
            continue
        key = (one.category, one.marketplace, one.valid_from)
        if key in lines:
            words = Words("第 {line} 行已有同一类目", "the same category is already on line {line}")
            row.wrong("category", words.filled(line=lines[key]))
        lines.setdefault(key, row.line)
        found.append(one)
    table.refuse()
    return tuple(found)


def _benchmark(row: Row) -> Benchmark | None:
    if not row["category"]:
        row.wrong("category", Words("类目不能为空", "the category is blank"))
    text = row["marketplace"]
    code = EVERYWHERE if text.casefold() in _ALL else marketplace_code(text)
    if code is None:
        row.wrong("marketplace", Words(f"没有站点 '{text}'", f"there is no marketplace '{text}'"))
    low, high = _share(row, "acos_low"), _share(row, "acos_high")
    valid_from = row.day("valid_from")
    if low is not None and high is not None and low > high:
        row.wrong("acos_low", Words("下限高于上限", "the lower end is above the upper end"))
    if code is None or low is None or high is None or not row["category"]:
        return None
    return Benchmark(row["category"], code, low, high, row["source"], valid_from)


def _share(row: Row, column: str) -> float | None:
    """Return a fraction written 28%, 0.28 or 28 (above 1 it is a percentage)."""
    text = row[column]
    found = _PERCENT.fullmatch(text)
    number = float(found[1].replace(",", ".")) if found else math.nan
    fraction = number / 100 if "%" in text or number > 1 else number
    if not 0 < fraction <= 10:  # noqa: PLR2004  # an ACOS of 1000 % is no benchmark
        if column in row.columns:
            row.wrong(
                column,
                Words(
                    f"要写比例如 28%,现在是 '{text}'", f"must be a share such as 28%, not '{text}'"
                ),
            )
        return None
    return round(fraction, 6)
