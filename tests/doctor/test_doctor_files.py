"""What newcomers get wrong in the job folder."""

from __future__ import annotations

import os
from typing import Any

from sheets_sync.doctor import exit_code


def test_a_usable_job_has_no_fault(folder: Any) -> None:
    """One report is enough to begin with."""
    found = folder.examined()

    assert found.faults == []
    assert exit_code(found.findings) == 0
    assert found.about("Job file").what.en.endswith("(my-store: US)")
    assert found.about("The local server works").ok is None


def test_nothing_is_left_behind(folder: Any) -> None:
    """To look costs the job folder nothing."""
    before = sorted(folder.path.rglob("*"))

    folder.examined()

    assert sorted(folder.path.rglob("*")) == before


def test_a_missing_job_file_ends_the_examination(folder: Any) -> None:
    """Nothing else can be looked at, and that is said."""
    folder.job_file.unlink()

    found = folder.examined()

    assert [one.ok for one in found.findings] == [False, None]
    assert "sheets-sync init DIR" in found.faults[0]
    assert exit_code(found.findings) == 2


def test_every_problem_of_the_job_file_is_a_fault_at_its_place(folder: Any) -> None:
    """Two typos are mended in one go."""
    folder.rewrite("window_days: 14", "window_days: many")
    folder.rewrite("team:", "taem:")

    found = folder.examined()

    assert len(found.faults) == 3
    assert "'taem' is not known here; did you mean 'team'?" in found.faults[1]
    assert all("sheets-sync.yaml " in fault for fault in found.faults)


def test_a_wrong_rule_does_not_hide_other_faults(folder: Any) -> None:
    """The rest of the job is examined all the same."""
    folder.rewrite("#rules: {low-stock: {below: 50}, vtr: off}", "rules: {low-stok: {below: 50}}")
    folder.rewrite("template: full", "template: fulll")
    (folder.path / "skus.csv").write_text("sku,status\nA,sold\n", encoding="utf-8")

    found = folder.examined()

    assert len(found.faults) == 3
    assert found.about("low-stok").ok is False
    assert found.about("fulll").ok is False
    assert found.about("'sold' is not possible").ok is False
    assert found.about("US: FBA inventory planning").ok is None


def test_open_ends_of_the_sku_list_are_told(folder: Any) -> None:
    """Alerts that reach nobody are no alerts."""
    (folder.path / "skus.csv").write_text(
        "sku,category,owner\nA,electronics,Li\nB,Garden,\n", encoding="utf-8"
    )

    found = folder.examined()

    assert found.about("SKUs in skus.csv: 2").ok is True
    assert found.about("without an owner: B").ok is None
    assert found.about("without a benchmark").what.en.endswith(": Garden")


def test_an_empty_sku_list_is_told(folder: Any) -> None:
    """It is empty on the first day, which stops nothing: the sheet keeps the SKUs."""
    finding = folder.examined().about("skus.csv lists no SKU")

    assert finding.ok is True
    assert "kept in the sheet" in finding.what.en


def test_an_unknown_file_is_named_with_the_reason(folder: Any) -> None:
    """Whoever put it there believes it is used."""
    (folder.path / "inbox" / "US" / "notes.txt").write_text("one\ttwo\n1\t2\n", encoding="utf-8")

    found = folder.examined()

    finding = found.about("inbox/US/notes.txt cannot be used")
    assert finding.ok is False
    assert "one" in finding.what.en
    assert "move a file that is not needed" in finding.remedy.en


def test_many_unknown_files_are_counted(folder: Any) -> None:
    """A full downloads folder does not bury the rest."""
    for number in range(14):
        (folder.path / "inbox" / f"{number}.txt").write_text("one\ttwo\n", encoding="utf-8")

    found = folder.examined()

    assert len(found.faults) == 11
    assert found.about("Further files that cannot be used: 4").ok is False


def test_a_marketplace_without_any_report_is_named(folder: Any) -> None:
    """The stores of the example were not the team's own."""
    folder.rewrite("[US]", "[US, JP]")

    found = folder.examined()

    assert found.faults == ["JP has no report at all"]
    assert "inbox/JP/" in found.about("JP has no report").remedy.en


def test_what_a_marketplace_has_and_lacks_is_told(folder: Any) -> None:
    """Blank columns are explained before anybody asks."""
    finding = folder.examined().about("US: FBA inventory planning")

    assert finding.ok is None
    assert finding.remedy.en == "Missing: sales and traffic, ads; those columns stay blank."


def test_an_inbox_without_new_files_is_told(folder: Any) -> None:
    """A download that stopped a week ago looks like quiet days otherwise."""
    report = next((folder.path / "inbox" / "US").iterdir())
    os.utime(report, (1_784_800_000, 1_784_800_000))

    finding = folder.examined().about("Files in the inbox: 1")

    assert finding.ok is None
    assert finding.remedy.en == "No new file for 7 days: download new reports."


def test_an_empty_inbox_is_one_fault(folder: Any) -> None:
    """The first thing to do after `init` is said once, not for every marketplace."""
    next((folder.path / "inbox" / "US").iterdir()).unlink()

    found = folder.examined()

    assert found.faults == ["The inbox holds no file"]


def test_a_missing_inbox_is_a_fault(folder: Any) -> None:
    """Without it there is nothing to sync."""
    (folder.path / "inbox").rename(folder.path / "in-box")

    found = folder.examined()

    assert found.about("There is no folder").ok is False


def test_a_state_folder_that_cannot_be_written_is_a_fault(folder: Any) -> None:
    """Cron runs as somebody else more often than not."""
    (folder.path / "state").write_text("a file", encoding="utf-8")

    found = folder.examined()

    assert found.about("state cannot be written").ok is False


def test_a_damaged_store_is_a_fault_and_the_rest_is_examined(folder: Any) -> None:
    """A file that is no database ends in words, not in a traceback."""
    (folder.path / "state").mkdir()
    (folder.path / "state" / "sheets-sync.db").write_bytes(b"no database" * 100)

    found = folder.examined()

    assert "file is not a database. Check `store`" in found.faults[0]
    assert len(found.faults) == 1
    assert found.about("US: FBA inventory planning").ok is None


def test_the_next_time_of_the_worker_is_told(folder: Any) -> None:
    """A wrong zone shows at a glance."""
    words = folder.examined().about("Team time").what.en

    assert words.startswith("Team time 2026-07-31 09:00 (Asia/Shanghai)")
    assert "the worker's next run is 07-31 16:30" in words


def test_a_local_job_needs_neither_clock_nor_credentials(folder: Any) -> None:
    """No account, no network."""
    found = folder.examined()

    assert folder.probed == 0
    assert found.about("Credentials were not checked").ok is None
