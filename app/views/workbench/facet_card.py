"""One facet on the screen: choices with counts, a range, or words to look for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import t
from app.views.theme import fonts, theme
from app.views.widgets import painting
from app.views.widgets.buttons import IconButton
from app.views.widgets.labels import DataLabel, ElidedLabel
from app.views.widgets.search_box import SearchBox
from app.views.workbench.words import facet_kinds

if TYPE_CHECKING:
    from app.services.workbench.facets import Facet, FacetCounts

Index = QModelIndex | QPersistentModelIndex
_VALUE, _COUNT, _CHOSEN = (Qt.ItemDataRole.UserRole + i for i in range(3))
_BLANK, _ERROR, _OTHER = "\x00blank", "\x00error", "\x00other"
_ROW, _MOST_ROWS = 28, 9
_EPOCH = date(1970, 1, 1)


class _Line(QStyledItemDelegate):
    """Value at the left, rows at the right; chosen ones on a tinted ground with a tick."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = self.parent()
        assert isinstance(view, QListWidget)
        rect = QRectF(option.rect).adjusted(2, 1, -2, -1)
        chosen = bool(index.data(_CHOSEN))
        if chosen:
            painting.rounded(painter, rect, 6, "primary_soft")
        if view.hasFocus() and index == view.currentIndex():
            painting.focus_ring(painter, rect, 6)
        count = index.data(_COUNT)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        number = "" if count is None else f"{count:,}"
        right = 64 if number else 8
        special = str(index.data(_VALUE)).startswith("\x00")
        ink = "primary_text" if chosen else "text_3" if special or count == 0 else "text"
        painting.put_text(painter, rect.adjusted(8, 0, -right, 0), text, ink, fonts.BODY, bold=chosen)
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painting.put_text(painter, rect.adjusted(8, 0, -8, 0), number, "text_3", fonts.CAPTION, align=align)
        painter.restore()


class _Choices(QListWidget):
    """A click takes one choice alone, with Ctrl one more; so do Enter and Space, Ctrl+Enter adds."""

    taken = Signal(str, bool)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Line(self))
        self.setUniformItemSizes(True)
        self.viewport().setAutoFillBackground(False)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.itemClicked.connect(self._on_clicked)

    def _on_clicked(self, item: QListWidgetItem) -> None:
        more = bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier)
        self.taken.emit(str(item.data(_VALUE)), more)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.taken.emit(str(item.data(_VALUE)), more)
        else:
            super().keyPressEvent(event)

    def show_choices(self, choices: list[tuple[str, str, int, bool]]) -> None:
        """(value, words, rows, chosen) in order; the place of the keyboard stays."""
        current = self.currentItem()
        at = str(current.data(_VALUE)) if current is not None else ""
        self.clear()
        for value, text, count, chosen in choices:
            item = QListWidgetItem(text)
            item.setData(_VALUE, value)
            item.setData(_COUNT, count)
            item.setData(_CHOSEN, chosen)
            words = t("{text}，{n} 行", text=text, n=count)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            self.addItem(item)
            if value == at:
                self.setCurrentItem(item)
        self.setFixedHeight(max(1, min(len(choices), _MOST_ROWS)) * _ROW + 2)


class _Histogram(QWidget):
    """The rows over the range of a facet."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(44)
        self._bins: tuple[tuple[float, float, int], ...] = ()

    def show_bins(self, bins: tuple[tuple[float, float, int], ...]) -> None:
        self._bins = bins
        self.setVisible(bool(bins))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        most = max((n for _, _, n in self._bins), default=1) or 1
        wide = self.width() / max(1, len(self._bins))
        for place, (_, _, n) in enumerate(self._bins):
            high = (self.height() - 4) * n / most
            rect = QRectF(place * wide + 1, self.height() - high, wide - 2, high)
            painter.fillRect(rect, theme.color("primary"))
        painter.end()


def _bound(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


class FacetCard(QWidget):
    """One facet.

    Signals:
        changed(Facet): another choice; removed(): it is to go.
    """

    changed = Signal(object)
    removed = Signal()

    def __init__(self, facet: Facet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facet = facet
        self._counts: FacetCounts | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 10, 12)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(2)
        name = facet.column or t("标记")
        words = dict(facet_kinds()).get(facet.kind, "")
        self._title = ElidedLabel(name, "strong")
        head.addWidget(self._title, 1)
        head.addWidget(DataLabel(words, "muted"))
        head.addSpacing(4)
        self.invert_button = IconButton("ban", t("反选“{name}”", name=name), side=24)
        self.invert_button.clicked.connect(lambda: self._set(replace(self.facet, invert=not self.facet.invert)))
        self.reset_button = IconButton("rotate-ccw", t("清除“{name}”的选择", name=name), side=24)
        self.reset_button.clicked.connect(self._reset)
        self.close_button = IconButton("x", t("移除“{name}”的筛选", name=name), side=24)
        self.close_button.clicked.connect(self.removed)
        for button in (self.invert_button, self.reset_button, self.close_button):
            head.addWidget(button)
        column.addLayout(head)
        self._body = column
        self.search: SearchBox | None = None
        self.choices: _Choices | None = None
        if facet.kind in ("number", "date"):
            self._build_range()
        elif facet.kind == "text":
            self._build_text()
        elif facet.kind == "values":
            self._build_search()
        if facet.kind != "text":
            self.choices = _Choices(t("“{name}”的可选项", name=name))
            self.choices.taken.connect(self._on_taken)
            column.addWidget(self.choices)
        self._note = DataLabel("", "muted", wrap=True)
        column.addWidget(self._note)
        self._note.hide()

    # ---- building -----------------------------------------------------------------------------------------------

    def _build_search(self) -> None:
        self.search = SearchBox(t("在“{name}”的值里找", name=self.facet.column))
        self.search.searched.connect(lambda _text: self._show_choices())
        self._body.addWidget(self.search)

    def _build_range(self) -> None:
        self._histogram = _Histogram()
        self._body.addWidget(self._histogram)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.least, self.most = (QLineEdit(_bound(value)) for value in (self.facet.least, self.facet.most))
        for edit, words in ((self.least, t("从")), (self.most, t("到"))):
            edit.setPlaceholderText(words)
            edit.setAccessibleName(t("“{name}”{words}", name=self.facet.column, words=words))
            edit.editingFinished.connect(self._on_range)
            row.addWidget(edit)
        self._body.addLayout(row)

    def _build_text(self) -> None:
        self.text = QLineEdit(self.facet.text)
        self.text.setPlaceholderText(t("包含的文字"))
        self.text.setAccessibleName(t("“{name}”包含的文字", name=self.facet.column))
        self.text.editingFinished.connect(self._on_text)
        self.regex, self.case = QCheckBox(t("正则表达式")), QCheckBox(t("区分大小写"))
        self._body.addWidget(self.text)
        row = QHBoxLayout()
        for box in (self.regex, self.case):
            box.toggled.connect(lambda _on: self._on_text())
            row.addWidget(box)
        row.addStretch()
        self._body.addLayout(row)

    # ---- what is shown ------------------------------------------------------------------------------------------

    def show_counts(self, counts: FacetCounts) -> None:
        """The rows of each choice under the other facets."""
        self.facet, self._counts = counts.facet, counts
        if self.facet.kind in ("number", "date"):
            self._histogram.show_bins(counts.bins)
            self._show_bounds(counts)
        self._show_choices()
        self.update()

    def _show_bounds(self, counts: FacetCounts) -> None:
        if not counts.bins:
            return
        ends = counts.bins[0][0], counts.bins[-1][1]
        for edit, value in zip((self.least, self.most), ends, strict=True):
            edit.setPlaceholderText(self._written(value))

    def _written(self, value: float) -> str:
        if self.facet.kind == "date":
            return (_EPOCH + timedelta(days=round(value))).isoformat()
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"

    def _show_choices(self) -> None:
        counts = self._counts
        if counts is None or self.choices is None:
            return
        facet = self.facet
        typed = self.search.text().strip().casefold() if self.search is not None else ""
        shown: list[tuple[str, str, int, bool]] = [
            (c.value, c.value, c.count, c.chosen) for c in counts.choices if not typed or typed in c.value.casefold()
        ]
        if not typed:
            if counts.blank or facet.blank:
                shown.append((_BLANK, t("（空白）"), counts.blank, facet.blank))
            if counts.errors or facet.error:
                shown.append((_ERROR, t("（看不懂）"), counts.errors, facet.error))
            if facet.kind in ("number", "date") and (counts.other or facet.other):
                words = t("（不是数）") if facet.kind == "number" else t("（不是日期）")
                shown.append((_OTHER, words, counts.other, facet.other))
        self.choices.show_choices(shown)
        self.choices.setVisible(bool(shown))
        more = counts.distinct - sum(1 for c in counts.choices if c.count)
        notes = [t("已反选")] if facet.invert else []
        notes += [t("还有 {n} 种值没有列出", n=more)] if more > 0 else []
        self._note.setText("；".join(notes))
        self._note.setVisible(bool(notes))

    # ---- what is chosen -----------------------------------------------------------------------------------------

    def _set(self, facet: Facet) -> None:
        self.facet = facet
        self.changed.emit(facet)

    def _reset(self) -> None:
        from app.services.workbench.facets import Facet

        for name in ("least", "most", "text"):
            edit = getattr(self, name, None)
            if isinstance(edit, QLineEdit):
                edit.clear()
        self._set(Facet(self.facet.kind, self.facet.column))

    def _on_taken(self, value: str, more: bool) -> None:
        facet = self.facet
        marks = {_BLANK: "blank", _ERROR: "error", _OTHER: "other"}
        alone = not more
        if value in marks:
            name = marks[value]
            on = not getattr(facet, name)
            cleared = replace(facet, values=frozenset(), blank=False, error=False, other=False) if alone else facet
            changes: dict[str, Any] = {name: on}
            self._set(replace(cleared, **changes))
            return
        on = value not in facet.values or (alone and len(facet.values) > 1)
        if alone:
            only = frozenset({value}) if on else frozenset()
            self._set(replace(facet, values=only, blank=False, error=False, other=False))
        else:
            self._set(replace(facet, values=facet.values | {value} if on else facet.values - {value}))

    def _on_range(self) -> None:
        from app.errors import UserError
        from app.services.workbench.facets import facet_of

        data = self.facet.to_json() | {
            "from": self.least.text().strip() or None,
            "to": self.most.text().strip() or None,
        }
        try:
            made = facet_of(data)
        except UserError as error:
            self._note.setText(str(error))
            self._note.show()
            return
        if made != self.facet:
            self._set(made)

    def _on_text(self) -> None:
        from app.errors import UserError
        from app.services.workbench.facets import facet_of

        data = self.facet.to_json() | {
            "text": self.text.text(), "regex": self.regex.isChecked(), "case": self.case.isChecked(),
        }  # fmt: skip
        try:
            made = facet_of(data)
        except UserError as error:
            self._note.setText(str(error))
            self._note.show()
            return
        self._note.hide()
        if made != self.facet:
            self._set(made)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        painting.rounded(painter, rect, 10, "surface", "primary" if self.facet.chosen else "border")
        painter.end()
