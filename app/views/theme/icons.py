"""Lucide icons in the colours of the theme: drawn when painted, so a theme switch needs no bookkeeping."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.core.paths import resource_dir
from app.views.theme import theme

_STROKE = re.compile(r'stroke-width="[\d.]+"')


@lru_cache(512)
def _source(name: str) -> str:
    path = resource_dir() / "icons" / f"{name}.svg"
    if not path.is_file():
        raise KeyError(name)
    return path.read_text(encoding="utf-8")


@lru_cache(4096)
def _render(name: str, color: str, side: int, stroke: float) -> QPixmap:
    """`side` in device pixels."""
    svg = _STROKE.sub(f'stroke-width="{stroke}"', _source(name).replace("currentColor", color))
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return picture


@lru_cache(4096)
def _scaled(name: str, color: str, size: int, dpr: float, stroke: float) -> QPixmap:
    picture = QPixmap(_render(name, color, round(size * dpr), stroke))
    picture.setDevicePixelRatio(dpr)
    return picture


def pixmap(name: str, color: str = "text_2", size: int = 18, *, dpr: float = 0.0, stroke: float = 1.75) -> QPixmap:
    """The icon `size` logical pixels square, shared. `color`: token or `#RRGGBB`; `dpr` 0 = that of the main screen.

    Raises KeyError for a name that is not in resources/icons.
    """
    if dpr <= 0:
        screen = QGuiApplication.primaryScreen()
        dpr = screen.devicePixelRatio() if screen is not None else 1.0
    return _scaled(name, theme.hex_color(color), size, dpr, stroke)


class ThemeIconEngine(QIconEngine):
    """Draws one Lucide icon in the colour that its token has at the time of painting."""

    def __init__(self, name: str, color: str, on_color: str, stroke: float) -> None:
        super().__init__()
        self._look = (name, color, on_color, stroke)

    def _picture(self, side: int, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        name, color, on_color, stroke = self._look
        shown = on_color if state == QIcon.State.On else color
        if mode == QIcon.Mode.Disabled:
            shown = "disabled"
        return _render(name, theme.hex_color(shown), side, stroke)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        dpr = painter.device().devicePixelRatioF()
        target = QRect(0, 0, side, side)
        target.moveCenter(rect.center())
        painter.drawPixmap(target, self._picture(round(side * dpr), mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return QPixmap(self._picture(min(size.width(), size.height()), mode, state))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, _scale: float) -> QPixmap:
        return self.pixmap(size, mode, state)  # `size` is in device pixels already

    def clone(self) -> QIconEngine:
        return ThemeIconEngine(*self._look)


def icon(name: str, color: str = "text_2", *, on_color: str = "", stroke: float = 1.75) -> QIcon:
    """An icon that follows the theme. `on_color`: the colour while checked. KeyError for an unknown name."""
    _source(name)
    return QIcon(ThemeIconEngine(name, color, on_color or color, stroke))
