"""The account of what was asked of a spreadsheet server, and how many bytes went by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheets_sync.sheets.pace import Kind


@dataclass(slots=True)
class Traffic:
    """Counts since the gateway was made; it can be read at any time.

    `reads` and `writes` are requests as a quota counts them, repeats included; `retried` says how
    many of them were repeats. `bytes_up` are request bodies, `bytes_down` answers' bodies as they
    came over the line, that is compressed. What a sign-in costs is not counted.
    """

    reads: int = 0
    writes: int = 0
    retried: int = 0
    bytes_up: int = 0
    bytes_down: int = 0

    def sent(self, kind: Kind, size: int, *, again: bool) -> None:
        """Count one request of so many bytes."""
        if kind == "read":
            self.reads += 1
        else:
            self.writes += 1
        self.retried += again
        self.bytes_up += size

    def received(self, size: int) -> None:
        """Count the bytes of one answer."""
        self.bytes_down += size
