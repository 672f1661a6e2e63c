"""What a run says about the workbook: its size, and SKUs that nobody has confirmed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from sheets_sync.core.model import MasterData, Sku, SkuKey
from sheets_sync.core.notices import about_new_skus, about_size, about_unusable
from sheets_sync.core.records import Records
from sheets_sync.errors import Words


def records(*unlisted: str) -> Records:
    keys = tuple(SkuKey("acme", "US", sku) for sku in unlisted)
    return cast("Records", SimpleNamespace(unlisted=keys))


def master(**status: str) -> MasterData:
    skus = [Sku("acme", "US", sku, status=said) for sku, said in status.items()]
    return MasterData({sku.key: sku for sku in skus})


def told(notices: Any) -> list[tuple[str, str]]:
    return [(notice.code, notice.words.zh) for notice in notices]


def test_a_large_spreadsheet_is_told_in_time() -> None:
    """From 7 million cells on; Google allows 10."""
    assert told(about_size(6_999_999)) == []
    assert told(about_size(7_200_000)) == [
        (
            "sheet-large",
            "表格已有 7,200,000 个单元格(Google 上限 10,000,000,空白也算)。请把旧月份移到另一个表格,或删掉空白的行列。",
        )
    ]


def test_new_skus_are_one_line_however_many_there_are() -> None:
    """Those that come tonight, and those that still wait in the list."""
    notices = about_new_skus(records("B", "C"), master(A="待确认", D="在售"), "SKU表", asks=True)

    assert told(notices) == [
        (
            "sku-unconfirmed",
            "「SKU表」里有 3 个SKU待确认,请填负责人和类目,并改生命周期:US A, US B, US C",
        )
    ]


def test_a_list_that_takes_skus_as_they_come_asks_nothing() -> None:
    """One person needs no questions."""
    assert told(about_new_skus(records("B"), master(), "SKU表", asks=False)) == []


def test_without_a_list_in_the_sheet_the_file_is_named() -> None:
    """A template may have no Settings."""
    [(_, text)] = told(about_new_skus(records("B"), master(), None, asks=False))

    assert text.startswith("skus.csv 里没有这 1 个SKU")


def test_a_tab_that_was_left_alone_is_told_with_the_way_out() -> None:
    """By its title and the heading it has lost."""
    [(code, text)] = told(about_unusable({"rules": ("规则", [Words("级别", "Severity")])}))

    assert code == "tab-unusable"
    assert text.startswith("「规则」里找不到列 级别")
