"""What happens by itself while an archive is open: scheduled backups, checks of the data, the facts in the foot."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer

from app.core.jobs import Job
from app.core.records import ChangeSet
from app.services.workspace import Workspace
from app.views.shell.desk import Desk
from app.views.shell.status_bar import StatusBar

_FIRST, _EVERY, _CALM = 60_000, 10 * 60_000, 700
#: the data is checked so long after the archive was opened, when the window has come to rest
_CHECK = 20_000
Facts = tuple[datetime | None, int, int]


def read_facts(workspace: Workspace, _job: Job) -> Facts:
    """(last backup, customers, contacts). For a worker: counting and listing a folder take time."""
    newest = next(iter(workspace.vault.backups()), None)
    return newest.at if newest else None, workspace.customers.count(), workspace.contacts.count()


class Keeper(QObject):
    """Backups run silently in the writing thread; one that fails says so once, not every ten minutes."""

    def __init__(self, desk: Desk, bar: StatusBar, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._bar = desk, bar
        self._told = False
        self._backups = QTimer(self)
        self._backups.setInterval(_FIRST)
        self._backups.timeout.connect(self._on_backup_time)
        self._facts = QTimer(self)
        self._facts.setSingleShot(True)
        self._facts.setInterval(_CALM)
        self._facts.timeout.connect(self.show_facts)
        self._check = QTimer(self)
        self._check.setSingleShot(True)
        self._check.setInterval(_CHECK)
        self._check.timeout.connect(self.check_when_due)
        desk.changed.connect(self._on_changed)

    def start(self) -> None:
        """From now on."""
        self.show_facts()
        if not self._desk.workspace.archive.read_only:
            self._backups.start()
            self._check.start()

    def stop(self) -> None:
        """The archive is about to be closed."""
        self._backups.stop()
        self._facts.stop()
        self._check.stop()

    def show_facts(self) -> None:
        """Read them anew in the background."""
        workspace = self._desk.workspace
        self._desk.read(lambda job: read_facts(workspace, job), self._on_facts, owner=self, on_failed=_quiet)

    def back_up_when_due(self) -> None:
        """A scheduled backup if the last one is older than the settings say."""
        workspace = self._desk.workspace
        hours = self._desk.settings.current.backup_hours
        if hours <= 0:
            return

        def work(job: Job) -> bool:
            if not workspace.vault.scheduled_due(timedelta(hours=hours)):
                return False
            workspace.vault.automatic("scheduled", job)
            return True

        self._desk.runner.start(work, on_done=self._on_backed_up, on_failed=self._on_failed, owner=self, pool="write")

    def check_when_due(self) -> None:
        """Check the data by its rules where the last check is older than the office wants; silently, beside all else."""
        quality = self._desk.workspace.quality

        def done(checked: tuple[str, ...]) -> None:
            if checked:
                self._desk.changed.emit(ChangeSet(None, {"quality": None}), self)

        self._desk.read(quality.check_due, done, owner=self, on_failed=_quiet)

    def _on_backup_time(self) -> None:
        self._backups.setInterval(_EVERY)
        if not self._desk.runner.busy("write"):
            self.back_up_when_due()

    def _on_backed_up(self, made: bool) -> None:
        self._told = False
        if made:
            self.show_facts()

    def _on_failed(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            self._desk.toasts.show_toast(str(error), "warning", milliseconds=0)

    def _on_facts(self, facts: Facts) -> None:
        backup, customers, contacts = facts
        self._bar.show_backup(backup)
        self._bar.show_counts(customers, contacts)

    def _on_changed(self, changes: ChangeSet, _initiator: object) -> None:
        if changes.concerns("customers", "contacts"):
            self._facts.start()


def _quiet(_error: Exception) -> None:
    """Facts in the foot of the window are not worth a dialog; the next change asks again."""
