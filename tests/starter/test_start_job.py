"""A new job folder works as it stands, and costs nobody a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sheets_sync.config.data import data_folder
from sheets_sync.config.job import load_job
from sheets_sync.config.master import load_master
from sheets_sync.config.rulefiles import load_rules
from sheets_sync.config.starter import Known, start_job
from sheets_sync.core.model import Benchmark, SkuKey
from sheets_sync.edges import load_setup
from sheets_sync.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from sheets_sync.errors import Language

TEMPLATES = ["full", "simple"]
LANGUAGES = ["zh", "en", "both"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_new_job_loads_as_it_stands(
    tmp_path: Path, template: Literal["full", "simple"], language: Language
) -> None:
    """The first command after `init` does not end with a complaint."""
    start_job(tmp_path / "job", template=template, language=language)

    setup = load_setup(tmp_path / "job" / "sheets-sync.yaml")

    job = setup.job
    assert (job.template, job.language, job.is_local) == (template, language, True)
    assert setup.master.skus == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_settings_that_are_switched_off_work_when_switched_on(
    tmp_path: Path, language: Language
) -> None:
    """An example that is refused would be worse than none."""
    start_job(tmp_path / "job", template="full", language=language)
    path = tmp_path / "job" / "sheets-sync.yaml"
    text, switched_on = re.subn(r"(?m)^#(?=[a-z_]+:)", "", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")

    job = load_job(path)

    assert switched_on == 3
    assert job.archive.copy_to == ["./archive"]
    assert job.stock_pools == {"EU": ["DE", "FR", "IT", "ES"]}
    assert {rule.id for rule in load_rules(job, data_folder("rules"))}.isdisjoint({"vtr"})


def test_it_returns_everything_it_made(tmp_path: Path) -> None:
    """The command lists it; the state folder comes with the first run."""
    made = start_job(tmp_path / "job", template="full", language="zh")

    assert [path.relative_to(tmp_path).as_posix() for path in made] == [
        "job/sheets-sync.yaml",
        "job/skus.csv",
        "job/benchmarks.csv",
        "job/inbox/US",
        "job/inbox/DE",
        "job/inbox/JP",
    ]
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(made[:3])


@pytest.mark.parametrize("language", LANGUAGES)
def test_benchmarks_start_with_two_categories_everywhere(
    tmp_path: Path, language: Language
) -> None:
    """ACOS is judged from the first day on."""
    start_job(tmp_path / "job", template="full", language=language)

    benchmarks = load_master(load_job(tmp_path / "job")).benchmarks

    names = ("电子", "家居") if language == "zh" else ("electronics", "home")
    assert [(b.category, b.marketplace, b.acos_low, b.acos_high) for b in benchmarks] == [
        (names[0], "", 0.20, 0.28),
        (names[1], "", 0.25, 0.32),
    ]
    assert isinstance(benchmarks[0], Benchmark)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_of_the_sku_list_is_understood(tmp_path: Path, language: Language) -> None:
    """A line typed below the headings arrives whole."""
    start_job(tmp_path / "job", template="full", language=language)
    line = "my-store,DE,0047,B0AAAAAAAA,B0PPPPPPPP,灯,电子,Acme,小王,新品,FBM,2026-01-31,30,4.5\r\n"
    with (tmp_path / "job" / "skus.csv").open("ab") as file:
        file.write(line.encode())

    sku = load_master(load_job(tmp_path / "job")).skus[SkuKey("my-store", "DE", "0047")]

    assert (sku.asin, sku.parent_asin, sku.title) == ("B0AAAAAAAA", "B0PPPPPPPP", "灯")
    assert (sku.category, sku.brand, sku.owner) == ("电子", "Acme", "小王")
    assert (sku.status, sku.fulfilment, str(sku.launch_date)) == ("新品", "FBM", "2026-01-31")
    assert (sku.lead_time_days, sku.unit_cost) == (30, 4.5)


def test_lists_open_properly_in_excel(tmp_path: Path) -> None:
    """Excel takes a CSV for UTF-8 only when it begins with a byte order mark."""
    start_job(tmp_path / "job", template="full", language="zh")

    for name in ("skus.csv", "benchmarks.csv"):
        assert (tmp_path / "job" / name).read_bytes().startswith(b"\xef\xbb\xbf")


def test_comments_are_in_the_language_asked_for(tmp_path: Path) -> None:
    """An English job file has no Chinese in it."""
    start_job(tmp_path / "en", template="full", language="en")
    start_job(tmp_path / "both", template="full", language="both")

    english = (tmp_path / "en" / "sheets-sync.yaml").read_text(encoding="utf-8")
    both = (tmp_path / "both" / "sheets-sync.yaml").read_text(encoding="utf-8")

    assert english.isascii()
    assert "# The team's name" in both
    assert "# 团队名" in both


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_person_is_asked_for_nothing_but_an_inbox(tmp_path: Path, language: Language) -> None:
    """The lists may lie there, and are read when they do."""
    made = start_job(tmp_path / "job", template="simple", language=language)

    assert [path.relative_to(tmp_path).as_posix() for path in made] == [
        "job/sheets-sync.yaml",
        "job/inbox",
    ]
    assert load_job(tmp_path / "job").stores == {"my-store": ["US"]}
    (tmp_path / "job" / "skus.csv").write_text("sku,owner\nA,me\n", encoding="utf-8")
    assert load_master(load_job(tmp_path / "job")).skus[SkuKey("my-store", "US", "A")].owner == "me"


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_job_file_says_where_a_team_sets_things(
    tmp_path: Path, template: Literal["full", "simple"]
) -> None:
    """After the first sync the lists beside the job no longer count."""
    start_job(tmp_path / "job", template=template, language="zh")

    text = (tmp_path / "job" / "sheets-sync.yaml").read_text(encoding="utf-8")
    assert "都在表格的「SKU表」「类目基准」「规则」「日历」里改" in text
    assert "填入一次" in text


def test_folders_that_are_there_are_used(tmp_path: Path) -> None:
    """Reports may lie in the inbox before there is a job."""
    (tmp_path / "inbox" / "US").mkdir(parents=True)
    (tmp_path / "inbox" / "US" / "report.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "state").mkdir()

    made = start_job(tmp_path, template="full", language="en")

    assert [path.name for path in made if path.is_dir()] == ["DE", "JP"]
    assert (tmp_path / "inbox" / "US" / "report.txt").read_text(encoding="utf-8") == "mine"


def test_what_is_known_stands_in_the_job_file(tmp_path: Path) -> None:
    """An adopted sheet names its stores, its address and its template."""
    known = Known(
        {"甲店": ["US", "DE"], "No 2": ["JP"]},
        "https://docs.google.com/spreadsheets/d/1A2b3C4d5E6f7G8h9I0jKLMNOP/edit#gid=0",
        "credentials.json",
        "yes",
        {"daily.yaml": "id: daily\n"},
    )

    made = start_job(tmp_path / "job", template="simple", language="both", known=known)

    job = load_job(tmp_path / "job")
    assert (job.team, job.template, job.credentials) == ("yes", "template", "credentials.json")
    assert job.stores == {"甲店": ["US", "DE"], "No 2": ["JP"]}
    assert job.spreadsheet_id == "1A2b3C4d5E6f7G8h9I0jKLMNOP"
    assert [path.relative_to(tmp_path).as_posix() for path in made] == [
        "job/sheets-sync.yaml",
        "job/template/daily.yaml",
        "job/inbox/甲店/US",
        "job/inbox/甲店/DE",
        "job/inbox/No 2/JP",
    ]


@pytest.mark.parametrize("name", ["sheets-sync.yaml", "skus.csv", "benchmarks.csv", "inbox/US"])
def test_nothing_that_exists_is_touched(tmp_path: Path, name: str) -> None:
    """Running `init` twice must not cost anybody a SKU list."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=re.escape(str(tmp_path / name))):
        start_job(tmp_path, template="full", language="en")

    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]


def test_a_place_that_cannot_be_written_is_a_configuration_error(tmp_path: Path) -> None:
    """No traceback for a folder that is a file."""
    (tmp_path / "job").write_text("a file", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="No job can be made"):
        start_job(tmp_path / "job", template="full", language="en")
