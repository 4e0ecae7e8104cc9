"""The counts of an import as a row of tiles; pressing one shows its rows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.core.i18n import t
from app.services.exchange.report import ImportReport
from app.views.theme import fonts, theme
from app.views.widgets import painting

_TONE = {"created": "ok", "updated": "primary", "unchanged": "gray", "duplicates": "violet", "ambiguous": "warn",
         "rejected": "bad", "warnings": "warn"}  # fmt: skip


def tile_words() -> dict[str, str]:
    """Counts by key, in order, with their names."""
    return {
        "created": t("新建"), "updated": t("更新"), "unchanged": t("不变"), "duplicates": t("重复"),
        "ambiguous": t("无法确定"), "rejected": t("拒收"), "warnings": t("需留意"),
    }  # fmt: skip


class _Tile(QAbstractButton):
    """One count."""

    def __init__(self, key: str, words: str) -> None:
        super().__init__()
        self.key, self._words, self._count = key, words, 0
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        self._count = count
        self.setAccessibleName(f"{self._words} {count:,}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(96, 64)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        tone = _TONE[self.key] if self._count else "gray"
        painter.setBrush(
            theme.color(theme.soft(tone))
            if self.isChecked()
            else theme.color("hover" if self.underMouse() else "surface")
        )
        edge = "primary" if self.hasFocus() or self.isChecked() else "border"
        painter.setPen(theme.color(edge))
        painter.drawRoundedRect(box, 8, 8)
        painter.setFont(fonts.font(20, bold=True))
        painter.setPen(theme.color(theme.ink(tone)) if self._count else theme.color("text_3"))
        painter.drawText(
            box.adjusted(14, 8, -8, -26), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"{self._count:,}"
        )
        painter.setFont(fonts.font(fonts.CAPTION))
        painter.setPen(theme.color("text_2"))
        painter.drawText(
            box.adjusted(14, 36, -8, -6), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._words
        )
        painter.end()


class ResultTiles(QWidget):
    """Signals:
    chosen(str): key of the pressed tile, "" when it was released.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.tiles: dict[str, _Tile] = {}
        for key, words in tile_words().items():
            tile = _Tile(key, words)
            tile.clicked.connect(lambda _on=False, chosen=key: self._on_clicked(chosen))
            self.tiles[key] = tile
            row.addWidget(tile)

    def show_report(self, report: ImportReport) -> None:
        """Fill in the counts."""
        for key, tile in self.tiles.items():
            tile.set_count(getattr(report, key))
            tile.setChecked(False)

    def _on_clicked(self, key: str) -> None:
        on = self.tiles[key].isChecked()
        for other, tile in self.tiles.items():
            tile.setChecked(on and other == key)
        self.chosen.emit(key if on else "")
