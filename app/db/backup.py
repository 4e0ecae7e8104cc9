"""Copies of the archive. A backup is an ordinary closed archive: same users, same passwords, one file."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from app.core.i18n import t
from app.db import header_file as hf
from app.db.engine import connect
from app.db.keys import Header
from app.errors import EnvironmentProblem

PAGES_A_STEP = 1024
#: called with (pages done, pages in all)
OnPages = Callable[[int, int], None]


def copy_encrypted(
    source: Path,
    source_key: bytes | bytearray,
    target: Path,
    target_key: bytes | bytearray,
    header: Header,
    on_pages: OnPages | None = None,
    *,
    read_only: bool = False,
) -> None:
    """A consistent copy of a (possibly busy) archive at `target`, verified, then renamed into place.

    A pinned read snapshot keeps the copy from starting over at every foreign commit. Where the backup interface meets a
    torn free page it falls back to VACUUM INTO, which skips free pages (but cannot change the key). `read_only`: the source
    is open for reading only, with its header still behind its pages.
    """
    same_key = bytes(source_key) == bytes(target_key)
    with contextlib.closing(connect(source, source_key, read_only=read_only, immutable=read_only)) as origin:
        copy_from(origin, target, target_key, header, on_pages, same_key=same_key)


def copy_from(
    origin: Any,
    target: Path,
    target_key: bytes | bytearray,
    header: Header,
    on_pages: OnPages | None = None,
    *,
    same_key: bool = False,
) -> None:
    """As `copy_encrypted`, from an open connection."""
    part = target.with_name(target.name + ".part")
    _remove(part)
    try:
        try:
            _copy(origin, part, target_key, on_pages)
        except sqlcipher.DatabaseError:
            if not same_key:
                raise
            _remove(part)
            origin.execute("VACUUM INTO ?", (str(part),))
        with contextlib.closing(connect(part, target_key)) as copy:
            copy.execute("UPDATE setting SET value=? WHERE key='key_generation'", (str(header.generation),))
            copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            copy.execute("PRAGMA journal_mode=DELETE").fetchone()
            problems = integrity_problems(copy)
        if problems:
            raise EnvironmentProblem(t("备份没有通过校验，未保留。档案可能已损坏。"), details=problems)
        hf.append_trailer(part, header.to_bytes())
        part.replace(target)
        hf.sync_folder(target)
    except BaseException:
        _remove(part)
        raise


def _remove(part: Path) -> None:
    for leftover in (part, hf.companion(part, "-journal"), hf.companion(part, "-wal"), hf.companion(part, "-shm")):
        leftover.unlink(missing_ok=True)


def _copy(origin: Any, part: Path, key: bytes | bytearray, on_pages: OnPages | None) -> None:
    with contextlib.closing(connect(part, key, create=True)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE").fetchone()
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()

        def progress(_status: int, remaining: int, total: int) -> None:
            if on_pages:
                on_pages(total - remaining, total)

        try:
            origin.backup(copy, pages=PAGES_A_STEP, progress=progress)
        finally:
            origin.execute("ROLLBACK")


def _page_of(line: str) -> int:
    """The page a complaint of SQLCipher is about. Behind the last one lies the header of an archive open for reading."""
    found = re.search(r"page (\d+)", line)
    return int(found[1]) if found else 0


def integrity_problems(connection: Any) -> list[str]:
    """What SQLite and SQLCipher find wrong, at most ten lines; empty = sound."""
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        found += [
            str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check") if _page_of(row[0]) <= pages
        ]
        found += [f"foreign key: {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")]
    except sqlcipher.DatabaseError as error:
        found = [str(error)]
    return found[:10]
