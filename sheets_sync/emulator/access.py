"""Who may do what to which spreadsheet: what it is shared as, and flags of the admin endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.emulator.identity import OWNER, Caller
from sheets_sync.emulator.refusal import file_not_found, forbidden, not_enough_rights
from sheets_sync.emulator.workbook import Json

RANKS = ("reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")
_WRITER, _ORGANIZER = RANKS.index("writer"), RANKS.index("organizer")


@dataclass(slots=True)
class Access:
    """The spreadsheets that nobody may write to, or not see at all; kept in memory."""

    read_only: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)

    def set(self, spreadsheet_id: str, *, read_only: bool | None, hidden: bool | None) -> None:
        """Set or lift a flag; None leaves it as it is."""
        for flag, members in ((read_only, self.read_only), (hidden, self.hidden)):
            if flag is True:
                members.add(spreadsheet_id)
            elif flag is False:
                members.discard(spreadsheet_id)

    def check(self, spreadsheet_id: str, *, writing: bool) -> None:
        """Refuse with 403 what the flags forbid."""
        if spreadsheet_id in self.hidden or (writing and spreadsheet_id in self.read_only):
            raise forbidden()


def rank(permissions: Iterable[Json], caller: Caller) -> int:
    """Return what a caller is to a file, as an index of RANKS; -1 is nothing.

    The server's owner is the owner of everything.
    """
    if caller.email == OWNER:
        return len(RANKS) - 1
    best = -1
    for item in permissions:
        address = str(item.get("emailAddress", "")).casefold()
        domain = "@" + str(item.get("domain", "")).casefold()
        if (
            item["type"] == "anyone"
            or (item["type"] in ("user", "group") and address == caller.email.casefold())
            or (item["type"] == "domain" and caller.email.casefold().endswith(domain))
        ):
            best = max(best, RANKS.index(item["role"]))
    return best


def check_sheet(permissions: Iterable[Json], caller: Caller, *, writing: bool) -> None:
    """Refuse with 403, as Sheets does, a caller whom a spreadsheet is not shared with enough."""
    if rank(permissions, caller) < (_WRITER if writing else 0):
        raise forbidden()


def is_manager(permissions: Iterable[Json], caller: Caller) -> bool:
    """Say whether protections do not hold for a caller: the owner, or who organises the drive."""
    return rank(permissions, caller) >= _ORGANIZER


def check_file(file_id: str, permissions: Iterable[Json], caller: Caller, need: str) -> None:
    """Refuse as Drive does: a file one may not see is not there, one may not change is 403."""
    own = rank(permissions, caller)
    if own < 0:
        raise file_not_found(file_id)
    if own < RANKS.index(need):
        raise not_enough_rights(file_id)


def permission(email: str, role: str) -> dict[str, Any]:
    """Return the Drive permission of one user."""
    name = "local-owner" if email == OWNER else "".join(c if c.isalnum() else "-" for c in email)
    return {
        "kind": "drive#permission",
        "id": name,
        "type": "user",
        "role": role,
        "emailAddress": email,
    }
