"""What the documents say is true: commands, files, rooms and numbers of the project itself."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from sheets_sync.cli import app
from sheets_sync.config.data import data_folder
from sheets_sync.core.kinds import KINDS
from sheets_sync.core.metrics import METRICS

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text(encoding="utf-8")


def commands() -> set[str]:
    """Return the commands of the program."""
    group = typer.main.get_command(app)
    return set(group.commands)  # type: ignore[attr-defined]  # a group has commands


def test_the_readme_lists_every_command_and_no_other() -> None:
    """Its table is the contract's."""
    listed = set(re.findall(r"^\| `([a-z]+)", README, re.MULTILINE))

    assert listed == commands()


def test_the_first_two_commands_are_make_demo_and_make_test() -> None:
    """Nothing comes before them."""
    block = README.split("```")[1].split()

    assert block == ["make", "demo", "make", "test"]


def test_every_command_in_the_readme_exists() -> None:
    """`sheets-sync word` names a command."""
    used = set(re.findall(r"sheets-sync ([a-z]+)", README))

    assert used <= commands()


def test_links_lead_to_files() -> None:
    """Relative links of the documents exist."""
    for document in (
        TOP / "README.md",
        TOP / "ARCHITECTURE.md",
        *sorted((TOP / "docs").glob("*.md")),
    ):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), (document.name, target)


def test_the_rooms_of_the_architecture_are_the_folders() -> None:
    """Every room it shows is there, and every folder is shown."""
    text = (TOP / "ARCHITECTURE.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| `([a-z]+)/`", text, re.MULTILINE))
    folders = {path.parent.name for path in (TOP / "sheets_sync").glob("*/__init__.py")}

    assert folders - {"demo", "doctor"} <= shown


def test_the_catalogue_and_the_kinds_name_each_other() -> None:
    """A metric's sources are figures of a kind, and every figure of a kind is a metric's source or known."""
    figures = {(kind.id, figure) for kind in KINDS.values() for figure in kind.figures}

    for metric in METRICS.values():
        assert all((source.kind, source.figure) in figures for source in metric.sources), metric.id


def test_the_shipped_data_is_found_in_a_checkout() -> None:
    """Rules and templates lie at the top of the repository."""
    assert data_folder("rules") == TOP / "rules"
    assert (data_folder("templates") / "full" / "daily.yaml").is_file()
