"""The counts of an import as a row of tiles; pressing one shows its rows."""

from __future__ import annotations

from collections.abc import Container

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.core.i18n import t
from app.services.exchange.importing.report import ImportReport
from app.views.theme import fonts, theme
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip

_TONE = {"created": "ok", "updated": "primary", "unchanged": "gray", "duplicates": "violet", "ambiguous": "warn",
         "rejected": "bad", "warnings": "warn"}  # fmt: skip


def tile_words() -> dict[str, tuple[str, str]]:
    """Counts by key, in order, with their names and what they mean."""
    return {
        "created": (t("新增"), t("会成为新记录的行")),
        "updated": (t("更新"), t("会改动已有记录的行")),
        "unchanged": (t("不变"), t("与已有记录相同的行")),
        "duplicates": (t("重复"), t("档案里已有，或文件里前面出现过的行")),
        "ambiguous": (t("无法确定"), t("与几条已有记录都像，不知道是哪一条的行")),
        "rejected": (t("拒收"), t("有看不懂的单元格或找不到对应记录的行")),
        "warnings": (t("需留意"), t("会导入，但值得看一眼的单元格")),
    }


class _Tile(QAbstractButton):
    """One count."""

    def __init__(self, key: str, words: str, meaning: str, *, listed: bool) -> None:
        super().__init__()
        self.key, self._words, self._count, self._listed = key, words, 0, listed
        self.setCheckable(listed)
        self.setToolTip(plain_tooltip(meaning))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """Only a tile with rows behind it can be pressed."""
        self._count = count
        pressable = self._listed and count > 0
        self.setEnabled(pressable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if pressable else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if pressable else Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(f"{self._words} {count:,}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(max(80, self.minimumSizeHint().width()), 64)

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.metrics(fonts.CAPTION).horizontalAdvance(self._words) + 18, 64)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        box = QRectF(self.rect())
        tone = _TONE[self.key] if self._count else "gray"
        hovered = self.isEnabled() and self.underMouse()
        fill = theme.soft(tone) if self.isChecked() else "hover" if hovered else "surface"
        painting.rounded(painter, box, 8, fill, theme.ink(tone) if self.isChecked() else "border")
        if self.hasFocus():
            painting.focus_ring(painter, box, 8)
        room = box.adjusted(11, 0, -4, 0)
        ink = theme.ink(tone) if self._count else "text_3"
        size = 20 if fonts.metrics(20, bold=True).horizontalAdvance(f"{self._count:,}") <= room.width() else 14
        painting.put_text(painter, room.adjusted(0, 8, 0, -26), f"{self._count:,}", ink, size, bold=True)
        painting.put_text(painter, room.adjusted(0, 36, 0, -6), self._words, "text_2", fonts.CAPTION)
        painter.end()


class ResultTiles(QWidget):
    """`listed`: the counts whose rows can be shown; the others are numbers only.

    Signals:
        chosen(str): key of the pressed tile, "" when it was released.
    """

    chosen = Signal(str)

    def __init__(self, listed: Container[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.tiles: dict[str, _Tile] = {}
        for key, (words, meaning) in tile_words().items():
            tile = _Tile(key, words, meaning, listed=key in listed)
            tile.clicked.connect(lambda _on=False, chosen=key: self._on_clicked(chosen))
            self.tiles[key] = tile
            row.addWidget(tile)

    def show_report(self, report: ImportReport) -> None:
        """Fill in the counts."""
        for key, tile in self.tiles.items():
            tile.set_count(getattr(report, key))
            tile.setChecked(False)

    def clear(self) -> None:
        """All counts to 0."""
        for tile in self.tiles.values():
            tile.set_count(0)
            tile.setChecked(False)

    def _on_clicked(self, key: str) -> None:
        on = self.tiles[key].isChecked()
        for other, tile in self.tiles.items():
            tile.setChecked(on and other == key)
        self.chosen.emit(key if on else "")
