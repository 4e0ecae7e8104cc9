"""The import wizard: 选择文件 → 匹配列 → 检查 → 导入 → 完成."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Progress
from app.views.exchange.check_step import CheckStep
from app.views.exchange.done_step import DoneStep
from app.views.exchange.file_step import FileStep
from app.views.exchange.import_session import ImportSession
from app.views.exchange.mapping_step import MappingStep
from app.views.exchange.progress_step import ProgressStep
from app.views.shell.desk import Desk
from app.views.theme import fonts
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton
from app.views.widgets.labels import heading, muted
from app.views.widgets.stepper import Stepper

FILE, MAPPING, CHECK, IMPORT, DONE = range(5)
_PROGRESS = 5
_SIZE = "import_dialog"


class ImportDialog(QDialog):
    """`path`: start with this file. Modal to its window; what it imports is told through `desk.changed`."""

    def __init__(
        self, desk: Desk, entity: str = "customers", path: Path | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent or _window_of(desk))
        self.desk = desk
        self.setWindowTitle(t("导入"))
        self.setProperty("ground", "surface")
        self.setModal(True)
        self.session = ImportSession(desk, entity, self)
        self._step = FILE
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 18, 28, 18)
        column.setSpacing(14)
        column.addLayout(self._build_head())
        self.stepper = Stepper((t("选择文件"), t("匹配列"), t("检查"), t("导入"), t("完成")))
        self.stepper.step_clicked.connect(self._on_step_clicked)
        column.addWidget(self.stepper)
        self._build_steps()
        column.addWidget(self.stack, 1)
        column.addLayout(self._build_foot())
        self._connect()
        self._restore_size()
        self._go(FILE)
        if path is not None:
            self.session.open(path)

    # ---- building -----------------------------------------------------------------------------------------------

    def _build_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        self._title = heading("")
        self._facts = muted("")
        row.addWidget(self._title)
        row.addWidget(self._facts)
        row.addStretch()
        cross = IconButton("x", t("关闭"))
        cross.clicked.connect(self.close)
        row.addWidget(cross)
        return row

    def _build_steps(self) -> None:
        self.file_step = FileStep(self.session)
        self.mapping_step = MappingStep(self.session)
        self.check_step = CheckStep(self.session)
        self.done_step = DoneStep(self.session)
        self.progress_step = ProgressStep()
        self.stack = QStackedWidget()
        for step in (self.file_step, self.mapping_step, self.check_step, QWidget(), self.done_step, self.progress_step):
            self.stack.addWidget(step)

    def _build_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(muted(t("导入前会自动备份；导入后可在“操作记录”里整批撤销。")))
        row.addStretch()
        self.back_button = buttons.plain(t("上一步"))
        self.back_button.clicked.connect(self._back)
        self.next_button = buttons.primary("")
        self.next_button.clicked.connect(self._next)
        self.next_button.setDefault(True)
        row.addWidget(self.back_button)
        row.addWidget(self.next_button)
        return row

    def _connect(self) -> None:
        session = self.session
        self.file_step.picked.connect(session.open)
        session.busy.connect(self._on_busy)
        session.progress.connect(self._on_progress)
        session.inspected.connect(self._show_state)
        session.planned.connect(self._show_state)
        session.checked.connect(self._show_state)
        session.imported.connect(lambda: self._go(DONE))
        session.failed.connect(self._on_failed)
        session.cancelled.connect(self._on_cancelled)
        self.progress_step.cancel_wanted.connect(self._cancel)
        self.done_step.again.connect(self._again)
        self.done_step.leave.connect(self._leave)

    # ---- moving -------------------------------------------------------------------------------------------------

    def _go(self, step: int) -> None:
        self._step = step
        self.stepper.set_current(step)
        self.stack.setCurrentIndex(step)
        self._show_state()
        if step == CHECK:
            self.check_step.start()

    def _next(self) -> None:
        if self._step == CHECK:
            self._step = IMPORT
            self.stepper.set_current(IMPORT)
            self.session.run()
        elif self._step == DONE:
            self.accept()
        elif self._step == FILE and self.session.inspection is None:
            self.file_step.choose()
        else:
            self._go(self._step + 1)

    def _back(self) -> None:
        self._go(max(FILE, self._step - 1))

    def _on_step_clicked(self, step: int) -> None:
        if self._step not in (IMPORT, DONE) and not self.session.is_busy:
            self._go(step)

    def _again(self) -> None:
        self.session.forget()
        fresh = ImportDialog(self.desk, self.session.entity_key, None, self.parentWidget())
        self.accept()
        fresh.finished.connect(fresh.deleteLater)
        fresh.open()

    def _leave(self) -> None:
        self.accept()
        self.desk.page_wanted.emit("customers", None)

    # ---- state --------------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        found, busy = self.session.inspection, self.session.is_busy
        self._title.setText(t("导入{entity}", entity=self.session.entity.label))
        facts = (
            fonts.join_facts(found.path.name, t("{n} 行", n=f"{found.rows:,}")) if found and self._step > FILE else ""
        )
        self._facts.setText(facts)
        self.back_button.setVisible(self._step in (MAPPING, CHECK) and not busy)
        self.next_button.setVisible(not busy and not (self._step == FILE and found is None) and self._step != IMPORT)
        words = {FILE: t("下一步：匹配列"), MAPPING: t("下一步：检查"), CHECK: self._import_words(), DONE: t("完成")}
        self.next_button.setText(words.get(self._step, ""))
        ready = found is not None and found.rows > 0
        if self._step in (MAPPING, CHECK):
            ready = ready and not self.session.obstacle()
        if self._step == CHECK:
            ready = ready and self.session.dry is not None
        self.next_button.setEnabled(ready or self._step == DONE)

    def _import_words(self) -> str:
        dry = self.session.dry
        return t("开始导入 {n} 条", n=f"{dry.created + dry.updated:,}") if dry is not None else t("开始导入")

    def _on_busy(self, words: str) -> None:
        if words:
            self.progress_step.begin(words)
            self.stack.setCurrentIndex(_PROGRESS)
        else:
            self.stack.setCurrentIndex(CHECK if self._step == IMPORT else self._step)
        self._show_state()

    def _on_progress(self, progress: Progress) -> None:
        self.progress_step.show_progress(progress)

    def _on_failed(self, error: Exception) -> None:
        if self._step == IMPORT:
            self._go(CHECK)
        if self.session.inspection is None:
            self._go(FILE)
        else:
            self.desk.dialogs.show_error(error)
        self._show_state()

    def _on_cancelled(self) -> None:
        if self._step == IMPORT:
            self._go(CHECK)
            self.desk.toasts.show_toast(t("已取消，没有留下任何改动"))
        elif self._step == CHECK:
            self._go(MAPPING)
        self._show_state()

    def _cancel(self) -> None:
        if self._step != IMPORT or self.desk.dialogs.confirm(
            t("取消导入？"), t("取消导入"), text=t("已经写入的行会全部收回。"), danger=True
        ):
            self.progress_step.stopping()
            self.session.cancel()

    # ---- leaving ------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.session.is_busy and self._step == IMPORT:
            event.ignore()
            self._cancel()
            return
        waiting = self._step in (MAPPING, CHECK)
        if waiting and not self.desk.dialogs.confirm(
            t("放弃这次导入？"), t("放弃"), text=t("文件不会被改动，什么都还没有写入。")
        ):
            event.ignore()
            return
        self.session.cancel()
        self._keep_size()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        self._keep_size()
        super().done(result)

    def _restore_size(self) -> None:
        self.resize(1040, 720)
        known = self.desk.settings.current.pages.get(_SIZE)
        if isinstance(known, str):
            self.restoreGeometry(QByteArray.fromBase64(known.encode()))

    def _keep_size(self) -> None:
        pages = dict(self.desk.settings.current.pages)
        pages[_SIZE] = bytes(self.saveGeometry().toBase64().data()).decode()
        self.desk.settings.change(pages=pages)


def _window_of(desk: Desk) -> QWidget | None:
    found = desk.parent()
    return found if isinstance(found, QWidget) else None
