"""The strip of saved views over a table: one tab a view, + at the end, what does not fit behind an arrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.core.i18n import t
from app.views.theme import fonts, theme
from app.views.widgets import painting
from app.views.widgets.buttons import IconButton
from app.views.widgets.menus import MenuItem, build_menu

_HEIGHT, _SPACE = 40, 6


@dataclass(frozen=True)
class TabItem:
    """A view: stable key, name, and a count if it is worth showing."""

    key: str
    text: str
    count: int | None = None


class _Tab(QAbstractButton):
    def __init__(self, item: TabItem, parent: QWidget) -> None:
        super().__init__(parent)
        self.item = item
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_item(item)

    def set_item(self, item: TabItem) -> None:
        self.item = item
        self.setAccessibleName(item.text if item.count is None else f"{item.text} {item.count:,}")
        self.update()

    def _count(self) -> str:
        return "" if self.item.count is None else f"{self.item.count:,}"

    def sizeHint(self) -> QSize:
        text = min(fonts.metrics(bold=True).horizontalAdvance(self.item.text), 180)
        count = fonts.metrics(fonts.SMALL).horizontalAdvance(self._count()) + 18 if self._count() else 0
        return QSize(text + count + 20, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        on = self.isChecked()
        if self.underMouse() and not on:
            painting.rounded(painter, QRectF(0, 6, self.width(), _HEIGHT - 12), 6, "hover")
        count = self._count()
        badge = fonts.metrics(fonts.SMALL).horizontalAdvance(count) + 12 if count else 0
        room = self.width() - 20 - (badge + 6 if count else 0)
        ink = "primary_text" if on else "text_2"
        spot = QRectF(10, 0, room + 4, _HEIGHT)
        painting.put_text(painter, spot, self.item.text, ink, bold=on)
        if count:
            pill = QRectF(self.width() - 10 - badge, _HEIGHT / 2 - 9, badge, 18)
            painting.rounded(painter, pill, 9, "primary_soft" if on else "gray_soft")
            painting.put_text(painter, pill, count, ink, fonts.SMALL, align=painting.CENTER)
        if on:
            painting.rounded(painter, QRectF(6, _HEIGHT - 2, self.width() - 12, 2), 1, "primary")
        if self.hasFocus():
            painting.focus_ring(painter, QRectF(1, 4, self.width() - 2, _HEIGHT - 10), 6)
        painter.end()


class ViewTabs(QWidget):
    """The strip; without `add_tip` it has no +.

    Signals:
        activated(str): key of the view the person chose.
        add_requested(): the + was pressed.
        context_requested(str, QPoint): menu of a tab wanted, global position.
    """

    activated = Signal(str)
    add_requested = Signal()
    context_requested = Signal(str, QPoint)

    def __init__(self, name: str, add_tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFixedHeight(_HEIGHT + 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tabs: list[_Tab] = []
        self._hidden: list[_Tab] = []
        self._more = IconButton("chevron-down", t("更多视图"), self, side=28)
        self._more.clicked.connect(self._on_more)
        self._add = IconButton("plus", add_tip, self, side=28)
        if not add_tip:
            self._add.hide()
            self._add.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._add.clicked.connect(self.add_requested)

    def set_tabs(self, items: Sequence[TabItem], current: str = "") -> None:
        """Show these views; `current` (or the former, or the first) is chosen, without a signal."""
        wanted = current or self.current()
        for tab in self._tabs:
            tab.hide()
            tab.deleteLater()
        self._tabs = [_Tab(item, self) for item in items]
        for tab in self._tabs:
            tab.clicked.connect(lambda _checked=False, key=tab.item.key: self.activated.emit(key))
        keys = [item.key for item in items]
        if self._tabs:
            self._tabs[keys.index(wanted) if wanted in keys else 0].setChecked(True)
        self._arrange()

    def set_count(self, key: str, count: int | None) -> None:
        """Change the number beside one view. KeyError if there is no such view."""
        tab = self._find(key)
        tab.set_item(TabItem(key, tab.item.text, count))
        self._arrange()

    def current(self) -> str:
        """Key of the chosen view, "" if there is none."""
        return next((tab.item.key for tab in self._tabs if tab.isChecked()), "")

    def set_current(self, key: str) -> None:
        """Choose by program, without a signal. KeyError if there is no such view."""
        self._find(key).setChecked(True)
        self._arrange()

    def hidden_keys(self) -> list[str]:
        """Views that do not fit and are behind the arrow."""
        return [tab.item.key for tab in self._hidden]

    def minimumSizeHint(self) -> QSize:
        return QSize(160, _HEIGHT + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        keys = [tab.item.key for tab in self._tabs]
        if step and keys:
            at = keys.index(self.current()) + step
            if 0 <= at < len(keys):
                self._choose(keys[at])
                self._find(keys[at]).setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        child = self.childAt(event.pos())
        if isinstance(child, _Tab):
            self.context_requested.emit(child.item.key, event.globalPos())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("border"))
        painter.end()

    def _find(self, key: str) -> _Tab:
        for tab in self._tabs:
            if tab.item.key == key:
                return tab
        raise KeyError(key)

    def _choose(self, key: str) -> None:
        self.set_current(key)
        self.activated.emit(key)

    def _arrange(self) -> None:
        """Tabs from the left as long as there is room; the chosen one always has a place."""
        widths = {tab: tab.sizeHint().width() + _SPACE for tab in self._tabs}
        room = self.width() - (0 if self._add.isHidden() else 28 + 12)
        if sum(widths.values()) > room:
            room -= 28 + 4
        chosen = next((tab for tab in self._tabs if tab.isChecked()), None)
        used = widths[chosen] if chosen else 0
        shown: list[_Tab] = []
        for tab in self._tabs:
            if tab is chosen:
                shown.append(tab)
            elif used + widths[tab] <= room:
                used += widths[tab]
                shown.append(tab)
            else:
                break
        if chosen is not None and chosen not in shown:
            shown.append(chosen)
        self._hidden = [tab for tab in self._tabs if tab not in shown]
        x = 0
        for tab in self._tabs:
            tab.setVisible(tab in shown)
            if tab in shown:
                tab.setGeometry(x, 0, widths[tab] - _SPACE, _HEIGHT)
                x += widths[tab]
        self._more.setVisible(bool(self._hidden))
        self._more.move(x, 6)
        self._add.move(x + (32 if self._hidden else 0), 6)

    def _on_more(self) -> None:
        items = [
            MenuItem(tab.item.text, lambda key=tab.item.key: self._choose(key))  # type: ignore[misc]
            for tab in self._hidden
        ]
        build_menu(self, items).popup(self._more.mapToGlobal(QPoint(0, self._more.height() + 2)))
