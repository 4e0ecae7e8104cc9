"""What every page is given: the services, background work, dialogs, toasts, and the one signal that data changed.

Flow: page → `operate(...)` → worker (service) → ChangeSet → `changed(changes, initiator)` → the pages that care refresh.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.operations.runner import BaseRunner
from app.views.operations.task import Task
from app.views.widgets.dialogs import Dialogs
from app.views.widgets.toast import Toast, ToastStack

T = TypeVar("T")

#: remarks told of one write, and for how long, in milliseconds
_NOTES, _NOTES_STAY = 2, 12_000


class Desk(QObject):
    """Signals: `changed(ChangeSet, initiator)` after every write; `page_wanted(key, payload)`; `lock_wanted()`;
    `restart_wanted()` when language or scale need a fresh window."""

    changed = Signal(object, object)
    page_wanted = Signal(str, object)
    lock_wanted = Signal()
    restart_wanted = Signal()

    def __init__(
        self,
        workspace: Workspace,
        runner: BaseRunner,
        dialogs: Dialogs,
        toasts: ToastStack,
        settings: SettingsStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.runner = runner
        self.dialogs = dialogs
        self.toasts = toasts
        self.settings = settings
        self._names: dict[uuid.UUID, str] = workspace.people.names()
        self._offers: dict[uuid.UUID, Toast] = {}

    def read(
        self,
        work: Callable[[Job], T],
        on_done: Callable[[T], None],
        *,
        owner: QObject,
        title: str = "",
        on_failed: Callable[[Exception], None] | None = None,
    ) -> Task:
        """Read in the background; `on_done` runs in the window's thread while `owner` lives."""
        return self.runner.start(work, on_done=on_done, on_failed=on_failed, owner=owner, title=title, pool="read")

    def operate(
        self,
        work: Callable[[Job], T],
        *,
        title: str,
        owner: QObject,
        on_done: Callable[[T], None] | None = None,
        on_failed: Callable[[Exception], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
        told: str | Callable[[T], str] = "",
        initiator: object = None,
    ) -> Task:
        """Write in the background, one at a time. The result is a ChangeSet, or has `.changes`, or is a tuple ending in
        one; pages are told, and `told` appears as a toast with 撤销."""

        def finished(result: T) -> None:
            changes = changes_in(result)
            if on_done:
                on_done(result)
            if changes is not None:
                self.changed.emit(changes, initiator)
                text = told(result) if callable(told) else told
                if text:
                    self.toast_undo(text, changes)
                self._tell(changes)

        return self.runner.start(
            work,
            on_done=finished,
            on_failed=on_failed,
            on_cancelled=on_cancelled,
            owner=owner,
            title=title,
            pool="write",
        )

    def _tell(self, changes: ChangeSet) -> None:
        """What was written otherwise than asked for."""
        if not changes.notes:
            return
        words = [note.words for note in changes.notes[:_NOTES]]
        if len(changes.notes) > _NOTES:
            words.append(t("另有 {n} 项", n=len(changes.notes) - _NOTES))
        self.toasts.show_toast(" ".join(words), "warning", milliseconds=_NOTES_STAY)

    def toast_undo(self, text: str, changes: ChangeSet) -> None:
        """A toast that offers to take the operation back."""
        operation = changes.operation_id
        if operation is None:
            self.toasts.show_toast(text, "success")
            return
        toast = self.toasts.show_toast(text, "success", action=t("撤销"), on_action=lambda: self.undo(operation))
        self._offers[operation] = toast
        toast.closed.connect(lambda: self._offers.pop(operation, None))

    def withdraw_offer(self, operation: uuid.UUID) -> None:
        """The operation is being undone some other way: a toast that still offers it would end in an error."""
        toast = self._offers.pop(operation, None)
        if toast is not None:
            toast.dismiss()

    def undo(self, operation: uuid.UUID) -> None:
        """Take an operation back and say how it went."""
        self.withdraw_offer(operation)

        def told(result: Any) -> str:
            if result.kept:
                return t("已撤销 {n} 条；{kept} 条之后又改过，保持不变", n=result.reverted, kept=len(result.kept))
            return t("已撤销")

        self.operate(
            lambda job: self.workspace.history.undo(operation, job), title=t("正在撤销"), owner=self,
            told=told,
        )  # fmt: skip

    def user_name(self, user: Any) -> str:
        """The display name of a user id (UUID or text); "" for nobody."""
        if user is None:
            return ""
        key = user if isinstance(user, uuid.UUID) else uuid.UUID(str(user))
        if key not in self._names:
            self._names = self.workspace.people.names()
        return self._names.get(key, "")

    def users(self) -> dict[uuid.UUID, str]:
        """All display names by id."""
        return dict(self._names)

    def reload_users(self) -> None:
        """After users were added or renamed."""
        self._names = self.workspace.people.names()


def changes_in(result: object) -> ChangeSet | None:
    """The ChangeSet of a service's answer."""
    if isinstance(result, ChangeSet):
        return result
    if isinstance(result, tuple) and result and isinstance(result[-1], ChangeSet):
        return result[-1]
    found = getattr(result, "changes", None)
    return found if isinstance(found, ChangeSet) else None
