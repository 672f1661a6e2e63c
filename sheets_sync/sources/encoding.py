"""Bytes to text, by the order in which the evidence is good.

A byte-order mark, then strict UTF-8, then the marketplace's legacy encoding: cp932 for Japan, cp1252
elsewhere. cp932 is never a guess made before cp1252, because it accepts most cp1252 bytes and
turns them into silent nonsense.
"""

from __future__ import annotations

import gzip
import io
import zlib
from typing import NamedTuple

from sheets_sync.errors import Words
from sheets_sync.sources.faults import Refused

_GZIP_MARK = b"\x1f\x8b"
_LARGEST_UNPACKED = 1 << 30
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

_CUT_GZIP = Words(
    "压缩文件(gzip)不完整或已损坏,请重新下载",
    "The gzip file is cut off or damaged; download it again",
)
_TOO_LARGE = Words("解压后超过 1 GB,不读取", "Larger than 1 GB unpacked; not read")
_CUT_CHARACTER = Words(
    "文件在一个字符中间断开,可能没有下载完整",
    "The file ends in the middle of a character; it may be cut off",
)
_LOST_CHARACTERS = Words(
    "按 {encoding} 读取,{n} 处字符无法识别(已用替代符号)",
    "Read as {encoding}; {n} characters were not recognised and replaced",
)


class Decoded(NamedTuple):
    """A file's text, the encoding it was read with, and what was lost on the way."""

    text: str
    encoding: str
    warning: Words | None = None


def unpacked(data: bytes) -> bytes:
    """Return the content of a gzip file, or the bytes as they are; Refused where it is damaged."""
    if not data.startswith(_GZIP_MARK):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            content = packed.read(_LARGEST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused(_CUT_GZIP) from error
    if len(content) > _LARGEST_UNPACKED:
        raise Refused(_TOO_LARGE)
    return content


def decode(data: bytes, *, japanese: bool) -> Decoded:
    """Return the text of a file; `japanese` says that its marketplace is Japan."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _tolerant(data, encoding)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.reason == "unexpected end of data":
            return Decoded(data.decode("utf-8", "replace"), "utf-8", _CUT_CHARACTER)
    return _tolerant(data, "cp932" if japanese else "cp1252")


def decoded_as_japanese(data: bytes) -> Decoded | None:
    """Return the text as strict cp932, or None where it is not."""
    try:
        return Decoded(data.decode("cp932"), "cp932")
    except UnicodeDecodeError:
        return None


def _tolerant(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    return Decoded(text, encoding, _LOST_CHARACTERS.filled(encoding=encoding, n=lost))
