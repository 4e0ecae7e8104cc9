"""Stopping a statement that is running: what a person cancels ends at once, not when its next row comes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from app.core.jobs import Job


@contextlib.contextmanager
def stopped_by(job: Job, connection: sa.Connection) -> Iterator[None]:
    """Statements inside are interrupted when the job is cancelled; then, and when it already was, raises `Cancelled`."""
    raw: Any = connection.connection.dbapi_connection
    job.check()
    forget = job.on_cancel(raw.interrupt if hasattr(raw, "interrupt") else raw.cancel)
    try:
        yield
    except BaseException:
        job.check()
        raise
    finally:
        forget()
