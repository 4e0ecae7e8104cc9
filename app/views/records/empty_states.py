"""What stands in the table's place when it has no rows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.core.access import Action
from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.views.shell.desk import Desk
from app.views.shell.words import new_text, nothing_fits, nothing_yet
from app.views.widgets import buttons
from app.views.widgets.buttons import Button
from app.views.widgets.empty_state import EmptyState


class EmptyPlace(QStackedWidget):
    """Signals:
    clear_wanted(), new_wanted(), sample_wanted(): its buttons.
    """

    clear_wanted = Signal()
    new_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, desk: Desk, entity: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        workspace = desk.workspace
        writable = not workspace.archive.read_only
        actions: list[Button] = []
        if writable and entity != "contacts" and workspace.actor.may(entity, Action.IMPORT):
            load = buttons.primary(t("导入 Excel / CSV"), "upload")
            load.clicked.connect(lambda _on=False: desk.page_wanted.emit("import", {"entity": entity}))
            actions.append(load)
        if writable and workspace.actor.may(entity, Action.CREATE):
            new = buttons.plain(new_text(entity), "plus")
            new.clicked.connect(self.new_wanted)
            actions.append(new)
        if writable and entity == "customers" and workspace.actor.may("customers", Action.IMPORT):
            sample = buttons.ghost(t("载入示例数据"), "wand-sparkles")
            sample.clicked.connect(self.sample_wanted)
            actions.append(sample)
        clear = buttons.plain(t("清除筛选"), "eraser")
        clear.clicked.connect(self.clear_wanted)
        self.addWidget(EmptyState(BUILT_IN.entity(entity).icon, *nothing_yet(entity), actions))
        self.addWidget(EmptyState("search", *nothing_fits(entity), [clear]))

    def show_for(self, *, filtered: bool) -> None:
        """The one for a filter that finds nothing, or the one for an empty archive."""
        self.setCurrentIndex(1 if filtered else 0)
