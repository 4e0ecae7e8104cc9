"""The packaged program's entry: `kedang` opens the window; `kedang --cli …` is the command line."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    """Hand over to the window or to the command line."""
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["--cli"]:
        from app.cli.main import main as command_line

        return command_line(sys.argv[2:])
    from app.__main__ import main as window

    return window()


if __name__ == "__main__":
    sys.exit(main())
