"""One file of a record: its small picture or what it is, name, size, day, note."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.fields import File
from app.core.i18n import t
from app.core.sizes import size_text
from app.views.shell.status_bar import describe_day
from app.views.theme import fonts, icons
from app.views.widgets import painting
from app.views.widgets.buttons import IconButton
from app.views.widgets.labels import plain_tooltip

HEIGHT, _NOTE, _SIDE, _LEFT = 54, 17, 40, 50
_SHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods", ".csv", ".tsv"})
_TEXTS = frozenset({".pdf", ".doc", ".docx", ".txt", ".md", ".rtf", ".odt"})


def icon_of(file: File) -> tuple[str, str]:
    """(icon, tone) of what it is."""
    ending = Path(file.name).suffix.lower()
    if ending in _SHEETS:
        return "file-spreadsheet", "ok"
    if ending in _TEXTS:
        return "file-text", "bad" if ending == ".pdf" else "primary"
    if file.media_type.startswith("image/"):
        return "image", "violet"
    if file.media_type.startswith(("video/", "audio/")):
        return "play", "cyan"
    return "file", "gray"


class FileRow(QWidget):
    """Signals: `opened()`: double click or Enter; `keyed(int)`: another key for the list; `menu_wanted(QPoint)`: global."""

    opened = Signal()
    keyed = Signal(int)
    menu_wanted = Signal(QPoint)

    def __init__(self, file: File, picture: bytes | None) -> None:
        super().__init__()
        self.file = file
        self._picture = QPixmap()
        if picture:
            self._picture.loadFromData(picture, "PNG")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT + (_NOTE if file.note else 0))
        self.setAccessibleName(file.name)
        self.setAccessibleDescription("\n".join((self.facts(), file.note, t("按回车打开，按 Delete 移除"))))
        self.setToolTip(plain_tooltip("\n".join(part for part in (file.name, file.note) if part)))
        self._more = IconButton("ellipsis", t("对“{name}”的操作", name=file.name), self, side=28)
        self._more.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the row has the same menu by its menu key
        self._more.clicked.connect(
            lambda _on=False: self.menu_wanted.emit(self._more.mapToGlobal(QPoint(0, self._more.height() + 2)))
        )
        self._more.hide()

    def facts(self) -> str:
        """Size and day in a line."""
        added = self.file.added_at
        when = describe_day(added.astimezone().replace(tzinfo=None)) if added is not None else ""
        return fonts.join_facts(size_text(self.file.size), when)

    def has_picture(self) -> bool:
        """Whether its small picture is shown."""
        return not self._picture.isNull()

    def sizeHint(self) -> QSize:
        return QSize(260, self.height())

    # ---- events -------------------------------------------------------------------------------------------------

    def resizeEvent(self, _event: object) -> None:
        self._more.move(self.width() - 32, (self.height() - 28) // 2)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._more.show()

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)  # type: ignore[arg-type]
        self._more.hide()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu_wanted.emit(self.mapToGlobal(QPoint(_LEFT, self.height() - 6)) if by_key else event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_F2, Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.keyed.emit(key.value)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        if self.hasFocus() or self.underMouse():
            painting.rounded(painter, rect, 7, "primary_soft" if self.hasFocus() else "hover")
        box = QRectF(4, (self.height() - _SIDE) / 2, _SIDE, _SIDE)
        if self._picture.isNull():
            name, tone = icon_of(self.file)
            painting.rounded(painter, box, 7, f"{tone}_soft")
            ink = "text_2" if tone == "gray" else tone
            painter.drawPixmap(14, (self.height() - 20) // 2, icons.pixmap(name, ink, 20, dpr=self.devicePixelRatioF()))
        else:
            self._paint_picture(painter, box)
        room = self.width() - _LEFT - (38 if self._more.isVisible() else 6)
        name = fonts.metrics().elidedText(self.file.name, Qt.TextElideMode.ElideMiddle, room)  # the ending stays
        painting.put_text(painter, QRectF(_LEFT, 8, room, 20), name)
        for place, text in enumerate((self.facts(), self.file.note)):
            under = painting.elide(text, room, fonts.CAPTION)
            painting.put_text(painter, QRectF(_LEFT, 28 + _NOTE * place, room, 18), under, "text_3", fonts.CAPTION)
        if self.hasFocus():
            painting.focus_ring(painter, rect, 7)
        painter.end()

    def _paint_picture(self, painter: QPainter, box: QRectF) -> None:
        """The picture's middle, of a page its head, in a rounded square."""
        width, height = self._picture.width(), self._picture.height()
        side = min(width, height)
        shape = QPainterPath()
        shape.addRoundedRect(box, 7, 7)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(shape)
        painter.drawPixmap(
            box, self._picture, QRectF((width - side) / 2, 0 if height > width else (height - side) / 2, side, side)
        )
        painter.restore()
        painting.rounded(painter, box, 7, edge="border")
