"""Everything that talks to a spreadsheet, Google's or the local server's."""
