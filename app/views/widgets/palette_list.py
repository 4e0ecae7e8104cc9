"""Lines of the command palette: model, highlighting of matches, painting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.core.i18n import t
from app.views.theme import fonts, icons
from app.views.widgets import painting

if TYPE_CHECKING:
    from app.views.widgets.palette import PaletteGroup, PaletteItem

Index = QModelIndex | QPersistentModelIndex


def match_ranges(text: str, query: str) -> list[tuple[int, int]]:
    """Where the words of `query` stand in `text`, as sorted [start, end) without overlap; case does not matter."""
    # A letter may fold into two (ß, İ): remember which letter each folded one comes from.
    origin = [at for at, char in enumerate(text) for _ in char.casefold()]
    folded = "".join(char.casefold() for char in text)
    covered = [False] * len(text)
    for word in query.casefold().split():
        at = folded.find(word)
        while at >= 0:
            for letter in origin[at : at + len(word)]:
                covered[letter] = True
            at = folded.find(word, at + 1)
    ranges: list[tuple[int, int]] = []
    for place, on in enumerate(covered):
        if on and ranges and ranges[-1][1] == place:
            ranges[-1] = (ranges[-1][0], place + 1)
        elif on:
            ranges.append((place, place + 1))
    return ranges


def split_matches(text: str, query: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it matches."""
    pieces, at = [], 0
    for start, end in match_ranges(text, query):
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces


class PaletteModel(QAbstractListModel):
    """Headings and lines in one list; headings cannot be chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[PaletteItem | str] = []
        self.query = ""

    def set_groups(self, groups: Sequence[PaletteGroup], query: str) -> None:
        """Replace everything; groups without lines are left out."""
        self.beginResetModel()
        self.query = query
        self._lines = []
        for group in groups:
            if group.items:
                self._lines.append(group.title)
                self._lines.extend(group.items)
        if not self._lines and query:
            self._lines = [t("没有匹配的客户或命令")]
        self.endResetModel()

    def line_at(self, row: int) -> PaletteItem | str:
        """The line or heading in `row`."""
        return self._lines[row]

    def item_at(self, row: int) -> PaletteItem | None:
        """The line in `row`, None for a heading or outside."""
        line = self._lines[row] if 0 <= row < len(self._lines) else ""
        return None if isinstance(line, str) else line

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        line = self._lines[index.row()]
        if isinstance(line, str):
            return line
        return "，".join(part for part in (line.title, line.subtitle, line.shortcut) if part)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.item_at(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


class PaletteDelegate(QStyledItemDelegate):
    """Paints plain text, the matching pieces in bold."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        model = index.model()
        assert isinstance(model, PaletteModel)
        return QSize(200, 38 if model.item_at(index.row()) else 28)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, PaletteModel)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = model.line_at(index.row())
        if isinstance(line, str):
            painting.put_text(painter, rect.adjusted(10, 6, -10, 0), line, "text_3", fonts.SMALL, bold=True)
        else:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_item(painter, rect, line, model.query, selected)
        painter.restore()

    def _paint_item(self, painter: QPainter, rect: QRect, item: PaletteItem, query: str, selected: bool) -> None:
        if selected:
            painting.rounded(painter, QRectF(rect).adjusted(0, 1, 0, -1), 7, "primary_soft")
        dpr = painter.device().devicePixelRatioF()
        if item.icon:
            picture = icons.pixmap(item.icon, "primary_text" if selected else "text_2", 16, dpr=dpr)
            painter.drawPixmap(rect.x() + 12, rect.center().y() - 7, picture)
        right = item.shortcut or (t("↵ 打开") if selected else "")
        tail = fonts.metrics(fonts.CAPTION).horizontalAdvance(right) + 14 if right else 0
        if right:
            spot = rect.adjusted(0, 0, -12, 0)
            painting.put_text(painter, spot, right, "text_3", fonts.CAPTION, align=painting.RIGHT)
        x, limit = rect.x() + 38, rect.right() - tail - 8
        for piece, bold in split_matches(item.title, query):
            if x >= limit:
                break
            painting.put_text(painter, QRect(x, rect.y(), limit - x, rect.height()), piece, "text", bold=bold)
            x += fonts.metrics(bold=bold).horizontalAdvance(piece)
        if item.subtitle and x + 20 < limit:
            spot = QRect(x + 10, rect.y(), limit - x - 10, rect.height())
            painting.put_text(painter, spot, item.subtitle, "text_3", fonts.CAPTION)
