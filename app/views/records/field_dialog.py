"""Choose a field and the value it is to have everywhere."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.fields import Entity, Field
from app.core.i18n import t
from app.core.jobs import Job
from app.core.kinds import kind_of
from app.errors import AppError
from app.views.records.cells import has_editor
from app.views.records.drafts import Draft, DraftReader
from app.views.records.field_editors import FieldEditor, make_editor
from app.views.records.form_dialog import FormDialog
from app.views.shell.desk import Desk
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import DataLabel, muted


class FieldDialog(FormDialog):
    """`answer` is read when it was accepted: the value could be understood then."""

    def __init__(self, desk: Desk, entity: Entity, title: str, parent: QWidget) -> None:
        super().__init__(parent, title, t("修改"), width=420)
        self._desk, self._entity = desk, entity
        actor = desk.workspace.actor
        self._fields = [
            f for f in entity.fields
            if has_editor(f) and not f.unique and not kind_of(f).rows and f.key != entity.title and actor.sees(entity.key, f)
        ]  # fmt: skip
        self._choice = ChoiceField([(f.key, f.label) for f in self._fields])
        self._choice.setAccessibleName(t("字段"))
        self._choice.currentIndexChanged.connect(lambda _at: self._show_editor())
        self._place = QVBoxLayout()
        self._editor: QWidget | None = None
        self._error = DataLabel("", "error", wrap=True)
        self._error.hide()
        self.body.addWidget(self._choice)
        self.body.addLayout(self._place)
        self.body.addWidget(self._error)
        self.body.addWidget(muted(t("留空就是清除这个字段。")))
        self._show_editor()

    def _field(self) -> Field:
        return self._entity.field(self._choice.key())

    def _show_editor(self) -> None:
        if self._editor is not None:
            self._place.removeWidget(self._editor)
            self._editor.hide()
            self._editor.deleteLater()
        field = self._field()
        self._editor = make_editor(field, self._desk.users(), {})
        self._editor.setAccessibleName(field.label)
        self._place.addWidget(self._editor)
        self._error.hide()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self, key: str) -> None:
        """As the person does in the list. KeyError for a field that is not offered."""
        self._choice.set_key(key)

    def answer(self) -> tuple[Field, Draft]:
        """The field and what is to stand in it."""
        return self._field(), cast("FieldEditor", self._editor).draft()

    def submit(self) -> None:
        workspace, users = self._desk.workspace, self._desk.users()
        field, draft = self.answer()

        def work(_job: Job) -> object:
            return DraftReader(workspace, self._entity.key, users).value(field, draft)

        def failed(error: Exception) -> None:
            if not isinstance(error, AppError):
                self._desk.dialogs.show_error(error)
                return
            self._error.setText(str(error))
            self._error.show()

        self._desk.read(work, lambda _value: self.accept(), owner=self, on_failed=failed)
