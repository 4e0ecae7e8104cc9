"""Where archives lie, and what they are called."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths

ENDING = ".kedang"


def documents() -> Path:
    """The person's own documents folder."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(place) if place and Path(place).is_dir() else Path.home()
