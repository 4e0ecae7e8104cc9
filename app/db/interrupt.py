"""Stopping a statement that is running: what a person cancels ends at once, not when its next row comes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa

from app.core.jobs import Job
from app.db.dialect import dialect_of


@contextlib.contextmanager
def stopped_by(job: Job, connection: sa.Connection) -> Iterator[None]:
    """Statements inside are interrupted when the job is cancelled; then, and when it already was, raises `Cancelled`."""
    job.check()
    forget = job.on_cancel(dialect_of(connection).stopper(connection))
    try:
        yield
    except BaseException:
        job.check()
        raise
    finally:
        forget()
