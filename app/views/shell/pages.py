"""The one table of pages and dialogs the window offers. They are loaded when first wanted; one that is not part of this
build is not offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from PySide6.QtWidgets import QDialog, QWidget

from app.core.i18n import t
from app.views.shell.desk import Desk
from app.views.shell.page import Page

Place = Literal["main", "bottom"]
_PAGES: tuple[tuple[str, str, str, Place], ...] = (
    ("today", "app.views.today.page:TodayPage", "calendar", "main"),
    ("customers", "app.views.customers.page:CustomersPage", "users", "main"),
    ("contacts", "app.views.customers.contacts_page:ContactsPage", "users-round", "main"),
    ("leads", "app.views.deals.leads_page:LeadsPage", "user-plus", "main"),
    ("deals", "app.views.deals.page:DealsPage", "kanban", "main"),
    ("orders", "app.views.deals.order_pages:OrdersPage", "shopping-cart", "main"),
    ("payments", "app.views.deals.order_pages:PaymentsPage", "wallet", "main"),
    ("products", "app.views.deals.order_pages:ProductsPage", "package", "main"),
    ("tickets", "app.views.tickets.page:InboxPage", "inbox", "main"),
    ("dashboards", "app.views.dashboards.page:DashboardsPage", "chart-column", "main"),
    ("cleaning", "app.views.cleaning.page:CleaningPage", "wand-sparkles", "main"),
    ("history", "app.views.history.page:HistoryPage", "history", "main"),
    ("settings", "app.views.settings.page:SettingsPage", "settings", "bottom"),
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
    return {
        "today": t("今天"), "leads": t("线索"), "deals": t("商机"), "orders": t("订单"), "payments": t("回款"), "products": t("产品目录"),
        "customers": t("客户"), "contacts": t("联系人"), "tickets": t("工单"), "dashboards": t("仪表盘"), "cleaning": t("数据治理"),
        "history": t("操作记录"), "settings": t("设置"),
    }[key]  # fmt: skip


def entries() -> list[PageEntry]:
    """The pages of this build in the order of the sidebar."""
    return [
        PageEntry(key, _title(key), icon, place, lambda desk, target=target: _class(target)(desk))  # type: ignore[misc]
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
