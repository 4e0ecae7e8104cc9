"""An office's rows where nobody acts yet: before it is known who opened it, and which fields its records have.

Everything else goes through a `UnitOfWork`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa

from app.db.dialect import Store


@contextlib.contextmanager
def reading(store: Store) -> Iterator[sa.Connection]:
    """A consistent snapshot of the office's rows."""
    with store.session() as session:
        yield session.connection().execution_options(office=store.office)


@contextlib.contextmanager
def writing(store: Store) -> Iterator[sa.Connection]:
    """A transaction on the office's rows, committed when it ends well."""
    with store.session(write=True) as session:
        yield session.connection().execution_options(office=store.office)
        session.commit()
