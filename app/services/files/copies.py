"""Files on their way out of the archive: saved where a person wants, or opened through a folder that is swept."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import stat
import time
from pathlib import Path
from typing import BinaryIO

from app.core.i18n import t
from app.core.jobs import BYTES, Job
from app.core.paths import data_dir
from app.db import attachments
from app.db.problems import told_plainly
from app.db.store.reading import Reader
from app.errors import UserError
from app.services.files.names import safe_name

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


def write_to(reader: Reader, sha256: str, target: BinaryIO, job: Job | None = None) -> None:
    """Write the content to an open file. Raises EnvironmentProblem where it is damaged; what came until then is written."""
    job, done = job or Job(), 0
    total = attachments.size_of(reader.connection, sha256) or 0
    for chunk in attachments.chunks(reader.connection, sha256):
        target.write(chunk)
        done += len(chunk)
        job.progress(t("正在保存附件"), done, total, unit=BYTES)


def write_copy(reader: Reader, sha256: str, target: Path, job: Job | None = None, *, overwrite: bool = True) -> Path:
    """Write the content to `target`, whole or not at all; raises UserError where a file is that may not be written over."""
    if not overwrite and target.exists():
        raise _exists(target)
    part = target.with_name(f".{target.name[:60]}.{secrets.token_hex(4)}.part")
    try:
        with told_plainly():
            with part.open("xb") as file:
                write_to(reader, sha256, file, job)
            if overwrite:
                part.replace(target)
            else:
                _put(part, target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _put(part: Path, target: Path) -> None:
    """Give the file its name, unless somebody else has it by now."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # a disk without hard links
        if target.exists():
            raise _exists(target) from None
        part.rename(target)


def _exists(target: Path) -> UserError:
    return UserError(t("文件已存在：{path}。请换一个文件名。", path=target))


def open_copy(reader: Reader, sha256: str, name: str, job: Job | None = None) -> Path:
    """A read-only copy in a folder of its own that is deleted when the program ends; for handing to another program."""
    sweep()
    folder = _root() / secrets.token_hex(8)
    with told_plainly():
        folder.mkdir(parents=True, mode=0o700)
    atexit.register(shutil.rmtree, folder, onerror=_writable)
    path = write_copy(reader, sha256, folder / safe_name(name), job)
    if os.name != "nt":
        path.chmod(0o400)
    return path
