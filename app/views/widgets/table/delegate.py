"""Paints every kind of cell. Fonts, colours and cut texts come from caches; no stylesheet is asked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
)
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.views.theme import fonts, icons, theme
from app.views.widgets import painting
from app.views.widgets.avatar import paint_avatar
from app.views.widgets.chips import chip_width, paint_chip
from app.views.widgets.labels import plain_tooltip
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import RIGHT_KINDS, Cell, CellValue, Kind, chip_parts

Index = QModelIndex | QPersistentModelIndex
PAD = 10
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_INKS: dict[Kind, str] = {"muted": "text_2", "date": "text_2"}


class TableDelegate(QStyledItemDelegate):
    """One delegate for all columns; the view tells it the current, hovered and first things."""

    def __init__(self, model: VirtualTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.current_row = -1
        self.hover_row = -1
        self.first_column = 0
        self.frame_cell = (-1, -1)
        self.show_ranges = False
        self._painters: dict[Kind, Callable[[QPainter, QRect, CellValue], None]] = {
            "strong": self._paint_strong,
            "dot": self._paint_dot,
            "chips": self._paint_chips,
        }

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, at = index.row(), index.column()
        rect: QRect = option.rect
        model = self._model
        column = model.columns[at]
        ticked = model.selection.contains(model.handle_at(row))
        # The hint is off between cells: at 150 % the edges of grounds fall between pixels and would leave seams.
        self._paint_ground(painter, rect, row, at, ticked, option)
        if column.kind == "check":
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_check(painter, rect, ticked)
        else:
            self._paint_data(painter, rect, row, at, column.kind)
        if self.frame_cell == (row, at):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            frame = QRectF(rect).adjusted(1.5, 1.5, -1.5, -2.5)
            painting.rounded(painter, frame, 4, edge="primary", width=1.6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_data(self, painter: QPainter, rect: QRect, row: int, at: int, kind: Kind) -> None:
        model = self._model
        cells = model.pages.row(row)
        if cells:
            self._paint_value(painter, rect, kind, cells[at])
        elif cells is None and not model.pages.is_broken(row):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painting.rounded(painter, _bar(rect, at), 5, "skeleton")
        else:
            self._text(painter, rect.adjusted(PAD, 0, -PAD, 0), model.text_at(row, at), "text_3", _LEFT)

    def _paint_ground(
        self, painter: QPainter, rect: QRect, row: int, at: int, ticked: bool, option: QStyleOptionViewItem
    ) -> None:
        current = row == self.current_row
        if self.show_ranges and option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("range"))
        elif current or ticked:
            painter.fillRect(rect, theme.color("selection"))
        elif row == self.hover_row:
            painter.fillRect(rect, theme.color("surface_2"))
        bottom = rect.bottom()
        painter.fillRect(rect.x(), bottom, rect.width(), 1, theme.color("line"))
        if current and at == self.first_column:
            painter.fillRect(rect.x(), rect.y(), 3, rect.height(), theme.color("primary"))

    def _paint_check(self, painter: QPainter, rect: QRect, ticked: bool) -> None:
        box = QRectF(rect.x() + (rect.width() - 16) / 2, rect.y() + (rect.height() - 17) / 2, 16, 16)
        if ticked:
            painting.rounded(painter, box, 4, "primary")
            tick = icons.pixmap("check", "on_primary", 12, dpr=painter.device().devicePixelRatioF(), stroke=3.2)
            painter.drawPixmap(round(box.x()) + 2, round(box.y()) + 2, tick)
        else:
            painting.rounded(painter, box, 4, "surface", "control", 1.2)

    def _paint_value(self, painter: QPainter, rect: QRect, kind: Kind, value: CellValue) -> None:
        special = self._painters.get(kind)
        if special is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            special(painter, rect, value)
            return
        ink = _INKS.get(kind, "text")
        text = value
        if isinstance(value, Cell):
            text = value.text
            if value.masked:
                ink = "text_3"
            elif value.tone:
                ink = theme.ink(value.tone)
        elif isinstance(value, tuple):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_chips(painter, rect, value)
            return
        align = _RIGHT if kind in RIGHT_KINDS else _LEFT
        self._text(painter, rect.adjusted(PAD, 0, -PAD, 0), text if isinstance(text, str) else "", ink, align)

    @staticmethod
    def _text(painter: QPainter, rect: QRect, text: str, ink: str, align: int, *, bold: bool = False) -> None:
        if text:
            painter.setFont(fonts.font(bold=bold))
            painter.setPen(theme.color(ink))
            painter.drawText(rect, align, painting.elide(text, rect.width(), bold=bold))

    def _paint_strong(self, painter: QPainter, rect: QRect, value: CellValue) -> None:
        text, tone = (value.text, value.tone) if isinstance(value, Cell) else (str(value), "")
        side = 26 if rect.height() >= 38 else 22
        circle = QRectF(rect.x() + PAD, rect.y() + (rect.height() - 1 - side) / 2, side, side)
        paint_avatar(painter, circle, text, tone)
        self._text(painter, rect.adjusted(PAD + side + 8, 0, -PAD, 0), text, "text", _LEFT)

    def _paint_dot(self, painter: QPainter, rect: QRect, value: CellValue) -> None:
        text, tone = (value.text, value.tone) if isinstance(value, Cell) else (str(value), "")
        if not text:
            return
        dot = QRectF(rect.x() + PAD, rect.y() + rect.height() / 2 - 4, 7, 7)
        painting.rounded(painter, dot, 3.5, theme.ink(tone or "gray"))
        self._text(painter, rect.adjusted(PAD + 14, 0, -PAD, 0), text, "text", _LEFT)

    def _paint_chips(self, painter: QPainter, rect: QRect, value: CellValue) -> None:
        chips = value if isinstance(value, tuple) else (value.text if isinstance(value, Cell) else value,)
        x, limit = rect.x() + PAD, rect.right() - 4
        y = rect.y() + (rect.height() - 21) // 2
        for number, chip in enumerate(chips):
            if not chip:
                continue
            text, tone = chip_parts(chip)
            left = len(chips) - number
            room = limit - (26 if left > 1 else 0)
            if x + chip_width(text) > room and not (number == 0 and left == 1):
                self._text(painter, QRect(x, rect.y(), limit - x, rect.height()), f"+{left}", "text_3", _LEFT)
                return
            x += paint_chip(painter, x, y, painting.elide(text, limit - x - 14, fonts.SMALL), tone) + 4

    # --- editing and tooltips

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("look", "cell")
        editor.setMaxLength(4000)
        column = self._model.columns[index.column()]
        editor.setAccessibleName(column.title)
        if column.options:
            offered = QCompleter(column.options, editor)
            offered.setFilterMode(Qt.MatchFlag.MatchContains)
            offered.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            offered.setMaxVisibleItems(10)
            editor.setCompleter(offered)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        if editor.property("filled"):
            return  # fresh rows came while somebody types: what is typed stays
        editor.setProperty("filled", True)
        editor.setText(self._model.data(index, Qt.ItemDataRole.EditRole))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        model.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(1, 1, -1, -2))

    def displayText(self, value: object, _locale: QLocale | QLocale.Language) -> str:
        return str(value)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The whole text where it is cut off."""
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return super().helpEvent(event, view, option, index)
        column = self._model.columns[index.column()]
        text = self._model.text_at(index.row(), index.column())
        if column.kind == "check" or self._fits(column.kind, index, option.rect.width()):
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPos(), plain_tooltip(text), view)
        return True

    def _fits(self, kind: Kind, index: Index, width: int) -> bool:
        value = self._model.cell(index.row(), index.column())
        if isinstance(value, tuple):
            return sum(chip_width(chip_parts(chip)[0]) + 4 for chip in value) <= width - PAD
        lead = {"strong": 34, "dot": 14}.get(kind, 0)
        text = self._model.text_at(index.row(), index.column())
        return fonts.metrics().horizontalAdvance(text) + lead + 2 * PAD <= width


def _bar(rect: QRect, at: int) -> QRectF:
    """A skeleton bar, its length varied by column."""
    share = (0.5, 0.7, 0.6, 0.8)[at % 4]
    return QRectF(rect.x() + PAD, rect.y() + rect.height() / 2 - 5, (rect.width() - 2 * PAD) * share, 10)
