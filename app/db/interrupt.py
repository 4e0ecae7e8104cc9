"""Stopping a statement that is running: what a person cancels ends at once, not when its next row comes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from app.core.jobs import Job
from app.db.store.reading import Reader


@contextlib.contextmanager
def stopped_by(job: Job, reader: Reader) -> Iterator[None]:
    """Statements inside are interrupted when the job is cancelled; then, and when it already was, raises `Cancelled`."""
    job.check()
    forget = job.on_cancel(reader.stopper())
    try:
        yield
    except BaseException:
        job.check()
        raise
    finally:
        forget()
