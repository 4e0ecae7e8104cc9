"""A database of a PostgreSQL server as a store: schema, sessions, the key of the audit chains.

Who may log in, row-level security, and moving an archive there and back are not here yet.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.i18n import t
from app.db.dialect import Store, postgres_search
from app.db.store.settings import setting, store_setting
from app.errors import EnvironmentProblem
from app.models import Base
from app.models.base import LOCAL_ORG

_AUDIT_ROOT = "audit_root"
#: days and texts as the dialect expects them, whatever the server's own settings; nothing is compiled for a single query
#: (that takes longer than our longest list); a million names are sorted in memory
_SESSION = "-c datestyle=ISO -c timezone=UTC -c client_encoding=UTF8 -c jit=off -c work_mem=64MB"


class Server(Store):
    """One office's rows in a database. `url`: of SQLAlchemy, `postgresql+psycopg://…`."""

    def __init__(self, url: str | sa.URL, *, office: int = LOCAL_ORG, read_only: bool = False) -> None:
        self._office = office
        self.read_only = read_only
        self._chain_key: bytes | None = None
        self.engine = sa.create_engine(
            url, connect_args={"options": _SESSION}, pool_pre_ping=True, hide_parameters=True
        ).execution_options(office=office)

    @property
    def office(self) -> int:
        return self._office

    def create(self) -> None:
        """Make everything on an empty database: tables, keys, indexes, search index, the office's audit root."""
        with self.engine.begin() as connection:
            Base.metadata.create_all(connection)
            for statement in postgres_search.ddl():
                connection.exec_driver_sql(statement)
        self.enter()

    def enter(self) -> None:
        """Give the office what it needs in a database that is made already."""
        with self.engine.begin() as connection:
            if setting(connection, _AUDIT_ROOT) is None:
                store_setting(connection, _AUDIT_ROOT, secrets.token_hex(32))

    def session(self, *, write: bool = False) -> Session:
        """A session: reading sees one moment of the database, writing sees what others have committed meanwhile."""
        if write and self.read_only:
            raise EnvironmentProblem(t("档案以只读方式打开，不能修改。"))
        how = (
            {"isolation_level": "READ COMMITTED"}
            if write
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        return Session(self.engine.execution_options(**how), expire_on_commit=False)

    @property
    def chain_key(self) -> bytes:
        """The key of the audit chains of this office."""
        if self._chain_key is None:
            with self.engine.connect() as connection:
                self._chain_key = bytes.fromhex(setting(connection, _AUDIT_ROOT))
        return self._chain_key

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()
