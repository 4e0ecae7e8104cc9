"""What stands in the place of a board: nothing to count yet, or every tile hidden."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.access import Action
from app.core.i18n import t
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.buttons import Button
from app.views.widgets.empty_state import EmptyState


class NothingYet(EmptyState):
    """The archive holds nothing: bring something, or try sample data."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self._desk = desk
        workspace = desk.workspace
        actions: list[Button] = []
        if not workspace.archive.read_only and workspace.actor.may("customers", Action.IMPORT):
            bring = buttons.primary(t("导入 Excel / CSV"), "upload")
            bring.clicked.connect(lambda _on=False: desk.page_wanted.emit("import", {"entity": "customers"}))
            sample = buttons.plain(t("试用示例数据"), "wand-sparkles")
            sample.clicked.connect(self.load_samples)
            actions = [bring, sample]
        text = t("导入客户、订单、商机或工单以后，这里会显示趋势、漏斗、客户价值和服务质量。")
        super().__init__("chart-column", t("还没有可以统计的数据"), text, actions, parent)

    def load_samples(self) -> None:
        """Fill the empty archive with the sample office, as one operation that can be undone."""
        samples = self._desk.workspace.samples
        self._desk.operate(
            lambda job: samples.fill(job=job), title=t("正在生成示例数据"), owner=self,
            told=lambda made: t("已载入 {n} 位示例客户", n=f"{made.counts['customers']:,}"),
        )  # fmt: skip


class AllHidden(EmptyState):
    """Signals:
    reset_wanted(): the usual tiles are wanted back.
    """

    reset_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        reset = buttons.plain(t("恢复默认"), "rotate-ccw")
        reset.clicked.connect(lambda _on=False: self.reset_wanted.emit())
        text = t("点右上角的“调整版面”，把需要的放回来。")
        super().__init__("layout-dashboard", t("这一页的板块都隐藏了"), text, [reset], parent)
