"""What the command palette finds: records in the background, commands at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from app.core.amounts import money_shown
from app.core.fields import Entity
from app.core.filters import Search
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.services.workspace import Workspace
from app.views.operations.task import Task
from app.views.shell.desk import Desk
from app.views.shell.page import Command, OpenRecord
from app.views.theme import fonts
from app.views.widgets.palette import CommandPalette, PaletteGroup, PaletteItem
from app.views.widgets.palette_list import match_ranges


def search_records(workspace: Workspace, text: str, job: Job) -> list[PaletteGroup]:
    """Records of every kind that fit `text` (name, pinyin, phone, number …), the first few of each. For a worker."""
    groups = []
    for kind in sorted(workspace.context.registry, key=lambda e: e.sidebar or 99):
        if kind.picklist or not kind.searched:
            continue
        job.check()
        service = workspace.records(kind.key)
        handles = service.handles(Search(text), limit=kind.hits, job=job)
        wanted = [int(handle) for handle in handles[: kind.hits]]
        found = service.page(wanted)
        items = [_item(kind, found[handle]) for handle in wanted if handle in found]
        groups.append(PaletteGroup(kind.label, items))
    return groups


def _item(kind: Entity, record: Record) -> PaletteItem:
    phones = record.get("phones") or ()
    ties = record.get("customers") or record.get("customer") or ()
    amount = record.get("amount")
    called = str(record.get(kind.title) or "")
    number = str(record.get("number") or "")
    money = kind.find("amount")
    facts = (
        number if number != called else "",
        "、".join(tie.title for tie in ties[:2]),
        phones[0].value if phones else "",
        str(record.get("company") or record.get("city") or record.get("title") or ""),
        money_shown(amount) if isinstance(amount, int) and money is not None and kind.follows else "",
    )
    return PaletteItem(OpenRecord(kind.key, record.id), called, fonts.join_facts(*facts), kind.icon)


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
