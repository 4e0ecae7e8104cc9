"""The one table of pages and dialogs the window offers. They are loaded when first wanted; one that is not part of this
build is not offered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from PySide6.QtWidgets import QDialog, QWidget

from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.views.shell.desk import Desk
from app.views.shell.page import Page

#: "" = not in the side bar
Place = Literal["main", "bottom", ""]
#: (key, "module:class", icon, place)
Row = tuple[str, str, str, Place]
#: where a kind of record that has no page of its own is shown
_ANY_KIND = "app.views.records.record_page:RecordPage"


def _of_kinds(*, shown: bool) -> Iterator[Row]:
    """A page for every kind of record that is `shown` in the side bar or not: its own, `<key>_page` in its room, or the one
    that any kind has."""
    for kind in sorted(BUILT_IN, key=lambda e: e.sidebar):
        if not kind.picklist and bool(kind.sidebar) is shown:
            own = f"app.views.{kind.room}.{kind.key}_page:PAGE" if kind.room else _ANY_KIND
            yield kind.key, own, kind.icon, "main" if shown else ""


_PAGES: tuple[Row, ...] = (
    ("today", "app.views.today.page:TodayPage", "calendar", "main"),
    *_of_kinds(shown=True),
    ("dashboards", "app.views.dashboards.page:DashboardsPage", "chart-column", "main"),
    ("cleaning", "app.views.cleaning.page:CleaningPage", "wand-sparkles", "main"),
    ("history", "app.views.history.page:HistoryPage", "history", "main"),
    ("settings", "app.views.settings.page:SettingsPage", "settings", "bottom"),
    *_of_kinds(shown=False),
)
_IMPORT_DIALOG = "app.views.exchange.import_dialog:ImportDialog"
_EXPORT_DIALOG = "app.views.exchange.export_dialog:ExportDialog"
_EXPORT_WISH = "app.views.exchange.export_dialog:wish_of"


@dataclass(frozen=True)
class PageEntry:
    """A page before it is made."""

    key: str
    title: str
    icon: str
    place: Place
    make: Callable[[Desk], Page]


@cache
def _offered(target: str) -> bool:
    module = target.partition(":")[0]
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _class(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def _title(key: str) -> str:
    known = BUILT_IN.find(key)
    if known is not None:
        return known.label
    return {
        "today": t("今天"), "dashboards": t("仪表盘"), "cleaning": t("数据治理"), "history": t("操作记录"), "settings": t("设置"),
    }[key]  # fmt: skip


def _made(key: str, target: str, desk: Desk) -> Page:
    found = _class(target)
    page = found(desk, entity=key) if target == _ANY_KIND else found(desk)
    assert isinstance(page, Page)
    return page


def entries() -> list[PageEntry]:
    """The pages of this build in the order of the sidebar."""
    return [
        PageEntry(key, _title(key), icon, place, partial(_made, key, target))
        for key, target, icon, place in _PAGES
        if _offered(target)
    ]


def load_all() -> None:
    """Import every page, panel and dialog of the program; raises ImportError for one that this build lacks."""
    panels: dict[str, str] = _class("app.views.cleaning.page:PANELS")
    for target in (*(entry[1] for entry in _PAGES), *panels.values(), _IMPORT_DIALOG, _EXPORT_DIALOG):
        _class(target)


def can_import() -> bool:
    """Whether this build has the import dialog."""
    return _offered(_IMPORT_DIALOG)


def make_import_dialog(desk: Desk, entity: str, path: Path | None, **cooked: Any) -> QDialog:
    """The import wizard for `entity`, starting with a file where one was dropped; `cooked` as `MainWindow.open_import`."""
    dialog = _class(_IMPORT_DIALOG)(desk, entity, path, **cooked)
    assert isinstance(dialog, QDialog)
    return dialog


def make_export_dialog(desk: Desk, payload: object, parent: QWidget) -> QDialog:
    """The export dialog for what a page shows."""
    dialog = _class(_EXPORT_DIALOG)(desk, _class(_EXPORT_WISH)(payload), parent)
    assert isinstance(dialog, QDialog)
    return dialog
