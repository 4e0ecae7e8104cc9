"""Several phone numbers, e-mail addresses or postal addresses: lines with a label, the first one is the primary one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.fields import Address, Field, FieldType, Point
from app.core.i18n import t
from app.core.values import to_text
from app.views.records.drafts import PointRow, Rows
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton


class _Row(QWidget):
    removed = Signal()
    lifted = Signal()
    edited = Signal()

    def __init__(self, field: Field, labels: Sequence[str], row: PointRow) -> None:
        super().__init__()
        self._before = row.before
        self.text = QLineEdit(row.text)
        self.text.setAccessibleName(field.label)
        self.label = QComboBox()
        self.label.setEditable(True)
        self.label.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.label.addItems(["", *labels])
        self.label.setCurrentText(row.label)
        self.label.setAccessibleName(t("{field}的标注", field=field.label))
        line_edit = self.label.lineEdit()
        assert line_edit is not None
        line_edit.setPlaceholderText(t("标注"))
        self.label.setFixedWidth(104)
        self.lift = IconButton("arrow-up", t("设为首选"), side=28)
        self.lift.clicked.connect(self.lifted)
        self.drop = IconButton("minus", t("移除这一行"), side=28)
        self.drop.clicked.connect(self.removed)
        self.text.textChanged.connect(lambda _text: self.edited.emit())
        self.label.currentTextChanged.connect(lambda _text: self.edited.emit())
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.text, 1)
        line.addWidget(self.label)
        line.addWidget(self.lift)
        line.addWidget(self.drop)

    def row(self) -> PointRow:
        return PointRow(self.text.text().strip(), self.label.currentText().strip(), self._before)


class PointsEditor(QWidget):
    """Signals:
    changed(): a line was changed, added or removed.
    """

    changed = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self._rows: list[_Row] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._add = buttons.ghost(t("再加一个{field}", field=field.label), "plus")
        self._add.clicked.connect(lambda _on=False: self.add_row())
        self._column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_row()

    def _labels(self) -> list[str]:
        match self._field.type:
            case FieldType.PHONES:
                return [t("手机"), t("办公"), t("家庭"), t("传真"), t("微信同号")]
            case FieldType.ADDRESSES:
                return [t("收货"), t("开票"), t("办公"), t("家庭")]
        return [t("工作"), t("个人")]

    def add_row(self, row: PointRow | None = None, *, focus: bool = True) -> None:
        """One more line at the end."""
        made = _Row(self._field, self._labels(), row or PointRow(""))
        made.removed.connect(lambda: self._remove(made))
        made.lifted.connect(lambda: self._lift(made))
        made.edited.connect(self.changed)
        self._rows.append(made)
        self._column.insertWidget(len(self._rows) - 1, made)
        if self.focusProxy() is None:
            self.setFocusProxy(made.text)
        elif focus and row is None:
            made.text.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tidy()

    def _remove(self, row: _Row) -> None:
        if len(self._rows) == 1:
            row.text.clear()
            row.label.setCurrentText("")
            return
        self._rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.setFocusProxy(self._rows[0].text)
        self._tidy()
        self.changed.emit()

    def _lift(self, row: _Row) -> None:
        self._rows.remove(row)
        self._rows.insert(0, row)
        self._column.removeWidget(row)
        self._column.insertWidget(0, row)
        self.setFocusProxy(row.text)
        self._tidy()
        self.changed.emit()

    def _tidy(self) -> None:
        for at, row in enumerate(self._rows):
            row.lift.setVisible(at > 0)
            row.text.setPlaceholderText(t("首选") if at == 0 and len(self._rows) > 1 else "")

    def draft(self) -> Rows:
        """The lines as they stand."""
        return Rows(tuple(row.row() for row in self._rows if row.text.text().strip()))

    def set_value(self, value: object) -> None:
        """Show these points or addresses."""
        items = value if isinstance(value, tuple) else ()
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        self.setFocusProxy(None)  # type: ignore[arg-type]
        for item in items:
            if isinstance(item, Address):
                self.add_row(PointRow(item.line(), item.label, item), focus=False)
            elif isinstance(item, Point):
                self.add_row(PointRow(to_text(self._field, (item,)), item.label, item), focus=False)
        if not self._rows:
            self.add_row(focus=False)
