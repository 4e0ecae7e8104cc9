"""One card of the day: its lines, how many there are, an empty sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.core.clock import today
from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.services.today.records import Item, Section
from app.views.records.timeline import ICONS
from app.views.theme import fonts, icons
from app.views.widgets import buttons, painting
from app.views.widgets.buttons import IconButton
from app.views.widgets.card import Card
from app.views.widgets.labels import muted
from app.views.widgets.menus import MenuItem, build_menu

_ICONS = {**ICONS, "birthday": "cake"}
_SHOWN = 8


def when_words(when: datetime | date | None) -> str:
    """今天 14:00, 昨天, 03-05."""
    if when is None:
        return ""
    local = when.astimezone() if isinstance(when, datetime) else None
    day = local.date() if local is not None else when
    assert isinstance(day, date)
    names = {-1: t("昨天"), 0: t("今天"), 1: t("明天")}
    words = names.get((day - today()).days) or day.strftime("%m-%d" if day.year == today().year else "%Y-%m-%d")
    return f"{words} {local:%H:%M}" if local is not None else words


class AgendaLine(QWidget):
    """Painted: icon, title, whose, when. Signals: opened(), done(), menu_wanted(QPoint)."""

    opened = Signal()
    done = Signal()
    menu_wanted = Signal(object)

    def __init__(self, item: Item, *, may_edit: bool = True) -> None:
        super().__init__()
        self.item = item
        checkable = may_edit and item.entity == "activities"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        when = when_words(item.when)
        self.setAccessibleName("\n".join(part for part in (item.title, item.about, when) if part))
        self._when = when
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 2, 0)
        row.setSpacing(0)
        row.addStretch()
        if checkable:
            check = IconButton("check", t("完成“{title}”", title=item.title), side=28)
            check.clicked.connect(self.done)
            row.addWidget(check)
        more = IconButton("ellipsis", t("对“{name}”的操作", name=item.title), side=28)
        more.clicked.connect(lambda _on=False: self.menu_wanted.emit(more.mapToGlobal(more.rect().bottomLeft())))
        row.addWidget(more)
        self._room = 28 * (2 if checkable else 1) + 6

    def sizeHint(self) -> QSize:
        return QSize(260, 44)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.opened.emit()
            case Qt.Key.Key_Space:
                self.done.emit()
            case Qt.Key.Key_R | Qt.Key.Key_Menu:
                self.menu_wanted.emit(self.mapToGlobal(self.rect().center()))
            case Qt.Key.Key_Down:
                self.focusNextChild()
            case Qt.Key.Key_Up:
                self.focusPreviousChild()
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        if self.underMouse():
            painting.rounded(painter, QRectF(self.rect()), 8, "hover")
        name = _ICONS.get(self.item.kind) or BUILT_IN.entity(self.item.entity).icon
        ink = "bad" if self.item.late else "text_2"
        painter.drawPixmap(8, 13, icons.pixmap(name, ink, 18, dpr=self.devicePixelRatioF()))
        when = fonts.metrics(fonts.CAPTION).horizontalAdvance(self._when) + 4
        right = self.width() - self._room - when - 4
        painting.put_text(painter, QRectF(36, 4, right - 40, 20), self.item.title, "text")
        painting.put_text(painter, QRectF(36, 23, right - 40, 17), self.item.about, "text_3", fonts.CAPTION)
        spot = QRectF(right, 0, when, self.height())
        painting.put_text(painter, spot, self._when, ink, fonts.CAPTION, align=painting.RIGHT)
        if self.hasFocus():
            painting.focus_ring(painter, QRectF(self.rect()), 8)
        painter.end()


class AgendaCard(Card):
    """Signals:
    all_wanted(), open_wanted(Item), done_wanted(Item).
    """

    all_wanted = Signal()
    open_wanted = Signal(object)
    done_wanted = Signal(object)

    def __init__(self, title: str, nothing: str, *, may_edit: bool = True) -> None:
        super().__init__(title, " ")
        self._may_edit = may_edit
        self._nothing = nothing
        self.section: Section | None = None
        self.lines: list[AgendaLine] = []
        self.menu_items: Callable[[Item], list[MenuItem | None]] = lambda _item: []
        self._inside: list[QWidget] = []
        self._whole = False
        self.body.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_section(self, section: Section) -> None:
        """Show these lines instead."""
        self.section = section
        for widget in self._inside:
            self.body.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._inside, self.lines = [], []
        self.set_subtitle(f"{section.total:,}" if section.total else "")
        shown = section.items if self._whole else section.items[:_SHOWN]
        for item in shown:
            line = AgendaLine(item, may_edit=self._may_edit)
            line.opened.connect(lambda item=item: self.open_wanted.emit(item))
            line.done.connect(lambda item=item: self.done_wanted.emit(item))
            line.menu_wanted.connect(lambda at, item=item: build_menu(self, self.menu_items(item)).popup(at))
            self.lines.append(line)
            self._add(line)
        if not section.items:
            self._add(muted(self._nothing))
        if len(section.items) > len(shown):
            more = buttons.ghost(t("再显示 {n} 条", n=len(section.items) - len(shown)), "chevron-down")
            more.clicked.connect(self._show_whole)
            self._add(more)
        elif section.total > len(section.items) and section.condition is not None:
            more = buttons.ghost(t("在列表里看全部 {n} 条", n=f"{section.total:,}"), "list")
            more.clicked.connect(self.all_wanted)
            self._add(more)

    def _show_whole(self) -> None:
        self._whole = True
        if self.section is not None:
            self.show_section(self.section)

    def _add(self, widget: QWidget) -> None:
        self._inside.append(widget)
        self.body.addWidget(widget)
