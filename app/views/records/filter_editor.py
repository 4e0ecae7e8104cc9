"""The content of the filter popover: first the field, then operator and value."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.fields import Entity, Field, FieldType
from app.core.filters import Condition, op_label, operators
from app.core.i18n import t
from app.core.jobs import Job
from app.core.kinds import kind_of
from app.errors import UserError
from app.services.workspace import Workspace
from app.views.records.cells import Names
from app.views.records.value_editors import ListValue, ValueEditor, editor_for
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import DataLabel
from app.views.widgets.popover import Popover
from app.views.widgets.tick_list import Tick, TickList

_WIDTH = 292
_MOST_VALUES = 200


def value_ticks(workspace: Workspace, entity: str, field: Field, users: Names) -> list[Tick]:
    """The values of a field with how often they occur, most frequent first. For a worker."""
    service = workspace.records(entity)
    if field.type is FieldType.TAGS:
        return [Tick(name, name, count, tone) for name, tone, count in service.tags()]
    if field.custom:
        return [Tick(choice.code, choice.label) for choice in field.choices]
    counts = dict(service.distinct(field.key, limit=_MOST_VALUES))
    if field.type is FieldType.USER:
        by_id = {str(user): name for user, name in users.items()}
        found = {key.replace("-", ""): n for key, n in counts.items()}
        return [Tick(key, name, found.get(key.replace("-", ""), 0)) for key, name in by_id.items()]
    if kind_of(field).listed:
        known = [
            Tick(c.code, c.label, counts.pop(c.code, 0), c.tone if c.tone != "gray" else "") for c in field.choices
        ]
        return [*known, *(Tick(value, value, n) for value, n in counts.items())]
    return [Tick(value, value, n) for value, n in counts.items()]


class FilterEditor(QWidget):
    """Makes or changes one condition.

    Signals:
        finished(Condition): 应用 was pressed.
    """

    finished = Signal(object)

    def __init__(self, desk: Desk, entity: Entity, condition: Condition | None = None, field: str = "") -> None:
        super().__init__()
        self._desk, self._entity = desk, entity
        self._field: Field | None = None
        self._editor: ValueEditor | None = None
        self.setFixedWidth(_WIDTH)
        self._fields = self._build_fields()
        self._page = self._build_condition()
        self._page.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._fields)
        column.addWidget(self._page)
        self.setFocusProxy(self._fields)
        if condition is not None:
            self.choose_field(condition.field)
            self._operator.set_key(condition.op)
            self._show_editor()
            editor = self.editor()
            if editor is not None:
                editor.set_value(condition.value)
        elif field:
            self.choose_field(field)

    # ---- construction -------------------------------------------------------------------------------------------

    def _build_fields(self) -> TickList:
        found = TickList(t("字段"), ticks=False, height=300, search=t("按哪个字段筛选？可用拼音"))
        actor = self._desk.workspace.actor
        usable = [f for f in self._entity.fields if actor.sees(self._entity.key, f)]
        found.set_ticks([Tick(f.key, f.label) for f in usable])
        found.chosen.connect(self.choose_field)
        return found

    def _build_condition(self) -> QWidget:
        page = QWidget()
        self._back = IconButton("arrow-left", t("换一个字段"), side=28)
        self._back.clicked.connect(self._show_fields)
        self._title = DataLabel("", "strong")
        self._operator = ChoiceField()
        self._operator.setAccessibleName(t("条件"))
        self._operator.currentIndexChanged.connect(lambda _at: self._show_editor())
        self._place = QVBoxLayout()
        self._error = DataLabel("", "error", wrap=True)
        self._error.hide()
        self._apply = buttons.primary(t("应用"))
        self._apply.clicked.connect(self.apply)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._operator)
        column.addLayout(self._place)
        column.addWidget(self._error)
        column.addStretch()
        column.addWidget(self._apply, 0, Qt.AlignmentFlag.AlignRight)
        return page

    def _turn(self, page: QWidget) -> None:
        for one in (self._fields, self._page):
            one.setVisible(one is page)

    def _fit(self) -> None:
        """The popover gets as high as its content, no higher."""
        window = self.window()
        if window is not self and isinstance(window, Popover):
            self.adjustSize()
            window.adjustSize()

    # ---- steps --------------------------------------------------------------------------------------------------

    def _show_fields(self) -> None:
        self._turn(self._fields)
        QTimer.singleShot(0, self, self._fit)
        self._fields.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_field(self, key: str) -> None:
        """Go on to operator and value."""
        field = self._field = self._entity.field(key)
        self._title.setText(field.label)
        self._operator.blockSignals(True)
        self._operator.set_choices([(op, op_label(op)) for op in operators(field)])
        self._operator.blockSignals(False)
        self._turn(self._page)
        self._show_editor()

    def choose_operator(self, op: str) -> None:
        """As the person does in the list. KeyError for one the field does not have."""
        self._operator.set_key(op)
        self._show_editor()

    def editor(self) -> ValueEditor | None:
        """What asks for the value now."""
        return self._editor

    def _show_editor(self) -> None:
        field = self._field
        if field is None:
            return
        if self._editor is not None:
            old = self._editor.widget()
            self._place.removeWidget(old)
            old.hide()
            old.deleteLater()
        editor = self._editor = editor_for(field, self._operator.key())
        self._place.addWidget(editor.widget())
        self._error.hide()
        if isinstance(editor, ListValue):
            editor.submitted.connect(self.apply)
            self._load(editor, field)
        self.setFocusProxy(editor.widget())
        editor.widget().setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, self._fit)

    def _load(self, editor: ListValue, field: Field) -> None:
        workspace, entity, users = self._desk.workspace, self._entity.key, self._desk.users()
        work: Callable[[Job], list[Tick]] = lambda _job: value_ticks(workspace, entity, field, users)  # noqa: E731
        self._desk.read(work, partial(_fill, editor), owner=editor)

    def apply(self) -> None:
        """Give the condition, or say what is missing."""
        if self._field is None or self._editor is None:
            return
        try:
            value = self._editor.value()
        except UserError as error:
            self._error.setText(str(error))
            self._error.show()
            return
        self.finished.emit(Condition(self._field.key, self._operator.key(), value))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._page.isHidden():
            self.apply()
        else:
            super().keyPressEvent(event)


def _fill(editor: ListValue, ticks: list[Tick]) -> None:
    editor.show_ticks(ticks)
