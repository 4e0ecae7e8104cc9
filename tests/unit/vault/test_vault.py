"""What is told of an archive, its check-up, and the program's own lists of key holders."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.db.migrations import LATEST
from app.errors import EnvironmentProblem
from app.services.vault.service import header_info
from app.services.workspace import Workspace
from tests.factories.archives import PEOPLE, Template
from tests.factories.customers import add


def test_that_information_matches_the_file(workspace: Workspace) -> None:
    add(workspace, "甲", "乙")
    info = workspace.vault.info()
    path = workspace.archive.path
    assert info["path"] == str(path)
    assert {k: n for k, n in info["counts"].items() if n} == {"customers": 2}
    assert sorted(info["users"]) == sorted(PEOPLE)
    assert (info["schema"], info["read_only"], info["last_backup"]) == (LATEST, False, None)
    outside = header_info(path)
    assert (outside["vault_id"], outside["generation"], outside["open"]) == (info["vault_id"], info["generation"], True)
    workspace.close()
    assert header_info(path)["open"] is False


def test_that_a_check_up_counts_what_one_may_see(staff: dict[str, Workspace]) -> None:
    add(staff["boss"], "甲", "乙")
    assert staff["east"].vault.verify().counts["customers"] == 0
    assert staff["boss"].vault.verify().counts["customers"] == 2


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("DROP TRIGGER customer_search_update", "缺少触发器：customer_search_update"),
        ("CREATE VIEW strange AS SELECT 1", "不认识的触发器或视图：strange"),
        ("DELETE FROM customer_search WHERE rowid = 1", "搜索索引缺少 1 条"),
        ("PRAGMA foreign_keys=OFF; UPDATE customer SET owner_id = zeroblob(16)", "文件损坏：foreign key: customer"),
    ],
)
def test_that_every_defect_has_a_sentence(workspace: Workspace, sql: str, says: str) -> None:
    add(workspace, "甲")
    with workspace.archive.raw() as raw:
        raw.executescript(sql)
    problems = workspace.vault.verify().problems
    assert any(says in p for p in problems), problems


def test_that_a_backup_without_room_is_refused_first(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(EnvironmentProblem, match="磁盘空间不够"):
        workspace.vault.backup(tmp_path / "x.kedang")


def test_that_a_workspace_closes_twice_without_complaint(office: Template, tmp_path: Path) -> None:
    workspace = office.open(office.copy(tmp_path))
    workspace.close()
    workspace.close()
