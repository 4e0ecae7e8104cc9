"""Big imports write faster without the indexes that only order lists: they are dropped first and built in one go after.

Should the program die in between, the next open finds them missing and builds them again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa

from app.core.i18n import t
from app.core.jobs import Job
from app.db.engine import writing
from app.models import Base

_TABLES = ("customer", "contact")


def listing_indexes() -> list[sa.Index]:
    """The indexes lists are ordered by; none of them keeps anything unique or finds matches."""
    found = [i for table in _TABLES for i in Base.metadata.tables[table].indexes]
    return sorted((i for i in found if "_live" in str(i.name)), key=lambda i: str(i.name))


@contextlib.contextmanager
def without_listing_indexes(engine: sa.Engine, job: Job) -> Iterator[None]:
    """Inside, the listing indexes are gone; afterwards, whatever happened, they are there again."""
    with writing(engine).begin() as connection:
        for index in listing_indexes():
            connection.exec_driver_sql(f'DROP INDEX IF EXISTS "{index.name}"')
    try:
        yield
    finally:
        build_missing(engine, Job() if job.cancelled else job)


def build_missing(engine: sa.Engine, job: Job | None = None) -> int:
    """Build the listing indexes that are not there; returns how many."""
    with engine.connect() as connection:
        there = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='index'")}
    todo = [i for i in listing_indexes() if i.name not in there]
    if not todo:
        return 0
    with writing(engine).begin() as connection:
        for done, index in enumerate(todo):
            if job is not None:
                job.progress(t("正在整理索引"), done, len(todo))
            index.create(connection)
    return len(todo)
