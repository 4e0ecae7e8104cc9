"""One operation closely: facts, what it changed, the buttons to take it back or finish it."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import OperationInfo
from app.services.history.detail import OperationBrowser, Touched
from app.views.history.change_list import ChangeBlock, ChangeList
from app.views.history.words import UNDONE, action_label, action_tone, counts_text, kind_icon, kind_label, state_label
from app.views.operations.task import Task
from app.views.shell.desk import Desk
from app.views.theme import fonts
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.chips import ChipRow
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.labels import DataLabel, IconLabel, Rule, muted
from app.views.widgets.skeleton import Skeleton

_LISTED = 200


class DetailPane(QWidget):
    """Signals:
    undo_wanted(OperationInfo), resume_wanted(OperationInfo), roll_back_wanted(OperationInfo): a button was pressed.
    """

    undo_wanted = Signal(object)
    resume_wanted = Signal(object)
    roll_back_wanted = Signal(object)

    def __init__(self, desk: Desk, browser: OperationBrowser) -> None:
        super().__init__()
        self._desk, self._browser = desk, browser
        self._task: Task | None = None
        self.operation: OperationInfo | None = None
        self.setProperty("ground", "surface")
        words = t("左边选一个操作，这里会列出它改了哪些记录的哪些内容。")
        self._empty = EmptyState("history", t("看看改了什么"), words)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._build())

    def _build(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 18, 10, 12)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(10)
        self._icon = IconLabel("history", "primary_text", 20)
        self._title = DataLabel("", "h2", wrap=True)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        column.addLayout(head)
        self._state = ChipRow()
        column.addWidget(self._state)
        self._facts = muted("", wrap=True)
        self._counts = DataLabel("", "secondary", wrap=True)
        column.addWidget(self._facts)
        column.addWidget(self._counts)
        self._warning = Banner("warning", "")
        column.addWidget(self._warning)
        column.addLayout(self._build_actions())
        column.addWidget(Rule())
        self.changes = ChangeList(t("改动列表"))
        self._loading = Skeleton(6)
        self._below = QStackedLayout()
        self._below.addWidget(self._loading)
        self._below.addWidget(self.changes)
        column.addLayout(self._below, 1)
        return body

    def _build_actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.undo = buttons.plain(t("撤销这个操作"), "undo-2")
        self.undo.clicked.connect(lambda: self.undo_wanted.emit(self.operation))
        self.resume = buttons.primary(t("继续导入"), "play")
        self.resume.clicked.connect(lambda: self.resume_wanted.emit(self.operation))
        self.roll_back = buttons.plain(t("回退"), "rotate-ccw")
        self.roll_back.clicked.connect(lambda: self.roll_back_wanted.emit(self.operation))
        for button in (self.undo, self.resume, self.roll_back):
            row.addWidget(button)
        row.addStretch()
        return row

    def show_operation(self, operation: OperationInfo | None) -> None:
        """Its facts at once, its changes from the background; None: nothing is chosen."""
        self.operation = operation
        if self._task is not None and not self._task.over:
            self._task.cancel()
        if operation is None:
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        self._icon.set_icon(kind_icon(operation.kind))
        self._title.setText(operation.summary or kind_label(operation.kind))
        self._state.set_items([state_label(operation.state), (kind_label(operation.kind), "gray")])
        when = operation.started_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        self._facts.setText(fonts.join_facts(when, operation.actor, operation.origin.partition("@")[2]))
        self._counts.setText(counts_text(operation))
        self._counts.setVisible(bool(self._counts.text()))
        self._show_actions(operation)
        self._below.setCurrentWidget(self._loading)
        browser, users = self._browser, self._desk.users()

        def work(_job: Job) -> tuple[int, list[ChangeBlock]]:
            total, touched = browser.touched(operation.id, limit=_LISTED)
            return total, [_block(browser, one, users) for one in touched]

        self._task = self._desk.read(work, lambda found: self._show_changes(*found), owner=self)

    def _show_actions(self, operation: OperationInfo) -> None:
        running = operation.state == "running"
        writable = not self._desk.workspace.archive.read_only
        mine = self._desk.workspace.actor.is_admin or operation.actor == self._desk.workspace.actor.name
        self.undo.setVisible(operation.undoable and writable and mine)
        self.undo.setText(t("重做") if operation.kind == "undo" else t("撤销这个操作"))
        self.undo.set_icon("redo-2" if operation.kind == "undo" else "undo-2")
        self.resume.setVisible(running and writable and operation.kind == "import")
        self.roll_back.setVisible(running and writable)
        if running:
            self._warning.set_message(t("上次没有做完，程序就关闭了。可以接着做，或者全部回退。"), "warning")
        elif operation.state in UNDONE:
            text = t("已经撤销；之后又改过的记录没有动。") if operation.state == "partly_undone" else t("已经撤销。")
            self._warning.set_message(text, "info")
        self._warning.setVisible(running or operation.state in UNDONE)

    def _show_changes(self, total: int, blocks: list[ChangeBlock]) -> None:
        if not blocks:
            more = t("这个操作没有改动客户记录。")
        elif total > len(blocks):
            more = t("共改动 {n} 条，这里列出前 {shown} 条。", n=f"{total:,}", shown=len(blocks))
        else:
            more = ""
        self.changes.set_blocks(blocks, more)
        self._below.setCurrentWidget(self.changes)


def _block(browser: OperationBrowser, touched: Touched, users: dict[UUID, str]) -> ChangeBlock:
    lines = tuple(browser.shown(touched.entity, change, lambda user: users.get(user, "")) for change in touched.fields)
    return ChangeBlock(touched.title, action_label(touched.action), action_tone(touched.action), "", lines)
