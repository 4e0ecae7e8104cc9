"""The first window: archives opened lately at the left, at the right the form for what is to be done."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.settings.store import SettingsStore
from app.views.operations.runner import BaseRunner
from app.views.vault.opening import Opened
from app.views.vault.places import ENDING
from app.views.vault.recent_list import Recent, RecentList
from app.views.widgets import buttons
from app.views.widgets.brand import Brand
from app.views.widgets.dialogs import Dialogs, WindowDialogs
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.labels import DataLabel, Rule, caption, muted
from app.views.widgets.nav_button import NavButton

if TYPE_CHECKING:
    from app.services.workspace import Door
    from app.views.vault.code_page import CodePage
    from app.views.vault.create_form import CreateForm
    from app.views.vault.recover_form import RecoverForm
    from app.views.vault.restore_form import RestoreForm
    from app.views.vault.unlock_form import UnlockForm

    F = TypeVar("F", CreateForm, RecoverForm, RestoreForm)


class StartWindow(QWidget):
    """Signals:
    opened(Opened): an archive is open; the window may go.
    closed(): the person closed the window, nothing is open.
    """

    opened = Signal(object)
    closed = Signal()

    def __init__(
        self,
        door: Door,
        runner: BaseRunner,
        settings: SettingsStore,
        dialogs: Dialogs | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._door, self._runner, self._settings = door, runner, settings
        self._dialogs = dialogs or WindowDialogs(self)
        self._code_page: CodePage | None = None
        self._leaving = False
        self.setWindowTitle(t("客档通"))
        self.setProperty("ground", "surface")
        self.setMinimumSize(760, 560)
        self.resize(940, 720)
        self.setAcceptDrops(True)
        self.recent = RecentList()
        self.stack = QStackedWidget()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._build_side())
        row.addWidget(Rule(vertical=True))
        row.addWidget(self.stack, 1)
        self.recent.chosen.connect(self.show_archive)
        self.recent.forgotten.connect(self._forget)
        self._fill_recent()

    # ---- construction: what is shown first is there soon, the rest when it is wanted -----------------------------

    @cached_property
    def unlock(self) -> UnlockForm:
        """打开."""
        from app.views.vault.unlock_form import UnlockForm

        form = UnlockForm(self._door, self._runner, self._dialogs)
        form.opened.connect(self._on_opened)
        form.recover_wanted.connect(self._show_recover)
        form.restore_wanted.connect(lambda _path: self.show_restore())
        self.stack.addWidget(form)
        return form

    @cached_property
    def create_form(self) -> CreateForm:
        """新建."""
        from app.views.vault.create_form import CreateForm

        form = CreateForm(self._door, self._runner, self._dialogs)
        form.created.connect(self._on_created)
        return self._with_way_back(form)

    @cached_property
    def recover(self) -> RecoverForm:
        """恢复码."""
        from app.views.vault.recover_form import RecoverForm

        form = RecoverForm(self._door, self._runner, self._dialogs)
        form.opened.connect(self._on_opened)
        return self._with_way_back(form)

    @cached_property
    def restore(self) -> RestoreForm:
        """从备份恢复."""
        from app.views.vault.restore_form import RestoreForm

        form = RestoreForm(self._door, self._runner, self._dialogs)
        form.restored.connect(self._on_restored)
        return self._with_way_back(form)

    def _with_way_back(self, form: F) -> F:
        form.back_wanted.connect(self._go_back)
        self.stack.addWidget(form)
        return form

    def _build_side(self) -> QWidget:
        side = QWidget()
        side.setProperty("ground", "side")
        side.setFixedWidth(280)
        column = QVBoxLayout(side)
        column.setContentsMargins(14, 18, 14, 14)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Brand(36))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(DataLabel(t("客档通"), "h2"))
        words.addWidget(muted(t("加密的客户档案")))
        head.addLayout(words)
        head.addStretch()
        column.addLayout(head)
        column.addSpacing(16)
        self._recent_title = caption(t("最近打开"))
        column.addWidget(self._recent_title)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        holder.setProperty("ground", "side")
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.recent)
        inner.addStretch()
        scroll.setWidget(holder)
        column.addWidget(scroll, 1)
        column.addWidget(Rule())
        column.addSpacing(4)
        for text, icon, keys, work in self._actions():
            button = NavButton(text, icon, shortcut=keys)
            button.clicked.connect(lambda _on=False, do=work: do())
            column.addWidget(button)
            shortcut = QShortcut(QKeySequence(keys), self) if keys else None
            if shortcut is not None:
                shortcut.activated.connect(work)
        return side

    def _actions(self) -> list[tuple[str, str, str, object]]:
        return [
            (t("打开…"), "folder-open", "Ctrl+O", self.pick_archive),
            (t("新建档案"), "plus", "Ctrl+N", self.show_create),
            (t("从备份恢复"), "rotate-ccw", "", self.show_restore),
            (t("试用示例数据"), "wand-sparkles", "", self.show_samples),
        ]

    @cached_property
    def welcome(self) -> EmptyState:
        """欢迎: no archive was opened yet."""
        new = buttons.primary(t("新建档案"), "plus")
        new.clicked.connect(self.show_create)
        open_button = buttons.plain(t("打开已有档案…"), "folder-open")
        open_button.clicked.connect(self.pick_archive)
        samples = buttons.ghost(t("试用示例数据"), "wand-sparkles")
        samples.clicked.connect(self.show_samples)
        words = t("客户、联系人和跟进都在一个加密文件里：不上网也能用，拷走就是备份，没有密码谁也看不到。")
        made = EmptyState("archive", t("欢迎使用客档通"), words, [new, open_button, samples])
        self.stack.addWidget(made)
        return made

    def _fill_recent(self) -> None:
        current = self._settings.current
        paths = [Path(text) for text in current.recent]
        self.recent.set_recent([Recent(path, current.last_user.get(str(path), "")) for path in paths])
        self._recent_title.setVisible(bool(paths))
        # Asking a sleeping network drive whether a file exists takes seconds.
        self._runner.start(
            lambda _job: {path for path in paths if not path.exists()}, on_done=self.recent.set_missing, owner=self
        )

    # ---- which form ---------------------------------------------------------------------------------------------

    def begin(self, archive: Path | None = None, user: str = "", *, locked: bool = False) -> None:
        """Show the form for `archive`, else for the one opened last, else the welcome. `locked`: always ask."""
        current = self._settings.current
        path = archive or (Path(current.recent[0]) if current.recent else None)
        if path is None:
            self.stack.setCurrentWidget(self.welcome)
        else:
            self.show_archive(path, user or current.last_user.get(str(path), ""), locked=locked)

    def show_archive(self, path: Path, user: str = "", *, locked: bool = False) -> None:
        """The unlock form of this archive."""
        if self._blocked():
            return
        self.recent.mark(path)
        self.stack.setCurrentWidget(self.unlock)
        self.unlock.show_archive(path, user, ask_always=locked)

    def pick_archive(self) -> None:
        """打开…"""
        if self._blocked():
            return
        filters = [(t("客档通档案"), ("kedang",))]
        chosen = self._dialogs.pick_file("open", t("打开档案"), filters)
        if chosen is not None:
            self.show_archive(chosen, self._settings.current.last_user.get(str(chosen), ""))

    def show_create(self) -> None:
        """新建档案."""
        self._show_create(samples=False)

    def show_samples(self) -> None:
        """试用示例数据: a new archive, filled."""
        self._show_create(samples=True)

    def _show_create(self, *, samples: bool) -> None:
        if not self._blocked():
            self.recent.mark(None)
            self.stack.setCurrentWidget(self.create_form)
            self.create_form.start(samples=samples)

    def show_restore(self) -> None:
        """从备份恢复."""
        if not self._blocked():
            self.recent.mark(None)
            self.stack.setCurrentWidget(self.restore)
            self.restore.start()

    def _show_recover(self, path: Path) -> None:
        self.stack.setCurrentWidget(self.recover)
        self.recover.show_archive(path)

    def _go_back(self) -> None:
        self.begin()

    def _blocked(self) -> bool:
        """Nothing else while work runs or a recovery code waits to be written down."""
        current = self.stack.currentWidget()
        return self._code_page is not None or bool(getattr(current, "busy", False))

    def _forget(self, path: Path) -> None:
        self._settings.put(self._settings.current.without_recent(str(path)))
        self._fill_recent()
        if not self._settings.current.recent:
            self.begin()

    # ---- outcomes -----------------------------------------------------------------------------------------------

    def _on_opened(self, opened: Opened) -> None:
        self.opened.emit(opened)

    def _on_created(self, opened: Opened) -> None:
        from app.views.vault.code_page import CodePage

        page = self._code_page = CodePage(opened, self._dialogs)
        page.finished.connect(self._on_code_kept)
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        page.code.setFocus()

    def _on_code_kept(self, opened: Opened) -> None:
        self._code_page = None
        self.opened.emit(Opened(opened.workspace, opened.username))

    def _on_restored(self, target: Path) -> None:
        self.show_archive(target)
        self.unlock.show_message(t("备份已恢复到这里，请用备份当时的密码打开。"), "success")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.show_archive(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._code_page is not None and not self._leaving:
            event.ignore()
            self._leave_code(self._code_page)
            return
        super().closeEvent(event)
        self.closed.emit()

    def _leave_code(self, page: CodePage) -> None:
        """Closing while the code is shown: asked once, and the new archive is closed properly first."""
        question = t("恢复码还没有抄下，现在关闭？")
        text = t("关闭后不能再看到它。打开档案以后，可以在“设置 › 安全”里换一个新的恢复码。")
        if not page.code.tick.isChecked() and not self._dialogs.confirm(question, t("关闭"), text=text, danger=True):
            return
        self._leaving = True
        self.setEnabled(False)

        def gone(_result: object = None) -> None:
            self._code_page = None
            self.close()

        self._runner.start(
            lambda _job: page.opened.workspace.close(), on_done=gone, on_failed=gone, owner=self, pool="write"
        )


def _dropped(event: QDragEnterEvent | QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    if len(urls) == 1 and urls[0].isLocalFile() and urls[0].toLocalFile().endswith(ENDING):
        return Path(urls[0].toLocalFile())
    return None
