"""The archives opened lately: name, folder, who; missing ones are grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.theme import fonts, icons
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip

_HEIGHT = 56


@dataclass(frozen=True)
class Recent:
    """One archive; `missing`: its file is not there (any more)."""

    path: Path
    user: str
    missing: bool = False


class RecentRow(QAbstractButton):
    """One line; checked while its form is shown."""

    def __init__(self, recent: Recent) -> None:
        super().__init__()
        self.recent = recent
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_missing(recent.missing)

    def set_missing(self, missing: bool) -> None:
        """Grey when the file is gone."""
        self.recent = Recent(self.recent.path, self.recent.user, missing)
        state = t("文件不在原处") if missing else ""
        name = "，".join(part for part in (self.recent.path.stem, str(self.recent.path.parent), state) if part)
        self.setAccessibleName(name)
        user = t("上次由 {user} 打开", user=self.recent.user) if self.recent.user else ""
        self.setToolTip(plain_tooltip("\n".join(part for part in (str(self.recent.path), user, state) if part)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect()).adjusted(0, 1, 0, -1)
        if self.isChecked() or self.underMouse():
            painting.rounded(painter, rect, 8, "primary_soft" if self.isChecked() else "hover")
        missing = self.recent.missing
        ink = "disabled" if missing else "primary_text"
        picture = icons.pixmap("archive", ink, 20, dpr=self.devicePixelRatioF())
        painter.drawPixmap(12, (self.height() - 20) // 2, picture)
        width = self.width() - 44 - 10
        name_ink = "disabled" if missing else "primary_text" if self.isChecked() else "text"
        painting.put_text(painter, QRectF(44, 9, width, 20), self.recent.path.stem, name_ink, bold=True)
        facts = t("文件不在原处") if missing else fonts.join_facts(self.recent.user, _short(self.recent.path.parent))
        second = "disabled" if missing else "text_3"
        painting.put_text(painter, QRectF(44, 29, width, 18), facts, second, fonts.CAPTION)
        if self.hasFocus():
            painting.focus_ring(painter, rect, 8)
        painter.end()


def _short(folder: Path) -> str:
    try:
        return f"~/{folder.relative_to(Path.home())}"
    except ValueError:
        return str(folder)


class RecentList(QWidget):
    """At most eight rows. Arrows move, Enter chooses, Delete or the menu forgets.

    Signals:
        chosen(Path, str): archive and who opened it last.
        forgotten(Path): take it off the list (the file stays).
    """

    chosen = Signal(object, str)
    forgotten = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(t("最近打开的档案"))
        self._rows: list[RecentRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    def set_recent(self, items: Sequence[Recent]) -> None:
        """Show these, newest first."""
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = [RecentRow(item) for item in items]
        for row in self._rows:
            row.clicked.connect(lambda _on=False, one=row: self._choose(one))
            self._column.addWidget(row)

    def rows(self) -> list[RecentRow]:
        """The lines as shown."""
        return list(self._rows)

    def set_missing(self, missing: set[Path]) -> None:
        """Which files are not there."""
        for row in self._rows:
            row.set_missing(row.recent.path in missing)

    def mark(self, path: Path | None) -> None:
        """Show as chosen, without a signal; None: nothing is."""
        for row in self._rows:
            row.setAutoExclusive(False)
            row.setChecked(row.recent.path == path)
            row.setAutoExclusive(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = next((n for n, row in enumerate(self._rows) if row.hasFocus()), -1)
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if focused >= 0 and step and 0 <= focused + step < len(self._rows):
            self._rows[focused + step].setFocus(Qt.FocusReason.TabFocusReason)
        elif focused >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._rows[focused].click()
        elif focused >= 0 and event.key() == Qt.Key.Key_Delete:
            self.forgotten.emit(self._rows[focused].recent.path)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.childAt(event.pos())
        if isinstance(row, RecentRow):
            self._menu(row, event.globalPos())

    def _menu(self, row: RecentRow, place: QPoint) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        from app.views.widgets.menus import MenuItem, build_menu

        path = row.recent.path
        folder = QUrl.fromLocalFile(str(path.parent))
        items = [
            MenuItem(t("打开"), row.click, "lock-open", enabled=not row.recent.missing),
            MenuItem(t("打开所在文件夹"), lambda: QDesktopServices.openUrl(folder), "folder-open"),
            None,
            MenuItem(t("从列表移除"), lambda: self.forgotten.emit(path), "x", "Delete"),
        ]
        build_menu(self, items).popup(place)

    def _choose(self, row: RecentRow) -> None:
        self.mark(row.recent.path)
        self.chosen.emit(row.recent.path, row.recent.user)
