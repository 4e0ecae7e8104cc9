"""The contract between the shell and its pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.core.records import ChangeSet
from app.views.shell.desk import Desk


@dataclass(frozen=True)
class Command:
    """Something the command palette and menus offer. `shortcut` as QKeySequence text, e.g. "Ctrl+N": the window
    registers it while the page is in front (before its own), so a page makes no QShortcut for it."""

    key: str
    title: str
    icon: str
    run: Callable[[], None]
    shortcut: str = ""


@dataclass(frozen=True)
class OpenRecord:
    """Payload of `Page.activate`: show this record."""

    entity: str
    id: UUID


@dataclass(frozen=True)
class NewRecord:
    """Payload of `Page.activate`: open the form for a new record of `entity` (customers, contacts, activities)."""

    entity: str


class Page(QWidget):
    """A page of the main window. Made lazily, when first shown; lives until the window closes."""

    #: stable key, e.g. "customers"
    key: str = ""
    icon: str = ""
    #: whether nothing is lost when it is made anew, because the fields or pick-lists it was made of have changed
    renewable: bool = False

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        desk.changed.connect(self._on_changed)

    @property
    def title(self) -> str:
        """The name in the sidebar and the head."""
        raise NotImplementedError

    def activate(self, payload: object = None) -> None:
        """The page comes to the front; `payload` as given to `desk.page_wanted` (a filter, a record id …)."""

    def commands(self) -> list[Command]:
        """What can be done on this page right now."""
        return []

    def head_widgets(self) -> list[QWidget]:
        """Buttons for the right end of the head bar (made once)."""
        return []

    def unsaved(self) -> str:
        """What would be lost when the window closes now, as a sentence; "" = nothing."""
        return ""

    def refresh(self, changes: ChangeSet, initiator: object) -> None:
        """Data changed; called for every write, also this page's own."""

    def _on_changed(self, changes: ChangeSet, initiator: object) -> None:
        self.refresh(changes, initiator)
