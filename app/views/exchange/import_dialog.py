"""The import wizard: 选择文件 → 匹配列 → 检查 → 导入 → 完成."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Progress
from app.errors import AppError
from app.services.exchange.files.records import ReadOptions
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
from app.views.widgets.labels import ElidedLabel, heading
from app.views.widgets.stepper import Stepper

FILE, MAPPING, CHECK, IMPORT, DONE = range(5)
_PROGRESS = 5
_PATIENCE = 150  # ms that a short step may take before the page gives way to the progress
_SIZE = "import_dialog"


class ImportDialog(QDialog):
    """`path`: start with this file, read with `options`, after the cleaning `recipe`.

    Modal to its window; what it imports is told through `desk.changed`."""

    def __init__(
        self,
        desk: Desk,
        entity: str = "customers",
        path: Path | None = None,
        parent: QWidget | None = None,
        *,
        recipe: Mapping[str, Any] | None = None,
        options: ReadOptions | None = None,
    ) -> None:
        super().__init__(parent or _window_of(desk))
        self.desk = desk
        self.setWindowTitle(t("导入"))
        self.setProperty("ground", "surface")
        self.setModal(True)
        self.session = ImportSession(desk, entity, self)
        self._step = FILE
        self._by_keyboard = False
        self._left: QWidget | None = None  # had the focus before the progress was shown
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._patience.timeout.connect(self._show_progress_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 18, 28, 18)
        column.setSpacing(14)
        column.addLayout(self._build_head())
        self.stepper = Stepper((t("选择文件"), t("匹配列"), t("检查"), t("导入"), t("完成")))
        self.stepper.step_clicked.connect(self._on_step_clicked)
        column.addWidget(self.stepper)
        self._build_steps()
        column.addWidget(self.stack, 1)
        column.addWidget(self._build_foot())
        self._connect()
        self._restore_size()
        self._go(FILE)
        if path is not None:
            self.session.recipe = recipe
            self.session.open(path, options)

    # ---- building -----------------------------------------------------------------------------------------------

    def _build_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        self._title = heading("")
        self._facts = ElidedLabel("", "muted")
        row.addWidget(self._title)
        row.addWidget(self._facts, 1)
        cross = IconButton("x", t("关闭"))
        cross.clicked.connect(self.reject)
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

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        foot.setFixedHeight(32)  # the pages above do not jump when the buttons go
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._promise = ElidedLabel("", "muted")
        row.addWidget(self._promise, 1)
        self.back_button = buttons.plain(t("上一步"))
        self.back_button.clicked.connect(self._back)
        self.next_button = buttons.primary("")
        self.next_button.clicked.connect(self._next)
        self.close_button = buttons.plain(t("完成"))
        self.close_button.clicked.connect(self.reject)
        for button in (self.back_button, self.next_button, self.close_button):
            row.addWidget(button)
        return foot

    def _connect(self) -> None:
        session = self.session
        self.file_step.picked.connect(session.open)
        session.busy.connect(self._on_busy)
        session.progress.connect(self._on_progress)
        for known in (session.inspected, session.planned, session.checked):
            known.connect(self._show_state)
        session.imported.connect(lambda: self._go(DONE))
        session.refused.connect(lambda _error: self._go(FILE))
        session.failed.connect(self._on_failed)
        session.cancelled.connect(self._on_cancelled)
        self.progress_step.cancel_wanted.connect(self._cancel)
        self.done_step.again.connect(self._again)
        self.done_step.leave.connect(self._leave)
        self.done_step.duplicates.connect(self._to_duplicates)

    # ---- moving -------------------------------------------------------------------------------------------------

    def _go(self, step: int) -> None:
        self._step, self._left = step, None
        self.stepper.set_current(step)
        self.stack.setCurrentIndex(step)
        self._show_state()
        self._place_focus()
        if step == CHECK:
            self.check_step.start()

    def _next(self) -> None:
        self._by_keyboard = not self.next_button.underMouse()
        if self._step == CHECK:
            self._step = IMPORT
            self.stepper.set_current(IMPORT)
            self.session.run()
        else:
            self._go(self._step + 1)

    def _back(self) -> None:
        self._by_keyboard = not self.back_button.underMouse()
        if self._step == CHECK:
            self.session.cancel()
        self._go(max(FILE, self._step - 1))

    def _on_step_clicked(self, step: int) -> None:
        if self._step not in (IMPORT, DONE) and not self.session.is_busy:
            self._go(step)

    def _again(self) -> None:
        self.session.forget()
        self.file_step.show_empty()
        self._go(FILE)

    def _leave(self) -> None:
        self.accept()
        self.desk.page_wanted.emit(self.session.entity_key, None)

    def _to_duplicates(self) -> None:
        self.accept()
        self.desk.page_wanted.emit("cleaning", ("duplicates", self.session.entity_key))

    # ---- state --------------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        session, step = self.session, self._step
        found, busy = session.inspection, session.is_busy
        self._title.setText(t("导入{entity}", entity=session.entity.label))
        facts = fonts.join_facts(found.path.name, t("{n} 行", n=f"{found.rows:,}")) if found and step > FILE else ""
        self._facts.setText(facts)
        promise = t("导入前保证有最近的备份；导入后可在“操作记录”里整批撤销。")
        self._promise.setText(promise if step < DONE else t("这次导入随时可以在“操作记录”里整批撤销。"))
        on_progress = self.stack.currentIndex() == _PROGRESS
        self.back_button.setVisible(step in (MAPPING, CHECK) and not on_progress)
        self.next_button.setVisible(step < IMPORT and not on_progress and (step > FILE or found is not None))
        self.close_button.setVisible(step == DONE)
        words = {FILE: t("下一步：匹配列"), MAPPING: t("下一步：检查"), CHECK: self._import_words()}
        self.next_button.setText(words.get(step, ""))
        self.next_button.setEnabled(not busy and self._is_ready())
        self.next_button.setDefault(step < IMPORT)
        self.done_step.view_button.setDefault(step == DONE)

    def _is_ready(self) -> bool:
        session = self.session
        if session.inspection is None or not session.inspection.rows:
            return False
        if self._step in (MAPPING, CHECK) and session.obstacle():
            return False
        dry = session.dry
        return self._step != CHECK or (dry is not None and dry.created + dry.updated > 0)

    def _import_words(self) -> str:
        dry = self.session.dry
        return t("开始导入 {n} 条", n=f"{dry.created + dry.updated:,}") if dry is not None else t("开始导入")

    def _place_focus(self) -> None:
        """Where Enter and Tab go on from; the frame is shown to people who came by keyboard."""
        reason = Qt.FocusReason.TabFocusReason if self._by_keyboard else Qt.FocusReason.OtherFocusReason
        choices = (
            self.progress_step.cancel_button, self.done_step.view_button, self.close_button, self.next_button,
            self.file_step.choose_button, self.back_button,
        )  # fmt: skip
        for button in choices:
            if button.isVisibleTo(self) and button.isEnabled():
                button.setFocus(reason)
                return

    def _on_busy(self, words: str) -> None:
        if not words:
            self._patience.stop()
            came_back = self.stack.currentIndex() == _PROGRESS
            self.stack.setCurrentIndex(CHECK if self._step == IMPORT else self._step)
            self._show_state()
            if came_back and self._left is not None and self._left.isVisibleTo(self):
                self._left.setFocus(Qt.FocusReason.OtherFocusReason)
            elif came_back:
                self._place_focus()
            return
        self.progress_step.begin(words)
        if self.session.is_writing or (self._step == CHECK and self.session.dry is None):
            self._show_progress_page()
        else:
            self._patience.start()
        self._show_state()

    def _show_progress_page(self) -> None:
        focus, page = self.focusWidget(), self.stack.currentWidget()
        self._left = focus if page is not None and focus is not None and page.isAncestorOf(focus) else None
        self.stack.setCurrentIndex(_PROGRESS)
        self._show_state()
        self._place_focus()

    def _on_progress(self, progress: Progress) -> None:
        self.progress_step.show_progress(progress)

    def _on_failed(self, error: Exception) -> None:
        """A check that did not work is told on its page, unless it is a defect; an import leaves nothing behind."""
        checking = self._step == CHECK and self.session.dry is None
        if self._step == IMPORT:
            self._go(CHECK)
        if not checking or not isinstance(error, AppError):
            self.desk.dialogs.show_error(error)
        self._show_state()

    def _on_cancelled(self) -> None:
        if self._step == IMPORT:
            self._go(CHECK)
            self.desk.toasts.show_toast(t("已取消，没有留下任何改动"))
        elif self._step == CHECK and self.session.dry is None:
            self._go(MAPPING)
        self._show_state()

    def _cancel(self) -> None:
        sure = self._step != IMPORT or self.desk.dialogs.confirm(
            t("取消导入？"), t("取消导入"), text=t("已经写入的行会全部收回。"), danger=True
        )
        if sure and self.session.is_busy:  # it may have ended while the question stood there
            self.progress_step.stopping()
            self.session.cancel()

    # ---- leaving ------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Esc, ✕ and the window's own close button: asks where something would be lost."""
        if self.done_step.is_undoing:
            return
        if self._step == IMPORT:
            self._cancel()
            return
        if self._step in (MAPPING, CHECK) and not self.desk.dialogs.confirm(
            t("放弃这次导入？"), t("放弃"), text=t("文件不会被改动，什么都还没有写入。")
        ):
            return
        self.session.cancel()
        super().reject()

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
