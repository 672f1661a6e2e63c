"""The guide and the example hold what they promise."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sheets_sync.sheets.credentials import UnusableCredentials, load_credentials
from sheets_sync.sheets.refusals import GCLOUD_LOGIN

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
SHAPES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]
FILLED = {
    "PROJECT_NUMBER": "42",
    "YOUR_PROJECT_ID": "acme",
    "YOUR_CLIENT_ID": "1",
    "PLACEHOLDER": "x",
    "REPLACE_ME": "y",
}


def test_every_kind_but_the_key_is_shown_in_the_guide() -> None:
    """The key's shape is credentials.example.json."""
    assert [shape["type"] for shape in SHAPES] == [
        "external_account",
        "authorized_user",
        "impersonated_service_account",
    ]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["type"])
def test_a_shape_is_refused_as_it_stands_and_loads_when_filled_in(
    shape: dict[str, object], tmp_path: Path
) -> None:
    """Nobody has to guess which words to replace."""
    text = json.dumps(shape)
    (tmp_path / "key.json").write_text(text, encoding="utf-8")
    with pytest.raises(UnusableCredentials, match="placeholders"):
        load_credentials("key.json", tmp_path)

    for mark, value in FILLED.items():
        text = text.replace(mark, value)
    (tmp_path / "key.json").write_text(text, encoding="utf-8")

    assert load_credentials("key.json", tmp_path)


def test_the_example_is_a_key_with_placeholders() -> None:
    """It has every entry of a real key, and no secret."""
    example = json.loads((ROOT / "credentials.example.json").read_text(encoding="utf-8"))

    assert example["type"] == "service_account"
    assert example["token_uri"] == "https://oauth2.googleapis.com/token"
    assert example["private_key"].count("REPLACE_ME") == 1


def test_the_command_in_the_messages_is_the_one_in_the_guide() -> None:
    """In both languages."""
    assert GUIDE.count(GCLOUD_LOGIN) == 2
