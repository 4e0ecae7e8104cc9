"""One card: name, customer, amount, the day it should close, its owner, a dot for the next step."""

from __future__ import annotations

import uuid
from typing import Any

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.core.amounts import money_shown
from app.core.clock import now, today
from app.core.i18n import t
from app.services.deals.records import Card
from app.views.deals.card_model import CARD
from app.views.theme import fonts, icons
from app.views.widgets import painting
from app.views.widgets.avatar import paint_avatar
from app.views.widgets.chips import chip_width, paint_chip

FULL, COMPACT = 104, 60
_GAP = 8


class CardDelegate(QStyledItemDelegate):
    """Painted on the columns' ground. `compact`: name and amount only. `closed`: won or lost, nothing can be late."""

    def __init__(self, names: dict[uuid.UUID, str], parent: Any = None, *, closed: bool = False) -> None:
        super().__init__(parent)
        self._names = names
        self.closed = closed
        self.compact = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(180, (COMPACT if self.compact else FULL) + _GAP)

    def paint(self, painter: QPainter, option: Any, index: Any) -> None:
        card = index.data(CARD)
        if not isinstance(card, Card):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect).adjusted(2, 1, -4, -_GAP + 1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        edge = "primary" if chosen else "control" if hovered else "border"
        painting.rounded(painter, rect, 8, "surface", edge, 1.6 if chosen else 1.0)
        if card.stuck is not None:
            painting.rounded(painter, QRectF(rect.left(), rect.top() + 10, 3, rect.height() - 20), 1.5, "warn")
        if bool(option.state & QStyle.StateFlag.State_HasFocus):
            painting.focus_ring(painter, rect, 8)
        self._content(painter, rect.adjusted(12, 9, -12, -8), card)
        painter.restore()

    def _content(self, painter: QPainter, area: QRectF, card: Card) -> None:
        left, width, top = area.left(), area.width(), area.top()
        painting.put_text(painter, QRectF(left, top, width - 16, 20), card.name, "text", bold=True)
        if not self.closed or card.next_at is not None:
            self._dot(painter, QRectF(area.right() - 9, top + 6, 9, 9), card)
        money = money_shown(card.amount) if card.amount is not None else "—"
        if self.compact:
            painting.put_text(painter, QRectF(left, top + 22, width * 0.5, 18), money, "text_2", fonts.CAPTION)
            spot = QRectF(left + width * 0.5, top + 22, width * 0.5, 18)
            painting.put_text(painter, spot, card.customer_name, "text_3", fonts.SMALL, align=painting.RIGHT)
            return
        customer = card.customer_name or t("未关联客户")
        painting.put_text(painter, QRectF(left, top + 20, width, 18), customer, "text_2", fonts.CAPTION)
        painting.put_text(painter, QRectF(left, top + 42, width * 0.6, 20), money, "text", bold=True)
        if card.stuck is not None:
            text = t("停滞 {n} 天", n=card.stuck)
            size = chip_width(text)
            paint_chip(painter, area.right() - size, top + 42, text, "warn")
        self._foot(painter, QRectF(left, area.bottom() - 20, width, 20), card)

    def _foot(self, painter: QPainter, area: QRectF, card: Card) -> None:
        if card.expected_on is not None:
            late = card.expected_on < today() and not self.closed
            ink = "bad" if late else "text_3"
            painter.drawPixmap(int(area.left()), int(area.top()) + 3, icons.pixmap("calendar", ink, 14))
            words = card.expected_on.strftime("%m-%d")
            if card.expected_on.year != today().year:
                words = card.expected_on.isoformat()
            if late:
                words = t("{day} 已逾期", day=words)
            place = QRectF(area.left() + 20, area.top(), area.width() - 50, 20)
            painting.put_text(painter, place, words, ink, fonts.SMALL)
        owner = self._names.get(card.owner, "") if card.owner else ""
        if owner:
            paint_avatar(painter, QRectF(area.right() - 22, area.top() - 1, 22, 22), owner)

    @staticmethod
    def _dot(painter: QPainter, spot: QRectF, card: Card) -> None:
        """Grey ring: nothing planned; green: planned; red: late."""
        if card.next_at is None:
            painting.rounded(painter, spot.adjusted(1, 1, -1, -1), spot.width() / 2, "", "control", 1.6)
            return
        painting.rounded(painter, spot, spot.width() / 2, "bad" if card.next_at < now() else "ok")
