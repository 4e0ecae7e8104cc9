"""The program: `python -m app [ARCHIVE]`. No window toolkit is imported here, because child processes that read files
import this module too."""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path

from app.core.console import forgiving
from app.core.i18n import LANGUAGES


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the window, or with `--selftest DIR` try the whole program out without one. Returns the exit code."""
    multiprocessing.freeze_support()
    _no_core_dumps()
    forgiving(sys.stdout, sys.stderr)
    options = _parser().parse_args(arguments)
    if options.selftest is not None:
        from app.selftest import run_selftest

        return run_selftest(options.selftest)
    from app.entry import run_window

    return run_window(options.archive, language=options.lang, theme_mode=options.theme, locked_user=options.locked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kedang-gui", description="客档通 Kedang")
    parser.add_argument("archive", nargs="?", type=Path, help="*.kedang")
    parser.add_argument("--lang", choices=LANGUAGES)
    parser.add_argument("--theme", choices=("light", "dark", "system"))
    parser.add_argument("--locked", metavar="USER", help="ask for the password of USER, whoever stays signed in")
    parser.add_argument("--selftest", metavar="DIR", type=Path, help="create, import, check, quit")
    return parser


def _no_core_dumps() -> None:
    """A crash must not write the memory, and with it customers and keys, to the disk."""
    if sys.platform == "win32":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)  # no dialogs, no crash report with memory in it
    else:
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
