"""The tabs over the list: the two everybody has, the saved views, and one for a filter that came from elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Sort
from app.services.customers.views import View
from app.views.operations.task import Task
from app.views.records.listing import ALL, MINE, TEMPORARY, Listing, mine, of_view
from app.views.shell.desk import Desk
from app.views.widgets.tabs import TabItem

Remembered = dict[str, Any]


class ViewBook(QObject):
    """Knows the tabs and what each shows. The order and widths a person chose are remembered on this machine, by view.

    Signals:
        changed(): other tabs or names.
        counted(str, int): so many records in the view with this key.
    """

    changed = Signal()
    counted = Signal(str, int)

    def __init__(self, desk: Desk, entity: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._entity = desk, entity
        self._views: dict[str, View] = {}
        self._temporary: Listing | None = None
        self._counts: dict[str, int] = {}
        self._counting: Task | None = None

    # ---- what there is ------------------------------------------------------------------------------------------

    def tabs(self) -> list[TabItem]:
        """In their order."""
        label = self._desk.workspace.records(self._entity).entity.label
        found = [TabItem(ALL, t("全部{entity}", entity=label))]
        if self._desk.workspace.records(self._entity).entity.find("owner") is not None:
            found.append(TabItem(MINE, t("我负责的"), self._counts.get(MINE)))
        found += [TabItem(key, view.name, self._counts.get(key)) for key, view in self._views.items()]
        if self._temporary is not None:
            found.append(TabItem(TEMPORARY, t("临时筛选")))
        return found

    def view(self, key: str) -> View | None:
        """The saved view behind a tab, None for the built-in ones."""
        return self._views.get(key)

    def views(self) -> list[View]:
        """The saved views in tab order."""
        return list(self._views.values())

    def saved(self, key: str) -> Listing:
        """What the tab shows as it was saved; an unknown key gives everything."""
        if key == TEMPORARY and self._temporary is not None:
            return self._temporary
        view = self._views.get(key)
        return of_view(view) if view is not None else mine() if key == MINE else Listing()

    def listing(self, key: str) -> Listing:
        """What the tab shows, in the order and columns last used on this machine."""
        found = self.saved(key)
        kept = self._memory().get("views", {}).get(key, {})
        columns = tuple((str(k), int(w)) for k, w in kept.get("columns", ()))
        sorts = tuple(Sort(str(k), bool(d)) for k, d in kept.get("sorts", ()))
        entity = self._desk.workspace.records(self._entity).entity
        sorts = tuple(sort for sort in sorts or found.sorts if entity.find(sort.key) is not None)
        return replace(found, columns=columns or found.columns, sorts=sorts)

    def may_change(self, key: str) -> bool:
        """Whether the person may rename, update or delete the view."""
        view = self._views.get(key)
        actor = self._desk.workspace.actor
        return view is not None and (actor.is_admin or not view.shared) and not self._desk.workspace.archive.read_only

    def set_temporary(self, condition: Filter) -> None:
        """A tab for a filter that came from another page."""
        self._temporary = Listing().with_chips(condition)
        self._forget(TEMPORARY)
        self.changed.emit()

    def close_temporary(self) -> None:
        """Away with it."""
        self._temporary = None
        self.changed.emit()

    # ---- reading ------------------------------------------------------------------------------------------------

    def load(self, then: Callable[[], None] | None = None) -> None:
        """Read the saved views in the background."""
        workspace = self._desk.workspace

        def done(views: list[View]) -> None:
            self._views = {str(view.id): view for view in views}
            self.changed.emit()
            if then is not None:
                then()

        self._desk.read(lambda _job: workspace.views.list(self._entity), done, owner=self)

    def count(self) -> None:
        """Count the records of every view but the first, in the background, the tabs one by one."""
        if self._counting is not None and not self._counting.over:
            self._counting.cancel()
        service = self._desk.workspace.records(self._entity)
        owned = (MINE,) if service.entity.find("owner") is not None else ()
        wanted = {key: self.saved(key).condition() for key in (*owned, *self._views)}

        def work(job: Job) -> dict[str, int]:
            found = {}
            for key, condition in wanted.items():
                job.check()
                try:
                    found[key] = len(service.handles(condition, job=job))
                except Exception:  # noqa: BLE001 - a view on a field that is gone has no number; opening it says why
                    job.check()
            return found

        def done(found: dict[str, int]) -> None:
            self._counts = found
            for key, number in found.items():
                self.counted.emit(key, number)

        self._counting = self._desk.read(work, done, owner=self)

    # ---- writing ------------------------------------------------------------------------------------------------

    def save(
        self, name: str, listing: Listing, then: Callable[[str], None], *, view: View | None = None,
        shared: bool = False,
    ) -> None:  # fmt: skip
        """Save the listing as a new view, or over `view`; `then` gets its key."""
        views = self._desk.workspace.views

        def work(_job: Job) -> View:
            return views.save(
                self._entity, name, condition=listing.condition(), sorts=listing.sorts, columns=listing.columns,
                shared=shared, view=view.id if view else None,
            )  # fmt: skip

        def done(saved: View) -> None:
            key = str(saved.id)
            self._forget(key)
            self.load(lambda: then(key))

        self._write(work, done)

    def rename(self, key: str, name: str) -> None:
        """Another name."""
        identity = uuid.UUID(key)
        self._write(lambda _job: self._desk.workspace.views.rename(identity, name), lambda _none: self.load())

    def delete(self, key: str, then: Callable[[], None]) -> None:
        """Remove the view; no record is touched."""
        identity = uuid.UUID(key)
        self._forget(key)
        self._write(lambda _job: self._desk.workspace.views.delete(identity), lambda _none: self.load(then))

    def move(self, key: str, step: int) -> None:
        """One place to the left (-1) or right (1)."""
        keys = list(self._views)
        at, to = keys.index(key), keys.index(key) + step
        if not 0 <= to < len(keys):
            return
        keys[at], keys[to] = keys[to], keys[at]
        order = tuple(uuid.UUID(k) for k in keys)
        self._write(lambda _job: self._desk.workspace.views.reorder(order), lambda _none: self.load())

    def _write(self, work: Callable[[Job], Any], done: Callable[[Any], None]) -> None:
        self._desk.operate(work, title=t("正在保存视图"), owner=self, on_done=done)

    # ---- what this machine remembers ----------------------------------------------------------------------------

    def _place(self) -> str:
        return f"{self._entity}:{self._desk.workspace.archive.path}"

    def _memory(self) -> Remembered:
        found = self._desk.settings.current.pages.get(self._place())
        return dict(found) if isinstance(found, dict) else {}

    def recall(self, what: str, default: Any) -> Any:
        """A remembered thing of this page (its tab, its pane), of the type of `default`."""
        found = self._memory().get(what)
        return found if isinstance(found, type(default)) else default

    def remember(self, **things: Any) -> None:
        """Remember things of this page."""
        kept = self._memory()
        if all(kept.get(key) == value for key, value in things.items()):
            return
        pages = {**self._desk.settings.current.pages, self._place(): {**kept, **things}}
        self._desk.settings.change(pages=pages)

    def remember_layout(self, key: str, listing: Listing) -> None:
        """Order and columns of one tab."""
        layout = {
            "columns": [list(c) for c in listing.columns],
            "sorts": [[s.key, s.descending] for s in listing.sorts],
        }
        views = {k: v for k, v in self._memory().get("views", {}).items() if k in (ALL, MINE, *self._views)}
        self.remember(views={**views, key: layout})

    def _forget(self, key: str) -> None:
        views = self._memory().get("views", {})
        if key in views:
            self.remember(views={k: v for k, v in views.items() if k != key})
