"""The workbench on the screen over a real archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6

from app.views.workbench.panel import WorkbenchPanel
from tests.gui.archive_fixtures import *  # noqa: F403

SHEET = """客户名称,城市,联系电话,成交金额,首次合作,备注
恒力科技(苏州)有限 公司,苏洲,138-0013-8000,"1,200",2024/3/5,老客户
苏州恒力科技有限公司,苏州,13800138000,800,2024年3月6日,
恒力科技,苏州,无,0.9万,去年,
华信食品有限公司,南京,+86 13900139000,3000,2024-01-02,需开票
华信食品,南京,abc,50,2023/12/31,
创博物流,上海,021-58881234,90000,2022-02-02,老客户
"""


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """A small messy file."""
    path = tmp_path / "台账.csv"
    path.write_text(SHEET, encoding="utf-8-sig")
    return path


class Bench:
    """The panel with what tests do to it."""

    def __init__(self, panel: WorkbenchPanel, qtbot) -> None:
        self.panel, self.bench, self._qtbot = panel, panel.bench, qtbot

    def idle(self) -> None:
        """Wait until nothing runs any more."""
        self._qtbot.waitUntil(lambda: self.bench.idle and self.panel.desk.runner.busy() is False, timeout=20_000)

    def open(self, path: Path) -> None:
        """A file on the bench."""
        self.bench.open_file(path)
        self.idle()

    def wait(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=20_000)

    def column(self, name: str) -> list[str]:
        """The cells of a column in the rows shown."""
        model = self.panel.sheet.sheet
        at = self.bench.table.place(name) + 1
        return [model.cell(row, at) for row in range(model.rowCount())]


@pytest.fixture
def bench(qtbot, desk_of, runner) -> Iterator[Bench]:
    """The panel, shown and active."""
    desk = desk_of()
    panel = WorkbenchPanel(desk)
    panel.resize(1280, 760)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    yield Bench(panel, qtbot)
    runner.cancel_all()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=10_000)
    if shiboken6.isValid(panel):
        panel.hide()
        panel.deleteLater()
