"""Templates: the shipped ones load, and a mistake is named with its line, its column and what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sheets_sync.config.job import Job, load_job
from sheets_sync.config.templates import load_layouts
from sheets_sync.errors import ConfigurationError, InvalidFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    JobWith = Callable[..., Job]

GOOD = """\
id: daily
title: {zh: "日报 {month}", en: "Daily {month}", both: "日报 {month} Daily"}
one_row_is: sku
one_tab_is: month
columns:
  - {id: date, key: true}
  - {id: store, key: true}
  - {id: marketplace, key: true}
  - {id: sku, key: true}
  - {id: units}
  - {id: flags, hide: always}
"""


@pytest.fixture
def job_with(tmp_path: Path) -> JobWith:
    """Make a job whose template is a shipped name, or a folder with the given text in it."""

    def made(template: str = "mine", text: str | None = None) -> Job:
        path = tmp_path / "sheets-sync.yaml"
        path.write_text(
            f"team: acme\nstores: {{acme: [US]}}\ntemplate: {template}\n", encoding="utf-8"
        )
        if text is not None:
            (tmp_path / "mine").mkdir()
            (tmp_path / "mine" / "daily.yaml").write_text(text, encoding="utf-8")
        return load_job(path, {})

    return made


def refusal(job: Job) -> tuple[str, str]:
    with pytest.raises(InvalidFile) as refused:
        load_layouts(job)
    return refused.value.words.zh, refused.value.words.en


def test_the_full_template_is_a_daily_log_and_an_account_tab(job_with: JobWith) -> None:
    """Its columns stand in the order people agreed on."""
    layouts = {layout.id: layout for layout in load_layouts(job_with("full"))}
    account, daily = layouts["account"], layouts["daily"]

    assert list(layouts) == [
        "today", "daily", "account", "operations", "rules", "benchmarks", "skus", "calendar", "runs",
    ]  # fmt: skip
    assert (account.id, account.kind, account.monthly) == ("account", "account", False)
    assert (daily.id, daily.kind, daily.monthly, daily.frozen_columns) == ("daily", "sku", True, 5)
    assert account.key_columns == ("date", "store", "marketplace")
    assert daily.key_columns == ("date", "store", "marketplace", "sku")
    assert [column.label.zh for column in daily.made] == [
        "日期", "店铺", "站点", "SKU", "品名", "预警", "原因", "负责人", "销量", "较7日均", "销售额", "会话",
        "转化率", "购物车占比", "广告花费", "ACOS", "7日ACOS", "可售库存", "在途", "可售天数", "新增差评",
        "数据状态", "动作", "备注", "广告销售额", "点击", "CTR", "CPC", "TACOS", "年周转", "数据时间", "预警码",
    ]  # fmt: skip
    roles = {column.id: column.role for column in daily.columns if column.role != "ours"}
    assert roles == {"owner": "prefilled", "action": "theirs", "notes": "theirs"}
    assert account.by_id["ipi"].role == "input"


def test_the_simple_template_has_no_owner(job_with: JobWith) -> None:
    """One person needs none."""
    layouts = {layout.id: layout for layout in load_layouts(job_with("simple"))}
    daily = layouts["daily"]

    assert list(layouts) == ["today", "daily", "rules", "benchmarks", "skus", "calendar"]
    assert "owner" not in daily.by_id
    assert daily.named("2026-07", "zh") == "日报 2026-07"


@pytest.mark.parametrize("template", ["full", "simple"])
def test_shipped_columns_are_labelled_in_both_languages(job_with: JobWith, template: str) -> None:
    """No heading exists in one language only, and none stands twice on a tab."""
    for layout in load_layouts(job_with(template)):
        assert all(c.label.zh and c.label.en for c in layout.columns)
        assert len({c.label.zh for c in layout.columns}) == len(layout.columns)
        assert len({c.label.en for c in layout.columns}) == len(layout.columns)
        assert all(c.format or c.unit == "money" for c in layout.columns)


def test_a_folder_of_the_jobs_own_is_a_template(job_with: JobWith) -> None:
    """A path takes the place of a name; formats come with the metric."""
    [daily] = load_layouts(job_with(text=GOOD))

    assert [column.id for column in daily.columns] == [
        "date",
        "store",
        "marketplace",
        "sku",
        "units",
        "flags",
    ]
    assert (daily.by_id["units"].format, daily.by_id["date"].format) == ("#,##0", "yyyy-mm-dd")


def test_a_template_that_is_not_there_is_named(job_with: JobWith) -> None:
    """The known ones are listed."""
    with pytest.raises(ConfigurationError) as refused:
        load_layouts(job_with("ful"))

    assert (
        refused.value.words.zh
        == "没有模板「ful」。可用的模板:full, simple,或写一个装有 YAML 文件的文件夹路径。"
    )
    assert refused.value.words.en == (
        "There is no template 'ful'. Known: full, simple; or give the path of a folder with YAML files."
    )


def test_an_unknown_metric_is_named_with_its_place_and_what_was_meant(job_with: JobWith) -> None:
    """The whole message, as people read it."""
    zh, en = refusal(job_with(text=GOOD.replace("{id: units}", "{id: unit}")))

    assert zh == "mine/daily.yaml 有 1 处问题:\n  - 10:10 没有指标 'unit',是不是 'units'?"
    assert en == (
        "mine/daily.yaml has 1 problem(s):\n  - 10:10 metric 'unit' is unknown; did you mean 'units'?"
    )


def test_every_mistake_is_told_at_once(job_with: JobWith) -> None:
    """A person corrects a file once."""
    text = GOOD.replace("{id: units}", "{id: unit}\n  - {id: store, key: true}").replace(
        "  - {id: flags, hide: always}\n", ""
    )

    _, en = refusal(job_with(text=text))

    assert en.splitlines()[0] == "mine/daily.yaml has 3 problem(s):"
    assert "10:10 metric 'unit' is unknown" in en
    assert "11:10 column 'store' is already at line 7" in en
    assert "missing columns: flags" in en


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  - {id: sku, key: true}\n", "", "missing columns: sku"),
        (
            "{id: units}",
            "{id: units, key: true}",
            "10:10 the key columns (key: true) are exactly date,",
        ),
        ("{id: sku, key: true}", "{id: sku}", "9:10 the key columns (key: true) are exactly date,"),
        ("Daily {month}", "Daily", "2:8 a monthly tab's titles hold {month} once"),
        ("Daily {month}", "Daily {mnth} {month}", "2:8 a monthly tab's titles hold {month} once"),
        ("one_tab_is: month", "one_tab_is: always", "2:8 a monthly tab's titles hold {month} once"),
        (
            "{id: units}",
            "{id: my_notes, role: theirs}",
            "10:10 a column of the team's needs a label",
        ),
        ("{id: sku, key: true}", "{id: sku, key: true, role: theirs}", "its role is ours"),
        ("{id: flags,", "{id: flags, role: theirs,", "column 'flags' is written by the program"),
        (
            "{id: units}",
            "{id: ahr_scor}",
            "metric 'ahr_scor' is unknown; did you mean 'ahr_score'?",
        ),
        ("{id: units}", "{id: units, colour: red}", "colour"),
        ("one_row_is: sku", "one_row_is: account", "metric 'units' is unknown"),
    ],
)
def test_a_mistake_is_refused(job_with: JobWith, old: str, new: str, expected: str) -> None:
    """Whatever would fail at night fails when the file is read."""
    assert GOOD.count(old) >= 1

    _, en = refusal(job_with(text=GOOD.replace(old, new)))

    assert expected in en


def test_a_column_of_the_teams_needs_nothing_but_a_label(job_with: JobWith) -> None:
    """It is never written, and may be offered as a dropdown."""
    own = "{id: mood, role: theirs, label: {zh: 心情, en: Mood}, choices: {zh: [好], en: [Good]}}"
    [daily] = load_layouts(job_with(text=GOOD.replace("{id: units}", own)))

    assert daily.by_id["mood"].choices == {"zh": ("好",), "en": ("Good",)}
    assert "mood" not in daily.ours


SETTINGS = """\
id: rules
title: {zh: 规则, en: Rules, both: 规则 Rules}
one_row_is: rule
one_tab_is: always
columns:
  - {id: enabled, role: theirs, label: {zh: 启用, en: "On"}}
  - {id: rule, key: true, label: {zh: 规则, en: Rule}}
  - {id: scope, key: true, label: {zh: 范围, en: Scope}}
  - {id: severity, key: true, label: {zh: 级别, en: Severity}}
  - {id: value, role: theirs, label: {zh: 改为, en: Changed to}}
  - {id: due, role: theirs, label: {zh: 时限, en: Deadline}}
  - {id: do, role: theirs, label: {zh: 方式, en: Effect}}
  - {id: verdict, label: {zh: 校验结果, en: Check}}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  - {id: value, role: theirs, label: {zh: 改为, en: Changed to}}\n", "", "missing columns: value"),
        ("id: verdict,", "id: verdikt,", "metric 'verdikt' is unknown; did you mean 'verdict'?"),
        ("one_tab_is: always", "one_tab_is: month", "only a log has one tab per month"),
        ("{id: scope, key: true, label: {zh: 范围, en: Scope}}", "{id: scope, key: true}", "a column of the team's needs a label"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_settings_tab_is_refused(
    job_with: JobWith, old: str, new: str, expected: str
) -> None:
    """A Settings tab that could not be read back is never made."""
    _, en = refusal(job_with(text=SETTINGS.replace(old, new)))

    assert expected in en


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            "filter_views:\n  - {title: {zh: 甲, en: A}, where: {unit: {is: x}}}\n",
            "13:43 this tab has no column 'unit'; did you mean 'units'?",
        ),
        (
            "filter_views:\n  - {title: {zh: 甲, en: A}, where: {units: {is: x, not_blank: true}}}\n",
            "13:44 write one of contains, is, not_blank",
        ),
        (
            "charts:\n  - {id: units, title: {zh: 甲, en: A}, kind: line, unit: count, series: 1}\n",
            "13:5 the chart lacks columns: units_1, chart_date",
        ),
        (
            "charts:\n  - {id: units, title: {zh: 甲, en: A}, kind: pie, unit: count, series: 1}\n",
            "13:46 'pie' is not possible",
        ),
        ('tab_colour: "red"\n', "12:13"),
    ],
)
def test_a_mistake_in_a_filter_view_or_chart_is_refused(
    job_with: JobWith, more: str, expected: str
) -> None:
    """With its line and column, and what was meant."""
    _, en = refusal(job_with(text=GOOD + more))

    assert expected in en


def test_mistakes_of_several_files_are_told_together(job_with: JobWith, tmp_path: Path) -> None:
    """A person corrects a template once."""
    job = job_with(text=GOOD.replace("{id: units}", "{id: unit}"))
    (tmp_path / "mine" / "rules.yaml").write_text(
        SETTINGS.replace("id: verdict,", "id: verdikt,"), encoding="utf-8"
    )

    with pytest.raises(ConfigurationError) as refused:
        load_layouts(job)

    assert "mine/daily.yaml" in refused.value.words.en
    assert "mine/rules.yaml" in refused.value.words.en


def test_the_only_store_and_site_of_a_job_go_without_saying(tmp_path: Path) -> None:
    """A log of the team's own may lack their columns."""
    path = tmp_path / "sheets-sync.yaml"
    path.write_text("team: acme\nstores: {acme: [US]}\n", encoding="utf-8")
    one = {layout.id: layout.implied for layout in load_layouts(load_job(path, {}))}
    path.write_text("team: acme\nstores: {acme: [US, DE]}\n", encoding="utf-8")
    two = {layout.id: layout.implied for layout in load_layouts(load_job(path, {}))}

    assert one["daily"] == {"store": "acme", "marketplace": "US"}
    assert two["daily"] == {"store": "acme"}
    assert two["calendar"] == {}
