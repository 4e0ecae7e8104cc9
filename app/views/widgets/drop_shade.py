"""Files dropped onto a widget: while they are over it, a frame says what dropping does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragLeaveEvent, QDropEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.views.theme import fonts, icons, theme
from app.views.widgets import painting


def local_files(data: QMimeData) -> list[Path]:
    """The files of this computer among what is dropped or pasted."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class DropShade(QWidget):
    """Covers its parent while files are dragged over it. `wanted`: whether they can be dropped now.

    Signals: `dropped(list[Path])`.
    """

    dropped = Signal(object)

    def __init__(self, parent: QWidget, text: str, wanted: Callable[[], bool]) -> None:
        super().__init__(parent)
        self._text, self._wanted = text, wanted
        parent.setAcceptDrops(True)
        parent.installEventFilter(self)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragLeaveEvent):
            self.hide()
        if not isinstance(event, QDropEvent) or event.type() not in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            return super().eventFilter(watched, event)
        paths = local_files(event.mimeData())
        if not paths or not self._wanted():
            return super().eventFilter(watched, event)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() is QEvent.Type.Drop:
            self.hide()
            self.dropped.emit(paths)
        else:
            self.lift()
        return True

    def lift(self) -> None:
        """Over everything in its parent."""
        host = self.parentWidget()
        assert host is not None
        self.setGeometry(host.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        ground = QColor(theme.color("primary_soft"))
        ground.setAlpha(242)
        painter.fillRect(self.rect(), ground)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("primary"), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(8, 8, -8, -8), 10, 10)
        middle = self.height() / 2
        picture = icons.pixmap("paperclip", "primary_text", 28, dpr=self.devicePixelRatioF())
        painter.drawPixmap(round(self.width() / 2 - 14), round(middle - 34), picture)
        spot = QRectF(16, middle + 4, self.width() - 32, 24)
        painting.put_text(
            painter, spot, self._text, "primary_text", fonts.BODY, bold=True, align=Qt.AlignmentFlag.AlignCenter
        )
        painter.end()
