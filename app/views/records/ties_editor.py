"""A link to several records: a line each with its role, and below it, when asked for, a note and the days it holds."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.fields import Field, Link
from app.core.i18n import t
from app.views.records.drafts import Ready, TieLine, Ties
from app.views.records.link_editor import Finder, LinkEditor
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton


class _Line(QWidget):
    removed = Signal()
    edited = Signal()

    def __init__(self, field: Field, finder: Finder, link: Link | None) -> None:
        super().__init__()
        self.record = LinkEditor(field, finder)
        self.record.setAccessibleName(field.label)
        self.role = _text(t("角色"), link.role if link else "")
        self.note = _text(t("说明"), link.note if link else "")
        self.since = _text(t("从哪天起"), link.since.isoformat() if link and link.since else "")
        self.until = _text(t("到哪天止"), link.until.isoformat() if link and link.until else "")
        if link is not None:
            self.record.set_value((link,))
        self._below = QWidget()
        self.role.setFixedWidth(104)
        self.more = IconButton("chevron-down", t("说明和有效期"), side=28)
        self.drop = IconButton("minus", t("移除这一行"), side=28)
        self.more.clicked.connect(lambda: self.unfold(self._below.isHidden()))
        self.drop.clicked.connect(self.removed)
        for edit in (self.record, self.role, self.note, self.since, self.until):
            edit.textChanged.connect(lambda _text: self.edited.emit())
        self._build()
        self.unfold(bool(link and (link.note or link.since or link.until)))

    def _build(self) -> None:
        above = QHBoxLayout()
        below = QHBoxLayout(self._below)
        for line, widgets in (
            (above, (self.record, self.role, self.more, self.drop)),
            (below, (self.note, self.since, self.until)),
        ):
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(4)
            for widget in widgets:
                line.addWidget(widget)
        above.setStretch(0, 1)
        below.setStretch(0, 1)
        for day in (self.since, self.until):
            day.setFixedWidth(104)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(above)
        column.addWidget(self._below)

    def unfold(self, open_: bool) -> None:
        """Show or hide the second line."""
        self._below.setVisible(open_)
        self.more.setAccessibleDescription(t("已展开") if open_ else t("已收起"))

    def line(self) -> TieLine | None:
        """What stands here; None for an empty line."""
        draft = self.record.draft()
        rest = (self.role.text(), self.note.text(), self.since.text(), self.until.text())
        if isinstance(draft, Ready):
            return TieLine(draft.value[0], "", *rest) if draft.value else None
        return TieLine(None, self.record.text(), *rest)


def _text(name: str, value: str) -> QLineEdit:
    edit = QLineEdit(value)
    edit.setAccessibleName(name)
    edit.setPlaceholderText(name)
    return edit


class TiesEditor(QWidget):
    """Signals:
    changed(): a line was changed, added or removed.
    """

    changed = Signal()

    def __init__(self, field: Field, finder: Finder) -> None:
        super().__init__()
        self._field, self._finder = field, finder
        self._lines: list[_Line] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._add = buttons.ghost(t("再加一个{field}", field=field.label), "plus")
        self._add.clicked.connect(lambda _on=False: self.add_line())
        self._column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_line(focus=False)

    def add_line(self, link: Link | None = None, *, focus: bool = True) -> None:
        """One more line at the end."""
        made = _Line(self._field, self._finder, link)
        made.removed.connect(lambda: self._remove(made))
        made.edited.connect(self.changed)
        self._lines.append(made)
        self._column.insertWidget(len(self._lines) - 1, made)
        if len(self._lines) == 1:
            self.setFocusProxy(made.record)
        elif focus and link is None:
            made.record.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, line: _Line) -> None:
        self._take(line)
        if not self._lines:
            self.add_line()
        self.setFocusProxy(self._lines[0].record)
        self.changed.emit()

    def _take(self, line: _Line) -> None:
        self._lines.remove(line)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()

    def draft(self) -> Ties:
        """The lines as they stand."""
        return Ties(tuple(line for made in self._lines if (line := made.line()) is not None))

    def set_value(self, value: Any) -> None:
        """Show these links."""
        for line in list(self._lines):
            self._take(line)
        for link in value or ():
            self.add_line(link, focus=False)
        if not self._lines:
            self.add_line(focus=False)
