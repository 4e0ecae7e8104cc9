"""At the right: what the column in hand holds, and the steps taken, with undo to any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import t
from app.views.theme import fonts
from app.views.widgets import painting
from app.views.widgets.labels import DataLabel, ElidedLabel, caption, muted, plain_tooltip
from app.views.widgets.segmented import SegmentedControl
from app.views.workbench.bench import Bench
from app.views.workbench.words import kinds

if TYPE_CHECKING:
    from app.services.workbench.profile import Counted, Profile

Index = QModelIndex | QPersistentModelIndex
_BAR = 24
_BARS = 8


class Bars(QWidget):
    """Values with a bar for their rows. A click on one asks for the rows behind it.

    Signals:
        clicked(str): a value.
    """

    clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: tuple[Counted, ...] = ()
        self._most = 1
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_counts(self, found: tuple[Counted, ...], most: int) -> None:
        """At most a few of them; `most` is the length of a whole bar."""
        self._found, self._most = found[:_BARS], max(1, most)
        self.setFixedHeight(len(self._found) * _BAR)
        self.setAccessibleName("；".join(f"{c.value} {c.count}" for c in self._found))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = int(event.position().y() // _BAR)
        if event.button() == Qt.MouseButton.LeftButton and 0 <= at < len(self._found):
            self.clicked.emit(self._found[at].value)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        for place, counted in enumerate(self._found):
            row = QRectF(0, place * _BAR, self.width(), _BAR)
            bar = QRectF(0, row.y() + 2, max(3.0, (self.width() - 56) * min(1.0, counted.count / self._most)), _BAR - 4)
            painting.rounded(painter, bar, 4, "primary_soft")
            painting.put_text(painter, row.adjusted(6, 0, -58, 0), counted.value, "text", fonts.CAPTION)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painting.put_text(painter, row, f"{counted.count:,}", "text_3", fonts.CAPTION, align=align)
        painter.end()


class ProfilePane(QWidget):
    """What the column holds.

    Signals:
        value_wanted(str), mask_wanted(str): rows with this value, of this shape.
    """

    value_wanted = Signal(str)
    mask_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 12)
        column.setSpacing(4)
        self._name = ElidedLabel("", "h2")
        self._facts = DataLabel("", "secondary", wrap=True)
        self._kinds = DataLabel("", "muted", wrap=True)
        self._range = DataLabel("", "muted", wrap=True)
        self._alarm = DataLabel("", "warning", wrap=True)
        self._values, self._masks = Bars(), Bars()
        self._values.clicked.connect(self.value_wanted)
        self._masks.clicked.connect(self.mask_wanted)
        for widget in (self._name, self._facts, self._kinds, self._range, self._alarm):
            column.addWidget(widget)
        column.addSpacing(8)
        self._top_title = caption(t("最常见的值"))
        column.addWidget(self._top_title)
        column.addWidget(self._values)
        column.addSpacing(8)
        self._mask_title = caption(t("格式（9 数字，A 字母，汉 汉字）"))
        column.addWidget(self._mask_title)
        column.addWidget(self._masks)
        column.addStretch()

    def show_profile(self, found: Profile) -> None:
        """Another column, or the same after a step."""
        self._name.setText(found.name)
        filled = found.rows - found.blanks
        share = found.blanks / found.rows if found.rows else 0.0
        self._facts.setText(
            t("{distinct} 种值 · 空白 {blanks}（{share}） · 长度 {least}–{most}", distinct=f"{found.distinct:,}",
              blanks=f"{found.blanks:,}", share=f"{share:.0%}", least=found.length_least, most=found.length_most)
        )  # fmt: skip
        words = kinds()
        told = "、".join(f"{words.get(k.kind, k.kind)} {k.share:.0%}" for k in found.kinds[:3])
        self._kinds.setText(t("像是：{kinds}", kinds=told) if told else "")
        self._kinds.setVisible(bool(told))
        self._range.setText(_range(found))
        self._range.setVisible(bool(self._range.text()))
        alarms = _alarms(found)
        self._alarm.setText("\n".join(alarms))
        self._alarm.setVisible(bool(alarms))
        most = max((c.count for c in found.top), default=1)
        self._values.show_counts(found.top, most)
        self._masks.show_counts(found.masks, max(1, filled))
        self._top_title.setVisible(bool(found.top))
        self._mask_title.setVisible(bool(found.masks))


def _range(found: Profile) -> str:
    if found.numbers is not None:
        n = found.numbers
        return t(
            "数值 {least} – {most}，中位数 {median}", least=f"{n.least:g}", most=f"{n.most:g}", median=f"{n.median:g}"
        )
    if found.dates is not None:
        return t("日期 {first} – {last}", first=found.dates.first, last=found.dates.last)
    return ""


def _alarms(found: Profile) -> list[str]:
    alarms = []
    if found.mixed:
        alarms.append(t("混有不同种类的内容"))
    if found.untrimmed:
        alarms.append(t("{n} 行有多余空格", n=found.untrimmed))
    if found.placeholders:
        alarms.append(t("{n} 行是“无”“N/A”一类的占位词", n=sum(c.count for c in found.placeholders)))
    if found.numbers is not None and found.numbers.outliers:
        alarms.append(t("{n} 行的数值离群", n=found.numbers.outliers))
    if found.errors:
        alarms.append(t("{n} 行上一步看不懂", n=found.errors))
    return alarms


_DONE, _NOW = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class _Step(QStyledItemDelegate):
    """A step with a dot; the one in force last is marked, steps taken back are faint."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, 44)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = self.parent()
        assert isinstance(view, QListWidget)
        rect = QRectF(option.rect).adjusted(4, 1, -4, -1)
        done, now = bool(index.data(_DONE)), bool(index.data(_NOW))
        if now:
            painting.rounded(painter, rect, 6, "primary_soft")
        if view.hasFocus() and index == view.currentIndex():
            painting.focus_ring(painter, rect, 6)
        title, _, told = str(index.data(Qt.ItemDataRole.DisplayRole)).partition("\n")
        ink = "primary_text" if now else "text" if done else "disabled"
        room = rect.adjusted(10, 3, -8, -20) if told else rect.adjusted(10, 0, -8, 0)
        painting.put_text(painter, room, title, ink, fonts.BODY, bold=now)
        painting.put_text(painter, rect.adjusted(10, 20, -8, -3), told, "text_3" if done else "disabled", fonts.CAPTION)
        painter.restore()


class HistoryPane(QListWidget):
    """Every step; choosing one goes there.

    Signals:
        wanted(int): so many steps in force.
    """

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(t("清洗步骤"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Step(self))
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.itemClicked.connect(lambda item: self.wanted.emit(self.row(item)))
        self.itemActivated.connect(lambda item: self.wanted.emit(self.row(item)))

    def show_steps(self, texts: list[tuple[str, str]], at: int) -> None:
        """(step, what it did) from the first; `at` of them are in force."""
        self.clear()
        for place, (title, told) in enumerate([(t("载入的数据"), ""), *texts]):
            item = QListWidgetItem(f"{title}\n{told}")
            item.setData(_DONE, place <= at)
            item.setData(_NOW, place == at)
            item.setToolTip(plain_tooltip(title))
            self.addItem(item)
        self.setCurrentRow(at)
        self.scrollToItem(self.item(at))


class SidePane(QWidget):
    """Profile and history behind two tabs."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.setMinimumWidth(220)
        self.tabs = SegmentedControl([("profile", t("概况")), ("history", t("步骤"))], t("概况或步骤"))
        self.profile = ProfilePane()
        self.history = HistoryPane()
        self._stack = QStackedWidget()
        self.profile.setProperty("ground", "surface")
        self.profile.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        area = QScrollArea()
        area.setWidget(self.profile)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stack.addWidget(area)
        self._stack.addWidget(self.history)
        self.tabs.changed.connect(lambda key: self._stack.setCurrentIndex(int(key == "history")))
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 10, 4, 8)
        column.setSpacing(6)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        self._hint = muted(t("点某一步就回到那时；之后的步骤还在，可以再点回来。"), wrap=True)
        self._hint.setContentsMargins(12, 0, 12, 0)
        column.addWidget(self._hint)
        self._hint.hide()
        self.tabs.changed.connect(lambda key: self._hint.setVisible(key == "history"))
        bench.profiled.connect(self.profile.show_profile)
        bench.opened.connect(self._show_steps)
        bench.changed.connect(self._show_steps)
        self.history.wanted.connect(bench.go_to)

    def show_tab(self, key: str) -> None:
        """Bring the profile or the history to the front."""
        self.tabs.set_current(key)
        self.tabs.changed.emit(key)

    def _show_steps(self) -> None:
        history = self._bench.history
        if history is None:
            self.history.clear()
            return
        texts = [(entry.text, _did(entry.effect)) for entry in history.entries]
        self.history.show_steps(texts, history.at)


def _did(effect: object) -> str:
    from app.services.workbench.steps import Effect

    assert isinstance(effect, Effect)
    parts = []
    if effect.changed:
        parts.append(t("改动 {n} 格", n=effect.changed))
    if effect.removed:
        parts.append(t("移出 {n} 行", n=effect.removed))
    if effect.unread_rows:
        parts.append(t("{n} 格看不懂", n=effect.unread_rows))
    if effect.added:
        parts.append(t("新列 {names}", names="、".join(effect.added)))
    return " · ".join(parts) or t("没有变化")
