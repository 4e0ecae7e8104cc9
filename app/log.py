"""The log file: what went wrong and where in the code, never what stood in a record.

Texts that a message is filled with may come from customers, and so may the words of an exception. Both are left out:
numbers stay, everything else becomes "…", and a traceback keeps its places and types only.
"""

from __future__ import annotations

import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

_SIZE, _KEPT = 1_000_000, 3
_Error = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """Writes time, level, place and the message without its data."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s:%(lineno)d %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        shown = logging.makeLogRecord(record.__dict__)
        args = record.args if isinstance(record.args, tuple) else ()
        safe = tuple(value if isinstance(value, int | float) else "…" for value in args)
        try:
            shown.msg, shown.args = (str(record.msg) % safe if safe else str(record.msg)), ()
        except (TypeError, ValueError):
            shown.msg, shown.args = str(record.msg), ()
        shown.exc_text = None
        return super().format(shown)

    def formatException(self, error: _Error) -> str:  # noqa: N802 - the name of logging
        lines = []
        current: BaseException | None = error[1]
        seen: set[int] = set()
        while current is not None and id(current) not in seen:
            seen.add(id(current))
            frames = traceback.extract_tb(current.__traceback__)
            lines += [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
            lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
            current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        return "\n".join(lines)


def start_logging(folder: Path) -> RotatingFileHandler:
    """Log into `folder`/kedang.log: three old files of 1 MB are kept. A folder that cannot be written is no obstacle."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "kedang.log", maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8", delay=True
    )
    handler.setFormatter(DiscreetFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("app").setLevel(logging.INFO)
    logging.getLogger("app.db.engine").setLevel(logging.WARNING)  # the pool of connections tells of every step
    return handler
