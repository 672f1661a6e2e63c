"""Who calls: bearer tokens, and the token endpoint that Google's client libraries sign in at.

The server has one key pair of its own, made when it is first needed. It signs nothing: it hands the
private half to the made-up service accounts, and checks their assertions with the other half, as
Google does with the keys it gives out.
"""

import base64
import binascii
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sheets_sync.emulator.refusal import ApiError

OWNER = "local@sheets.invalid"
"""The address of the account that owns the server; whoever brings no token is it."""

PROJECT = "local-sheets"
OPEN, REQUIRED = "open", "required"
KINDS = ("service_account", "authorized_user")
LIFETIME_S = 3600
_SKEW_S = 300
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CLIENT_ID = f"{PROJECT}.apps.googleusercontent.com"
_FILE = "identities.json"
_AUTH = "https://www.googleapis.com/auth/"
_READ_SHEETS = ("spreadsheets", "spreadsheets.readonly", "drive", "drive.readonly", "drive.file")
_READ_DRIVE = ("drive", "drive.readonly", "drive.file", "drive.metadata", "drive.metadata.readonly")
_WRITE = ("drive", "drive.file")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request."""

    email: str = OWNER
    is_service_account: bool = False
    is_page: bool = False
    """The server's own page: quotas and faults are not meant for it."""
    scopes: frozenset[str] | None = None
    """What the token allows; None allows everything."""

    def check_scope(self, *, drive: bool, writing: bool) -> None:
        """Refuse with 403 what the token's scopes do not cover."""
        if self.scopes is None:
            return
        enough: tuple[str, ...] = _READ_DRIVE if drive else _READ_SHEETS
        if writing:
            enough = _WRITE if drive else ("spreadsheets", *_WRITE)
        if not any(_AUTH + name in self.scopes for name in enough):
            raise _narrow(drive=drive)


EVERYONE = Caller()
"""The caller without a token, where none is required."""


def _narrow(*, drive: bool) -> ApiError:
    message = "Request had insufficient authentication scopes."
    if drive:
        entry = {
            "message": "Insufficient Permission",
            "domain": "global",
            "reason": "insufficientPermissions",
        }
        return ApiError(message, code=403, errors=[entry])
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": "sheets.googleapis.com"},
    }
    return ApiError(message, code=403, details=[detail])


def bad_token(*, drive: bool = False) -> ApiError:
    """Return Google's refusal of a token it does not know."""
    if drive:
        entry = {
            "message": "Invalid Credentials",
            "domain": "global",
            "reason": "authError",
            "location": "Authorization",
            "locationType": "header",
        }
        return ApiError("Invalid Credentials", code=401, errors=[entry])
    return ApiError(
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
        code=401,
    )


class TokenRefused(Exception):
    """A grant that gets no token: what OAuth's error answer says."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


class Identities:
    """The accounts, keys and tokens of a server; accounts and key are kept in its data folder."""

    def __init__(
        self, data: Path, mode: str = OPEN, clock: Callable[[], float] = time.time
    ) -> None:
        if mode not in (OPEN, REQUIRED):
            raise ValueError(mode)
        self.mode = mode
        self._file = data / _FILE
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[Caller, float]] = {}
        self._page = secrets.token_urlsafe(24)
        self._kept: dict[str, Any] = {"key": "", "accounts": [], "users": {}}
        if self._file.exists():
            self._kept = json.loads(self._file.read_text("utf-8"))

    @property
    def page_secret(self) -> str:
        """The value of the cookie by which the server knows its own page."""
        return self._page

    def caller(self, token: str | None, cookie: str | None, *, drive: bool) -> Caller:
        """Return who sent a request; refuse an unknown token where tokens are required."""
        if token is not None:
            known = self._tokens.get(token)
            if known is not None and known[1] > self._clock():
                return known[0]
            if known is not None or self.mode == REQUIRED:
                raise bad_token(drive=drive)
        elif cookie is not None and secrets.compare_digest(cookie, self._page):
            return Caller(is_page=True)
        elif self.mode == REQUIRED:
            raise ApiError(
                "Method doesn't allow unregistered callers (callers without established identity). "
                "Please use API Key or other form of API consumer identity to call this API.",
                code=403,
            )
        return EVERYONE

    def credentials(self, kind: str, name: str | None, base: str) -> dict[str, Any]:
        """Return a credentials file for a made-up account whose token endpoint is this server's.

        `name` is a service account's name or a user's address.
        """
        with self._lock:
            if kind == "service_account":
                return self._service_account(name or "sheets-sync", base)
            if kind == "authorized_user":
                return self._authorized_user(name or OWNER, base)
        raise ApiError(f"The type of credentials is one of {', '.join(KINDS)}.")

    def _service_account(self, name: str, base: str) -> dict[str, Any]:
        if not name.replace("-", "").isalnum() or not name.isascii():
            raise ApiError("A service account's name has letters, digits and hyphens.")
        email = f"{name}@{PROJECT}.iam.gserviceaccount.com"
        key = self._key()
        if email not in self._kept["accounts"]:
            self._kept["accounts"].append(email)
            self._save()
        certificates = "https://www.googleapis.com/robot/v1/metadata/x509/"
        return {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "local",
            "private_key": key,
            "client_email": email,
            "client_id": "100000000000000000000",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": f"{base}/token",
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url": certificates + quote(email, safe=""),
            "universe_domain": "googleapis.com",
        }

    def _authorized_user(self, email: str, base: str) -> dict[str, Any]:
        users = self._kept["users"]
        token = next((one for one, owner in users.items() if owner == email), None)
        if token is None:
            token = "1//local-" + secrets.token_urlsafe(32)
            users[token] = email
            self._save()
        return {
            "type": "authorized_user",
            "client_id": _CLIENT_ID,
            "client_secret": "local",
            "refresh_token": token,
            "token_uri": f"{base}/token",
            "account": email,
            "universe_domain": "googleapis.com",
        }

    def _key(self) -> str:
        """Return the private key as PEM; make it when there is none yet."""
        if not self._kept["key"]:
            from cryptography.hazmat.primitives.asymmetric import rsa
            from cryptography.hazmat.primitives.serialization import (
                Encoding,
                NoEncryption,
                PrivateFormat,
            )

            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            text = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self._kept["key"] = text.decode()
            self._save()
        return str(self._kept["key"])

    def _save(self) -> None:
        making = self._file.with_suffix(".tmp")
        descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self._kept, file)
            file.flush()
            os.fsync(file.fileno())
        making.rename(self._file)

    def exchange(self, form: Mapping[str, str], base: str) -> dict[str, Any]:
        """Return an access token for a grant; raise TokenRefused in OAuth's words."""
        grant = form.get("grant_type")
        if grant == _JWT_GRANT:
            return self._by_assertion(form.get("assertion", ""), base)
        if grant == "refresh_token":
            return self._by_refresh(form)
        raise TokenRefused("unsupported_grant_type", f"Invalid grant_type: {grant}")

    def _by_assertion(self, assertion: str, base: str) -> dict[str, Any]:
        claims = self._claims(assertion)
        email = str(claims.get("iss", ""))
        if email not in self._kept["accounts"]:
            raise TokenRefused("invalid_grant", "Invalid grant: account not found")
        if claims.get("aud") not in (f"{base}/token", "https://oauth2.googleapis.com/token"):
            raise TokenRefused("invalid_grant", "Failed audience check.")
        if claims.get("sub") not in (None, email):
            raise TokenRefused(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not "
                "authorized for any of the scopes requested.",
                401,
            )
        self._check_time(claims)
        scope = str(claims.get("scope") or "")
        if not scope:
            raise TokenRefused("invalid_scope", "Empty or missing scope not allowed.")
        return self._issue(email, scope, is_service_account=True)

    def _check_time(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        try:
            start, end = float(claims["iat"]), float(claims["exp"])
        except (KeyError, TypeError, ValueError) as error:
            raise TokenRefused("invalid_grant", "Invalid JWT: iat and exp are required.") from error
        if end < now - _SKEW_S or start > now + _SKEW_S or end - start > LIFETIME_S:
            raise TokenRefused(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                "timeframe. Check your iat and exp values in the JWT claim.",
            )

    def _claims(self, assertion: str) -> dict[str, Any]:
        """Return what a signed assertion claims; refuse one that our key did not sign."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        signed, _, signature = assertion.rpartition(".")
        try:
            head, _, body = signed.partition(".")
            claims = json.loads(_unpacked(body))
            algorithm = json.loads(_unpacked(head))["alg"]
            raw = _unpacked(signature)
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise TokenRefused("invalid_request", "Bad Request") from error
        if not self._kept["key"]:
            raise TokenRefused("invalid_grant", "Invalid grant: account not found")
        key = load_pem_private_key(self._kept["key"].encode(), None)
        if not isinstance(key, RSAPrivateKey) or algorithm != "RS256":
            raise TokenRefused("invalid_grant", "Invalid JWT Signature.")
        try:
            key.public_key().verify(raw, signed.encode(), PKCS1v15(), SHA256())
        except InvalidSignature as error:
            raise TokenRefused("invalid_grant", "Invalid JWT Signature.") from error
        return claims if isinstance(claims, dict) else {}

    def _by_refresh(self, form: Mapping[str, str]) -> dict[str, Any]:
        if form.get("client_id") != _CLIENT_ID or form.get("client_secret") != "local":
            raise TokenRefused("invalid_client", "The OAuth client was not found.", 401)
        email = self._kept["users"].get(form.get("refresh_token"))
        if email is None:
            raise TokenRefused("invalid_grant", "Token has been expired or revoked.")
        scope = form.get("scope") or f"{_AUTH}spreadsheets {_AUTH}drive"
        return {**self._issue(email, scope), "scope": scope}

    def _issue(self, email: str, scope: str, *, is_service_account: bool = False) -> dict[str, Any]:
        token = "ya29.local-" + secrets.token_urlsafe(32)
        caller = Caller(email, is_service_account, scopes=frozenset(scope.split()))
        with self._lock:
            self._tokens[token] = (caller, self._clock() + LIFETIME_S)
        return {"access_token": token, "expires_in": LIFETIME_S - 1, "token_type": "Bearer"}

    def forget_tokens(self) -> None:
        """Let every token that was given out be unknown from now on."""
        with self._lock:
            now = self._clock()
            self._tokens = {token: (who, now) for token, (who, _) in self._tokens.items()}


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
