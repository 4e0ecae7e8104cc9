"""A window for many points: zoom, pan, a rectangle that picks, the records behind."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from app.core.i18n import t
from app.errors import EnvironmentProblem
from app.views.charts.canvas import Canvas
from app.views.charts.chart import LegendEntry, draw_legend
from app.views.charts.explored import Explored
from app.views.charts.explorer_plot import Plane
from app.views.charts.export import file_name
from app.views.theme import theme
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton
from app.views.widgets.dialogs import Dialogs
from app.views.widgets.labels import muted, plain_tooltip
from app.views.widgets.segmented import SegmentedControl

_PANS = {
    Qt.Key.Key_Left: (-0.15, 0.0), Qt.Key.Key_Right: (0.15, 0.0), Qt.Key.Key_Up: (0.0, 0.15), Qt.Key.Key_Down: (0.0, -0.15),
}  # fmt: skip


class Explorer(QWidget):
    """Wheel or + and − zoom, dragging or the arrow keys move, 框选 draws a rectangle; 选中可见的点 does the same for the
    keyboard.

    Signals:
        selected(list): keys of the points picked, those without a key left out.
        opened(list): the records behind the picked points are wanted.
    """

    selected = Signal(list)
    opened = Signal(list)

    def __init__(self, explored: Explored, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dialogs = dialogs
        self._keys: list[Hashable] = []
        self.plane = Plane(self._on_brushed, self._on_hovered)
        self.plane.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plane.widget.installEventFilter(self)
        self._build()
        theme.notifier().changed.connect(self._on_theme)
        self.show_points(explored)

    def _build(self) -> None:
        self.mode = SegmentedControl([("pan", t("移动")), ("brush", t("框选"))], t("鼠标拖动"))
        self.mode.changed.connect(self.set_mode)
        nearer, farther = IconButton("plus", t("放大"), shortcut="+"), IconButton("minus", t("缩小"), shortcut="−")
        whole = IconButton("scan-search", t("全部显示"), shortcut="Home")
        nearer.clicked.connect(lambda: self.plane.zoom(0.7))
        farther.clicked.connect(lambda: self.plane.zoom(1 / 0.7))
        whole.clicked.connect(self.plane.reset)
        self.pick_visible = buttons.ghost(t("选中可见的点"), "list")
        self.pick_visible.clicked.connect(lambda: self._pick(self.plane.in_sight()))
        self.count = muted("")
        self.open_button = buttons.plain(t("打开选中的记录"), "external-link")
        self.open_button.clicked.connect(lambda: self.opened.emit(list(self._keys)))
        copy = IconButton("copy", t("复制图片"))
        copy.clicked.connect(self.copy_picture)
        save = IconButton("download", t("存为 PNG 图片…"))
        save.clicked.connect(self.save_picture)
        row = QHBoxLayout()
        row.setSpacing(6)
        left: tuple[QWidget, ...] = (self.mode, nearer, farther, whole, self.pick_visible)
        right: tuple[QWidget, ...] = (self.count, self.open_button, copy, save)
        for widget in left:
            row.addWidget(widget)
        row.addStretch()
        for widget in right:
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        self.legend = _Legend()
        column.addLayout(row)
        column.addWidget(self.legend)
        column.addWidget(self.plane.widget, 1)

    # ---- content ------------------------------------------------------------------------------------------------

    def show_points(self, explored: Explored) -> None:
        """Show other points."""
        self._explored = explored
        self.plane.widget.setAccessibleName(explored.title)
        about = t("{n} 个点。横轴：{x}，纵轴：{y}", n=len(explored.places()), x=explored.x_title, y=explored.y_title)
        self.plane.widget.setAccessibleDescription(about)
        self.legend.show_names([track.name for track in explored.tracks])
        self.plane.show(explored)
        self._pick([])

    def set_mode(self, mode: str) -> None:
        """What dragging does: "pan" or "brush"."""
        self.mode.set_current(mode)
        self.plane.brushing = mode == "brush"
        shape = Qt.CursorShape.CrossCursor if self.plane.brushing else Qt.CursorShape.ArrowCursor
        self.plane.widget.viewport().setCursor(shape)

    def picked(self) -> list[Hashable]:
        """Keys of the points picked."""
        return list(self._keys)

    def _on_brushed(self, positions: list[int]) -> None:
        self._pick(positions)

    def _pick(self, positions: list[int]) -> None:
        self.plane.choose(positions)
        keys = [self.plane.place(at).key for at in positions]
        self._keys = list(dict.fromkeys(key for key in keys if key is not None))
        self.count.setText(t("已选 {n} 个点", n=f"{len(positions):,}") if positions else "")
        self.open_button.setVisible(bool(self._keys))
        if positions:
            self.selected.emit(list(self._keys))

    def _on_hovered(self, at: int | None, scene: QPointF) -> None:
        view = self.plane.widget
        if at is None:
            QToolTip.hideText()
            return
        place = view.viewport().mapToGlobal(view.mapFromScene(scene))
        QToolTip.showText(place, plain_tooltip(self._explored.tip_of(self.plane.place(at))), view)

    def _on_theme(self, _mode: str) -> None:
        self.plane.restyle()

    # ---- keys ---------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.plane.widget and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in _PANS:
            self.plane.pan(*_PANS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.plane.zoom(0.7)
        elif key == Qt.Key.Key_Minus:
            self.plane.zoom(1 / 0.7)
        elif key == Qt.Key.Key_Home:
            self.plane.reset()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._keys:
            self.opened.emit(list(self._keys))
        else:
            return False
        return True

    # ---- the picture --------------------------------------------------------------------------------------------

    def copy_picture(self) -> None:
        """What is in sight to the clipboard."""
        QGuiApplication.clipboard().setImage(self.plane.picture(self._explored.title))

    def save_picture(self) -> None:
        """What is in sight as PNG."""
        name = Path(f"{file_name(self._explored.title)}.png")
        path = self._dialogs.pick_file("save", t("保存图片"), (("PNG", ("png",)),), suggested=name)
        if path is not None and not self.plane.picture(self._explored.title).save(str(path)):
            self._dialogs.show_error(EnvironmentProblem(t("无法写入“{name}”。", name=path.name)))


class _Legend(QWidget):
    """The names of the tracks with their colours; hidden while there is only one."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []
        self.setFixedHeight(20)
        theme.notifier().changed.connect(self.update)

    def show_names(self, names: list[str]) -> None:
        self._names = names
        self.setVisible(len(names) > 1)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        canvas = Canvas(painter, theme.current())
        entries = [LegendEntry(name, canvas.series(at)) for at, name in enumerate(self._names)]
        draw_legend(canvas, QRectF(self.rect()), entries)
        painter.end()


class ExplorerDialog(QDialog):
    """The explorer as a window of its own beside the page."""

    def __init__(self, explored: Explored, dialogs: Dialogs, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(explored.title)
        self.setProperty("ground", "surface")
        self.setSizeGripEnabled(True)
        self.explorer = Explorer(explored, dialogs, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.explorer)
        self.resize(1060, 660)
        self.explorer.plane.widget.setFocus()
