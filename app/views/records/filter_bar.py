"""The row over the table: quick search, chips of conditions, number of records, columns, export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.core.fields import Entity
from app.core.filters import Condition, Filter, sentence
from app.core.i18n import t
from app.views.records.filter_editor import FilterEditor
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.buttons import Button
from app.views.widgets.chips import FilterChip
from app.views.widgets.flow import FlowLayout
from app.views.widgets.labels import muted
from app.views.widgets.popover import Popover
from app.views.widgets.search_box import SearchBox

#: below this width the chips stand in a line of their own
_NARROW = 760
#: the search box, and where there is little room
_SEARCH, _SEARCH_SMALL = 176, 120


class FilterBar(QWidget):
    """Shows `parts`; every change goes out, the page gives it back with `show_parts`.

    Signals:
        parts_changed(tuple, bool): conditions, and whether one of them is enough.
        quick_changed(str): the quick search.
    """

    parts_changed = Signal(object, bool)
    quick_changed = Signal(str)

    def __init__(self, desk: Desk, entity: Entity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._entity = desk, entity
        self._parts: tuple[Filter, ...] = ()
        self._any = False
        self._below: bool | None = None
        self.chips: list[FilterChip] = []
        self.search = SearchBox(t("快速筛选，可用拼音"))
        self.search.setFixedWidth(_SEARCH)
        self.search.setToolTip(t("快速筛选（Ctrl+F）"))
        self.search.searched.connect(self.quick_changed)
        self.add = Button(t("筛选"), "plus", "plain", compact=True)
        self.add.setFixedHeight(28)
        self.add.clicked.connect(lambda _on=False: self.open_editor())
        self.join = buttons.ghost("")
        self.join.setFixedHeight(28)
        self.join.clicked.connect(lambda: self.parts_changed.emit(self._parts, not self._any))
        self.count = muted("")
        self.columns = buttons.ghost(t("列"), "columns-3")
        self.export = buttons.ghost(t("导出"), "download")
        self._flow = FlowLayout(spacing=8)
        for widget in (self.add, self.join):
            self._flow.addWidget(widget)
        self._build()
        self.show_parts((), any_of=False)

    def _build(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        self._holder = QWidget()
        self._holder.setLayout(self._flow)
        self.count.setMinimumHeight(32)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(20, 9, 12, 9)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.search, 0, 0, top)
        for at, widget in enumerate((self.count, self.columns, self.export), 2):
            self._grid.addWidget(widget, 0, at, top)
        self._place_chips()

    def _place_chips(self) -> None:
        """Beside the search box; below it where that would leave no room."""
        below = bool(self._parts) and self.width() < _NARROW
        if below == self._below:
            return
        self._below = below
        self._grid.removeWidget(self._holder)
        self._flow.setContentsMargins(0, 0 if below else 2, 0, 0)
        if below:
            self._grid.addWidget(self._holder, 1, 0, 1, 5)
        else:
            self._grid.addWidget(self._holder, 0, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_chips()
        self._fit_words()

    def _fit_words(self) -> None:
        """Where not all of it fits, columns and export keep their icons only and the search box gives way."""
        words = ((self.columns, t("列")), (self.export, t("导出")))
        for button, text in words:
            button.setText(text)
            button.setAccessibleName(text)
        row = [self.count, self.columns, self.export, *(() if self._below else (self.add,))]
        shown = [widget.sizeHint().width() + 8 for widget in row if not widget.isHidden()]
        margins = self._grid.contentsMargins()
        tight = self.width() < margins.left() + _SEARCH + sum(shown) + margins.right()
        self.search.setFixedWidth(_SEARCH_SMALL if tight else _SEARCH)
        for button, text in words:
            button.setToolTip(text if tight else "")
            if tight:
                button.setText("")

    # ---- showing ------------------------------------------------------------------------------------------------

    def show_parts(self, parts: Sequence[Filter], *, any_of: bool) -> None:
        """One chip for each condition."""
        self._parts, self._any = tuple(parts), any_of
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        for at, part in enumerate(self._parts):
            chip = FilterChip(self._words(part))
            chip.clicked.connect(lambda _on=False, at=at: self.open_editor(at))
            chip.removed.connect(lambda at=at: self.remove(at))
            self._flow.insert_widget(at, chip)
            chip.show()
            self.chips.append(chip)
        self._place_chips()
        self.join.setVisible(len(self._parts) > 1)
        self.join.setText(t("满足任一") if any_of else t("全部满足"))
        self.join.setToolTip(t("点一下：改成满足全部条件") if any_of else t("点一下：改成满足任一条件"))
        self.updateGeometry()

    def show_quick(self, text: str) -> None:
        """The quick search, without a signal."""
        self.search.set_search(text)

    def show_count(self, text: str) -> None:
        """How many records there are, in words."""
        self.count.setText(text)
        self._fit_words()

    def _words(self, part: Filter) -> str:
        registry = self._desk.workspace.context.registry
        return sentence(part, self._entity, registry, self._name)

    def _name(self, user: Any) -> str:
        try:
            return self._desk.user_name(user)
        except ValueError:
            return str(user)  # filters from the command line may name a user by name

    # ---- changing -----------------------------------------------------------------------------------------------

    def remove(self, at: int) -> None:
        """Take one condition away."""
        parts = (*self._parts[:at], *self._parts[at + 1 :])
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
        self.parts_changed.emit(parts, self._any)

    def open_editor(self, at: int | None = None, field: str = "") -> Popover | None:
        """The popover for a new condition, or for the one at `at`."""
        part = self._parts[at] if at is not None else None
        if part is not None and not isinstance(part, Condition):
            self._desk.toasts.show_toast(t("这个条件是组合条件，在这里只能移除"), "info")
            return None
        editor = FilterEditor(self._desk, self._entity, part, field)
        popover = Popover(editor, self, t("筛选条件"))
        popover.closed.connect(popover.deleteLater)

        def finished(condition: Condition) -> None:
            parts = list(self._parts)
            if at is None:
                parts.append(condition)
            else:
                parts[at] = condition
            popover.close()
            self.parts_changed.emit(tuple(parts), self._any)

        editor.finished.connect(finished)
        popover.show_under(self.chips[at] if at is not None else self.add)
        return popover
