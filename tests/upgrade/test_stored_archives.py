"""An archive of every released version opens with this program, keeps all it held, and passes the check-up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app import __version__
from app.bootstrap import open_workspace
from app.core.filters import Search
from app.core.jobs import Job, Progress
from app.db.archive import open_with_password
from app.db.migrations import READABLE
from app.db.search_sources import outdated_tables
from app.db.upgrade import check_known
from app.errors import Cancelled, EnvironmentProblem
from app.services.vault.service import restore
from tests.upgrade.make_archive import FOLDER, PASSWORD, ROWS, USER

STORED = sorted(FOLDER.glob("*.kedang"))


def test_that_this_version_has_its_archive_stored() -> None:
    assert any(path.stem.startswith(__version__) for path in STORED)


@pytest.mark.parametrize("stored", STORED, ids=lambda p: p.stem)
def test_that_a_stored_archive_opens_with_everything_it_held(stored: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(stored, tmp_path / stored.name))
    workspace = open_workspace(path, USER, PASSWORD)
    try:
        assert workspace.customers.count() == workspace.contacts.count() == ROWS
        assert workspace.customers.count(Search("wuxi")) == 0  # a city is no name
        edited = next(r for r in workspace.customers.list(limit=100)[1] if r.get("city") == "无锡市")
        assert [item.activity.get("subject") for item in workspace.customers.timeline(edited.id) if item.activity] == [
            "第一次拜访"
        ]
        assert [f.label for f in workspace.customers.entity.fields if f.custom] == ["付款方式"]
        assert workspace.vault.verify().ok
        with workspace.archive.raw() as raw:  # merged and deleted ones keep theirs
            given = raw.execute("SELECT count(*) FROM customer").fetchone()[0]
        fresh, _ = workspace.customers.create({"name": "升级后新建"})
        assert fresh.get("number") == f"C{given + 1:06d}"
    finally:
        workspace.close()


@pytest.mark.parametrize("stored", STORED, ids=lambda p: p.stem)
def test_that_a_stored_archive_is_restored_like_any_backup(stored: Path, tmp_path: Path) -> None:
    counts = restore(stored, tmp_path / "back.kedang", USER, PASSWORD)
    assert counts["customers"] == counts["contacts"] == ROWS
    workspace = open_workspace(tmp_path / "back.kedang", USER, PASSWORD)
    try:
        assert workspace.customers.count() == ROWS
    finally:
        workspace.close()


@pytest.mark.parametrize("stored", STORED, ids=lambda p: p.stem)
def test_that_a_stored_archive_is_read_as_it_is_or_plainly_refused(stored: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(stored, tmp_path / stored.name))
    before = path.read_bytes()
    if _revision(path) < READABLE:
        with pytest.raises(EnvironmentProblem, match="以可写方式打开一次"):
            open_workspace(path, USER, PASSWORD, read_only=True)
    else:
        workspace = open_workspace(path, USER, PASSWORD, read_only=True)
        try:
            assert all(len(workspace.records(e.key).list(limit=1)[1]) <= 1 for e in workspace.context.registry)
            assert len(workspace.customers.list(Search("无锡"))[1]) == 1
            with workspace.archive.engine.connect() as connection:
                indexed = not outdated_tables(connection)
            assert workspace.vault.verify().ok is indexed  # an index of former columns is told, and read all the same
        finally:
            workspace.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("phase", ["正在备份", "正在升级档案", "正在核对"])
def test_that_an_upgrade_that_is_cancelled_leaves_the_archive_as_it_was(tmp_path: Path, phase: str) -> None:
    stored = FOLDER / "0.1.0.kedang"
    path = Path(shutil.copy(stored, tmp_path / stored.name))
    told: list[str] = []

    def report(progress: Progress) -> None:
        told.append(progress.text)
        if progress.text == phase:
            job.cancel()

    job = Job(report, every=0.0)
    with pytest.raises(Cancelled):
        open_workspace(path, USER, PASSWORD, job=job)
    assert told[-1] == phase
    assert _revision(path) == _revision(stored)
    workspace = open_workspace(path, USER, PASSWORD, job=Job(lambda progress: told.append(progress.text)))
    try:
        assert workspace.customers.count() == ROWS
    finally:
        workspace.close()
    assert "正在升级档案" in told


def _revision(path: Path) -> int:
    archive = open_with_password(path, USER, PASSWORD, read_only=True)
    try:
        return check_known(archive.engine)
    finally:
        archive.close()
