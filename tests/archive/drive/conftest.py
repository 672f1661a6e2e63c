"""The local server as Google Drive: it wants to know who calls, and a clock that never sleeps for real."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import google.auth.transport.requests
import pytest
import requests

from sheets_sync.archive.targets import Target, drive, open_target
from sheets_sync.emulator.serve import LocalServer

ROBOT = "sheets-sync@local-sheets.iam.gserviceaccount.com"
ANN = "ann@example.com"
FOLDER = "application/vnd.google-apps.folder"
HOST = "www.googleapis.com"


class Signed(google.auth.transport.requests.AuthorizedSession):
    """google-auth's session; what is meant for Google goes to the local server."""

    def __init__(self, credentials: Any, base: str) -> None:
        super().__init__(credentials)
        self.trust_env = False
        self.base = urlsplit(base)

    def request(self, method: str, url: str, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(url)
        assert (parts.scheme, parts.hostname) == ("https", HOST), "tokens go to Google alone"
        url = urlunsplit(parts._replace(scheme="http", netloc=self.base.netloc))
        return super().request(method, url, *args, **options)


@dataclass
class Google:
    """The local server, and what its owner sees and does in Drive."""

    server: LocalServer
    owner: requests.Session
    folder: Path
    """The job's folder, where the credentials lie."""

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        params = {"supportsAllDrives": "true", **options.pop("params", {})}
        url = f"{self.server.url}/drive/v3{path}"
        answer = self.owner.request(method, url, params=params, timeout=10, **options)
        assert answer.ok, answer.text
        return answer

    def shared_drive(self, role: str = "fileOrganizer") -> str:
        """Make a shared drive with the service account as a member."""
        query = {"requestId": "1"}
        made = self.ask("POST", "/drives", params=query, json={"name": "Team"}).json()["id"]
        self.share(made, role)
        return str(made)

    def share(self, file_id: str, role: str, email: str = ROBOT) -> None:
        body = {"type": "user", "emailAddress": email, "role": role}
        self.ask("POST", f"/files/{file_id}/permissions", json=body)

    def make(self, name: str, parent: str = "root", kind: str = FOLDER) -> str:
        """Make a folder, or an empty file of another type."""
        body = {"name": name, "mimeType": kind, "parents": [parent]}
        return str(self.ask("POST", "/files", json=body).json()["id"])

    def fill(self, file_id: str, content: bytes) -> None:
        url = f"{self.server.url}/upload/drive/v3/files/{file_id}"
        query = {"supportsAllDrives": "true", "uploadType": "media"}
        assert self.owner.patch(url, params=query, data=content, timeout=10).ok

    def files(self, *, trashed: bool = False) -> dict[str, dict[str, Any]]:
        """Return every file that is not a folder, by its name; none may be there twice."""
        query = {
            "corpora": "allDrives",
            "includeItemsFromAllDrives": "true",
            "q": f"mimeType != '{FOLDER}' and trashed = {str(trashed).lower()}",
            "fields": "files",
        }
        found = self.ask("GET", "/files", params=query).json()["files"]
        assert len({file["name"] for file in found}) == len(found)
        return {file["name"]: file for file in found}

    def content(self, name: str) -> bytes:
        query = {"alt": "media"}
        return self.ask("GET", f"/files/{self.files()[name]['id']}", params=query).content

    def fail(self, *kinds: str, after: int = 0, when: str = "write") -> None:
        """Let calls fail one after the other, once so many have succeeded."""
        if after:
            self.server.fail({"kind": "slow", "seconds": 0, "when": when, "times": after})
        for kind in kinds:
            self.server.fail({"kind": kind, "when": when})

    def key(self, kind: str = "service_account", name: str = "") -> str:
        """Put a credentials file into the job's folder and return its name."""
        query = {"type": kind, **({"name": name} if name else {})}
        url = f"{self.server.url}/admin/credentials"
        answer = requests.get(url, params=query, timeout=10)
        file = self.folder / f"{kind}.json"
        file.write_text(answer.text, encoding="utf-8")
        file.chmod(0o600)
        return file.name


@pytest.fixture(autouse=True)
def _nobodys_computer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, no credentials of this computer, and no look-ups by google-auth in the background."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setattr(
        "google.auth.credentials.CredentialsWithRegionalAccessBoundary"
        "._is_regional_access_boundary_lookup_required",
        lambda _: False,
    )


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the retries would have slept."""
    waits: list[float] = []
    told = SimpleNamespace(sleep=waits.append, monotonic=lambda: sum(waits))
    for module in ("tenacity", "tenacity.nap", "google.auth._exponential_backoff"):
        monkeypatch.setattr(f"{module}.time", told)
    return waits


@pytest.fixture(scope="session")
def identities(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A server's accounts and key; making a key takes a while, so all tests have the same."""
    with LocalServer(tmp_path_factory.mktemp("identities")) as server:
        requests.get(f"{server.url}/admin/credentials", timeout=10)
        return (server.data / "identities.json").read_bytes()


@pytest.fixture
def google_drive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slept: list[float], identities: bytes
) -> Iterator[Google]:
    """Google, as far as a copy of the archive is concerned."""
    (tmp_path / "google").mkdir()
    (tmp_path / "google" / "identities.json").write_bytes(identities)
    with LocalServer(tmp_path / "google", auth="required") as server:
        monkeypatch.setattr(drive, "google_session", lambda given: Signed(given, server.url))
        with requests.Session() as owner:
            owner.trust_env = False
            owner.get(f"{server.url}/", timeout=10)
            yield Google(server, owner, tmp_path)


@pytest.fixture
def opened(google_drive: Google) -> Iterator[Callable[..., Target]]:
    """Open a target by the id of a folder, as the service account unless another file is named."""
    targets: list[Target] = []

    def open_it(folder_id: str, path: str = "", key: str = "") -> Target:
        url = f"gdrive://{folder_id}{path}?credentials={key or google_drive.key()}"
        targets.append(open_target(url, google_drive.folder))
        return targets[-1]

    yield open_it
    for target in targets:
        target.close()


@pytest.fixture
def url(google_drive: Google) -> str:
    """An empty folder of a shared drive, to which the service account is invited."""
    return f"gdrive://{google_drive.shared_drive()}/archive?credentials={google_drive.key()}"


@pytest.fixture
def target(url: str, google_drive: Google) -> Iterator[Target]:
    """An empty target."""
    made = open_target(url, google_drive.folder)
    yield made
    made.close()


@pytest.fixture
def secrets(google_drive: Google) -> tuple[str, ...]:
    """What must not be shown: the key, and anything that looks like a token."""
    key = json.loads((google_drive.folder / "service_account.json").read_text())["private_key"]
    return key[60:90], "ya29."
