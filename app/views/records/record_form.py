"""The fields of a record in sections, two beside each other, from the field registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.core.fields import Entity, Field, FieldType
from app.core.i18n import t
from app.core.kinds import kind_of
from app.core.records import Record
from app.views.records.cells import Names, Tones
from app.views.records.drafts import Draft
from app.views.records.field_editors import FieldEditor, make_editor
from app.views.records.link_editor import Finder
from app.views.widgets.form import FormRow
from app.views.widgets.labels import DataLabel

_LATE = frozenset({FieldType.LONG_TEXT})


class RecordForm(QWidget):
    """`plain`: without the names of the groups. `drafts` are what stands in it, `changed` what differs from what was shown at first."""

    def __init__(
        self, entity: Entity, fields: list[Field], users: Names, tags: Tones, finder: Finder, *, plain: bool = False
    ) -> None:
        super().__init__()
        self._finder = finder
        self._entity = entity
        self._rows: dict[str, FormRow] = {}
        self._at_first: dict[str, Draft] = {}
        self.setProperty("ground", "surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 12, 8)
        column.setSpacing(0)
        for group, _zh, _en in entity.groups:
            some = sorted((f for f in fields if f.group == group), key=lambda f: f.type in _LATE)
            if not some:
                continue
            if column.count():
                column.addSpacing(18)
            if not plain:
                column.addWidget(DataLabel(entity.group_label(group), "h2"))
                column.addSpacing(8)
            column.addLayout(self._build_group(some, users, tags))
        column.addStretch()
        self.remember()

    def _build_group(self, fields: list[Field], users: Names, tags: Tones) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        place = 0
        for field in fields:
            several = field.type is FieldType.LINKS and not field.one
            wide = several or kind_of(field).wide or field.key in (self._entity.title, "address")
            if wide and place % 2:
                place += 1
            cell = self._build_row(field, users, tags)
            span = 2 if wide else 1
            grid.addWidget(cell, place // 2, place % 2, 1, span, Qt.AlignmentFlag.AlignTop)
            place += span
        return grid

    def _build_row(self, field: Field, users: Names, tags: Tones) -> QWidget:
        editor = make_editor(field, users, tags, self._finder)
        label = t("{label}（必填）", label=field.label) if field.required else field.label
        editor.setAccessibleName(label)
        row = self._rows[field.key] = FormRow(field.label, editor, "")
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        title = DataLabel(field.label + (" *" if field.required else ""), "muted")
        title.setBuddy(editor)
        box.addWidget(title)
        box.addWidget(row)
        return holder

    # ---- values -------------------------------------------------------------------------------------------------

    def has(self, key: str) -> bool:
        """Whether the form has this field."""
        return key in self._rows

    def editor(self, key: str) -> QWidget:
        """The editor of a field. KeyError for a field it has not."""
        return self._rows[key].field

    def row(self, key: str) -> FormRow:
        """The row of a field with its error line."""
        return self._rows[key]

    def set_value(self, key: str, value: Any) -> None:
        """Put a value into a field."""
        cast("FieldEditor", self.editor(key)).set_value(value)

    def show_record(self, record: Record) -> None:
        """Fill with a record; fields this person does not see stay shut."""
        for key, row in self._rows.items():
            if key in record.masked:
                row.field.setEnabled(False)
            else:
                self.set_value(key, record.get(key))
        self.remember()

    def remember(self) -> None:
        """What stands here now is the unchanged state."""
        self._at_first = self.drafts()

    def drafts(self) -> dict[str, Draft]:
        """What stands in the fields."""
        return {key: cast("FieldEditor", row.field).draft() for key, row in self._rows.items() if row.field.isEnabled()}

    def changed(self) -> dict[str, Draft]:
        """Those that were changed."""
        return {key: draft for key, draft in self.drafts().items() if draft != self._at_first.get(key)}

    def show_problems(self, problems: Mapping[str, str]) -> str:
        """Show these under their fields and put the focus on the first; returns what has no field here."""
        first: FormRow | None = None
        for key, row in self._rows.items():
            row.set_error(problems.get(key, ""))
            if problems.get(key) and first is None:
                first = row
        if first is not None:
            first.field.setFocus(Qt.FocusReason.OtherFocusReason)
        rest = [f"{self._entity.field(k).label}：{text}" for k, text in problems.items() if k not in self._rows]
        return "；".join(rest)
