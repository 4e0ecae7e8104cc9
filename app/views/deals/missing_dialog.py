"""The fields a stage requires and a deal lacks, asked for on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.core.fields import Link
from app.core.filters import Condition, Not
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record, Sort
from app.core.validation import InvalidFields
from app.errors import AppError
from app.views.records.drafts import DraftReader
from app.views.records.form_dialog import FormDialog
from app.views.records.link_editor import finder_of
from app.views.records.record_form import RecordForm
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.flow import FlowLayout
from app.views.widgets.form import fit_height
from app.views.widgets.labels import DataLabel


class MissingDialog(FormDialog):
    """Signals:
    given(dict): values by field key.
    """

    given = Signal(object)

    def __init__(self, desk: Desk, entity: str, problems: Mapping[str, str], parent: QWidget) -> None:
        lost = "lost_reason" in problems
        super().__init__(parent, t("输单原因是什么？") if lost else t("还差几项"), t("继续"), width=440)
        self._desk, self._key = desk, entity
        described = desk.workspace.records(entity).entity
        fields = [described.field(key) for key in problems]
        text = next(iter(problems.values()), "")
        if not lost:
            self.body.addWidget(DataLabel(text, "secondary", wrap=True))
        self.form = RecordForm(described, fields, desk.users(), {}, finder_of(desk), plain=True)
        self._problem = DataLabel("", "error", wrap=True)
        self._problem.hide()
        if lost:
            self._offer_reasons()
        self.body.addWidget(self.form)
        self.body.addWidget(self._problem)
        fit_height(self)
        first = fields[0].key if fields else ""
        if first:
            self.form.editor(first).setFocus()

    def _offer_reasons(self) -> None:
        """The usual reasons as one click each."""
        row = FlowLayout()
        self.body.addLayout(row)
        service = self._desk.workspace.records("lost_reasons")

        def done(records: list[Record]) -> None:
            for record in records:
                button = buttons.plain(str(record.get("name")))
                link = Link(record.id, str(record.get("name")))
                button.clicked.connect(lambda _on=False, link=link: self._take(link))
                row.addWidget(button)
            self.form.setMinimumHeight(self.form.sizeHint().height())
            QTimer.singleShot(0, self, lambda: fit_height(self))  # when the new lines of buttons have their places

        self._desk.read(
            lambda _job: service.list(Not(Condition("active", "false")), (Sort("position"),), limit=12)[1],
            done,
            owner=self,
        )

    def _take(self, link: Link) -> None:
        self.form.set_value("lost_reason", (link,))
        if len(self.form.drafts()) == 1:
            self.submit()

    def submit(self) -> None:
        if not self.go.isEnabled():
            return  # it is being read
        drafts = self.form.drafts()
        workspace, users = self._desk.workspace, self._desk.users()
        self.go.setEnabled(False)

        def work(_job: Job) -> dict[str, Any]:
            values = DraftReader(workspace, self._key, users).values(drafts)
            empty = {key: t("必填。") for key, value in values.items() if value in (None, "", ())}
            if empty:
                raise InvalidFields(workspace.records(self._key).entity, empty)
            return values

        def done(values: dict[str, Any]) -> None:
            self.given.emit(values)
            self.accept()

        self._desk.read(work, done, owner=self, on_failed=self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        if isinstance(error, InvalidFields):
            text = self.form.show_problems(error.problems)
        elif isinstance(error, AppError):
            text = str(error)
        else:
            self._desk.dialogs.show_error(error)
            return
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
