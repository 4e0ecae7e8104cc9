"""An index made of other columns than today's is told, and made anew at the next opening."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from app.core.filters import Search
from app.core.jobs import Job, Progress
from app.db.search import freshen, rebuild
from app.db.search_sources import SEARCHED, outdated_tables
from app.errors import Cancelled
from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.customers import add


def _found(workspace: Workspace, text: str) -> set[str]:
    return {str(r.get("name")) for r in workspace.customers.list(Search(text), limit=1000)[1]}


def _without(monkeypatch: pytest.MonkeyPatch, table: str, **less: object) -> None:
    monkeypatch.setitem(SEARCHED, table, dataclasses.replace(SEARCHED[table], **less))  # type: ignore[arg-type]


def test_that_rows_from_before_are_found_once_their_field_is_searched(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:  # an earlier program did not search customers' notes
        _without(earlier, "customer", texts=("address", "city"))
        add(workspace, "张三", "李四", remark="暗号芝麻")
        with workspace.context.writing() as work:
            rebuild(work.connection, Job())
            work.commit()
        assert _found(workspace, "芝麻") == set()
        assert workspace.vault.verify().ok
    assert workspace.vault.verify().problems == ("搜索索引缺少 2 条，请重建索引。",)
    reports: list[Progress] = []
    assert freshen(workspace.archive.engine, Job(reports.append)) == ["customer"]
    assert [(p.text, p.done, p.total) for p in reports] == [("正在重建搜索索引", 2, 2)]
    assert _found(workspace, "芝麻") == {"张三", "李四"}
    assert workspace.vault.verify().ok
    assert freshen(workspace.archive.engine, Job()) == []


def test_that_an_archive_opens_with_an_index_of_todays_columns(
    office: archives.Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = office.copy(tmp_path)
    with office.opened(path) as workspace:
        add(workspace, "张三", short_name="三哥")
        workspace.activities.create({"subject": "甲"})
    _without(monkeypatch, "customer", names=("name",))
    archive = office.archive(path, read_only=True)  # a reader changes nothing
    try:
        archive.bring_up()
        with archive.engine.connect() as connection:
            assert outdated_tables(connection) == ["customer"]
    finally:
        archive.close()
    with office.opened(path) as workspace:
        assert _found(workspace, "三哥") == set()
        assert _found(workspace, "张三") == {"张三"}
        assert workspace.vault.verify().ok


def test_that_a_cancelled_rebuild_leaves_the_index_as_it_was_and_is_done_later(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(workspace, "张三", "李四")
    _without(monkeypatch, "customer", names=("name",))
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        freshen(workspace.archive.engine, job)
    assert _found(workspace, "张三") == {"张三"}
    assert freshen(workspace.archive.engine, Job()) == ["customer"]
    assert _found(workspace, "张三") == {"张三"}
