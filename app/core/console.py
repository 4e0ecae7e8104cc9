"""Standard output and error on consoles that cannot show everything."""

from __future__ import annotations

import contextlib
import os
from typing import Any


def forgiving(*streams: Any) -> None:
    """From now on what a stream cannot carry becomes "?" there instead of an error, whoever writes: we, rich, the parser.

    Files and pipes get UTF-8, unless PYTHONIOENCODING asks for something else.
    """
    asked = bool(os.environ.get("PYTHONIOENCODING"))
    for stream in streams:
        with contextlib.suppress(AttributeError, OSError):  # a program without a console has none
            stream.reconfigure(errors="replace", encoding=None if asked or stream.isatty() else "utf-8")
