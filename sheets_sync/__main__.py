"""The program: run a command and turn every expected failure into one message and an exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sheets_sync.cli import app, fail
from sheets_sync.errors import SheetsSyncError, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 done, 2 configuration, 3 no source, 4 sheet, 5 unsafe, 130 interrupted.

    A bug keeps its traceback and ends with 1.
    """
    try:
        result = app(args=arguments, standalone_mode=False)
    except SheetsSyncError as error:
        fail(error.words)
        return error.exit_code
    except KeyboardInterrupt:
        fail(Words("已中断。", "Interrupted."))
        return INTERRUPTED
    except Exception as error:
        shown = getattr(error, "show", None)  # a mistake in the command line, in typer's own words
        if shown is None:
            raise
        shown()
        return 2
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(main())
