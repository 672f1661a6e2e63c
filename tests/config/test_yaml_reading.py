"""Strict YAML: whatever a file holds, it is read or refused with places, never a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, RootModel

from sheets_sync.config.data import data_folder
from sheets_sync.config.job import Job, load_job
from sheets_sync.config.ruletext import RulesText
from sheets_sync.config.yamlfile import Strict, WordsText, load, validated
from sheets_sync.errors import ConfigurationError, InvalidFile, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Column(Strict):
    id: str
    width: int = 80
    label: WordsText | None = None


class Page(Strict):
    title: str
    columns: list[Column] = Field(default=[])
    by_name: dict[str, Column] = Field(default={})


class Pages(RootModel[list[Page]]):
    pass


def refused(path: Path, content: str | bytes, model: Any = Page) -> InvalidFile:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidFile) as caught:
        load(path, model, shown_as="page.yaml")
    return caught.value


def test_every_problem_is_listed_at_once_with_its_place(tmp_path: Path) -> None:
    """Unknown keys, wrong types, missing and duplicate keys come together, in file order."""
    error = refused(
        tmp_path / "page.yaml",
        "titel: x\n"
        "columns:\n"
        "  - {id: a, widht: 3}\n"
        "  - {id: 7, width: '80'}\n"
        "  - {width: 1, width: 2}\n"
        "  - {id: b, label: {zh: 甲}}\n"
        "by_name: {a: {id: a, labl: 1}}\n",
    )

    assert error.words == Words(
        "page.yaml 有 8 处问题:\n"
        "  - 1:1 缺少 'title'\n"
        "  - 1:1 没有 'titel' 这一项,是不是 'title'?\n"
        "  - 3:13 没有 'widht' 这一项,是不是 'width'?\n"
        "  - 4:10 要写文字,现在是 7\n"
        "  - 4:20 要写整数,现在是 '80'\n"
        "  - 5:5 缺少 'id'\n"
        "  - 5:16 'width' 重复,第 5 行已有\n"
        "  - 6:20 缺少 'en'\n"
        "  - 7:22 没有 'labl' 这一项,是不是 'label'?".replace("8 处", "9 处"),
        "page.yaml has 9 problem(s):\n"
        "  - 1:1 'title' is missing\n"
        "  - 1:1 'titel' is not known here; did you mean 'title'?\n"
        "  - 3:13 'widht' is not known here; did you mean 'width'?\n"
        "  - 4:10 must be a text, not 7\n"
        "  - 4:20 must be a whole number, not '80'\n"
        "  - 5:5 'id' is missing\n"
        "  - 5:16 'width' is already given on line 5\n"
        "  - 6:20 'en' is missing\n"
        "  - 7:22 'labl' is not known here; did you mean 'label'?",
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "1:1 the file is empty"),
        ("# nothing\n", "1:1 the file is empty"),
        ("title: [1\n", "2:1 not valid YAML: expected ',' or ']', but got '<stream end>'"),
        ("title: x\n\tcolumns: []\n", "2:1 a tab cannot indent; use spaces"),
        ("title：x\ncolumns: []\n", "2:8 a full-width colon; write ': '"),
        ("title: a: b\n", "1:9 not valid YAML: mapping values are not allowed here"),
        ("title: x\n---\ntitle: y\n", "2:1 not valid YAML: but found another document"),
        ("title: *x\n", "1:8 not valid YAML: found undefined alias 'x'"),
        ("just words\n", "1:1 must be a mapping (key: value), not 'just words'"),
        ("title: !!python/object:os.system x\n", "1:8 'x' cannot be read"),
        ("title: .nan\n", "1:8 '.nan' cannot be read"),
        ('title: "\\uD800"\n', "1:8 '\\ud800' cannot be read"),
        ("title: a\x00b\n", "1:9 holds something that YAML does not allow"),
        ("title: x\n? [a]\n: 1\n", "2:3 a key must be a text"),
        ("columns: &a [*a]\ntitle: x\n", "1:10 an anchor refers to itself"),
        (b"title: \xd6\xd0\xce\xc4\n", "1:8 is not UTF-8; save it as UTF-8"),
        ("title: x\n".encode("utf-16"), "1:1 is not UTF-8; save it as UTF-8"),
        ("[" * 5000, "1:1 nested too deeply"),
    ],
)
def test_a_broken_file_says_where_and_what(
    tmp_path: Path, content: str | bytes, problem: str
) -> None:
    """Syntax, encoding and what YAML can do beyond data end as one placed line."""
    assert [p.say("en") for p in refused(tmp_path / "p.yaml", content).problems] == [problem]


def test_a_missing_file_is_a_problem_of_its_own(tmp_path: Path) -> None:
    """There is no place in a file that does not exist."""
    with pytest.raises(InvalidFile) as caught:
        load(tmp_path / "none.yaml", Page, shown_as="none.yaml")

    assert caught.value.words.zh == "none.yaml 有 1 处问题:\n  - 文件不存在"
    assert caught.value.exit_code == 2


def test_aliases_cannot_blow_a_file_up(tmp_path: Path) -> None:
    """A few lines that stand for billions of values are refused, quickly."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]

    error = refused(tmp_path / "p.yaml", "\n".join(lines))

    assert "too much, or nested too deeply" in error.words.en


def test_a_reader_may_add_problems_with_the_place_of_a_value(tmp_path: Path) -> None:
    """Semantic checks point at values, at keys and into texts."""
    path = tmp_path / "p.yaml"
    path.write_text('title: "ab {cd}"\ncolumns:\n  - id: units\n', encoding="utf-8")
    found = validated(path, Page, shown_as="p.yaml")

    assert found.model.columns == [Column(id="units")]
    assert found.place(("columns", 0, "id")) == (3, 9)
    assert found.key_place(("columns", 0, "id")) == (3, 5)
    assert found.place(("title",), offset=3) == (1, 12)
    assert found.place(("columns", 0, "width")) == (3, 5)
    found.refuse([])
    with pytest.raises(InvalidFile) as caught:
        found.refuse([found.problem(Words("不对", "wrong"), ("columns", 0, "id"))])
    assert caught.value.words.en == "p.yaml has 1 problem(s):\n  - 3:9 wrong"


def test_a_list_at_the_top_keeps_its_places(tmp_path: Path) -> None:
    """Models of whole lists know the keys inside them."""
    error = refused(tmp_path / "p.yaml", "- {title: a}\n- {titel: b}\n", Pages)

    assert [p.say("en") for p in error.problems] == [
        "2:3 'title' is missing",
        "2:4 'titel' is not known here; did you mean 'title'?",
    ]


def outcome(read: Callable[[], object]) -> ConfigurationError | None:
    """Return the refusal, or None; anything else is a bug and escapes."""
    try:
        read()
    except ConfigurationError as error:
        return error
    return None


YAMLISH = st.lists(
    st.sampled_from(
        ["team: a\n", "stores:", " {a: [US]}\n", "rules: ", "{low-stock: off}\n", "- ", "  ", "\n",
         "[", "]", "{", "}", ": ", "&a ", "*a", "!!set ", "? ", "|\n", ">-\n", "'", '"', "\t", "#",
         "%YAML 1.1\n", "---\n", "...\n", "<<: ", "~", "1e999", "0x", "0o9", "- - -", "：", "\x85",
         "id: x\n", "levels: [{severity: critical, below: 1}]\n", "why: {zh: '{x', en: ']'}\n"]
    ) | st.text(max_size=4),
    max_size=25,
).map("".join)  # fmt: skip


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=YAMLISH | st.binary(max_size=60))
def test_no_content_makes_a_traceback(tmp_path: Path, content: str | bytes) -> None:
    """Any bytes are a model or an InvalidFile whose problems can be said."""
    path = tmp_path / "any.yaml"
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    path.write_bytes(raw)

    for model in (Page, RulesText, Job):
        error = outcome(lambda model=model: load(path, model))
        assert error is None or (isinstance(error, InvalidFile) and error.problems)
        assert str(error).encode()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_mutilated_job_makes_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    """A job file with a piece replaced loads, or is refused."""
    good = (
        "team: acme\nstores: {acme: [US, DE], b: [JP]}\nstock_pools: {EU: [DE, FR]}\n"
        "schedule: {at: ['08:30'], zone: Asia/Shanghai}\nstore: sqlite:///state/x.db\n"
        "spreadsheet: local\nnotify: ['${X}']\nrules: {low-stock: {below: 50}, vtr: off}\n"
    )
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 12)))
    middle = data.draw(st.text(max_size=5) | st.sampled_from(["[", "null", "{a: 1}", "*", "1"]))
    path = tmp_path / "sheets-sync.yaml"
    path.write_bytes((good[:start] + middle + good[end:]).encode("utf-8", "replace"))

    error = outcome(lambda: load_job(path, {"X": "y"}))

    assert str(error).encode()


def test_the_rules_folder_is_found_beside_the_code() -> None:
    """A checkout reads its own rules, a wheel the copy it carries."""
    assert (data_folder("rules") / "inventory.yaml").is_file()
    assert data_folder("no-such-thing").parts[-2:] == ("_data", "no-such-thing")
