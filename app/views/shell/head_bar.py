"""The head: name of the page, search, background tasks, theme, the page's own buttons, 新建."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.core.i18n import t
from app.views.operations.runner import BaseRunner
from app.views.theme import fonts, icons, theme
from app.views.widgets import buttons, painting
from app.views.widgets.job_tray import JobTray
from app.views.widgets.labels import DataLabel
from app.views.widgets.popover import Popover

HEIGHT = 56


class SearchButton(QAbstractButton):
    """Looks like a search field, opens the command palette."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(t("搜索或输入命令"))
        self.setAccessibleDescription("Ctrl+K")
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(160)
        self.setMaximumWidth(380)

    def sizeHint(self) -> QSize:
        return QSize(360, 34)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        painting.rounded(painter, rect, 8, "hover" if self.underMouse() else "surface_2", "border")
        picture = icons.pixmap("search", "text_3", 16, dpr=self.devicePixelRatioF())
        painter.drawPixmap(10, (self.height() - 16) // 2, picture)
        keys = 52
        spot = QRectF(34, 0, self.width() - 34 - keys - 12, self.height())
        painting.put_text(painter, spot, t("搜索客户、联系人，或输入命令…"), "text_3")
        spot = QRectF(self.width() - keys - 12, 0, keys, self.height())
        painting.put_text(painter, spot, "Ctrl+K", "text_3", fonts.CAPTION, align=painting.RIGHT)
        if self.hasFocus():
            painting.focus_ring(painter, rect, 8)
        painter.end()


class TasksButton(buttons.IconButton):
    """The bell: a dot while something runs, the tray under it."""

    def __init__(self, runner: BaseRunner) -> None:
        super().__init__("bell", t("后台任务"))
        self._runner = runner
        self._popover: Popover | None = None
        runner.tasks_changed.connect(self._on_tasks_changed)
        self.clicked.connect(self.open_tray)

    def _on_tasks_changed(self) -> None:
        count = len(self._runner.tasks())
        self.set_tip(t("后台任务：{n} 个正在进行", n=count) if count else t("后台任务"))
        self.update()

    def open_tray(self) -> None:
        """Show the tasks under the bell."""
        if self._popover is None:
            self._popover = Popover(JobTray(self._runner), self.window(), t("后台任务"))
        self._popover.show_under(self, align_right=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._runner.tasks():
            painter = painting.painter_for(self)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("primary"))
            painter.drawEllipse(QRectF(self.width() - 12, 6, 7, 7))
            painter.end()


class HeadBar(QWidget):
    """Signals:
    search_wanted(), theme_wanted(), new_wanted(): pressed. The menu of 新建 opens under `new_button`.
    """

    search_wanted = Signal()
    theme_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, runner: BaseRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self._page_widgets: list[QWidget] = []
        self.title = DataLabel("", "h1")
        self.search = SearchButton()
        self.search.clicked.connect(self.search_wanted)
        self.tasks = TasksButton(runner)
        self.theme_button = buttons.IconButton("moon", t("切换深色"))
        self.theme_button.clicked.connect(self.theme_wanted)
        self.new_button = buttons.primary(t("新建"), "plus")
        self.new_button.set_trailing("chevron-down")
        self.new_button.clicked.connect(self.new_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 14, 0)
        row.setSpacing(6)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self.search, 2)
        row.addStretch(1)
        self._row = row
        for widget in (self.tasks, self.theme_button, self.new_button):
            row.addWidget(widget)
        theme.notifier().changed.connect(self._on_theme)
        self._on_theme()

    def show_page(self, title: str, widgets: Sequence[QWidget]) -> None:
        """The name of the page in front and its own buttons."""
        self.title.setText(title)
        for widget in self._page_widgets:
            widget.hide()
        for widget in widgets:
            if widget not in self._page_widgets:
                self._row.insertWidget(self._row.indexOf(self.tasks), widget)
                self._page_widgets.append(widget)
            widget.show()

    def _on_theme(self, _mode: str = "") -> None:
        dark = theme.current().name == "dark"
        self.theme_button.set_icon("sun" if dark else "moon")
        self.theme_button.set_tip(t("切换浅色") if dark else t("切换深色"))
