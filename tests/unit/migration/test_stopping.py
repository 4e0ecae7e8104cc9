"""A migration that is stopped, and one that is tried on a copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.jobs import Job
from app.core.paths import data_dir
from app.errors import Cancelled, UserError
from app.services.migration.records import DONE, STOPPED, TRIAL
from app.services.workspace import Workspace
from tests.factories import archives
from tests.unit.migration.tables import ACCOUNTS, salesforce, write


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    template = archives.bare()
    with template.opened(template.copy(tmp_path)) as opened:
        yield opened


class _StopsAt(Job):
    """Cancelled by the first progress that says this."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def progress(self, text: str, done: int = 0, total: int = 0) -> None:
        if self._words in text:
            self.cancel()
        super().progress(text, done, total)


def _count(workspace: Workspace, entity: str) -> int:
    with workspace.context.reading() as work:
        return work.reader.count(entity)


def test_that_a_cancelled_run_keeps_whole_steps_only_and_goes_on(workspace: Workspace, tmp_path: Path) -> None:
    service = workspace.migrations
    service.create("a", [salesforce(tmp_path / "x", "Account.csv", "Order.csv")])
    with pytest.raises(Cancelled):
        service.run("a", _StopsAt("正在导入"))
    assert _count(workspace, "customers") == 0
    project = service.get("a")
    assert (project.state, project.runs[-1].state, project.runs[-1].error) == (STOPPED, STOPPED, "已取消")
    with pytest.raises(UserError, match="不能再改步骤"):
        service.remove_step("a", 0)
    assert service.run("a").state == DONE
    assert (_count(workspace, "customers"), _count(workspace, "orders")) == (3, 2)


def test_that_a_trial_that_is_cancelled_leaves_no_copy_behind(workspace: Workspace, tmp_path: Path) -> None:
    service = workspace.migrations
    service.create("a", [salesforce(tmp_path / "x", "Account.csv")])
    with pytest.raises(Cancelled):
        service.trial("a", _StopsAt("正在导入"))
    assert list(data_dir().glob("trial-*")) == []
    run = service.get("a").runs[-1]
    assert (run.kind, run.state, _count(workspace, "customers")) == (TRIAL, STOPPED, 0)


def test_that_an_amount_that_does_not_add_up_is_told(workspace: Workspace, tmp_path: Path) -> None:
    """The same number twice in a file: the later row wins, and the sum shows it."""
    rows = [["外部编号", "客户名称", "累计金额"], ["a", "甲", "1.10"], ["b", "乙", "2.20"], ["a", "甲", "5.00"]]
    rows += [[f"c{i}", f"丙{i}", "0.01"] for i in range(30)]
    service = workspace.migrations
    service.create("a", [write(tmp_path / "客户.csv", rows)])
    step = service.run("a").steps[0]
    assert (step.money[0].file, step.money[0].archive, step.money[0].ok) == (860, 750, False)
    assert not step.ok
    assert step.counted == step.rows == len(rows) - 1


def test_that_a_file_with_a_new_column_is_not_taken_silently(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "Account.csv", ACCOUNTS)
    service = workspace.migrations
    service.create("a", [path])
    service.run("a")
    write(path, [[*row, "x"] for row in ACCOUNTS])
    with pytest.raises(UserError, match="多了一列"):
        service.run("a", incremental=True)
