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
from app.db.keys import PAGE_SIZE, Damaged, Header
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
    thorough: bool = True,
) -> None:
    """A consistent copy of a (possibly busy) archive at `target`, verified, then renamed into place.

    A pinned read snapshot keeps the copy from starting over at every foreign commit. Where the backup interface meets a
    torn free page it falls back to VACUUM INTO, which skips free pages (but cannot change the key). `read_only`: the source
    is open for reading only, with its header still behind its pages. `thorough`: see `copy_from`.
    """
    same_key = bytes(source_key) == bytes(target_key)
    with contextlib.closing(connect(source, source_key, read_only=read_only, immutable=read_only)) as origin:
        copy_from(origin, target, target_key, header, on_pages, same_key=same_key, thorough=thorough)


def copy_from(
    origin: Any,
    target: Path,
    target_key: bytes | bytearray,
    header: Header,
    on_pages: OnPages | None = None,
    *,
    same_key: bool = False,
    thorough: bool = True,
) -> None:
    """As `copy_encrypted`, from an open connection.

    Every page is authenticated as it is read, so a copy has no page that was not written so. A `thorough` one is read
    once more from end to end: its pages, its tables against their indexes, its references. Otherwise it is looked at
    where it begins and ends.
    """
    part = target.with_name(target.name + ".part")
    _remove(part)
    try:
        try:
            pages = _copy(origin, part, target_key, on_pages)
        except sqlcipher.DatabaseError:
            if not same_key:
                raise
            _remove(part)
            origin.execute("VACUUM INTO ?", (str(part),))
            pages, thorough = 0, True
        with contextlib.closing(connect(part, target_key)) as copy:
            copy.execute("UPDATE setting SET value=? WHERE key='key_generation'", (str(header.generation),))
            copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            copy.execute("PRAGMA journal_mode=DELETE").fetchone()
            problems = integrity_problems(copy) if thorough else _problems_at_first_sight(copy, part, pages)
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


def is_whole(path: Path, vault_id: str) -> bool:
    """Whether the file is there, ends as a closed archive does, and is one of this archive; its pages are not read."""
    try:
        body, end = hf.read_trailer(path)
        return body is not None and end > 0 and end % PAGE_SIZE == 0 and Header.from_bytes(body).vault_id == vault_id
    except (OSError, Damaged):
        return False


def sweep(folder: Path) -> None:
    """Remove what copies that were killed left in the folder. Only while nobody makes one there."""
    for left in folder.iterdir():
        if left.name.endswith((".part", ".part-journal", ".part-wal", ".part-shm")):
            left.unlink(missing_ok=True)


def _copy(origin: Any, part: Path, key: bytes | bytearray, on_pages: OnPages | None) -> int:
    """Returns how many pages there are."""
    with contextlib.closing(connect(part, key, create=True)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE").fetchone()
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
        pages = int(origin.execute("PRAGMA page_count").fetchone()[0])

        def progress(_status: int, remaining: int, total: int) -> None:
            if on_pages:
                on_pages(total - remaining, total)

        try:
            origin.backup(copy, pages=PAGES_A_STEP, progress=progress)
        finally:
            origin.execute("ROLLBACK")
    return pages


def _problems_at_first_sight(copy: Any, path: Path, pages: int) -> list[str]:
    """Whether all pages are there, and the first and the last rows of the journal can be read; [] = so it seems."""
    try:
        counted, size = copy.execute("PRAGMA page_count").fetchone()[0], path.stat().st_size
        ends = [copy.execute(f"SELECT {end}(rid) FROM change").fetchone() for end in ("min", "max")]
        copy.execute("SELECT id, fields FROM change WHERE rid IN (?, ?)", [end[0] for end in ends]).fetchall()
    except sqlcipher.DatabaseError as error:
        return [str(error)]
    whole = counted == pages and size == pages * PAGE_SIZE
    return [] if whole else [f"{counted} of {pages} pages, {size} bytes"]


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
