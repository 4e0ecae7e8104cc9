"""What the command palette finds: records in the background, commands at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from app.core.filters import Search
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.core.values import money_shown
from app.services.workspace import Workspace
from app.views.operations.task import Task
from app.views.shell.desk import Desk
from app.views.shell.page import Command, OpenRecord
from app.views.theme import fonts
from app.views.widgets.palette import CommandPalette, PaletteGroup, PaletteItem
from app.views.widgets.palette_list import match_ranges

_FOUND = (
    ("customers", "users", 8), ("contacts", "user", 8), ("deals", "kanban", 4), ("tickets", "inbox", 4),
    ("leads", "user-plus", 4), ("orders", "shopping-cart", 4),
)  # fmt: skip


def search_records(workspace: Workspace, text: str, job: Job) -> list[PaletteGroup]:
    """Records of every kind that has a page and fit `text` (name, pinyin, phone, number …): eight customers and contacts,
    four of the others. For a worker."""
    groups = []
    for entity, icon, most in _FOUND:
        job.check()
        service = workspace.records(entity)
        title = service.entity.label
        handles = service.handles(Search(text), limit=most, job=job)
        wanted = [int(handle) for handle in handles[:most]]
        found = service.page(wanted)
        items = [_item(entity, icon, found[handle], service.entity.title) for handle in wanted if handle in found]
        groups.append(PaletteGroup(title, items))
    return groups


def _item(entity: str, icon: str, record: Record, title: str) -> PaletteItem:
    phones = record.get("phones") or ()
    ties = record.get("customers") or record.get("customer") or ()
    amount = record.get("amount")
    called = str(record.get(title) or "")
    number = str(record.get("number") or "")
    facts = (
        number if entity != "contacts" and number != called else "",
        "、".join(tie.title for tie in ties[:2]),
        phones[0].value if phones else "",
        str(record.get("company") or record.get("city") or record.get("title") or ""),
        money_shown(amount) if isinstance(amount, int) and entity in ("deals", "orders") else "",
    )
    return PaletteItem(OpenRecord(entity, record.id), called, fonts.join_facts(*facts), icon)


def matching(commands: Sequence[Command], text: str) -> list[Command]:
    """Commands whose title holds every word of `text`; all of them for no text."""
    words = text.split()
    return [command for command in commands if all(match_ranges(command.title, word) for word in words)]


class Finder(QObject):
    """Answers the palette. `commands` is asked at every opening; `open_hit` is called with the chosen record."""

    def __init__(
        self,
        palette: CommandPalette,
        desk: Desk,
        commands: Callable[[], list[Command]],
        open_hit: Callable[[OpenRecord], None],
    ) -> None:
        super().__init__(palette)
        self._palette, self._desk = palette, desk
        self._commands, self._open_hit = commands, open_hit
        self._task: Task | None = None
        palette.query_changed.connect(self._on_query)
        palette.chosen.connect(self._on_chosen)
        palette.closed.connect(self._cancel)

    def _command_group(self, text: str) -> PaletteGroup:
        found = matching(self._commands(), text)
        items = [PaletteItem(c, c.title, icon=c.icon, shortcut=c.shortcut) for c in found]
        return PaletteGroup(t("命令"), items)

    def _on_query(self, text: str) -> None:
        self._cancel()
        commands = self._command_group(text)
        if not text:
            self._palette.set_results([commands], text)
            return

        def done(groups: list[PaletteGroup]) -> None:
            self._palette.set_results([*groups, commands], text)

        def failed(_error: Exception) -> None:
            self._palette.set_results([commands], text)  # a search box never throws a dialog at somebody typing

        workspace = self._desk.workspace
        if commands.items:
            self._palette.set_results([commands], text)
        self._task = self._desk.read(
            lambda job: search_records(workspace, text, job), done, owner=self, on_failed=failed
        )

    def _on_chosen(self, chosen: object) -> None:
        if isinstance(chosen, Command):
            chosen.run()
        elif isinstance(chosen, OpenRecord):
            self._open_hit(chosen)

    def _cancel(self) -> None:
        if self._task is not None and not self._task.over:
            self._task.cancel()
        self._task = None
