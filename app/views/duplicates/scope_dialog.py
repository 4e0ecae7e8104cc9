"""Which records are searched for duplicates."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.fields import Entity
from app.core.filters import Filter
from app.core.i18n import t
from app.views.records.conditions import Conditions
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.form import fit_height
from app.views.widgets.labels import DataLabel, secondary


class ScopeDialog(QDialog):
    """Signals:
    chosen(object): a filter, None = all records.
    """

    chosen = Signal(object)

    def __init__(self, desk: Desk, entity: Entity, scope: Filter | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(t("查重范围"))
        self.setProperty("ground", "surface")
        self.setFixedWidth(520)
        self.conditions = Conditions(desk, entity)
        self.conditions.parts_changed.connect(lambda _parts, _any: QTimer.singleShot(0, self, self._fit))
        every = buttons.ghost(t("全部档案"))
        every.clicked.connect(lambda: self.conditions.set_parts((), False))
        cancel = buttons.plain(t("取消"))
        cancel.clicked.connect(self.reject)
        self.go = buttons.primary(t("确定"))
        self.go.clicked.connect(self._take)
        row = QHBoxLayout()
        row.addWidget(every)
        row.addStretch()
        row.addWidget(cancel)
        row.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addWidget(DataLabel(self.windowTitle(), "h2"))
        column.addWidget(secondary(t("只在符合条件的档案之间比较。没有条件就是全部。"), wrap=True))
        column.addWidget(self.conditions)
        column.addLayout(row)
        self.conditions.set_filter(scope)
        self.finished.connect(self.deleteLater)

    def _fit(self) -> None:
        fit_height(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _take(self) -> None:
        self.chosen.emit(self.conditions.filter())
        self.accept()
