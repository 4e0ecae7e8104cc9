"""Connections to the encrypted file, and the SQLAlchemy engine over them.

Every setting here was measured: raw key (no passphrase derivation by SQLCipher), WAL, synchronous FULL (NORMAL only inside
bulk imports), temp_store MEMORY (FILE would write customer names into plain temp files), our own BEGIN so that DDL and
savepoints are transactional, BEGIN IMMEDIATE for whoever writes.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from app.core.i18n import t
from app.errors import EnvironmentProblem

BUSY_SECONDS = 10.0
CACHE_KIB = 65_536
_PRAGMAS = (
    "foreign_keys=ON",
    "temp_store=MEMORY",
    f"cache_size=-{CACHE_KIB}",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "recursive_triggers=OFF",
    "journal_size_limit=67108864",
)


def connect(
    path: Path, data_key: bytes | bytearray, *, create: bool = False, read_only: bool = False, immutable: bool = False
) -> Any:
    """A raw DB-API connection with the key set. A wrong key or damaged first page raises `sqlcipher.DatabaseError`."""
    mode = "ro" if read_only else "rwc" if create else "rw"
    uri = f"{path.absolute().as_uri()}?mode={mode}" + ("&immutable=1" if immutable else "")
    con = sqlcipher.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS, cached_statements=512
    )
    try:
        con.execute("PRAGMA cipher_log_level=NONE")  # else a wrong key prints to stderr
        key = bytearray(b"x'" + bytes(data_key).hex().encode() + b"'")
        con.set_key(key)  # never through SQL text
        key[:] = bytes(len(key))
        con.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not read_only:
            con.execute("PRAGMA journal_mode=WAL").fetchone()
            con.execute("PRAGMA synchronous=FULL")
        for pragma in _PRAGMAS:
            con.execute(f"PRAGMA {pragma}")
    except BaseException:
        con.close()
        raise
    return con


class LastingPool(QueuePool):
    """Stays the engine's pool when the engine is disposed of: a connection that was in use meanwhile comes back to it,
    and is closed by the next `dispose`, instead of staying open in a pool nobody knows."""

    def recreate(self) -> LastingPool:
        return self


def make_engine(creator: Callable[[], Any]) -> sa.Engine:
    """The engine of an open archive over connections made by `creator`; sessions take BEGIN IMMEDIATE through `writing`."""
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher,
        creator=creator,
        poolclass=LastingPool,
        pool_size=4,
        max_overflow=4,
        hide_parameters=True,  # names and phones never reach a log through an exception
    )

    @event.listens_for(engine, "connect")
    def _own_begin(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(conn: sa.Connection) -> None:
        options = conn.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            conn.exec_driver_sql("BEGIN " + str(options.get("sqlite_begin", "DEFERRED")))

    return engine


def writing(engine: sa.Engine) -> sa.Engine:
    """The same engine for units of work that write."""
    return engine.execution_options(sqlite_begin="IMMEDIATE")


@contextlib.contextmanager
def told_plainly() -> Iterator[None]:
    """Turn complaints of the database and of the file system into sentences for a person."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.DatabaseError, sqlcipher.DatabaseError, OSError) as error:
        problem = problem_of(error)
        if problem is None:
            raise
        raise problem from error


def problem_of(error: BaseException) -> EnvironmentProblem | None:
    """The EnvironmentProblem behind a database or file error; None when it is a defect of ours.

    Decided by the error number or SQLite's error code where there is one, by its fixed English text otherwise.
    """
    origin = getattr(error, "orig", None) or error
    if isinstance(origin, OSError):
        return _file_problem(origin)
    code = getattr(origin, "sqlite_errorname", "") or ""
    text = str(origin)
    if code.startswith("SQLITE_FULL") or "disk is full" in text:
        return _disk_full()
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) or "readonly" in text or "unable to open" in text:
        return _not_writable()
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or "locked" in text:
        return EnvironmentProblem(t("档案正被另一个操作占用，请稍后再试。"))
    if code.startswith("SQLITE_IOERR") or "disk I/O error" in text:
        return _disk_trouble()
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in text or "not a database" in text:
        return EnvironmentProblem(t("档案文件已损坏。请不要继续写入，用最近的备份恢复。"))
    return None


def _file_problem(error: OSError) -> EnvironmentProblem:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return _disk_full()
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return _not_writable()
        case errno.ENOENT:
            return EnvironmentProblem(t("找不到文件：{path}", path=error.filename or ""))
    return _disk_trouble()


def _disk_full() -> EnvironmentProblem:
    return EnvironmentProblem(t("磁盘空间不够，刚才的操作没有保存。请腾出空间后再试。"))


def _not_writable() -> EnvironmentProblem:
    return EnvironmentProblem(t("档案所在的位置不能写入，请检查文件夹权限，或把档案复制到别处再打开。"))


def _disk_trouble() -> EnvironmentProblem:
    return EnvironmentProblem(t("读写磁盘出错，刚才的操作没有保存。请检查磁盘或U盘。"))
