"""Fixtures around a real archive, the wizard on the screen, and small tables."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import shiboken6

from app.views.exchange.import_dialog import CHECK, MAPPING, ImportDialog
from tests.gui.archive_fixtures import *  # noqa: F403

Table = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Write rows to a CSV in UTF-8 with its mark, as Excel does."""

    def write(rows: Sequence[Sequence[str]], name: str = "名单.csv", encoding: str = "utf-8-sig") -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return write


@pytest.fixture
def people(table: Table) -> Path:
    """Five rows: three good ones, one with a wrong code, one that stands there twice."""
    return table([
        ["客户名称", "手机", "统一社会信用代码", "累计成交（万元）", "首次合作"],
        ["苏州恒力机械有限公司", "13812345678", "", "3.5", "2026-01-05"],
        ["上海申达物流有限公司", "139 1234 5678", "", "12", "2026/2/6"],
        ["宁波远洋贸易有限公司", "13712345678", "", "0.8", "2026年3月7日"],
        ["杭州错号科技有限公司", "13612345678", "91110105LG43NUJCLI", "1", "2026-04-08"],
        ["苏州恒力机械有限公司", "13812345678", "", "3.5", "2026-01-05"],
    ])  # fmt: skip


class Wizard:
    """The dialog with what tests do to it."""

    def __init__(self, dialog: ImportDialog, qtbot) -> None:
        self.dialog, self.session, self._qtbot = dialog, dialog.session, qtbot

    def idle(self) -> None:
        """Wait until nothing runs any more."""
        self._qtbot.waitUntil(lambda: not self.session.is_busy, timeout=20_000)

    def open(self, path: Path) -> None:
        """A file, read and looked at."""
        self.session.open(path)
        self.idle()
        if self.session.inspection is not None:
            self._qtbot.waitUntil(lambda: self.session.preview is not None, timeout=10_000)

    def to_mapping(self, path: Path) -> None:
        """At step 2 with every line there."""
        self.open(path)
        self.dialog._go(MAPPING)
        found = self.session.inspection
        assert found is not None
        step = self.dialog.mapping_step
        self._qtbot.waitUntil(
            lambda: len(step.lines) == len(found.columns) and not step._building.isActive(), timeout=30_000
        )
        self._qtbot.waitUntil(step.lines[-1].isVisible)

    def to_check(self, path: Path) -> None:
        """At step 3 with the answer of the dry run."""
        self.open(path)
        self.dialog._go(CHECK)
        self.checked()

    def checked(self) -> None:
        """The dry run has ended."""
        self.idle()
        assert self.session.dry is not None

    def pick(self, index: int, key: str) -> None:
        """Choose a target as a person does in the list."""
        field = self.dialog.mapping_step.lines[index].field
        at = field.findData(key)
        field.setCurrentIndex(at)
        field.activated.emit(at)
        self.idle()


@pytest.fixture
def wizard(qtbot, desk_of, runner) -> Iterator[Wizard]:
    """The wizard, shown and active."""
    dialog = ImportDialog(desk_of())
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    yield Wizard(dialog, qtbot)
    runner.cancel_all()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=10_000)
    if shiboken6.isValid(dialog):  # its host may have been closed already
        dialog.hide()
        dialog.deleteLater()
