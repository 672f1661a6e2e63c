"""Files of the inbox to reports: `inbox.scan` lists them, `load` reads them.

One module per kind of report under `reports`, a shared floor of text, tables and numbers below, and the
decision what a file is and where it belongs in between. Every fault in a file is a value.
"""

from sheets_sync.sources.loading import load
from sheets_sync.sources.places import Places

__all__ = ["Places", "load"]
