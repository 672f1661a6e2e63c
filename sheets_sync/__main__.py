"""The program: run a command and turn every expected failure into one message and an exit code."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from typer import Abort

from sheets_sync.cli import app, fail
from sheets_sync.errors import ConfigurationError, SheetsSyncError, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
_INTERRUPTED_WORDS = Words(
    "已中断。再运行一次即可:已写入的不会重复写。",
    "Interrupted. Just run it again: what was written is not written twice.",
)


def collect_rarely() -> None:
    """Look for reference cycles rarely: a run makes millions of small values that are no garbage."""
    gc.set_threshold(100_000, 50, 100)


def _unusable(error: OSError) -> Words:
    """Say which file or folder of this computer cannot be used."""
    return Words(
        f"{error.filename} 用不了:{error.strerror}。请检查它的所有者、权限和磁盘空间。",
        f"{error.filename} cannot be used: {error.strerror}. Check its owner, its permissions and the disk's space.",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 done, 2 configuration, 3 no source, 4 sheet, 5 unsafe, 130 interrupted.

    A bug keeps its traceback and ends with 1.
    """
    collect_rarely()
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        result = app(args=arguments, standalone_mode=False)
    except SheetsSyncError as error:
        fail(error.words, arguments)
        return error.exit_code
    except (KeyboardInterrupt, Abort):
        fail(_INTERRUPTED_WORDS, arguments)
        return INTERRUPTED
    except OSError as error:
        if error.filename is None:
            raise
        fail(_unusable(error), arguments)
        return ConfigurationError.exit_code
    except Exception as error:
        shown = getattr(error, "show", None)  # a mistake in the command line, in typer's own words
        if shown is None:
            raise
        shown()
        return 2
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(main())
