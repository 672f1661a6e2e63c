"""Where the program's own rules, templates and examples lie: beside the code, or in the wheel."""

from __future__ import annotations

from pathlib import Path


def data_folder(name: str) -> Path:
    """Return the folder (or file) `name` of a checkout, else the copy that the wheel carries."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).exists():
        return checkout / name
    return package / "_data" / name
