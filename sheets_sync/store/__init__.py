"""What the program remembers between runs: figures, runs, tabs, and what it last wrote to each row."""

from sheets_sync.store.memory import Arrived, RunRow, Store

__all__ = ["Arrived", "RunRow", "Store"]
