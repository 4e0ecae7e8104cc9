"""仪表盘: four boards of tiles over the reports, one global filter."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.core import clock
from app.core.access import Action
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet
from app.services.analytics.records import Report
from app.views.dashboards.arrangement import Arrangement, changed, moved, stepped
from app.views.dashboards.arranger import Arranger
from app.views.dashboards.asking import Asking
from app.views.dashboards.behind import Behind
from app.views.dashboards.board import Board
from app.views.dashboards.empty_places import AllHidden, NothingYet
from app.views.dashboards.feed import ReportFeed
from app.views.dashboards.filter_bar import FilterBar, Wish
from app.views.dashboards.memory import Memory
from app.views.dashboards.periods import period_text
from app.views.dashboards.tile import Tile
from app.views.dashboards.tiles import TABS, TileSpec, all_tiles, tab_titles
from app.views.shell.desk import Desk
from app.views.shell.page import Command, Page
from app.views.widgets.popover import Popover
from app.views.widgets.tabs import TabItem, ViewTabs

#: changes come in bursts: so long they are collected
_SETTLE = 250


class DashboardsPage(Page):
    """A payload that is a tab's key shows that tab."""

    key = "dashboards"
    icon = "chart-column"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        analytics = desk.workspace.analytics
        self.feed = ReportFeed(desk, analytics, self)
        self.memory = Memory(desk.settings, str(desk.workspace.actor.user_id))
        self._specs = {key: spec for key, spec in all_tiles().items() if self._may_see(spec)}
        self._tiles: dict[str, dict[str, Tile]] = {}
        self._reports: dict[tuple[str, str], Report] = {}
        self._stale = self._anything = True
        self._day = clock.today()
        self.asking = Asking(self.feed)
        self.behind = Behind(desk, self.feed, self.asking, self)
        self._build()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SETTLE)
        self._soon.timeout.connect(self.reload)
        self._read_people()

    @property
    def title(self) -> str:
        return t("仪表盘")

    def _may_see(self, spec: TileSpec) -> bool:
        actor, known = self.desk.workspace.actor, set(self.desk.workspace.context.registry.keys())
        return all(actor.may(entity, Action.VIEW) for entity in spec.report.reads & known)

    # ---- construction -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.tabs = ViewTabs(t("仪表盘"))
        self.tabs.set_tabs([TabItem(key, text) for key, text in tab_titles()], self.memory.tab())
        self.tabs.activated.connect(self.show_tab)
        self.bar = FilterBar(self.memory.wish())
        self.bar.changed.connect(self._on_wish)
        self.bar.arrange_wanted.connect(self.open_arranger)
        self.boards = {tab: Board() for tab in TABS}
        self.stack = QStackedWidget()
        for tab, board in self.boards.items():
            board.moved.connect(
                lambda key, before, tab=tab: self._arrange(tab, moved(self.arrangement(tab), key, before))
            )
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            board.setProperty("ground", "canvas")
            board.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            area.setWidget(board)
            self.stack.addWidget(area)
        self.empty = NothingYet(self.desk)
        self.bare = AllHidden()
        self.bare.reset_wanted.connect(lambda: self._arrange(self.current_tab(), None))
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.bare)
        head = QWidget()
        head.setProperty("ground", "canvas")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        top = QVBoxLayout(head)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(0)
        strip = QWidget()
        strip.setProperty("ground", "surface")
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        tabs_row = QVBoxLayout(strip)
        tabs_row.setContentsMargins(14, 0, 14, 0)
        tabs_row.addWidget(self.tabs)
        top.addWidget(strip)
        top.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.stack, 1)

    def _read_people(self) -> None:
        people = self.desk.workspace.people

        def done(found: tuple[tuple[str, ...], list[tuple[object, str]]]) -> None:
            teams, names = found
            self.bar.show_people(teams, names)  # type: ignore[arg-type]

        def work(_job: Job) -> tuple[tuple[str, ...], list[tuple[object, str]]]:
            return people.teams(), [(person.id, person.name) for person in people.list(active_only=True)]

        self.desk.read(work, done, owner=self)

    # ---- tabs and tiles -----------------------------------------------------------------------------------------

    def current_tab(self) -> str:
        """The page in front."""
        return self.tabs.current()

    def show_tab(self, tab: str) -> None:
        """Bring a page to the front."""
        self.tabs.set_current(tab)
        self.memory.keep_tab(tab)
        self.reload()

    def arrangement(self, tab: str) -> Arrangement:
        """The tiles of a page in this person's order, without those he has no right to."""
        return tuple(one for one in self.memory.arrangement(tab) if one.key in self._specs)

    def tiles(self, tab: str) -> dict[str, Tile]:
        """The tiles of a page that were ever shown, made when they are first."""
        found = self._tiles.setdefault(tab, {})
        for one in self.arrangement(tab):
            if one.shown and one.key not in found:
                found[one.key] = self._make_tile(tab, one.key)
        return found

    def _make_tile(self, tab: str, key: str) -> Tile:
        tile = Tile(self._specs[key], self.desk.dialogs, self.boards[tab])
        spec = self._specs[key]
        tile.drilled.connect(lambda mark: self.behind.mark(self.report(tab, key), mark))
        tile.rows_wanted.connect(lambda: self.behind.rows(spec))
        tile.explorer_wanted.connect(lambda: self.behind.explorer(spec))
        tile.formula_wanted.connect(lambda anchor: self.open_formula(tab, key, anchor))
        tile.retry_wanted.connect(lambda: self._load(tab, key, tile))
        tile.step_wanted.connect(lambda step: self._step(tab, key, step))
        tile.size_wanted.connect(lambda size: self._arrange(tab, changed(self.arrangement(tab), key, size=size)))
        tile.hide_wanted.connect(lambda: self._hide(tab, key))
        return tile

    def _step(self, tab: str, key: str, step: int) -> None:
        self._arrange(tab, stepped(self.arrangement(tab), key, step))
        self.boards[tab].bring_into_view(key)

    def _hide(self, tab: str, key: str) -> None:
        title = self._specs[key].title
        self._arrange(tab, changed(self.arrangement(tab), key, shown=False))

        def again() -> None:
            self._arrange(tab, changed(self.arrangement(tab), key, shown=True))

        self.desk.toasts.show_toast(t("已隐藏“{title}”", title=title), "info", action=t("撤销"), on_action=again)

    def _arrange(self, tab: str, arrangement: Arrangement | None) -> None:
        self.memory.keep_arrangement(tab, arrangement)
        self.boards[tab].show_tiles(self.tiles(tab), self.arrangement(tab))
        self._show_place()
        self._load_tab(tab)

    def open_arranger(self) -> Popover:
        """Which tiles, in which order."""
        tab = self.current_tab()
        chooser = Arranger(self.arrangement(tab))

        def chosen(arrangement: Arrangement) -> None:
            self._arrange(tab, arrangement or None)
            if not arrangement:
                chooser.show_arrangement(self.arrangement(tab))

        chooser.chosen.connect(chosen)
        popover = Popover(chooser, self, t("调整版面"))
        popover.closed.connect(popover.deleteLater)
        popover.show_under(self.bar.arrange, align_right=True)
        return popover

    # ---- figures ------------------------------------------------------------------------------------------------

    def _on_wish(self, wish: Wish) -> None:
        self.memory.keep_wish(wish)
        self.reload()

    def reload(self) -> None:
        """Show the page in front with figures as they are now; what is known already needs no time."""
        self._stale = False
        if self._day != clock.today():
            self._day = clock.today()
            self.feed.forget_all()
        tab = self.current_tab()
        wish = self.bar.wish()
        self.asking.set_wish(wish, self._day)
        self.bar.show_note(period_text(wish.span.period(self._day)))
        self.boards[tab].show_tiles(self.tiles(tab), self.arrangement(tab))
        self._show_place()
        self.feed.begin_round()
        self._load_tab(tab)
        self.feed.end_round()
        self._look_for_emptiness()

    def _show_place(self) -> None:
        """The board, or what stands in its place."""
        tab = self.current_tab()
        self.bar.setVisible(self._anything)
        if not self._anything:
            self.stack.setCurrentWidget(self.empty)
        elif not any(one.shown for one in self.arrangement(tab)):
            self.stack.setCurrentWidget(self.bare)
        else:
            self.stack.setCurrentIndex(TABS.index(tab))

    def _look_for_emptiness(self) -> None:
        workspace = self.desk.workspace
        mine = [e.key for e in workspace.context.registry if e.sidebar and workspace.actor.may(e.key, Action.VIEW)]

        def done(anything: bool) -> None:
            self._anything = anything
            self._show_place()

        self.desk.read(lambda _job: any(workspace.records(key).handles(limit=1).size for key in mine), done, owner=self)

    def _load_tab(self, tab: str) -> None:
        shown = {one.key for one in self.arrangement(tab) if one.shown}
        for key, tile in self.tiles(tab).items():
            if key in shown:
                self._load(tab, key, tile)

    def _load(self, tab: str, key: str, tile: Tile) -> None:
        tile.show_waiting()

        def keep(report: Report) -> None:
            self._reports[tab, key] = report

        self.asking.load(tile, keep, self._filter_text)

    def report(self, tab: str, key: str) -> Report | None:
        """What a tile shows."""
        return self._reports.get((tab, key))

    def _filter_text(self, _report: Report) -> str:
        wish = self.bar.wish()
        parts = [wish.team] if wish.team else []
        if wish.owner is not None:
            parts.append(t("负责人：{name}", name=self.desk.user_name(wish.owner)))
        return t("；").join(parts)

    def open_formula(self, tab: str, key: str, anchor: QWidget) -> Popover | None:
        """How the figure of a tile is computed."""
        report = self.report(tab, key)
        return (
            None if report is None else self.behind.formula(self._specs[key], report, self._filter_text(report), anchor)
        )

    # ---- the contract with the shell ----------------------------------------------------------------------------

    def activate(self, payload: object = None) -> None:
        if isinstance(payload, str) and payload in TABS:
            self.show_tab(payload)
        elif self._stale:
            self.reload()

    def commands(self) -> list[Command]:
        found = [
            Command(f"dashboard:{key}", t("仪表盘：{tab}", tab=text), self.icon, lambda key=key: self.show_tab(key))  # type: ignore[misc]
            for key, text in tab_titles()
        ]
        return [
            *found,
            Command("dashboard-arrange", t("调整版面"), "layout-dashboard", lambda: _drop(self.open_arranger())),
        ]

    def refresh(self, changes: ChangeSet, _initiator: object) -> None:
        if changes is None or self.feed.forget(changes):
            self._stale = True
            if self.isVisible():
                self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale or self._day != clock.today():
            self._soon.start()


def _drop(_result: object) -> None:
    """A command answers nothing."""
