"""A real PostgreSQL server for the tests: one per process on a socket of its own, a database per test copied from a template.

It is started from Debian's package (or any PostgreSQL ≥ 15 on the path) in a temporary folder, by an unprivileged user, and
is gone at the end. Where there is none, the tests on it are skipped and say so.
"""

from __future__ import annotations

import atexit
import itertools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap import workspace_of
from app.core.jobs import Job
from app.db import search
from app.db.archive import Archive
from app.db.dialect import Store
from app.db.dialect.postgres import DIALECT
from app.db.server import Server
from app.models import Base
from app.services.people.service import actor_of
from app.services.workspace import Workspace

if TYPE_CHECKING:
    import psycopg

LEAST = 15
_SETTINGS = (
    "fsync=off synchronous_commit=off full_page_writes=off autovacuum=off max_connections=40 shared_buffers=512MB "
    "max_wal_size=4GB listen_addresses="
)
_BLOCK = 20_000
_number = itertools.count()


def programs() -> Path | None:
    """The folder of the newest installed server's programs that is new enough; None without one."""
    folders = [Path(folder) / "bin" for folder in sorted(Path("/usr/lib/postgresql").glob("*"), key=_version)]
    there = shutil.which("initdb")
    folders += [Path(there).resolve().parent] if there else []
    for folder in reversed(folders):
        if (folder / "initdb").exists() and (folder / "postgres").exists() and _new_enough(folder / "postgres"):
            return folder
    return None


def _version(folder: Path) -> int:
    return int(folder.name) if folder.name.isdigit() else 0


def _new_enough(program: Path) -> bool:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", said)
    return found is not None and int(found[1]) >= LEAST


def missing() -> str:
    """Why there can be no server here; empty when there can."""
    if os.name == "nt":
        return "PostgreSQL is started on Linux and macOS only"
    if find_spec("psycopg") is None:
        return "psycopg is not installed"
    if programs() is None:
        return f"no PostgreSQL {LEAST} or newer is installed"
    if os.geteuid() == 0 and not _has_user("postgres"):
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


def _has_user(name: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@cache
def running() -> Path:
    """The folder of the server's socket; the server runs until this process ends."""
    bin_folder = programs()
    assert bin_folder is not None, missing()
    folder = Path(tempfile.mkdtemp(prefix="kedang-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    user = {"user": "postgres", "group": "postgres", "extra_groups": ()} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"

    def run(program: str, *words: str) -> None:
        done = subprocess.run(
            [str(bin_folder / program), "-D", str(data), *words],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **user,  # type: ignore[call-overload]
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}")

    run("initdb", "-U", "kedang", "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--no-sync")
    options = " ".join(f"-c {setting}" for setting in _SETTINGS.split(" "))
    run(
        "pg_ctl", "start", "-w", "-s", "-l", str(folder / "log"), "-o", f"{options} -c unix_socket_directories={folder}"
    )
    atexit.register(run, "pg_ctl", "stop", "-s", "-m", "immediate")
    return folder


def url(database: str) -> sa.URL:
    """The address of a database of the running server."""
    return sa.URL.create("postgresql+psycopg", "kedang", database=database, query={"host": str(running())})


def _administer(*statements: str) -> None:
    engine = sa.create_engine(url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def tidy(database: str) -> None:
    """What a server does by itself in the hours after much was written."""
    engine = sa.create_engine(url(database), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")  # rows of a commit that is not on disk yet are seen by nobody for sure
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def fresh(template: str = "template0") -> str:
    """A new database, a copy of `template`; returns its name."""
    name = f"kedang_{next(_number)}"
    _administer(f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


@cache
def empty() -> str:
    """A database with the schema and nothing else, to be copied."""
    name = fresh()
    server = Server(url(name))
    server.create()
    server.close()
    return name


def copy_rows(archive: Store, server: Server, *, searchable: bool = True) -> None:
    """All rows of an archive file into an empty database, with their row numbers, and the search index made of them."""
    with archive.engine.connect() as source, server.engine.begin() as target:
        target.exec_driver_sql("DELETE FROM setting")
        DIALECT.search.pause(target)
        for table in Base.metadata.sorted_tables:
            names = ["rid", *(c.name for c in table.columns if c.name != "org_id")]
            rows = source.exec_driver_sql(f'SELECT {", ".join(names)} FROM "{table.name}" ORDER BY rid')
            for block in rows.partitions(_BLOCK):
                DIALECT.insert(target, table, names, block)
            last = f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'rid'), coalesce(max(rid), 0) + 1, false)"
            target.exec_driver_sql(f'{last} FROM "{table.name}"')
        if searchable:
            search.rebuild(target, Job())
        DIALECT.analyze(target, Base.metadata.sorted_tables)


@dataclass(frozen=True)
class ServerTemplate:
    """A database with an office in it, of which every test gets a copy: what `archives.Template` is for files."""

    database: str

    def copy(self, folder: Path, name: str = "") -> Path:
        """A copy of its own for a test; the path is only its name. One that another test has put back will do."""
        spare = _spare.get(self.database)
        return Path(spare.pop() if spare else fresh(self.database))

    def open(self, path: Path, user: str = "boss") -> Workspace:
        """Open a copy as one of its people."""
        server = Server(url(str(path)))
        return workspace_of(server, actor_of(server, user), "test")

    @contextmanager
    def opened(self, path: Path, user: str = "boss") -> Iterator[Workspace]:
        """As `open`, gone at the end."""
        workspace = self.open(path, user)
        try:
            yield workspace
        finally:
            workspace.archive.engine.dispose()
            if put_back(str(path), self.database):
                _spare.setdefault(self.database, []).append(str(path))
            else:
                _administer(f"DROP DATABASE IF EXISTS {path} WITH (FORCE)")


def moved(archive: Archive) -> ServerTemplate:
    """A template with everything that is in an open archive file."""
    name = fresh(empty())
    server = Server(url(name))
    copy_rows(archive, server)
    server.close()
    return ServerTemplate(name)


def drop(templates: Iterable[ServerTemplate]) -> None:
    """Let these databases and their copies go."""
    names = [name for template in templates for name in (template.database, *_spare.pop(template.database, ()))]
    _administer(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))


# ---- copies used again: making one costs a second, putting one back a few hundredths --------------------------------

#: template → its copies that are as it is
_spare: dict[str, list[str]] = {}
#: what a database is made of, beyond its rows
_MADE_OF = """
    SELECT coalesce(string_agg(line, '|' ORDER BY line), '') FROM (
        SELECT relkind::text || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                  WHERE d.datname = current_database()
    ) AS lines(line)"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"


@dataclass(frozen=True)
class _Rows:
    """All that is in a database: what it is made of, its tables as the engine copies them, where its counters stand."""

    made_of: str
    tables: Mapping[str, bytes]
    counters: Sequence[tuple[str, int, bool]]


@cache
def _rows(database: str) -> _Rows:
    with _raw(database) as raw:
        tables = {}
        for (name,) in raw.execute(_TABLES).fetchall():
            with raw.cursor().copy(f'COPY "{name}" TO STDOUT (FORMAT binary)') as stream:  # type: ignore[arg-type]
                tables[name] = b"".join(map(bytes, stream))
        names = [name for (name,) in raw.execute(_SEQUENCES).fetchall()]
        counters = [(n, *raw.execute(f'SELECT last_value, is_called FROM "{n}"').fetchone()) for n in names]
        return _Rows(str(raw.execute(_MADE_OF).fetchone()[0]), tables, counters)  # type: ignore[index]


@contextmanager
def _raw(database: str) -> Iterator[psycopg.Connection]:
    import psycopg

    with psycopg.connect(host=str(running()), user="kedang", dbname=database) as raw:
        yield raw


def put_back(database: str, template: str) -> bool:
    """Make a copy again what it was; False where more than rows has changed, or it cannot be reached any more."""
    import psycopg

    known = _rows(template)
    try:
        with _raw(database) as raw:
            raw.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if raw.execute(_MADE_OF).fetchone() != (known.made_of,):
                return False
            raw.execute("SET session_replication_role = replica")  # no triggers, no foreign keys on the way
            raw.execute(";".join(f'DELETE FROM "{name}"' for name in known.tables))  # type: ignore[arg-type]
            for name, rows in known.tables.items():
                if len(rows) > _NO_ROWS:
                    with raw.cursor().copy(f'COPY "{name}" FROM STDIN (FORMAT binary)') as stream:  # type: ignore[arg-type]
                        stream.write(rows)
            for name, value, used in known.counters:
                raw.execute("SELECT setval(%s, %s, %s)", (f'"{name}"', value, used))
    except psycopg.Error:
        return False
    return True


#: bytes of a copied table without rows: head and end mark
_NO_ROWS = 21
