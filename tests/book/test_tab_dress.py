"""How a tab is made, and the colour rules that read the flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.sheets import highlights, tabs

if TYPE_CHECKING:
    from sheets_sync.core.template import TabLayout

PAIRS = (("acos_7d", "critical"), ("stock_units", "warning"))


def condition(formula: str) -> dict[str, Any]:
    return {
        "booleanRule": {
            "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
        }
    }


def requests(layout: TabLayout, kind: str, **more: Any) -> list[dict[str, Any]]:
    made = tabs.make_tab(
        "daily:2026-07",
        layout,
        "日报 2026-07",
        more.get("language", "zh"),
        one_store=more.get("one_store", True),
    )
    return [request[kind] for request in made if kind in request]


def test_a_colour_rule_reads_the_flags_column() -> None:
    """The formula names the rule as ours; its range and its reference begin on the same row, the heading."""
    columns = {"acos_7d": 16, "flags": 25}

    [request] = highlights.add_highlights(7, columns, [("acos_7d", "critical")])

    added = request["addConditionalFormatRule"]
    assert added["index"] == 0
    assert added["rule"]["ranges"] == [
        {"sheetId": 7, "startRowIndex": 0, "startColumnIndex": 16, "endColumnIndex": 17}
    ]
    assert added["rule"]["booleanRule"]["condition"] == {
        "type": "CUSTOM_FORMULA",
        "values": [
            {
                "userEnteredValue": '=AND(LEN("sheets_sync:acos_7d:critical:v1")>0;'
                'ISNUMBER(SEARCH("|acos_7d:critical|";$Z1)))'
            }
        ],
    }
    assert highlights.is_ours(added["rule"])


def test_a_rule_is_installed_only_where_its_column_stands() -> None:
    """A column that the team deleted is not coloured."""
    assert list(highlights.add_highlights(7, {"flags": 3}, PAIRS)) == []


def test_replacing_colour_rules_leaves_everybody_elses_in_order() -> None:
    """Ours go from the last to the first, so that no index shifts; the new ones stand after the rest."""
    foreign = [
        condition("=$B2>5"),
        {"gradientRule": {}},
        {"booleanRule": {"condition": {"type": "BLANK"}}},
    ]
    own = [condition('=AND(LEN("sheets_sync:old:warning:v1")>0;TRUE)') for _ in range(2)]
    installed = [foreign[0], own[0], foreign[1], own[1], foreign[2]]

    found = list(
        highlights.replace_highlights(
            7, {"acos_7d": 1, "stock_units": 2, "flags": 3}, PAIRS, installed
        )
    )

    for request in found:
        if "deleteConditionalFormatRule" in request:
            del installed[request["deleteConditionalFormatRule"]["index"]]
        else:
            added = request["addConditionalFormatRule"]
            installed.insert(added["index"], added["rule"])
    assert installed[:3] == foreign
    assert [highlights.is_ours(rule) for rule in installed] == [False, False, False, True, True]


@pytest.mark.parametrize("formula", ["=$D2>20/100", '=LEN("sheets_sync")>0', ""])
def test_a_rule_without_the_token_is_somebody_elses(formula: str) -> None:
    """Nothing of a person's is ever taken for ours."""
    assert not highlights.is_ours(condition(formula))
    assert not highlights.is_ours({"gradientRule": {}})


def test_a_tab_shows_the_rules_of_its_own_columns_critical_first(layout: TabLayout) -> None:
    """A set of rules has one order and one fingerprint."""
    rules = [("stock_units", "warning"), ("odr_rate", "critical"), ("stock_units", "critical")]

    pairs = highlights.highlights(layout, [*rules, *rules])

    assert pairs == (("stock_units", "critical"), ("stock_units", "warning"))
    assert highlights.highlights_mark(pairs) == highlights.highlights_mark(
        highlights.highlights(layout, rules[::-1])
    )
    assert highlights.highlights_mark(pairs) != highlights.highlights_mark(pairs[:1])


def test_colours_can_be_told_apart() -> None:
    """Text on its ground has a contrast of at least 6.5 to 1."""

    def light(colour: dict[str, float]) -> float:
        parts = [
            v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4
            for v in (colour["red"], colour["green"], colour["blue"])
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for style in highlights.COLOURS.values():
        ground = light(style["backgroundColorStyle"]["rgbColor"])
        text = light(style["textFormat"]["foregroundColorStyle"]["rgbColor"])
        bright, dark = max(ground, text), min(ground, text)
        assert (bright + 0.05) / (dark + 0.05) >= 6.5


def test_a_new_tab_is_frozen_tagged_and_headed(layout: TabLayout) -> None:
    """It has a heading row and one blank row whose formats new rows take."""
    [sheet] = requests(layout, "addSheet")
    tags = [r["developerMetadata"] for r in requests(layout, "createDeveloperMetadata")]
    [headings] = requests(layout, "updateCells")

    assert sheet["properties"]["gridProperties"] == {
        "rowCount": 2,
        "columnCount": 8,
        "frozenRowCount": 1,
        "frozenColumnCount": 4,
    }
    assert sheet["properties"]["sheetId"] == tabs.sheet_id_of("daily:2026-07")
    assert [t["metadataValue"] for t in tags] == [
        "daily:2026-07", "date", "store", "marketplace", "sku", "stock_units", "sales", "notes", "flags",
    ]  # fmt: skip
    assert [v["userEnteredValue"]["stringValue"] for v in headings["rows"][0]["values"]][:4] == [
        "日期",
        "店铺",
        "站点",
        "SKU",
    ]


@pytest.mark.parametrize(
    ("language", "heading"), [("zh", "日期"), ("en", "Date"), ("both", "日期 / Date")]
)
def test_headings_are_in_the_jobs_language(layout: TabLayout, language: str, heading: str) -> None:
    """`both` shows the two with a slash."""
    [headings] = requests(layout, "updateCells", language=language)

    assert headings["rows"][0]["values"][0]["userEnteredValue"] == {"stringValue": heading}


@pytest.mark.parametrize(("stores", "hidden"), [(1, [1, 7]), (2, [7])])
def test_the_store_is_hidden_where_there_is_only_one(
    layout: TabLayout, stores: int, hidden: list[int]
) -> None:
    """The flags always are."""
    changes = requests(layout, "updateDimensionProperties", one_store=stores == 1)

    assert [
        c["range"]["startIndex"] for c in changes if c["properties"].get("hiddenByUser")
    ] == hidden


def test_dates_numbers_and_texts_are_formatted_as_such(layout: TabLayout) -> None:
    """A SKU of digits stays text; the blank row below the headings holds the formats."""
    formats = {
        (f["range"]["startColumnIndex"], f["range"]["endColumnIndex"]): f["cell"][
            "userEnteredFormat"
        ]["numberFormat"]
        for f in requests(layout, "repeatCell")
    }

    assert formats[0, 1] == {"type": "DATE", "pattern": "yyyy-mm-dd"}
    assert formats[1, 4] == {"type": "TEXT", "pattern": "@"}
    assert formats[4, 5] == {"type": "NUMBER", "pattern": "#,##0"}
    assert formats[6, 8] == {"type": "TEXT", "pattern": "@"}
    assert {f["range"]["startRowIndex"] for f in requests(layout, "repeatCell")} == {1}


def test_a_tabs_sheet_id_is_always_the_same_and_its_own() -> None:
    """The same tab cannot be made twice, and no two tabs collide over years."""
    names = [
        "account",
        *(f"daily:{year}-{month:02}" for year in range(2020, 2040) for month in range(1, 13)),
    ]
    ids = [tabs.sheet_id_of(name) for name in names]

    assert tabs.sheet_id_of("account") == ids[0]
    assert len(set(ids)) == len(names)
    assert all(0 < id_ < 2**31 for id_ in ids)
