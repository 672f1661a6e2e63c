"""Who may do what to which spreadsheet: flags that the admin endpoint sets, kept in memory."""

from dataclasses import dataclass, field

from sheets_sync.emulator.refusal import forbidden


@dataclass(slots=True)
class Access:
    """The spreadsheets that this caller may not write to, or not see at all."""

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
