"""Connections to the encrypted file, and the SQLAlchemy engine over them.

Every setting here was measured: raw key (no passphrase derivation by SQLCipher), WAL, synchronous FULL (NORMAL only inside
bulk imports), temp_store MEMORY (FILE would write customer names into plain temp files), our own BEGIN so that DDL and
savepoints are transactional, BEGIN IMMEDIATE for whoever writes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from app.db.problems import problem_of

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
            # the first read after the switch opens the log: from here on the connection holds its share of the file, and
            # whoever wants the file for himself (a change of the key) waits for it
            con.execute("SELECT count(*) FROM sqlite_master").fetchone()
            con.execute("PRAGMA synchronous=FULL")
        for pragma in _PRAGMAS:
            con.execute(f"PRAGMA {pragma}")
    except BaseException:
        con.close()
        raise
    return con


class GatedPool(QueuePool):
    """Connections that can be held back: nobody gets one while another thread holds `gate`.

    It stays the engine's pool when the engine is disposed of: a connection that was in use meanwhile comes back to it and
    is closed by the next `dispose`, instead of staying open in a pool nobody knows.
    """

    gate: AbstractContextManager[Any] = contextlib.nullcontext()

    def connect(self) -> PoolProxiedConnection:
        with self.gate:
            return super().connect()

    def recreate(self) -> GatedPool:
        return self


def make_engine(creator: Callable[[], Any], gate: AbstractContextManager[Any]) -> sa.Engine:
    """The engine of an open archive over connections made by `creator`; sessions take BEGIN IMMEDIATE through `writing`."""
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher,
        creator=creator,
        poolclass=GatedPool,
        pool_size=4,
        max_overflow=4,
        hide_parameters=True,  # names and phones never reach a log through an exception
    )

    assert isinstance(engine.pool, GatedPool)
    engine.pool.gate = gate

    @event.listens_for(engine, "connect")
    def _own_begin(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(conn: sa.Connection) -> None:
        options = conn.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            conn.exec_driver_sql("BEGIN " + str(options.get("sqlite_begin", "DEFERRED")))

    @event.listens_for(engine, "handle_error")
    def _in_plain_words(context: sa.engine.ExceptionContext) -> BaseException | None:
        return problem_of(context.original_exception)

    return engine


def writing(engine: sa.Engine) -> sa.Engine:
    """The same engine for units of work that write."""
    return engine.execution_options(sqlite_begin="IMMEDIATE")
