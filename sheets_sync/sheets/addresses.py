"""Whether a credential file sends secrets only where they belong.

A credential file can name the server that exchanges a secret for a token, and even a program to run,
and google-auth follows it. Whoever can slip such a file in would receive the tokens, so every address
is held against what Google and Amazon document. A token address on this computer is allowed: it
rehearses the sign-in without Google.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_METADATA = {"169.254.169.254", "fd00:ec2::254"}
_AWS_STS = "sts.amazonaws.com"


def runs_a_program(info: Mapping[str, Any]) -> bool:
    """Tell whether the credentials, or those inside them, name a program to run."""
    source, inner = info.get("credential_source"), info.get("source_credentials")
    here = isinstance(source, dict) and "executable" in source
    return here or (isinstance(inner, dict) and runs_a_program(inner))


def foreign_addresses(info: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of each entry whose address is not one of Google's (or of Amazon's, for AWS)."""
    for name, allowed in _ALLOWED.items():
        if info.get(name) and not allowed(str(info[name])):
            yield name
    source, inner = info.get("credential_source"), info.get("source_credentials")
    if isinstance(source, dict):
        yield from (f"credential_source.{name}" for name in _foreign_sources(source))
    if isinstance(inner, dict):
        yield from (f"source_credentials.{name}" for name in foreign_addresses(inner))


def _foreign_sources(source: Mapping[str, Any]) -> Iterator[str]:
    on_aws = "environment_id" in source
    for name in ("url", "region_url", "imdsv2_session_token_url"):
        if source.get(name) and not _is_subject_source(str(source[name]), on_aws=on_aws):
            yield name
    verify = source.get("regional_cred_verification_url")
    if verify and not _is_aws_sts(str(verify)):
        yield "regional_cred_verification_url"


def _is_google_token(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    google = host == "accounts.google.com" or host.endswith(".googleapis.com")
    return host in _LOOPBACK or (parts.scheme == "https" and google)


def _is_impersonation(url: str) -> bool:
    parts = urlsplit(url)
    return (parts.scheme, parts.netloc) == ("https", "iamcredentials.googleapis.com")


def _is_subject_source(url: str, *, on_aws: bool) -> bool:
    """Tell whether a subject token may be fetched there: a machine's metadata, or over https."""
    parts = urlsplit(url)
    if parts.hostname in _METADATA:
        return True
    return not on_aws and (parts.scheme == "https" or parts.hostname in _LOOPBACK)


def _is_aws_sts(url: str) -> bool:
    parts = urlsplit(url.replace("{region}", "region"))
    host = parts.hostname or ""
    regional = host.startswith("sts.") and host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
    return parts.scheme == "https" and (host == _AWS_STS or regional)


_ALLOWED: dict[str, Callable[[str], bool]] = {
    "token_uri": _is_google_token,
    "token_url": "https://sts.googleapis.com/v1/token".__eq__,
    "token_info_url": "https://sts.googleapis.com/v1/introspect".__eq__,
    "service_account_impersonation_url": _is_impersonation,
}
