"""The left third of the inbox: views as tabs, search, filter, the list, what can be done to several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.services.customers.views import View
from app.services.tickets.service import TicketService
from app.views.shell.desk import Desk
from app.views.tickets.listing import ALL, FREE, MINE, TEMPORARY, TODO, InboxSource, Wanted, builtin
from app.views.tickets.narrowing import Narrowing
from app.views.tickets.ticket_list import TicketList
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.labels import DataLabel, Rule
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.popover import Popover
from app.views.widgets.search_box import SearchBox
from app.views.widgets.tabs import TabItem, ViewTabs


class ListPane(QWidget):
    """Signals:
    bulk_wanted(str): a verb for the selected tickets.
    found_none(): there is no ticket at all.
    """

    bulk_wanted = Signal(str)
    found_none = Signal()

    def __init__(self, desk: Desk, service: TicketService) -> None:
        super().__init__()
        self.desk, self.service = desk, service
        self.wanted = Wanted(builtin(service.entity, TODO))
        self.categories: Sequence[tuple[str, str]] = ()
        self._views: dict[str, View] = {}
        self._counts: dict[str, int] = {}
        self._temporary: Filter | None = None
        self.setProperty("ground", "surface")
        self.tabs = ViewTabs(t("工单视图"))
        self.tabs.activated.connect(self.show_view)
        self.tabs.context_requested.connect(self._on_tab_menu)
        self.filter = IconButton("list-filter", t("筛选和排序"))
        self.filter.clicked.connect(self.open_narrowing)
        self.search = SearchBox(t("搜索工单…"))
        self.search.searched.connect(self._on_search)
        self.list = TicketList(desk.runner)
        self.search.moved_down.connect(self._into_list)
        self.search.left.connect(self._into_list)
        self.list.rows.loaded.connect(self._on_loaded)
        self.list.rows.failed.connect(desk.dialogs.show_error)
        self.list.chosen_changed.connect(self._on_chosen)
        self.none = DataLabel(t("还没有工单"), "muted")
        self.none.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.none.setContentsMargins(0, 40, 0, 0)
        clear = buttons.plain(t("清除筛选"))
        clear.clicked.connect(self.clear_narrowing)
        everything = buttons.plain(t("查看全部"))
        everything.clicked.connect(lambda: self.show_view(ALL))
        self.nothing = EmptyState(
            "circle-check", t("这里没有工单"), t("换个视图看看，或清除筛选。"), (clear, everything)
        )
        self.stack = QStackedWidget()
        for widget in (self.list, self.none, self.nothing):
            self.stack.addWidget(widget)
        self.bulk = self._bulk_bar()
        self._build()
        self._show_tabs(TODO)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 0)
        head.addWidget(self.tabs, 1)
        head.addWidget(self.filter)
        find = QHBoxLayout()
        find.setContentsMargins(12, 8, 12, 8)
        find.addWidget(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Rule())
        column.addLayout(find)
        column.addWidget(self.bulk)
        column.addWidget(Rule())
        column.addWidget(self.stack, 1)

    def _bulk_bar(self) -> QWidget:
        bar = QWidget()
        bar.setProperty("ground", "side")
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 4, 8, 4)
        row.setSpacing(2)
        self.chosen = DataLabel("", "strong")
        row.addWidget(self.chosen, 1)
        for key, icon, tip in (
            ("assign", "user-check", t("改处理人")), ("status", "circle-check", t("改状态")),
            ("priority", "flag", t("改优先级")), ("merge", "git-merge", t("合并所选")), ("delete", "trash-2", t("删除")),
        ):  # fmt: skip
            button = IconButton(icon, tip, side=30)
            button.clicked.connect(lambda _on=False, one=key: self.bulk_wanted.emit(one))
            row.addWidget(button)
        close = IconButton("x", t("取消选择"), side=30)
        close.clicked.connect(self._clear_choice)
        row.addWidget(close)
        bar.hide()
        return bar

    # ---- views --------------------------------------------------------------------------------------------------

    def load_views(self) -> None:
        """Read the saved views, then count the open ones."""
        workspace = self.desk.workspace

        def done(views: list[View]) -> None:
            self._views = {str(v.id): v for v in views}
            self._show_tabs(self.tabs.current() or TODO)
            self.count()

        self.desk.read(lambda _job: workspace.views.list("tickets"), done, owner=self)

    def count(self) -> None:
        """Numbers on the tabs that ask for work."""
        service = self.service

        def work(_job: Job) -> dict[str, int]:
            return {key: service.count(builtin(service.entity, key)) for key in (TODO, MINE)}

        def done(found: dict[str, int]) -> None:
            self._counts = found
            for key, number in found.items():
                self.tabs.set_count(key, number)

        self.desk.read(work, done, owner=self)

    def _show_tabs(self, current: str) -> None:
        items = [
            TabItem(TODO, t("待处理"), self._counts.get(TODO)), TabItem(MINE, t("我的"), self._counts.get(MINE)),
            TabItem(FREE, t("未分配")), TabItem(ALL, t("全部")),
            *(TabItem(key, view.name) for key, view in self._views.items()),
        ]  # fmt: skip
        if self._temporary is not None:
            items.append(TabItem(TEMPORARY, t("临时筛选")))
        known = [item.key for item in items]
        self.tabs.set_tabs(items, current if current in known else TODO)

    def show_view(self, key: str) -> None:
        """Bring a tab to the front and show what it says."""
        view = self._views.get(key)
        base = view.condition if view else self._temporary if key == TEMPORARY else builtin(self.service.entity, key)
        sorts = (view.sorts if view and view.sorts else Wanted().sorts) if key != TEMPORARY else Wanted().sorts
        self.tabs.set_current(key)
        self.search.set_search("")
        self.show_wanted(Wanted(base, sorts=sorts))

    def show_condition(self, condition: Filter) -> None:
        """A filter from elsewhere, in a tab of its own."""
        self._temporary = condition
        self._show_tabs(TEMPORARY)
        self.show_view(TEMPORARY)

    def show_wanted(self, wanted: Wanted) -> None:
        """Another list."""
        self.wanted = wanted
        narrowed = bool(wanted.statuses or wanted.priorities or wanted.categories)
        self.filter.set_icon("list-filter", "primary" if narrowed else "text_2")
        self.list.forget_place()
        self.list.show_source(InboxSource(self.service, wanted))

    def reload(self) -> None:
        """Read the list and its rows again."""
        self.list.rows.reload()

    def save_view(self) -> None:
        """Ask for a name and keep what is shown."""
        name = self.desk.dialogs.ask_text(t("保存视图"), t("视图名称"))
        if not name:
            return
        workspace, wanted = self.desk.workspace, self.wanted

        def work(_job: Job) -> View:
            return workspace.views.save("tickets", name, condition=wanted.condition(), sorts=wanted.sorts)

        def done(view: View) -> None:
            self._views[str(view.id)] = view
            self._show_tabs(str(view.id))
            self.show_view(str(view.id))
            self.desk.toasts.show_toast(t("视图已保存"))

        self.desk.operate(work, title=t("正在保存视图"), owner=self, on_done=done)

    def tab_items(self, key: str) -> list[MenuItem | None]:
        """The menu of a tab."""
        save = MenuItem(t("另存为视图…"), self.save_view, "bookmark")
        if key not in self._views:
            return [save]
        return [save, None, MenuItem(t("删除视图"), lambda: self._delete_view(key), "trash-2", danger=True)]

    def _on_tab_menu(self, key: str, place: QPoint) -> None:
        build_menu(self, self.tab_items(key)).popup(place)

    def _delete_view(self, key: str) -> None:
        workspace, view = self.desk.workspace, self._views[key]

        def done(_result: object) -> None:
            self._views.pop(key, None)
            self._show_tabs(TODO)
            self.show_view(self.tabs.current())

        self.desk.operate(
            lambda _job: workspace.views.delete(view.id), title=t("正在删除视图"), owner=self, on_done=done
        )

    # ---- narrowing ----------------------------------------------------------------------------------------------

    def open_narrowing(self) -> Narrowing:
        """States, priorities, categories and order, under their button."""
        content = Narrowing(self.service.entity, self.wanted, self.categories)
        popover = Popover(content, self, t("筛选和排序"))
        popover.closed.connect(popover.deleteLater)
        content.changed.connect(lambda wanted: self.show_wanted(replace(wanted, text=self.wanted.text)))
        content.save_wanted.connect(popover.close)
        content.save_wanted.connect(self.save_view)
        popover.show_under(self.filter, align_right=True)
        return content

    def _on_search(self, text: str) -> None:
        self.show_wanted(replace(self.wanted, text=text))

    def clear_narrowing(self) -> None:
        """The tab as it is."""
        self.search.set_search("")
        self.show_wanted(Wanted(self.wanted.base, sorts=self.wanted.sorts))

    # ---- what came ----------------------------------------------------------------------------------------------

    def _on_loaded(self, count: int) -> None:
        if count:
            self.stack.setCurrentWidget(self.list)
            if not self.list.currentIndex().isValid():
                self.list.select_near()
        else:
            self.stack.setCurrentWidget(self.nothing)
            self.list.current_changed.emit(None)
            service = self.service
            self.desk.read(lambda _job: service.count(), self._on_counted, owner=self)

    def _on_counted(self, number: int) -> None:
        """Nothing at all asks for something else than nothing here."""
        if number == 0 and self.stack.currentWidget() is self.nothing:
            self.stack.setCurrentWidget(self.none)
            self.found_none.emit()

    def _on_chosen(self, count: int) -> None:
        self.bulk.setVisible(count > 1)
        self.chosen.setText(t("已选 {n} 张", n=count))

    def _clear_choice(self) -> None:
        handle = self.list.current_handle()
        self.list.clearSelection()
        if handle is not None:
            self.list.select_handle(handle)

    def _into_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
