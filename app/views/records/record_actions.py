"""What can be done to one or many records: tag, hand over, set a field, delete. Each is one operation with 撤销."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from app.core.access import Action
from app.core.dictionary import BUILT_IN
from app.core.filters import Condition
from app.core.i18n import t
from app.core.jobs import Job
from app.services.records import ManyResult
from app.views.records.drafts import Draft, DraftReader
from app.views.records.field_dialog import FieldDialog
from app.views.records.tag_dialog import TagDialog
from app.views.shell.desk import Desk
from app.views.shell.words import counted
from app.views.widgets.message_dialog import Choice
from app.views.widgets.popover import Popover
from app.views.widgets.tick_list import Tick, TickList

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Handles = Sequence[int] | NDArray[np.int64]
#: up to how many records are looked at for what hangs on them before they are deleted
_ASKED = 500
Change = Callable[[list[int], Job], ManyResult]


class RecordActions(QObject):
    """Bound to one page. `handles` may be an array of a million: it becomes a list in the worker only."""

    def __init__(self, desk: Desk, entity: str, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._key, self._page = desk, entity, page
        self._service = desk.workspace.records(entity)

    def may(self, action: Action) -> bool:
        """Whether the person may do this at all."""
        workspace = self._desk.workspace
        return not workspace.archive.read_only and workspace.actor.may(self._key, action)

    # ---- verbs --------------------------------------------------------------------------------------------------

    def delete(self, handles: Handles, after: Callable[[], None] | None = None) -> None:
        """Into the recycle bin, asked once."""
        n = len(handles)
        if not n:
            return
        if n <= _ASKED:
            wanted = [int(handle) for handle in handles]
            self._desk.read(
                lambda _job: self._hanging(wanted), lambda words: self._delete(handles, after, words), owner=self
            )
        else:
            self._delete(handles, after, "")

    def _hanging(self, handles: Sequence[int]) -> str:
        """What hangs on these records beyond their parts, in words. For a worker."""
        workspace = self._desk.workspace
        ids = [str(record.id) for record in self._service.page(handles, [self._service.entity.title]).values()]
        if not ids:
            return ""
        counts: Counter[str] = Counter()
        for kind, field in BUILT_IN.hanging(self._key):
            if kind.number_prefix and workspace.actor.may(kind.key, Action.VIEW):
                counts[kind.key] += workspace.records(kind.key).count(Condition(field.key, "in", ids))
        return t("、").join(counted(key, number) for key, number in counts.items() if number)

    def _delete(self, handles: Handles, after: Callable[[], None] | None, hanging: str) -> None:
        text = t("会放进回收站，可以撤销，也可以从回收站恢复。")
        if hanging:
            text = f"{t('名下还有{what}：它们会留下，恢复之前不显示它的名称。', what=hanging)}\n{text}"
        n = len(handles)
        if not self._desk.dialogs.confirm(
            t("删除 {what}？", what=counted(self._key, n)), t("删除"), text=text, danger=True
        ):
            return
        self._run(
            handles, self._service.delete_many, t("正在删除"),
            lambda result: t("已删除 {what}", what=counted(self._key, result.changed)), after,
        )  # fmt: skip

    def assign(self, handles: Handles, user: uuid.UUID) -> None:
        """Another person is responsible."""
        name = self._desk.user_name(user)
        self._run(
            handles, lambda list_, job: self._service.update_many(list_, {"owner": user}, job), t("正在改负责人"),
            lambda result: t("{what}改由 {name} 负责", what=counted(self._key, result.changed), name=name),
        )  # fmt: skip

    def ask_assign(self, handles: Handles, anchor: QWidget | None, place: QPoint | None = None) -> None:
        """Choose who, in a popover under `anchor` or at a place on the screen."""
        people = TickList(t("负责人"), ticks=False, height=min(200, 36 * max(1, len(self._desk.users())) + 8))
        people.setFixedWidth(220)
        people.set_ticks([Tick(str(user), name) for user, name in self._desk.users().items()])
        popover = Popover(people, self._page, t("改负责人"))
        popover.closed.connect(popover.deleteLater)

        def chosen(user: str) -> None:
            popover.close()
            self.assign(handles, uuid.UUID(user))

        people.chosen.connect(chosen)
        if anchor is not None:
            popover.show_under(anchor)
        else:
            _show_at(popover, self._page, place or QPoint())

    def ask_tags(self, handles: Handles) -> None:
        """Choose tags to add or to take away."""
        n = len(handles)
        dialog = TagDialog(self._desk, self._key, t("给 {what}打标签", what=counted(self._key, n)), self._page)

        def accepted() -> None:
            names, take = dialog.names(), dialog.taking_away()

            def change(list_: list[int], job: Job) -> ManyResult:
                more = {"remove": names} if take else {"add": names}
                return self._service.tag_many(list_, **more, job=job)

            self._run(handles, change, t("正在打标签"), lambda result: self._tagged(result, names, take=take))

        dialog.ask(accepted)

    def _tagged(self, result: ManyResult, names: Sequence[str], *, take: bool) -> str:
        what, tags = counted(self._key, result.changed), "、".join(names)
        if not result.changed:
            return t("没有变化：都已经是这样了")
        return (
            t("已给 {what}去掉“{tags}”", what=what, tags=tags)
            if take
            else t("已给 {what}打上“{tags}”", what=what, tags=tags)
        )

    def ask_field(self, handles: Handles) -> None:
        """Choose a field and its new value."""
        n = len(handles)
        dialog = FieldDialog(
            self._desk, self._service.entity, t("修改 {what}的字段", what=counted(self._key, n)), self._page
        )

        def accepted() -> None:
            field, draft = dialog.answer()
            self.set_field(handles, field.key, draft)

        dialog.ask(accepted)

    def set_field(self, handles: Handles, key: str, draft: Draft) -> None:
        """The same value for all of them."""
        workspace, users, service = self._desk.workspace, self._desk.users(), self._service
        label = service.entity.field(key).label

        def change(list_: list[int], job: Job) -> ManyResult:
            value = DraftReader(workspace, self._key, users).values({key: draft})
            return service.update_many(list_, value, job)

        self._run(
            handles, change, t("正在修改“{field}”", field=label),
            lambda result: t("已修改{what}的“{field}”", what=counted(self._key, result.changed), field=label)
            if result.changed else t("没有变化：都已经是这样了"),
        )  # fmt: skip

    # ---- how ----------------------------------------------------------------------------------------------------

    def _run(
        self,
        handles: Handles,
        change: Change,
        title: str,
        told: Callable[[ManyResult], str],
        after: Callable[[], None] | None = None,
    ) -> None:
        def work(job: Job) -> ManyResult:
            return change([int(handle) for handle in handles], job)

        def done(result: ManyResult) -> None:
            if result.kept:
                self._tell_kept(result)
            if after is not None:
                after()

        self._desk.operate(work, title=title, owner=self, on_done=done, told=told, initiator=self._page)

    def _tell_kept(self, result: ManyResult) -> None:
        lines = [f"{kept.title}：{kept.reason}" for kept in result.kept[:200]]
        self._desk.dialogs.ask(
            t("{n} 条没有改动", n=len(result.kept)), (Choice("ok", t("知道了"), "primary"),),
            text=t("其余的已经改好。") if result.changed else "", details="\n".join(lines), severity="warning", default="ok",
        )  # fmt: skip


def _show_at(popover: Popover, page: QWidget, place: QPoint) -> None:
    spot = QWidget(page)
    spot.setGeometry(page.mapFromGlobal(place).x(), page.mapFromGlobal(place).y(), 1, 1)
    popover.closed.connect(spot.deleteLater)
    popover.show_under(spot)
