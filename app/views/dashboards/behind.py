"""What opens behind a figure: its records as a list, its rows as a table, its points as a plane, its formula."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.core.filters import Group
from app.core.i18n import t
from app.services.analytics.records import Drill, Report
from app.views.charts.explored import Explored
from app.views.dashboards import planes
from app.views.dashboards.asking import Asking
from app.views.dashboards.feed import ReportFeed
from app.views.dashboards.keys import RowKey, drill_of
from app.views.dashboards.tiles import TileSpec
from app.views.shell import pages
from app.views.shell.desk import Desk
from app.views.widgets.popover import Popover


class Behind(QObject):
    """Belongs to one page. Records are looked for in the background: there may be many."""

    def __init__(self, desk: Desk, feed: ReportFeed, asking: Asking, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._feed, self._asking, self._page = desk, feed, asking, page

    def mark(self, report: Report | None, mark: Hashable) -> None:
        """The records of a mark."""
        if report is not None and isinstance(mark, RowKey):
            self._desk.read(lambda _job: drill_of(report, mark), self.found, owner=self)

    def found(self, drill: Drill | None) -> None:
        """Open what was found, or say that there is nothing."""
        if drill is not None:
            self.records(drill)
        else:
            self._desk.toasts.show_toast(t("这里没有可以打开的记录"), "info")

    def records(self, drill: Drill) -> None:
        """The ordinary list of these records, as a filter of its page."""
        if all(entry.key != drill.entity for entry in pages.entries()):
            self._desk.toasts.show_toast(t("没有这种记录的列表"), "info")
            return
        # an empty group is true: all records
        self._desk.page_wanted.emit(drill.entity, drill.condition or Group("and", ()))

    def rows(self, spec: TileSpec) -> None:
        """The table behind a tile, complete."""

        def show(report: Report) -> None:
            from app.views.dashboards.rows_dialog import RowsDialog

            dialog = RowsDialog(self._desk, report, spec.tile.rows, self._page)
            dialog.drilled.connect(self.found)
            dialog.finished.connect(dialog.deleteLater)
            dialog.show()

        self._asking.whole(spec, show, self._desk.dialogs.show_error)

    def explorer(self, spec: TileSpec) -> None:
        """The plane of points of a tile, if it has one."""
        if not spec.tile.plane:
            return
        plane = planes.PLANES[spec.tile.plane]

        def laid_out(report: Report) -> Explored:
            import pyqtgraph  # noqa: F401 - half a second that the window need not wait for

            return plane(report)

        def show(report: Report) -> None:
            self._desk.read(lambda _job: laid_out(report), lambda explored: self._explore(report, explored), owner=self)

        self._asking.whole(spec, show, self._desk.dialogs.show_error, params=spec.tile.plane_params)

    def _explore(self, report: Report, explored: Explored) -> None:
        from app.views.charts.explorer import ExplorerDialog

        dialog = ExplorerDialog(explored, self._desk.dialogs, self._page)

        def opened(keys: list[Hashable]) -> None:
            self._desk.read(lambda _job: planes.together(report, keys), self.found, owner=self)

        dialog.explorer.opened.connect(opened)
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()

    def formula(self, spec: TileSpec, report: Report, filter_text: str, anchor: QWidget) -> Popover:
        """How the figure is computed, under `anchor`."""
        from app.views.dashboards.formula import FormulaCard

        titles = {parameter.key: parameter.title for parameter in self._feed.spec(report.name).parameters}
        card = FormulaCard(report, titles, filter_text)
        popover = Popover(card, self._page, t("“{title}”怎么算的", title=spec.title))
        popover.closed.connect(popover.deleteLater)
        popover.show_under(anchor, align_right=True)
        return popover
