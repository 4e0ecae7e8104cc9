"""Attachments on their way out of the archive: saved where a person wants, or opened through a folder that is swept."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import stat
import time
from pathlib import Path

from app.core.paths import data_dir
from app.db import attachments
from app.db.store.reading import Reader
from app.services.tickets.mail.file_names import safe_name

#: copies of a program that did not end properly are swept after this many seconds
STALE = 24 * 3600


def _root() -> Path:
    return data_dir() / "opened"


def sweep(*, all_of_them: bool = False) -> None:
    """Delete copies that were opened for looking at: those a day old, or all."""
    root = _root()
    if not root.is_dir():
        return
    for folder in root.iterdir():
        try:
            old = time.time() - folder.stat().st_mtime > STALE
        except OSError:
            continue
        if all_of_them or old:
            shutil.rmtree(folder, onerror=_writable)


def _writable(act: object, path: str, _info: object) -> None:
    """A read-only copy on a system that does not delete such: make it writable and try once more."""
    try:
        Path(path).chmod(stat.S_IRWXU)
        if callable(act):
            act(path)
    except OSError:
        return


def write_copy(reader: Reader, sha256: str, target: Path) -> Path:
    """Write the content to `target`, whole or not at all."""
    part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            for chunk in attachments.chunks(reader.connection, sha256):
                file.write(chunk)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def open_copy(reader: Reader, sha256: str, name: str) -> Path:
    """A read-only copy in a folder of its own that is deleted when the program ends; for handing to another program."""
    sweep()
    folder = _root() / secrets.token_hex(8)
    folder.mkdir(parents=True, mode=0o700)
    atexit.register(shutil.rmtree, folder, onerror=_writable)
    path = write_copy(reader, sha256, folder / safe_name(name))
    if os.name != "nt":
        path.chmod(0o400)
    return path
