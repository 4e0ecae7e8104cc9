"""The cards of one column as an item model; dragged cards travel as ids."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.core.amounts import money_shown
from app.core.i18n import t
from app.services.deals.records import Card

MIME = "application/x-kedang-deals"
CARD = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


class CardModel(QAbstractListModel):
    """The board owns the truth: a drop asks with `dropped(ids, row)` and the cards come back with the next board.

    Signals:
        dropped(list[UUID], int): these cards were let go above the card at this row.
    """

    dropped = Signal(object, int)

    def __init__(self, names: dict[uuid.UUID, str], parent: Any = None) -> None:
        super().__init__(parent)
        self._cards: list[Card] = []
        self._names = names

    def cards(self) -> Sequence[Card]:
        """The cards in order."""
        return self._cards

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Show these; a column that stays as it is keeps its selection and its place."""
        if list(cards) == self._cards:
            return
        self.beginResetModel()
        self._cards = list(cards)
        self.endResetModel()

    def row_of(self, deal: uuid.UUID) -> int:
        """The row of a card, -1 when it is elsewhere."""
        return next((i for i, card in enumerate(self._cards) if card.id == deal), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._cards):
            return None
        card = self._cards[index.row()]
        if role == CARD:
            return card
        if role == Qt.ItemDataRole.DisplayRole:
            return card.name
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._spoken(card)
        return None

    def _spoken(self, card: Card) -> str:
        amount = money_shown(card.amount) if card.amount is not None else t("未填金额")
        owner = self._names.get(card.owner, "") if card.owner else ""
        words = [card.name, card.customer_name, amount, owner]
        if card.expected_on is not None:
            words.append(t("预计 {day} 成交", day=card.expected_on.isoformat()))
        words.append(t("没有下一步") if card.next_at is None else t("已安排下一步"))
        if card.stuck is not None:
            words.append(t("停滞，超出 {n} 天", n=card.stuck))
        return "\n".join(word for word in words if word)

    # ---- dragging -----------------------------------------------------------------------------------------------

    def flags(self, index: Index) -> Qt.ItemFlag:
        base = super().flags(index)
        return base | (Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled)

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        rows = sorted({index.row() for index in indexes})
        data.setData(MIME, b"".join(self._cards[row].id.bytes for row in rows))
        return data

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        return data.hasFormat(MIME)

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if not data.hasFormat(MIME):
            return False
        raw = bytes(data.data(MIME).data())
        ids = [uuid.UUID(bytes=raw[i : i + 16]) for i in range(0, len(raw), 16)]
        place = row if row >= 0 else parent.row() if parent.isValid() else len(self._cards)
        self.dropped.emit(ids, place)
        return False  # nothing is taken out here: the view must not delete rows by itself
