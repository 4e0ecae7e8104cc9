"""What a server complains of reaches a person as a sentence, whatever the statement was."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.errors import EnvironmentProblem
from app.services.workspace import Workspace
from tests.factories.engines import BESIDE

pytestmark = BESIDE


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", "连接断了"),
        ("SET TRANSACTION READ ONLY; UPDATE setting SET value = value", "不允许写入"),
        ("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$", "磁盘或内存不够"),
        ("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$", "另一个操作占用"),
    ],
)
def test_that_trouble_with_the_server_is_a_sentence(workspace: Workspace, statement: str, words: str) -> None:
    before = workspace.customers.count()
    with pytest.raises(EnvironmentProblem, match=words), workspace.context.writing() as work:
        work.connection.exec_driver_sql(statement)
    assert workspace.customers.count() == before  # the next one has a connection again


def test_that_a_lock_of_somebody_else_is_told(workspace: Workspace) -> None:
    with workspace.context.writing() as mine:
        mine.connection.exec_driver_sql("LOCK TABLE customer")
        with pytest.raises(EnvironmentProblem, match="另一个操作占用"), workspace.context.writing() as other:
            other.connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            other.connection.exec_driver_sql("SELECT count(*) FROM customer")


def test_that_a_defect_of_ours_stays_one(workspace: Workspace) -> None:
    with pytest.raises(sa.exc.DBAPIError), workspace.context.writing() as work:
        work.connection.exec_driver_sql("SELECT nonsense")
