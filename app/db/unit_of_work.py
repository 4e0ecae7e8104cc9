"""One unit of work: a transaction, an actor, and the doors to records and journal. Rollback unless committed.

with UnitOfWork(archive, registry, actor, origin) as work:
    operation = work.operation("edit", "…")
    work.writer.update(operation, "customers", id, {"city": "苏州"})
    changes = work.commit()
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.access import Actor
from app.core.fields import Registry
from app.core.records import ChangeSet, Note
from app.db import search
from app.db.dialect import Store
from app.db.journal import Journal, Operation
from app.db.problems import problem_of
from app.db.store.access import guard
from app.db.store.behaviour import Behaviour
from app.db.store.reading import Reader
from app.db.store.undo import Undo
from app.db.store.writing import Writer


class UnitOfWork:
    """Open in the thread that uses it. `write=False` gives a consistent snapshot to read from."""

    def __init__(
        self,
        archive: Store,
        registry: Registry,
        actor: Actor,
        origin: str = "window",
        *,
        write: bool = True,
        behaviours: Mapping[str, Behaviour] | None = None,
    ) -> None:
        self._archive = archive
        self._registry = registry
        self.actor = actor
        self.origin = origin
        self._write = write
        self._behaviours = behaviours
        self._operations: list[Operation] = []

    def __enter__(self) -> UnitOfWork:
        try:
            self.session: Session = self._archive.session(write=self._write)
            guard(self.session, self.actor, self._archive.office)
            self.connection: sa.Connection = self.session.connection().execution_options(office=self._archive.office)
        except sa.exc.DBAPIError as error:
            raise problem_of(error) or error from error
        self.reader = Reader(self.connection, self._registry, self.actor, writes=self._write)
        if self._write:
            self.journal = Journal(self.connection, self._archive.chain_key)
            self.writer = Writer(self.reader, self.journal, self._behaviours)
            self.undo = Undo(self.writer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.session.close()
        finally:
            if isinstance(error, sa.exc.DBAPIError):
                problem = problem_of(error)
                if problem is not None:
                    raise problem from error

    def operation(
        self, kind: str, summary: str, *, params: Mapping[str, Any] | None = None, undoes: UUID | None = None
    ) -> Operation:
        """Start an operation that ends with this unit of work."""
        operation = self.journal.begin(kind, summary, self.actor, self.origin, params=params, undoes=undoes)
        self._operations.append(operation)
        return operation

    def commit(self) -> ChangeSet:
        """Bring the search index up to date, chain the operations, commit. An operation without changes leaves no trace."""
        touched: dict[str, frozenset[UUID] | None] = {}
        newest: UUID | None = None
        notes: list[Note] = []
        self.session.flush()
        for operation in self._operations:
            notes += operation.told()
            if operation.digest or operation.counts or operation.kind in ("setup", "users", "keys"):
                self.journal.finish(operation)
                touched.update(operation.change_set().touched)
                newest = operation.id
            else:
                self.journal.drop(operation)
        self._operations.clear()
        search.drain(self.connection)
        self.session.commit()
        return ChangeSet(newest, touched, tuple(notes))
