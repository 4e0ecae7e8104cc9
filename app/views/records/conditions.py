"""Conditions as chips with a button for more, in forms."""

from __future__ import annotations

from app.core.fields import Entity
from app.core.filters import Condition, Filter, Group
from app.core.i18n import t
from app.views.records.filter_bar import FilterBar
from app.views.shell.desk import Desk


class Conditions(FilterBar):
    """The filter bar without what belongs to a table."""

    def __init__(self, desk: Desk, entity: Entity) -> None:
        super().__init__(desk, entity)
        for widget in (self.search, self.count, self.columns, self.export):
            widget.hide()
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)
        self.add.setText(t("添加条件"))
        self.parts: tuple[Filter, ...] = ()
        self.any_of = False
        self.parts_changed.connect(self.set_parts)

    def set_parts(self, parts: tuple[Filter, ...], any_of: bool) -> None:
        """Show other conditions."""
        self.parts, self.any_of = tuple(parts), any_of
        self.show_parts(self.parts, any_of=any_of)

    def set_filter(self, given: Filter | None) -> None:
        """Show a filter; a tree that is no flat list stays one chip."""
        if given is None:
            self.set_parts((), False)
        elif isinstance(given, Group):
            self.set_parts(given.parts, given.kind == "or")
        else:
            self.set_parts((given,), False)

    def filter(self) -> Filter | None:
        """The filter shown; None without a condition."""
        if not self.parts:
            return None
        if len(self.parts) == 1 and isinstance(self.parts[0], Condition):
            return self.parts[0]
        return Group("or" if self.any_of else "and", self.parts)
