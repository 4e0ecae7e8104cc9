"""An archive's rows where nobody acts yet: before it is known who opened it, and which fields its records have.

Everything else goes through a `UnitOfWork`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from app.db.archive import Archive


@contextlib.contextmanager
def reading(archive: Archive) -> Iterator[sa.Connection]:
    """A consistent snapshot of the office's rows."""
    with archive.session() as session:
        yield session.connection().execution_options(office=archive.office)


@contextlib.contextmanager
def writing(archive: Archive) -> Iterator[sa.Connection]:
    """A transaction on the office's rows, committed when it ends well."""
    with archive.session(write=True) as session:
        yield session.connection().execution_options(office=archive.office)
        session.commit()
