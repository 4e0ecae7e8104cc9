"""The rows of the table of operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import OperationInfo
from app.services.history.detail import OperationBrowser, Wanted
from app.views.history.words import counts_text, kind_label, state_label
from app.views.widgets.table.source import Cell, Row, TableColumn

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids


class OperationSource:
    """Newest first; `wanted` is asked at every reload, in the thread that reloads."""

    def __init__(self, browser: OperationBrowser, wanted: Callable[[], Wanted]) -> None:
        self._browser, self._wanted = browser, wanted
        self.columns: Sequence[TableColumn] = (
            TableColumn("when", t("时间"), "date", 132, sortable=False),
            TableColumn("kind", t("类型"), "muted", 84, sortable=False),
            TableColumn("summary", t("做了什么"), "text", 300, sortable=False),
            TableColumn("counts", t("数量"), "muted", 128, sortable=False),
            TableColumn("actor", t("操作人"), "muted", 84, sortable=False),
            TableColumn("state", t("状态"), "dot", 92, sortable=False),
        )

    def load_ids(self, job: Job) -> Ids:
        return self._browser.handles(self._wanted(), job)

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        return {handle: _row(operation) for handle, operation in self._browser.page(handles).items()}


def _row(operation: OperationInfo) -> Row:
    word, tone = state_label(operation.state)
    when = operation.started_at.astimezone().strftime("%Y-%m-%d %H:%M")
    return (
        when, kind_label(operation.kind), operation.summary, counts_text(operation), operation.actor, Cell(word, tone),
    )  # fmt: skip
