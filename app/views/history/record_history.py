"""Everything that happened to one record, newest first; for the pane of a customer or contact."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, HistoryEntry
from app.services.history.detail import OperationBrowser
from app.views.history.change_list import ChangeBlock, ChangeList
from app.views.history.words import action_label, action_tone, kind_label
from app.views.operations.task import Task
from app.views.shell.desk import Desk
from app.views.shell.status_bar import describe_day
from app.views.theme import fonts
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.skeleton import Skeleton

_ALWAYS_CHANGING = frozenset({"updated_at", "created_at"})


class RecordHistory(QWidget):
    """Follows the record: every write that concerns it reloads. `show_record` points it at another one.

    Signals:
        loaded(int): so many changes are shown.
    """

    loaded = Signal(int)

    def __init__(self, desk: Desk, entity: str, record: UUID | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._entity, self._record = desk, entity, record
        self._task: Task | None = None
        self._browser = OperationBrowser(desk.workspace.context)
        self._list = ChangeList(t("修改历史"))
        self._empty = EmptyState("history", t("还没有修改"), t("新建以后的每一次修改都会记在这里。"))
        self._stack = QStackedLayout(self)
        for widget in (Skeleton(6), self._list, self._empty):
            self._stack.addWidget(widget)
        desk.changed.connect(self._on_changed)
        if record is not None:
            self.reload()

    def show_record(self, entity: str, record: UUID) -> None:
        """The history of another record."""
        self._entity, self._record = entity, record
        self._stack.setCurrentIndex(0)
        self.reload()

    def reload(self) -> None:
        """Read again in the background."""
        record = self._record
        if record is None:
            return
        if self._task is not None and not self._task.over:
            self._task.cancel()
        service, browser, entity = self._desk.workspace.records(self._entity), self._browser, self._entity
        users = self._desk.users()

        def work(_job: Job) -> list[ChangeBlock]:
            name = lambda user: users.get(user, "")  # noqa: E731 - a small table look-up
            return [_block(browser, entity, entry, name) for entry in service.history(record)]

        self._task = self._desk.read(work, self._show, owner=self)

    def blocks(self) -> list[ChangeBlock]:
        """What is shown."""
        return list(self._list.blocks())

    def _show(self, blocks: list[ChangeBlock]) -> None:
        self._list.set_blocks(blocks)
        self._stack.setCurrentWidget(self._list if blocks else self._empty)
        self.loaded.emit(len(blocks))

    def _on_changed(self, changes: ChangeSet, _initiator: object) -> None:
        ids = changes.touched.get(self._entity, frozenset())
        if self._record is not None and (ids is None or self._record in ids):
            self.reload()


def _block(browser: OperationBrowser, entity: str, entry: HistoryEntry, users: object) -> ChangeBlock:
    shown = [change for change in entry.fields if change.key not in _ALWAYS_CHANGING]
    lines = tuple(browser.shown(entity, change, users) for change in shown)  # type: ignore[arg-type]
    when = describe_day(entry.at.astimezone().replace(tzinfo=None))
    how = kind_label(entry.kind) if entry.kind not in ("edit", "create", "delete", "restore") else ""
    title = "、".join(line[0] for line in lines[:4]) or action_label(entry.action)
    return ChangeBlock(
        title, action_label(entry.action), action_tone(entry.action), fonts.join_facts(when, entry.actor, how), lines
    )
