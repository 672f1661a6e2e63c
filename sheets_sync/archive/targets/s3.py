"""A bucket: AWS, or whoever speaks S3 (MinIO, Aliyun OSS, Tencent COS, Cloudflare R2).

An object appears only once it is whole, so none gets a temporary name: there is no renaming in S3, only
a copy and a deletion, and a key that may do neither is the better one for an archive.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore import exceptions
from fsspec.asyn import sync
from s3fs import S3FileSystem

from sheets_sync.archive.targets.faults import (
    NO_PLACE,
    REFUSED,
    TOO_SLOW,
    UNREACHABLE,
    Why,
    why_of,
    why_of_status,
)
from sheets_sync.archive.targets.files import CONNECT_S, SILENT_S, Files, Way
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheets_sync.config.targets import Address

_ALIYUN = ".aliyuncs.com"
_ONLY_VIRTUAL = (_ALIYUN, ".myqcloud.com")
"""Endpoints that refuse a bucket in the path."""
_CLOSE_S = 5.0


def open_s3(address: Address) -> Files:
    """Return a bucket, or what is below a prefix in it, as a target."""
    options = address.options

    def connect() -> _Bucket:
        return _Bucket(
            key=options.get("key"),
            secret=options.get("secret"),
            token=options.get("token"),
            endpoint_url=options.get("endpoint_url"),
            config_kwargs=config_of(options),
            use_listings_cache=False,
            max_concurrency=1,  # a file is asked for at once, instead of its size first
        )

    root = f"{address.host}/{address.path}".rstrip("/")
    failures = (exceptions.BotoCoreError, exceptions.ClientError)
    return Files(address, Way(root, connect, failures, _why, whole=True))


def config_of(options: Mapping[str, str]) -> dict[str, Any]:
    """Return botocore's settings for what a URL says about a bucket's service."""
    host = urlsplit(options.get("endpoint_url", "")).hostname or ""
    virtual = "virtual" if host.endswith(_ONLY_VIRTUAL) else "auto"
    config = {
        "connect_timeout": CONNECT_S,
        "read_timeout": SILENT_S,
        "retries": {"mode": "standard", "total_max_attempts": 2},
        "s3": {"addressing_style": options.get("addressing_style", virtual)},
        # Only AWS itself knows the checksums that botocore would send and ask for.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
    }
    if "region" in options:
        config["region_name"] = options["region"]
    if host.endswith(_ALIYUN):
        # https://help.aliyun.com/zh/oss/developer-reference/use-aws-sdks-to-access-oss
        config["signature_version"] = "s3"
    return config


class _Bucket(S3FileSystem):  # type: ignore[misc]  # s3fs has no types
    """A client of one service, which is never shared and can be closed."""

    cachable = False
    retries = 2

    def close(self) -> None:
        """Close its connections now; s3fs leaves them to the garbage collector."""
        creator = getattr(self, "_s3creator", None)
        if creator is None:
            return
        with suppress(TimeoutError):
            sync(self.loop, creator.__aexit__, None, None, None, timeout=_CLOSE_S)


_BY_KIND = (
    ((exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError), TOO_SLOW),
    ((exceptions.ConnectionError, exceptions.HTTPClientError), UNREACHABLE),
    ((exceptions.NoCredentialsError, exceptions.CredentialRetrievalError), REFUSED),
    ((exceptions.PartialCredentialsError, exceptions.ProfileNotFound), REFUSED),
)
_NO_BUCKET = Why(
    NO_PLACE.what,
    Words(
        "请核对桶名、地域和 endpoint_url;桶要先在对方的控制台里建好。",
        "Check the bucket, the region and endpoint_url; the bucket has to exist first.",
    ),
)


def _why(error: BaseException) -> Why:
    """Return the reason; s3fs hides what the service answered inside the error it raises."""
    answer = error if isinstance(error, exceptions.ClientError) else error.__cause__
    if isinstance(answer, exceptions.ClientError):
        if answer.response["Error"].get("Code") == "NoSuchBucket":
            return _NO_BUCKET
        status = answer.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return why_of_status(status)
    for kinds, why in _BY_KIND:
        if isinstance(error, kinds):
            return why
    return why_of(error)
