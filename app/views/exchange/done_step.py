"""The last step: what was imported, and what can be done now."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import UndoResult
from app.services.duplicates.records import SearchReport
from app.services.duplicates.service import ENTITIES
from app.views.exchange.import_session import ImportSession
from app.views.exchange.result_tiles import ResultTiles
from app.views.theme import fonts
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.labels import DataLabel, IconLabel, muted

_WITH_PAGE = ("customers", "contacts")


class DoneStep(QWidget):
    """Signals:
    again(): another file; leave(): to the imported records; duplicates(): to what the search for duplicates found.
    """

    again = Signal()
    leave = Signal()
    duplicates = Signal()

    def __init__(self, session: ImportSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.is_undoing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(40, 0, 40, 0)
        column.setSpacing(12)
        column.addStretch(2)
        self._icon = IconLabel("circle-check", "ok", 48)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        self._title = DataLabel("", "h1")
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title)
        self._facts = muted("")
        self._facts.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._facts)
        column.addSpacing(8)
        self.tiles = ResultTiles()
        column.addWidget(self.tiles)
        self.rows = Banner("warning", "", t("打开所在文件夹"))
        self.rows.action_clicked.connect(self._open_rows)
        column.addWidget(self.rows)
        column.addLayout(self._build_actions())
        column.addStretch(3)
        session.imported.connect(self._show)

    def _build_actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        self.undo_button = buttons.plain(t("撤销这次导入"), "undo-2")
        self.undo_button.clicked.connect(self._undo)
        self.again_button = buttons.plain(t("再导入一个文件"), "upload")
        self.again_button.clicked.connect(self.again)
        self.twins_button = buttons.plain(t("新导入的查重"), "combine")
        self.twins_button.clicked.connect(self._search)
        self.view_button = buttons.primary(t("查看导入的记录"), "users")
        self.view_button.clicked.connect(self.leave)
        for button in (self.undo_button, self.again_button, self.twins_button, self.view_button):
            row.addWidget(button)
        row.addStretch()
        return row

    def _show(self) -> None:
        report = self._session.report
        assert report is not None
        self._icon.set_icon("circle-check", "ok")
        self._title.setText(t("导入完成"))
        facts = [t("共 {n} 行", n=f"{report.rows:,}"), t("用时 {n} 秒", n=f"{report.seconds:.1f}")]
        if report.contacts:
            facts.insert(1, t("另建联系人 {n} 位", n=f"{report.contacts:,}"))
        self._facts.setText(fonts.join_facts(*facts))
        self.tiles.show_report(report)
        self.tiles.show()
        self.undo_button.show()
        self.undo_button.setEnabled(report.operation is not None)
        self.view_button.setVisible(self._session.entity_key in _WITH_PAGE)
        self.twins_button.setVisible(self._session.entity_key in ENTITIES and report.created > 0)
        self.twins_button.setEnabled(True)
        self.rows.setVisible(report.errors_file is not None)
        if report.errors_file is not None:
            self.rows.set_message(
                t("没有导入的行已存成“{name}”，改好后可直接再导入。", name=report.errors_file.name), "warning"
            )

    def _search(self) -> None:
        """Hold the new records against all others; the rest of the archive is not compared with itself."""
        report, desk, entity = self._session.report, self._session.desk, self._session.entity_key
        if report is None or report.operation is None:
            return
        operation, before = report.operation, self._facts.text()
        self.twins_button.setEnabled(False)
        self._facts.setText(t("正在查重…"))

        def work(job: Job) -> SearchReport:
            made = desk.workspace.history.records_made(operation, entity)
            return desk.workspace.duplicates.find(entity, only=made, job=job)

        def over() -> None:
            self._facts.setText(before)
            self.twins_button.setEnabled(True)

        def done(found: SearchReport) -> None:
            over()
            if found.bands["auto"] + found.bands["review"]:
                self.duplicates.emit()
            else:
                self._facts.setText(fonts.join_facts(before, t("没有发现重复")))

        def failed(error: Exception) -> None:
            over()
            desk.dialogs.show_error(error)

        desk.runner.start(
            work, on_done=done, on_failed=failed, on_cancelled=over, owner=self, title=t("查找重复"), pool="read"
        )

    def _open_rows(self) -> None:
        report = self._session.report
        if report is not None and report.errors_file is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(report.errors_file.parent)))

    def _undo(self) -> None:
        report = self._session.report
        desk = self._session.desk
        if report is None or report.operation is None:
            return
        operation = report.operation
        self._set_undoing(True)

        def done(result: UndoResult) -> None:
            self._set_undoing(False)
            self._icon.set_icon("undo-2", "gray")
            self._title.setText(t("已撤销导入"))
            for gone in (self.tiles, self.rows, self.undo_button, self.twins_button, self.view_button):
                gone.hide()
            kept = t("{n} 条之后又改过，保持不变", n=len(result.kept)) if result.kept else ""
            self._facts.setText(fonts.join_facts(t("收回 {n} 条", n=f"{result.reverted:,}"), kept))

        before = self._facts.text()

        def failed(error: Exception) -> None:
            self._facts.setText(before)
            self._set_undoing(False)
            desk.dialogs.show_error(error)

        self._facts.setText(t("正在撤销…"))
        desk.operate(
            lambda job: desk.workspace.history.undo(operation, job), title=t("正在撤销"), owner=self, on_done=done,
            on_failed=failed, initiator=self._session,
        )  # fmt: skip

    def _set_undoing(self, undoing: bool) -> None:
        """Nobody leaves in the middle of it."""
        self.is_undoing = undoing
        for button in (self.undo_button, self.again_button, self.twins_button, self.view_button):
            button.setEnabled(not undoing)
