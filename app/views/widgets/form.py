"""Rows of label and field, the error under the field it belongs to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets.labels import DataLabel


def fit_height(window: QWidget) -> None:
    """Make a window of fixed width as high as its content: Qt counts wrapped sentences as one line in its minimum, and
    would squeeze the fields when errors or hints take more."""
    layout = window.layout()
    if layout is None:
        return
    layout.activate()
    wanted = (
        layout.totalHeightForWidth(window.width()) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
    )
    room = window.screen().availableGeometry().height() - 40
    window.resize(window.width(), min(max(wanted, layout.totalMinimumSize().height()), room))


class FormRow(QWidget):
    """A field with room for a hint or an error under it."""

    def __init__(self, label: str, field: QWidget, hint: str) -> None:
        super().__init__()
        self.field = field
        #: the label beside or above the field; hidden with it by `set_shown`
        self.title: DataLabel | None = None
        self._label, self._hint = label, hint
        self._note = DataLabel(hint, "muted", wrap=True)
        self._note.setVisible(bool(hint))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(field)
        column.addWidget(self._note)

    def put_above(self, title: DataLabel) -> None:
        """The label becomes a part of the row, so that a hidden row leaves no gap."""
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(0, title)
        column.insertSpacing(1, 2)

    def set_error(self, text: str) -> None:
        """Show what is wrong, "" takes it away. Read out by screen readers."""
        self._note.setText(text or self._hint)
        self._note.set_role("error" if text else "muted")
        self._note.setVisible(bool(text or self._hint))
        framed = self.field.focusProxy() or self.field  # the part of a composed field that has the frame
        framed.setProperty("state", "error" if text else "")
        framed.style().unpolish(framed)
        framed.style().polish(framed)
        self.field.setAccessibleDescription(text or self._hint)
        if text:
            from PySide6.QtGui import QAccessible, QAccessibleEvent  # 8 ms of a start that nothing has gone wrong in

            QAccessible.updateAccessibility(QAccessibleEvent(self.field, QAccessible.Event.DescriptionChanged))

    def set_shown(self, shown: bool) -> None:
        """Show or hide the row with its label."""
        self.setVisible(shown)
        if self.title is not None:
            self.title.setVisible(shown)

    def error(self) -> str:
        """The error shown, "" if none."""
        framed = self.field.focusProxy() or self.field
        return self._note.text() if framed.property("state") == "error" else ""


class Form(QWidget):
    """A grid of `FormRow`s, found again by key."""

    def __init__(self, parent: QWidget | None = None, *, label_width: int = 88, above: bool = False) -> None:
        super().__init__(parent)
        self._above, self._label_width = above, label_width
        self._rows: dict[str, FormRow] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(18 if above else 12)
        self._grid.setColumnStretch(0 if above else 1, 1)

    def add_row(self, key: str, label: str, field: QWidget, *, required: bool = False, hint: str = "") -> FormRow:
        """Add a field under `key`; it gets `label` as its accessible name."""
        title = DataLabel(label + (" *" if required else ""), "secondary")
        title.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(t("{label}（必填）", label=label) if required else label)
        field.setAccessibleDescription(hint)
        row = self._rows[key] = FormRow(label, field, hint)
        row.title = title
        at = self._grid.rowCount()
        if self._above:
            row.put_above(title)
            self._grid.addWidget(row, at, 0)
        else:
            title.setFixedWidth(self._label_width)
            title.setWordWrap(True)
            title.setMinimumHeight(32)
            title.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
            self._grid.addWidget(title, at, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(row, at, 1)
        return row

    def row(self, key: str) -> FormRow:
        """KeyError for an unknown key."""
        return self._rows[key]

    def set_errors(self, errors: dict[str, str]) -> bool:
        """Show these errors and clear all others; the first wrong field gets the focus. True if there were none.

        Errors under keys that have no row raise KeyError: a message nobody sees is a defect.
        """
        unknown = set(errors) - set(self._rows)
        if unknown:
            raise KeyError(", ".join(sorted(unknown)))
        wrong = [row for key, row in self._rows.items() if errors.get(key)]
        for key, row in self._rows.items():
            row.set_error(errors.get(key, ""))
        if wrong:
            wrong[0].field.setFocus(Qt.FocusReason.OtherFocusReason)
        return not wrong
