"""A running statement ends when its job is cancelled; without a job that was cancelled an error stays what it is."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app.core.jobs import Job
from app.db.interrupt import stopped_by
from app.errors import Cancelled
from app.services.workspace import Workspace
from tests.factories.engines import BOTH

pytestmark = BOTH

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


def test_that_a_running_statement_is_stopped(workspace: Workspace) -> None:
    job, running, told = Job(), threading.Event(), list[BaseException]()

    def count() -> None:
        try:
            with workspace.context.reading() as work, stopped_by(job, work.connection):
                running.set()
                work.connection.execute(sa.text(ENDLESS))
        except BaseException as error:
            told.append(error)

    thread = threading.Thread(target=count)
    thread.start()
    assert running.wait(60)
    while thread.is_alive():  # an interrupt that comes before the statement has begun meets nothing
        job.cancel()
        thread.join(0.01)
    assert [type(error) for error in told] == [Cancelled]
    assert workspace.customers.count() == 0  # the connection serves others


def test_that_a_cancelled_job_begins_nothing(workspace: Workspace) -> None:
    job = Job()
    job.cancel()
    with workspace.context.reading() as work, pytest.raises(Cancelled), stopped_by(job, work.connection):
        pytest.fail("it began")


def test_that_other_errors_stay_what_they_are(workspace: Workspace) -> None:
    with workspace.context.reading() as work, pytest.raises(sa.exc.DBAPIError), stopped_by(Job(), work.connection):
        work.connection.execute(sa.text("SELECT nothing FROM nowhere"))
    job = Job()
    with workspace.context.reading() as work:
        with stopped_by(job, work.connection):
            pass
        job.cancel()  # it no longer knows of the connection
        assert work.connection.execute(sa.text("SELECT 1")).scalar() == 1
