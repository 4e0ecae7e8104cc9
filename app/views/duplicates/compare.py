"""Records side by side: a row a field, a column a record, what comes out of a merge at the end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.core.fields import Entity
from app.core.i18n import t
from app.core.records import Record
from app.core.values import to_text
from app.services.merging.records import FieldChoice, MergePlan
from app.views.duplicates.words import rule_label
from app.views.theme import fonts, icons, theme
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
_HEAD, _ROW = 52, 32


class CompareModel(QAbstractTableModel):
    """Column 0 names the field, then the records in their order, last what the merge gives."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entity: Entity | None = None
        self._plan: MergePlan | None = None
        self._records: Sequence[Record] = ()
        self._shown: list[FieldChoice] = []
        self._users: Callable[[uuid.UUID], str] = str
        self.only_differing = False
        self.left_out: frozenset[uuid.UUID] = frozenset()

    def show_plan(
        self,
        entity: Entity,
        plan: MergePlan,
        records: Sequence[Record],
        left_out: frozenset[uuid.UUID],
        users: Callable[[uuid.UUID], str],
    ) -> None:
        """Another plan. `records`: all of the group, those left out of the merge too."""
        self.beginResetModel()
        self._entity, self._plan, self._records, self._users = entity, plan, records, users
        self.left_out = left_out
        known = {choice.key: choice for choice in plan.fields}
        rows = []
        for field in entity.fields:
            choice = known.get(field.key)
            values = tuple(record.get(field.key) for record in records)
            if choice is not None:
                rows.append(replace(choice, values=values))
            elif field.key in ("number", "external_id", "created_at") and any(v not in (None, "", ()) for v in values):
                main = next((r.get(field.key) for r in records if r.id == plan.survivor), None)
                rows.append(FieldChoice(field.key, field.label, values, main, plan.survivor, False, ""))
        self._shown = [row for row in rows if row.differ or not self.only_differing]
        self.endResetModel()

    def choice(self, row: int) -> FieldChoice:
        """The field of a row."""
        return self._shown[row]

    def record(self, column: int) -> Record | None:
        """The record of a column, None for the first and the last."""
        return self._records[column - 1] if 1 <= column <= len(self._records) else None

    def survivor(self) -> uuid.UUID | None:
        """The record the others go into."""
        return self._plan.survivor if self._plan is not None else None

    def may_choose(self, row: int, column: int) -> bool:
        """Whether a value of this cell can be taken."""
        record, choice = self.record(column), self.choice(row)
        return (
            record is not None
            and bool(choice.rule)
            and record.id not in self.left_out
            and choice.key not in record.masked
            and choice.values[column - 1] not in (None, "", ())
        )

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        choice = self.choice(row)
        if column == 0:
            return choice.label
        value = choice.merged if column > len(self._records) else choice.values[column - 1]
        if self._entity is None or value in (None, "", ()):
            return ""
        return to_text(self._entity.field(choice.key), value, self._users).replace("\n", " ")

    def head(self, column: int) -> tuple[str, str]:
        """(title, second line) over a column."""
        record = self.record(column)
        if record is None:
            return (t("字段"), "") if column == 0 else (t("合并后"), "")
        title = str(record.get(self._entity.title) or t("（无名称）")) if self._entity is not None else ""
        if record.id in self.left_out:
            return title, t("不并入")
        return title, t("保留这条") if record.id == self.survivor() else t("并入")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() or not self._records else len(self._records) + 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role not in (_ROLE.DisplayRole, _ROLE.ToolTipRole):
            return None
        title, below = self.head(section)
        return plain_tooltip(f"{title}\n{below}") if role == _ROLE.ToolTipRole else title

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        text = self.text(index.row(), index.column())
        if role == _ROLE.DisplayRole:
            return text
        if role in (_ROLE.ToolTipRole, _ROLE.AccessibleTextRole):
            choice = self.choice(index.row())
            why = rule_label(choice.rule) if index.column() == self.columnCount() - 1 else ""
            said = "\n".join(filter(None, (f"{choice.label}{t('：')}{text or t('空')}", why)))
            return plain_tooltip(said) if role == _ROLE.ToolTipRole else said.replace("\n", t("，"))
        return None


class _CellPainter(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, CompareView)
        model, row, column = view.compared, index.row(), index.column()
        choice, record = model.choice(row), model.record(column)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        text = model.text(row, column)
        if column == 0:
            painting.put_text(painter, rect.adjusted(12, 0, -4, 0), text, "text_2", fonts.CAPTION)
        elif record is None:
            painter.fillRect(rect, theme.color("surface_2"))
            painting.put_text(painter, rect.adjusted(10, 0, -6, 0), text or "—", "text" if text else "text_3")
        else:
            self._paint_value(
                painter, rect, view, choice, record, text, hot=bool(option.state & QStyle.StateFlag.State_MouseOver)
            )
        painter.setPen(theme.color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if option.state & QStyle.StateFlag.State_Selected and view.hasFocus():
            painting.focus_ring(painter, rect.adjusted(1, 1, -1, -1), 5)
        painter.restore()

    @staticmethod
    def _paint_value(
        painter: QPainter, rect: QRectF, view: CompareView, choice: FieldChoice, record: Record, text: str, *, hot: bool
    ) -> None:
        out = record.id in view.compared.left_out
        box = rect.adjusted(2, 2, -2, -2)
        taken = choice.source == record.id or (choice.source is None and choice.rule == "joined")
        if choice.differ and text and not out:
            painting.rounded(painter, box, 5, "warn_soft")
        if hot and not out and text and choice.rule:
            painting.rounded(painter, box, 5, "", "control")
        room = rect.adjusted(10, 0, -8, 0)
        if choice.differ and taken and text and not out:
            dpr = painter.device().devicePixelRatioF()
            picture = icons.pixmap("check", "ok", 14, dpr=dpr, stroke=2.6)
            painter.drawPixmap(round(rect.right() - 22), round(rect.center().y() - 7), picture)
            room = room.adjusted(0, 0, -16, 0)
        ink = "text" if choice.differ and not out else "text_3"
        bold = choice.differ and taken and not out
        painting.put_text(painter, room, text or "—", ink if text else "text_3", bold=bold and bool(text))

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, _ROW)


class _Head(QHeaderView):
    """Who is who: title, and what becomes of the record."""

    def __init__(self, parent: CompareView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._view = parent
        self.setFixedHeight(_HEAD)
        self.setSectionsClickable(True)
        self.setMouseTracking(True)

    def paintSection(self, painter: QPainter, rect: QRect, at: int) -> None:
        model = self._view.compared
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, theme.color("surface"))
        title, below = model.head(at)
        record = model.record(at)
        area = QRectF(rect)
        if record is None:
            if at:
                painter.fillRect(rect, theme.color("surface_2"))
            room = area.adjusted(12 if at == 0 else 10, 0, -6, 0)
            painting.put_text(painter, room, title, "text_2", fonts.CAPTION, bold=True)
        else:
            out = record.id in model.left_out
            main = record.id == model.survivor() and not out
            ring = QRectF(area.x() + 10, area.y() + 9, 14, 14)
            painting.rounded(painter, ring, 7, "primary" if main else "surface", "primary" if main else "control", 1.4)
            if main:
                painting.rounded(painter, ring.adjusted(4, 4, -4, -4), 3, "on_primary")
            painting.put_text(
                painter, QRectF(area.x() + 31, area.y() + 5, area.width() - 37, 22), title,
                "text_3" if out else "text", bold=not out,
            )  # fmt: skip
            ink = "primary_text" if main else "text_3"
            painting.put_text(
                painter, QRectF(area.x() + 31, area.y() + 27, area.width() - 37, 18), below, ink, fonts.SMALL
            )
        painter.setPen(theme.color("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()


class CompareView(QTableView):
    """A click on a value takes it, a second one leaves the choice to the rule again; a click on a head keeps that record.
    Letters and Enter are left to the panel, Space takes the value under the keyboard.

    Signals:
        value_chosen(str, object): field, id of the record whose value is wanted (None = by the rule).
        survivor_chosen(object): id of the record to keep.
        left_out_toggled(object): id of a record that is to be merged or not.
        menu_wanted(object, QPoint): id of the record whose column was clicked with the right button.
    """

    value_chosen = Signal(str, object)
    survivor_chosen = Signal(object)
    left_out_toggled = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.compared = CompareModel(self)
        self.setModel(self.compared)
        self.setItemDelegate(_CellPainter(self))
        self.setHorizontalHeader(_Head(self))
        self.setAccessibleName(t("并排比较"))
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        down = self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(_ROW)
        across = self.horizontalHeader()
        across.setMinimumSectionSize(90)
        across.sectionClicked.connect(self._on_head)
        across.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        across.customContextMenuRequested.connect(self._on_head_menu)

    def fit(self) -> None:
        """Columns as wide as the room allows, none below what can be read."""
        count = self.compared.columnCount()
        if not count:
            return
        first = 104
        self.setColumnWidth(0, first)
        each = max(120, (self.viewport().width() - first) // (count - 1))
        for at in range(1, count):
            self.setColumnWidth(at, each)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.fit()

    def _take(self, row: int, column: int) -> None:
        if not self.compared.may_choose(row, column):
            return
        choice, record = self.compared.choice(row), self.compared.record(column)
        assert record is not None
        again = choice.rule == "person" and choice.source == record.id
        self.value_chosen.emit(choice.key, None if again else record.id)

    def _on_head(self, at: int) -> None:
        record = self.compared.record(at)
        if record is not None and record.id not in self.compared.left_out:
            self.survivor_chosen.emit(record.id)

    def _on_head_menu(self, place: QPoint) -> None:
        record = self.compared.record(self.horizontalHeader().logicalIndexAt(place))
        if record is not None:
            self.menu_wanted.emit(record.id, self.horizontalHeader().mapToGlobal(place))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and at.isValid():
            self._take(at.row(), at.column())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and at.isValid():
            self._take(at.row(), at.column())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.text().isalnum():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = self.indexAt(event.pos()) if event.reason() is QContextMenuEvent.Reason.Mouse else self.currentIndex()
        record = self.compared.record(at.column()) if at.isValid() else None
        if record is not None:
            self.menu_wanted.emit(record.id, event.globalPos())
