"""Rule files are refused whole: golden messages, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sheets_sync.config.rulefiles import load_rules
from sheets_sync.core.rules import run_cases
from sheets_sync.errors import ConfigurationError, InvalidFile

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
- id: low-stock
  metric: stock_units
  category: operations
  levels:
    - {severity: critical, below: 30, due: 24h}
  why: {zh: "可售 {value}", en: "{value} available"}
"""

BROKEN = """\
- id: low-stock
  metric: stock_unit
  category: operations
  levels: [{severity: critical, below: 30, due: 24h}]
  why: {zh: 少, en: few}
- id: odr
  metric: odr_rate
  category: operations
  where: {stock_units: {above: 1}, ahr_status: {above: 1}}
  levels:
    - {severity: critical, above: x, due: 1 day}
    - {severity: warning, above: 45}
    - {severity: warning, above: {time: 2, of: odr_target}, do: [colour, actoin]}
    - {severity: warning, above: {times: 0, of: odr_target}, do: colour}
    - {severity: warning, above: {times: 2, of: odr_rat}, do: colour}
    - {severity: warning, do: colour}
  why: {zh: "ODR {valu} {of}", en: "ODR {value]"}
  cases:
    - {given: {odr_rat: 1, ahr_status: 3, odr_rate: many}, expect: ok}
- id: odr
  metric: odr_rate
  category: operations
  levels: [{severity: critical, above: 1%, due: 24h}]
  why: {zh: "[{value}", en: "{sessions} {{fine}} [[fine]]"}
"""

SYNTAX = """\
- id: low-stock
  metric: [stock_units
  levels: 1
"""

TYPES = """\
- id: Low Stock
  metric: 7
  category: operation
  level: []
  levels: []
  newest: yes
  why: few
"""

EXPECTED_ZH = """\
rules/stock.yaml 有 20 处问题:
  - 2:11 没有指标 'stock_unit',是不是 'stock_units'?
  - 9:11 指标 'stock_units' 属于SKU,这条规则看的是账号
  - 9:56 'ahr_status' 是文字,只能用 equals
  - 11:35 要写数字(如 0.98 或 98%),现在是 'x'
  - 11:43 时限要写成 24h 或 7d
  - 12:7 要开单就要有时限 due,如 24h
  - 12:34 'odr_rate' 是比率:45 会当成 4500%,请写 45% 或 0.45
  - 13:34 没有 'time' 这一项,是不是 'times'?
  - 13:65 do 里没有 'actoin',可写:colour, action, notice,是不是 'action'?
  - 14:34 倍数要写大于0的数字
  - 15:34 没有指标 'odr_rat',是不是 'odr_rate'?
  - 16:7 缺少比较(above、below 等)
  - 17:18 没有占位符 '{valu}',是不是 'value'?
  - 17:41 多余的 '{'
  - 19:16 没有指标 'odr_rat',是不是 'odr_rate'?
  - 19:40 'ahr_status' 是文字,现在是 3
  - 19:53 要写数字(如 0.98 或 98%),现在是 'many'
  - 20:7 id 'odr' 已在 6:7 用过
  - 24:13 '[' 没有对应的 ']'
  - 24:29 没有占位符 '{sessions}'
""".splitlines()

EXPECTED_EN = """\
rules/stock.yaml has 20 problem(s):
  - 2:11 metric 'stock_unit' is unknown; did you mean 'stock_units'?
  - 9:11 metric 'stock_units' belongs to the SKU, and the rule judges the account
  - 9:56 'ahr_status' is a text and takes only 'equals'
  - 11:35 must be a number such as 0.98 or 98%, not 'x'
  - 11:43 a deadline is written 24h or 7d
  - 12:7 an action needs a deadline: due, such as 24h
  - 12:34 'odr_rate' is a ratio, so 45 would be 4500%; write 45% or 0.45
  - 13:34 'time' is not known here; did you mean 'times'?
  - 13:65 'actoin' cannot be done; write colour, action, notice; did you mean 'action'?
  - 14:34 a factor must be a number above 0
  - 15:34 metric 'odr_rat' is unknown; did you mean 'odr_rate'?
  - 16:7 has no comparison (above, below, ...)
  - 17:18 placeholder '{valu}' is unknown; did you mean 'value'?
  - 17:41 '{' does not fit here
  - 19:16 metric 'odr_rat' is unknown; did you mean 'odr_rate'?
  - 19:40 'ahr_status' is a text, not 3
  - 19:53 must be a number such as 0.98 or 98%, not 'many'
  - 20:7 id 'odr' is already used at 6:7
  - 24:13 '[' is never closed
  - 24:29 placeholder '{sessions}' is unknown
""".splitlines()

TYPES_ZH = """\
rules/stock.yaml 有 7 处问题:
  - 1:7 id 只能用小写字母、数字和连字符,如 low-stock
  - 2:11 要写文字,现在是 7
  - 3:13 'operation' 不行,可写:operations, product, compliance
  - 4:3 没有 'level' 这一项,是不是 'levels'?
  - 5:11 至少要有 1 项
  - 6:11 要写true 或 false,现在是 'yes'
  - 7:8 要写键值对(key: value),现在是 'few'
""".splitlines()

TYPES_EN = """\
rules/stock.yaml has 7 problem(s):
  - 1:7 an id takes small letters, digits and hyphens, such as low-stock
  - 2:11 must be a text, not 7
  - 3:13 'operation' is not possible; write operations, product or compliance
  - 4:3 'level' is not known here; did you mean 'levels'?
  - 5:11 needs at least 1
  - 6:11 must be true or false, not 'yes'
  - 7:8 must be a mapping (key: value), not 'few'
""".splitlines()


def message(folder: Path, **files: str) -> ConfigurationError:
    """Write rule files and return the refusal."""
    home = folder / "rules"
    home.mkdir()
    for name, text in files.items():
        (home / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_rules({}, home)
    return caught.value


def test_every_mistake_of_meaning_is_listed_with_its_place(tmp_path: Path) -> None:
    """Metrics, limits, deadlines, deeds, placeholders, cases and ids, all at once."""
    error = message(tmp_path, stock=BROKEN)

    assert error.words.zh.splitlines() == EXPECTED_ZH
    assert error.words.en.splitlines() == EXPECTED_EN


def test_a_file_that_is_no_yaml_says_where(tmp_path: Path) -> None:
    """A syntax error has its line and column."""
    error = message(tmp_path, stock=SYNTAX)

    assert error.words.en == (
        "rules/stock.yaml has 1 problem(s):\n"
        "  - 3:9 not valid YAML: expected ',' or ']', but got ':'"
    )
    assert error.words.zh == (
        "rules/stock.yaml 有 1 处问题:\n  - 3:9 YAML写法有误:expected ',' or ']', but got ':'"
    )


def test_wrong_types_and_unknown_keys_are_listed_together(tmp_path: Path) -> None:
    """The shape of a rule is checked before its meaning."""
    error = message(tmp_path, stock=TYPES)

    assert error.words.zh.splitlines() == TYPES_ZH
    assert error.words.en.splitlines() == TYPES_EN


def test_an_id_is_used_once_over_all_files(tmp_path: Path) -> None:
    """The second file names where the id was first used."""
    error = message(tmp_path, a=GOOD, b="# later\n" + GOOD)

    assert error.words.zh == (
        "rules/b.yaml 有 1 处问题:\n  - 2:7 id 'low-stock' 已在 rules/a.yaml:1:7 用过"
    )
    assert error.words.en == (
        "rules/b.yaml has 1 problem(s):\n  - 2:7 id 'low-stock' is already used at rules/a.yaml:1:7"
    )


def test_a_placeholder_that_a_level_cannot_fill_is_refused(tmp_path: Path) -> None:
    """`of` and `times` need a limit that has them, unless they stand in brackets."""
    text = GOOD.replace('"可售 {value}"', '"可售 {value},[{of}]{times}"')

    error = message(tmp_path, stock=text)

    assert error.words.en == (
        "rules/stock.yaml has 1 problem(s):\n"
        "  - 6:31 this level has no 'times', so '{times}' would never be known"
    )


def test_several_bad_files_are_reported_in_one_go(tmp_path: Path) -> None:
    """One run of the program shows all there is to mend."""
    error = message(tmp_path, a=SYNTAX, b=TYPES)

    assert not isinstance(error, InvalidFile)
    assert "rules/a.yaml has 1 problem(s):" in error.words.en
    assert "rules/b.yaml has 7 problem(s):" in error.words.en


def test_a_folder_without_rules_is_a_mistake(tmp_path: Path) -> None:
    """A path that is slightly wrong must not mean that nothing is ever red."""
    assert "holds no rule files" in message(tmp_path).words.en


def test_the_example_of_the_format_loads_as_it_stands(tmp_path: Path) -> None:
    """Name, due and names are optional; deadlines may stand on the levels."""
    (tmp_path / "ads.yaml").write_text(
        """\
- id: acos-high
  metric: acos_7d
  category: operations
  where: {ad_clicks_7d: {at_least: 20}, age_days: {at_least: 3}}
  levels:
    - {severity: critical, above: {times: 1.5, of: acos_benchmark}, due: 24h}
    - {severity: warning, above: {of: acos_benchmark_high}, do: colour}
  do: [colour, action, notice]
  why: {zh: "近7日ACOS {value},高于类目均值 {of} 的150%({threshold})", en: "7-day ACOS {value}, over 150% of the category's {of} ({threshold})"}
  advice: {zh: 暂停广告组或下调竞价, en: Pause the ad group or lower its bid}
  cases:
    - {given: {acos_7d: 0.40, acos_benchmark: 0.26, ad_clicks_7d: 50, age_days: 5}, expect: critical}
    - {given: {acos_7d: 0.40, acos_benchmark: 0.26, ad_clicks_7d: 50, age_days: 5}, expect: ok}
""",
        encoding="utf-8",
    )

    (rule,) = load_rules({}, tmp_path)

    assert rule.name.zh == "7日ACOS"
    assert rule.level == "sku"
    assert [(level.severity, level.due_hours, level.do) for level in rule.levels] == [
        ("critical", 24, ("colour", "action", "notice")),
        ("warning", None, ("colour",)),
    ]
    assert [(failed.case.expect, failed.got) for failed in run_cases(rule)] == [("ok", "critical")]
    assert run_cases(rule)[0].case.place.endswith("ads.yaml:13:7")
