"""数据治理: four tasks side by side, each made when first looked at: health, clean-up, duplicates, migration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.records import ChangeSet
from app.views.shell.desk import Desk
from app.views.shell.page import Command, Page
from app.views.widgets.segmented import SegmentedControl

#: key → where the task's panel is
PANELS = {
    "health": "app.views.quality.panel:QualityPanel",
    "workbench": "app.views.workbench.panel:WorkbenchPanel",
    "duplicates": "app.views.duplicates.panel:DuplicatesPanel",
    "migration": "app.views.migration.panel:MigrationPanel",
}


class Panel(Protocol):
    """What a task's panel answers to, besides being a widget made from the desk."""

    def activate(self, payload: object) -> None:
        """It comes to the front; `payload` is the second half of what `page_wanted("cleaning", (key, payload))` got."""

    def commands(self) -> list[Command]:
        """What can be done in it right now."""

    def refresh(self, changes: ChangeSet, initiator: object) -> None:
        """Data changed."""


class CleaningPage(Page):
    """A payload is a task's key, or (key, payload for the task)."""

    key = "cleaning"
    icon = "wand-sparkles"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._offered = [k for k, target in PANELS.items() if _there(target)]
        self._made: dict[str, QWidget] = {}
        self._tabs = SegmentedControl(list(self._titles()), t("数据治理"))
        self._tabs.changed.connect(self.show_task)
        self._stack = QStackedWidget()
        bar = QHBoxLayout()
        bar.setContentsMargins(20, 12, 20, 8)
        bar.addWidget(self._tabs)
        bar.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._stack, 1)

    @property
    def title(self) -> str:
        return t("数据治理")

    def panel(self, key: str) -> QWidget:
        """The task's panel, made if need be. KeyError for one that is not offered."""
        if key not in self._made:
            made = self._made[key] = _maker(PANELS[key])(self.desk)
            self._stack.addWidget(made)
        return self._made[key]

    def show_task(self, key: str, payload: object = None) -> None:
        """Bring a task to the front."""
        self._tabs.set_current(key)
        widget = self.panel(key)
        self._stack.setCurrentWidget(widget)
        panel: Panel = widget  # type: ignore[assignment]
        panel.activate(payload)

    def activate(self, payload: object = None) -> None:
        key, inner = payload if isinstance(payload, tuple) else (payload, None)
        self.show_task(key if key in self._offered else self._tabs.current(), inner)

    def commands(self) -> list[Command]:
        going = [
            Command(f"cleaning:{key}", t("数据治理：{task}", task=text), "wand-sparkles", self._going(key))
            for key, text in self._titles()
        ]
        current = self._made.get(self._tabs.current())
        if current is None:
            return going
        panel: Panel = current  # type: ignore[assignment]
        return [*panel.commands(), *going]

    def unsaved(self) -> str:
        widget = self._made.get("workbench")
        return str(widget.unsaved()) if widget is not None else ""  # type: ignore[attr-defined]

    def refresh(self, changes: ChangeSet, initiator: object) -> None:
        for widget in self._made.values():
            panel: Panel = widget  # type: ignore[assignment]
            panel.refresh(changes, initiator)

    def _titles(self) -> Iterator[tuple[str, str]]:
        words = {"health": t("数据健康"), "workbench": t("清洗"), "duplicates": t("查重合并"), "migration": t("迁移")}
        return ((key, words[key]) for key in self._offered)

    def _going(self, key: str) -> Callable[[], None]:
        return lambda: self.desk.page_wanted.emit("cleaning", key)


def _there(target: str) -> bool:
    try:
        return find_spec(target.partition(":")[0]) is not None
    except ModuleNotFoundError:
        return False


def _maker(target: str) -> Callable[[Desk], QWidget]:
    module, _, name = target.partition(":")
    made: Callable[[Desk], QWidget] = getattr(import_module(module), name)
    return made
