"""All fields of a record in their groups."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.fields import Entity, Field, FieldType
from app.core.i18n import t
from app.core.records import Record
from app.views.records.cells import Names, has_editor, shown
from app.views.records.fact_row import FactRow
from app.views.widgets.labels import caption


class FactSheet(QWidget):
    """Built once for an entity, filled for each record. `only`: these fields, without the captions of their groups.

    Signals:
        edit_wanted(str): change this field.
        told(str): a short message.
    """

    edit_wanted = Signal(str)
    told = Signal(str)

    def __init__(
        self, entity: Entity, *, may_edit: bool, only: Callable[[Field], bool] | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._entity = entity
        self.rows: dict[str, FactRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(*((0, 10, 4, 12) if only is None else (0, 0, 0, 0)))
        column.setSpacing(0)
        groups = [key for key, _zh, _en in entity.groups]
        groups += sorted({field.group for field in entity.fields} - set(groups))
        for group in groups:
            fields = [f for f in entity.fields if f.group == group and (only is None or only(f))]
            if not fields:
                continue
            if only is None:
                if column.count():
                    column.addSpacing(12)
                column.addWidget(caption(entity.group_label(group)))
                column.addSpacing(2)
            for field in fields:
                row = self.rows[field.key] = FactRow(field.label, editable=may_edit and has_editor(field))
                row.copied.connect(lambda text: self.told.emit(t("已复制：{text}", text=text)))
                row.edit_wanted.connect(lambda key=field.key: self.edit_wanted.emit(key))
                column.addWidget(row)
        column.addStretch()

    def show_record(self, record: Record, users: Names) -> None:
        """Another record, or a newer state of this one."""
        for key, row in self.rows.items():
            field = self._entity.field(key)
            choice = field.choice(str(record.get(key))) if field.type is FieldType.CHOICE else None
            row.set_value(shown(field, record, users), choice.tone if choice and choice.tone != "gray" else "")
