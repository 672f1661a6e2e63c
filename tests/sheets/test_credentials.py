"""Which credential files load, which are refused, and in which words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from google.auth import aws, compute_engine, identity_pool, impersonated_credentials
from google.oauth2 import credentials as user_credentials
from google.oauth2 import service_account as service_accounts

from sheets_sync.sheets.credentials import (
    UnusableCredentials,
    account_of,
    inspect_credentials,
    load_credentials,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SHEETS = ["https://www.googleapis.com/auth/spreadsheets"]
EXAMPLE = Path(__file__).parents[2] / "credentials.example.json"
IMPERSONATE = (
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
    "robot@acme.iam.gserviceaccount.com:generateAccessToken"
)
USER = {
    "type": "authorized_user",
    "client_id": "1.apps.googleusercontent.com",
    "client_secret": "hush-client",
    "refresh_token": "hush-refresh",
}
WORKLOAD = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"file": "/var/run/token", "format": {"type": "text"}},
    "service_account_impersonation_url": IMPERSONATE,
}
ON_AWS = WORKLOAD | {
    "subject_token_type": "urn:ietf:params:aws:token-type:aws4_request",
    "credential_source": {
        "environment_id": "aws1",
        "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
        "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
        "regional_cred_verification_url": (
            "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
        ),
    },
}
IMPERSONATED = {
    "type": "impersonated_service_account",
    "service_account_impersonation_url": IMPERSONATE,
    "source_credentials": USER,
    "delegates": [],
}


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Any], Path]:
    """Save a credential file in the job folder and return the folder."""

    def save(info: Any) -> Path:
        text = info if isinstance(info, str) else json.dumps(info)
        (tmp_path / "key.json").write_text(text, encoding="utf-8")
        (tmp_path / "key.json").chmod(0o600)
        return tmp_path

    return save


def refusal_of(info: Any, saved: Callable[[Any], Path]) -> UnusableCredentials:
    with pytest.raises(UnusableCredentials) as caught:
        load_credentials("key.json", saved(info))
    refusal = caught.value
    assert refusal.exit_code == 2
    assert "key.json" in refusal.words.zh
    assert re.search(r"[\u4e00-\u9fff].*。", refusal.words.zh)
    assert "hush" not in str(refusal.words)
    return refusal


def test_a_service_account_key_loads_for_spreadsheets_alone(
    service_account: dict[str, str], saved: Callable[[Any], Path]
) -> None:
    """Gspread itself would ask for the whole Drive as well."""
    found = load_credentials("key.json", saved(service_account))

    assert isinstance(found, service_accounts.Credentials)
    assert found.scopes == SHEETS
    assert account_of(found) == "sheets-sync@acme.iam.gserviceaccount.com"


def test_a_saved_sign_in_loads(saved: Callable[[Any], Path]) -> None:
    """The way for people with a gmail.com account."""
    found = load_credentials("key.json", saved(USER))

    assert isinstance(found, user_credentials.Credentials)
    assert found.scopes == SHEETS
    assert found.token_uri == "https://oauth2.googleapis.com/token"
    assert account_of(found) is None
    assert account_of(load_credentials("key.json", saved(USER | {"account": "a@b.cn"}))) == "a@b.cn"


def test_workload_identity_loads(saved: Callable[[Any], Path]) -> None:
    """The way without any key at all."""
    found = load_credentials("key.json", saved(WORKLOAD))

    assert isinstance(found, identity_pool.Credentials)
    assert account_of(found) == "robot@acme.iam.gserviceaccount.com"


def test_workload_identity_on_aws_loads(saved: Callable[[Any], Path]) -> None:
    """Its addresses are the machine's own and Amazon's."""
    assert isinstance(load_credentials("key.json", saved(ON_AWS)), aws.Credentials)


def test_impersonation_loads(saved: Callable[[Any], Path]) -> None:
    """What gcloud writes with --impersonate-service-account."""
    found = load_credentials("key.json", saved(IMPERSONATED))

    assert isinstance(found, impersonated_credentials.Credentials)
    assert account_of(found) == "robot@acme.iam.gserviceaccount.com"


def test_a_path_starts_at_the_job_folder(
    service_account: dict[str, str], saved: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative, absolute, and from the home folder."""
    folder = saved(service_account)
    monkeypatch.setenv("HOME", str(folder))

    for setting in ("key.json", "./key.json", str(folder / "key.json"), "~/key.json"):
        assert load_credentials(setting, folder).scopes == SHEETS  # type: ignore[attr-defined]
    assert load_credentials("~/key.json", Path("/nowhere"))


def test_a_byte_order_mark_does_no_harm(
    service_account: dict[str, str], saved: Callable[[Any], Path]
) -> None:
    """Notepad puts one there."""
    assert load_credentials("key.json", saved("\ufeff" + json.dumps(service_account)))


def test_the_example_is_refused_as_the_example() -> None:
    """People copy it and forget to fill it in."""
    with pytest.raises(UnusableCredentials, match="still the example"):
        load_credentials(EXAMPLE.name, EXAMPLE.parent)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With the place where it was looked for."""
    with pytest.raises(UnusableCredentials, match="there is no such file") as caught:
        load_credentials("keys/key.json", tmp_path)

    assert str(tmp_path / "keys" / "key.json") in caught.value.words.zh


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """What cannot be opened is said so."""
    with pytest.raises(UnusableCredentials, match="cannot be opened"):
        load_credentials(".", tmp_path)


def test_pasted_content_is_not_taken_for_a_path(tmp_path: Path) -> None:
    """Nor is it repeated in the message."""
    with pytest.raises(UnusableCredentials, match="give its path") as caught:
        load_credentials('{"private_key": "hush"}', tmp_path)

    assert "hush" not in str(caught.value.words)


@pytest.mark.parametrize(
    "text", ["", "private_key: hush", "[]", '"hush"', "{", "\x00PK\x03\x04", '{"a": NaN,}']
)
def test_a_file_that_is_no_json_object_is_refused(text: str, saved: Callable[[Any], Path]) -> None:
    """Spreadsheets, zip files and half a download included."""
    assert "not a JSON credential file" in refusal_of(text, saved).words.en


@pytest.mark.parametrize("kind", ["installed", "web"])
def test_an_oauth_client_file_is_told_from_a_credential(
    kind: str, saved: Callable[[Any], Path]
) -> None:
    """The usual wrong download."""
    client = {kind: {"client_id": "YOUR_CLIENT_ID", "client_secret": "hush"}}

    assert "OAuth client file" in refusal_of(client, saved).words.en


@pytest.mark.parametrize("mark", ["YOUR_PROJECT_ID", "REPLACE_ME", "PLACEHOLDER"])
def test_placeholders_are_found_anywhere(mark: str, saved: Callable[[Any], Path]) -> None:
    """Inside nested credentials too."""
    nested = IMPERSONATED | {"source_credentials": USER | {"client_secret": f"x {mark} y"}}

    assert "placeholders" in refusal_of(nested, saved).words.en


@pytest.mark.parametrize("info", [{}, {"type": "api_key"}, {"type": None}, {"type": ["x"]}])
def test_an_unknown_type_is_answered_with_the_known_ones(
    info: dict[str, Any], saved: Callable[[Any], Path]
) -> None:
    """The type is declared, never guessed."""
    refusal = refusal_of(info, saved)

    assert "unknown" in refusal.words.en
    assert "service_account, external_account" in refusal.words.en


@pytest.mark.parametrize(
    ("info", "name"),
    [
        (USER, "refresh_token"),
        (WORKLOAD, "credential_source"),
        (IMPERSONATED, "source_credentials"),
    ],
)
def test_missing_entries_are_named(
    info: dict[str, Any], name: str, saved: Callable[[Any], Path]
) -> None:
    """By their names in the file."""
    without = {key: value for key, value in info.items() if key != name}

    assert f"{name} missing" in refusal_of(without, saved).words.en


@pytest.mark.parametrize("missing", ["private_key", "client_email", "token_uri"])
def test_missing_entries_of_a_key_are_named(
    missing: str, service_account: dict[str, str], saved: Callable[[Any], Path]
) -> None:
    """A key file that somebody shortened."""
    del service_account[missing]

    assert f"{missing} missing" in refusal_of(service_account, saved).words.en


@pytest.mark.parametrize("damage", ["cut", "escaped", "text", "number"])
def test_a_private_key_that_cannot_be_read_is_said_without_showing_it(
    damage: str, service_account: dict[str, str], saved: Callable[[Any], Path]
) -> None:
    """Cut off, with its line breaks escaped twice, or something else altogether."""
    key = service_account["private_key"]
    service_account["private_key"] = {
        "cut": key[:400],
        "escaped": key.replace("\n", "\\n"),
        "text": "hush",
        "number": 7,
    }[damage]

    refusal = refusal_of(service_account, saved)

    assert "private key cannot be read" in refusal.words.en
    assert key[60:80] not in str(refusal.words)
    assert refusal.__cause__ is None
    assert refusal.__suppress_context__


@pytest.mark.parametrize(
    ("info", "change", "name"),
    [
        (USER, {"token_uri": "https://evil.example/token"}, "token_uri"),
        (USER, {"token_uri": "http://oauth2.googleapis.com/token"}, "token_uri"),
        (USER, {"token_uri": "https://googleapis.com.evil.example/"}, "token_uri"),
        (WORKLOAD, {"token_url": "https://sts.evil.example/v1/token"}, "token_url"),
        (WORKLOAD, {"token_info_url": "https://evil.example/"}, "token_info_url"),
        (
            WORKLOAD,
            {"service_account_impersonation_url": "https://evil.example/a@b:generateAccessToken"},
            "service_account_impersonation_url",
        ),
        (
            IMPERSONATED,
            {
                "service_account_impersonation_url": "https://iamcredentials.googleapis.com@evil.example/"
            },
            "service_account_impersonation_url",
        ),
        (
            IMPERSONATED,
            {"source_credentials": USER | {"token_uri": "https://evil.example/"}},
            "source_credentials.token_uri",
        ),
        (WORKLOAD, {"credential_source": {"url": "http://evil.example/"}}, "credential_source.url"),
        (
            ON_AWS,
            {"credential_source": ON_AWS["credential_source"] | {"url": "https://evil.example/"}},  # type: ignore[operator]
            "credential_source.url",
        ),
        (
            ON_AWS,
            {
                "credential_source": ON_AWS["credential_source"]  # type: ignore[operator]
                | {"regional_cred_verification_url": "https://sts.evil.example/"}
            },
            "credential_source.regional_cred_verification_url",
        ),
    ],
)
def test_a_file_that_sends_tokens_elsewhere_is_refused(
    info: dict[str, Any], change: dict[str, Any], name: str, saved: Callable[[Any], Path]
) -> None:
    """Whoever can slip a credential file in must not receive what it unlocks."""
    assert f"{name} is not an address of Google's" in refusal_of(info | change, saved).words.en


def test_a_file_that_names_a_program_is_refused(saved: Callable[[Any], Path]) -> None:
    """A credential file must not be a way to run something."""
    source = {"executable": {"command": "/bin/hush"}}

    assert "program" in refusal_of(WORKLOAD | {"credential_source": source}, saved).words.en


@pytest.mark.parametrize(
    "change",
    [{"credential_source": "file"}, {"credential_source": {"environment_id": "aws1"}}],
)
def test_a_malformed_file_is_refused(change: dict[str, Any], saved: Callable[[Any], Path]) -> None:
    """Whatever else google-auth does not accept."""
    assert "malformed" in refusal_of(WORKLOAD | change, saved).words.en


class TestDefault:
    """`credentials: default`: the environment decides."""

    @pytest.fixture(autouse=True)
    def _nothing_around(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
        monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
        monkeypatch.setenv("NO_GCE_CHECK", "true")
        monkeypatch.setenv("PATH", str(tmp_path))

    def test_without_any_the_next_step_is_said(self, tmp_path: Path) -> None:
        """Gcloud with the right scope, or a key."""
        with pytest.raises(UnusableCredentials, match="no default credentials") as caught:
            load_credentials("default", tmp_path)

        assert "gcloud auth application-default login --client-id-file=" in caught.value.words.zh

    def test_the_file_that_the_environment_names_is_checked_like_any_other(
        self,
        saved: Callable[[Any], Path],
        service_account: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """GOOGLE_APPLICATION_CREDENTIALS comes first, as Google documents."""
        path = saved(service_account) / "key.json"
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))

        assert account_of(load_credentials("default", Path("/nowhere"))) == (
            "sheets-sync@acme.iam.gserviceaccount.com"
        )

        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(EXAMPLE))
        with pytest.raises(UnusableCredentials, match="still the example"):
            load_credentials("default", Path("/nowhere"))

    def test_a_sign_in_with_gcloud_is_found(self, tmp_path: Path) -> None:
        """And google-auth's warning about a quota project does not reach the user."""
        (tmp_path / "gcloud").mkdir()
        path = tmp_path / "gcloud" / "application_default_credentials.json"
        path.write_text(json.dumps(USER), encoding="utf-8")

        found = load_credentials("default", tmp_path)

        assert isinstance(found, user_credentials.Credentials)

    def test_the_environment_without_a_file_can_be_inspected(self, tmp_path: Path) -> None:
        """There is no key and no file mode to report."""
        (tmp_path / "gcloud").mkdir()
        path = tmp_path / "gcloud" / "application_default_credentials.json"
        path.write_text(json.dumps(USER), encoding="utf-8")

        identity = inspect_credentials("default", tmp_path)

        assert (identity.path, identity.type) == (None, "google.oauth2.credentials")
        assert (identity.key_id, identity.mode, identity.warnings) == (None, None, ())


def test_inspecting_tells_whom_to_share_with_and_no_secret(
    service_account: dict[str, str], saved: Callable[[Any], Path]
) -> None:
    """For `doctor`: the address, the key's id, the file's mode."""
    folder = saved(service_account)

    identity = inspect_credentials("key.json", folder)

    assert identity.path == str(folder / "key.json")
    assert identity.type == "service_account"
    assert identity.account == "sheets-sync@acme.iam.gserviceaccount.com"
    assert identity.key_id == "0123456789abcdef"
    assert identity.mode == 0o600
    assert identity.warnings == ()
    assert "PRIVATE" not in repr(identity)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_that_others_can_read_is_warned_about(
    mode: int, service_account: dict[str, str], saved: Callable[[Any], Path]
) -> None:
    """It still works; the warning says how to mend it."""
    path = saved(service_account) / "key.json"
    path.chmod(mode)

    [warning] = inspect_credentials("key.json", path.parent).warnings

    assert f"mode {mode:04o}" in warning.en
    assert f"chmod 600 {path}" in warning.zh


def test_a_machine_that_has_not_signed_in_has_no_account_yet() -> None:
    """Google's machines call their account `default` until the first token."""
    found = compute_engine.Credentials()  # type: ignore[no-untyped-call]

    assert account_of(found) is None
