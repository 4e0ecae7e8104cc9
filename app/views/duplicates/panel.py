"""查重合并: search, set the limits, go through the groups with the keyboard."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet
from app.services.duplicates.records import GroupLine, SearchReport, Thresholds
from app.services.duplicates.service import ENTITIES
from app.services.merging.records import MergeResult
from app.views.duplicates.automatic import merge_sure
from app.views.duplicates.parts import Decided, Figures, Groups
from app.views.duplicates.review import ReviewPane
from app.views.duplicates.scope_dialog import ScopeDialog
from app.views.shell import pages
from app.views.shell.desk import Desk
from app.views.shell.page import Command, OpenRecord
from app.views.widgets import buttons
from app.views.widgets.card import Card
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.fields import ChoiceField
from app.views.widgets.gap import Gap
from app.views.widgets.labels import ElidedLabel, plain_tooltip
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.skeleton import Skeleton
from app.views.widgets.tick_list import fits

_SETTLE = 500
State = tuple[list[GroupLine], tuple[int, ...], datetime | None, Thresholds, tuple[int, int]]


class DuplicatesPanel(QWidget):
    """A payload that is an entity's key shows that entity; (entity, ids) lays those records side by side to be merged."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        registry, actor = desk.workspace.context.registry, desk.workspace.actor
        self._entities = {
            key: registry.entity(key) for key in ENTITIES if registry.entity(key).shared or actor.may(key, Action.VIEW)
        }
        self._lines: list[GroupLine] = []
        self._limits = Thresholds()
        self._scope: Filter | None = None
        self._asked = 0
        self._stale = True
        self._wanted: tuple[uuid.UUID, ...] = ()
        self._searched: datetime | None = None
        self._build()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SETTLE)
        self._soon.timeout.connect(self.reload)

    # ---- construction -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.entity = ChoiceField([(key, e.label) for key, e in self._entities.items()])
        self.entity.setAccessibleName(t("档案"))
        self.entity.setMinimumWidth(150)
        self.entity.currentIndexChanged.connect(lambda _at: self._on_entity())
        self.facts = ElidedLabel("", "muted")
        self.scope = buttons.plain(t("范围：全部"), "funnel")
        self.scope.clicked.connect(self.open_scope)
        self.auto = buttons.plain(t("自动合并"), "combine")
        self.auto.clicked.connect(self.merge_automatically)
        self.search_button = buttons.primary(t("开始查重"), "scan-search")
        self.search_button.clicked.connect(self.search)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.entity)
        head.addWidget(self.facts, 1)
        for button in (self.scope, self.auto, self.search_button):
            head.addWidget(button)
        self.stack = QStackedWidget()
        loading = QWidget()
        inside = QVBoxLayout(loading)
        inside.addWidget(Skeleton(8))
        inside.addStretch()
        self.stack.addWidget(loading)
        self.stack.addWidget(self._content())
        begin = buttons.primary(t("开始查重"), "scan-search")
        begin.clicked.connect(self.search)
        self.nothing = EmptyState(
            "combine",
            t("还没有查过重"),
            t("比较名称、电话、证件等全部信息，找出可能重复的档案。合并前可以逐条核对，合并后随时可以撤销。"),
            (begin,),
        )
        self.stack.addWidget(self.nothing)
        self.forbidden = EmptyState(
            "lock", t("没有可以查重的档案"), t("您的角色没有查看档案的权限，需要时请联系管理员。")
        )
        self.stack.addWidget(self.forbidden)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 2, 20, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        if not self._entities:
            for widget in (self.entity, self.scope, self.auto, self.search_button):
                widget.hide()
            self.stack.setCurrentWidget(self.forbidden)

    def _content(self) -> QWidget:
        self.figures = Figures()
        self.figures.band_wanted.connect(self.show_band)
        self.figures.histogram.changed.connect(self.set_limits)
        self.figures.histogram.learned_wanted.connect(lambda: self.set_limits(None))
        self.groups = Groups()
        self.groups.band.changed.connect(lambda _key: self.reload())
        self.groups.filter.searched.connect(lambda _text: self._show_lines())
        self.list = self.groups.list
        self.list.chosen.connect(self._on_chosen)
        self.list.menu_wanted.connect(self._menu)
        self.pane = ReviewPane(self.desk)
        self.pane.merge_wanted.connect(self.merge)
        self.pane.different_wanted.connect(self.different)
        self.pane.skip_wanted.connect(self.skip)
        self.pane.step_wanted.connect(self.list.step)
        self.pane.record_wanted.connect(self._open_record)
        self.pane.settled.connect(self.reload)
        self.decided = Decided()
        self.decided.back_wanted.connect(self.reopen)
        self.decided.history_wanted.connect(lambda: self.desk.page_wanted.emit("history", None))
        self.no_group = EmptyState("badge-check", t("没有重复"), t("没有需要处理的组。"))
        self.right = QStackedWidget()
        for page in (self.pane, self.decided, self.no_group):
            self.right.addWidget(page)
        frame = Card()
        body = frame.layout()
        if body is not None:
            body.setContentsMargins(1, 0, 1, 0)
        frame.body.addWidget(self.right, 1)
        split = Gap(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        split.addWidget(self.groups)
        split.addWidget(frame)
        split.setStretchFactor(1, 1)
        split.setSizes([320, 880])
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.figures)
        column.addWidget(split, 1)
        return content

    # ---- the page's contract ------------------------------------------------------------------------------------

    def activate(self, payload: object) -> None:
        """It comes to the front."""
        entity, records = payload if isinstance(payload, tuple) else (payload, ())
        if isinstance(entity, str) and entity in self._entities:
            self.entity.set_key(entity)
        if self._stale or records:
            self._wanted = tuple(records)
            self.reload()

    def commands(self) -> list[Command]:
        """What can be done here right now."""
        if not self._entities:
            return []
        found = [Command("duplicates:find", t("开始查重"), "scan-search", self.search)]
        if self.auto.isEnabled():
            found.append(Command("duplicates:auto", t("自动合并高于自动线的组…"), "combine", self.merge_automatically))
        return found

    def refresh(self, changes: ChangeSet, _initiator: object) -> None:
        """Data changed: merges, undos, edits of records in the list."""
        if changes.concerns(self.entity.key()):
            self._stale = True
            if self.isVisible():
                self._soon.start()

    # ---- reading ------------------------------------------------------------------------------------------------

    def _on_entity(self) -> None:
        self._scope = None
        self._show_scope()
        self.list.groups.skipped.clear()
        self.stack.setCurrentIndex(0)
        self.facts.setText("")
        self.reload()

    def reload(self) -> None:
        """Read groups, limits and counts anew."""
        entity = self.entity.key()
        if not entity:
            return
        self._stale = False
        self._asked += 1
        asked, service = self._asked, self.desk.workspace.duplicates
        decided = self.groups.band.current() == "done"

        def work(_job: Job) -> State:
            counts, searched = service.histogram(entity)
            lines = service.groups(entity, decided=decided)
            return lines, counts, searched, service.thresholds(entity), service.progress(entity)

        def done(found: State) -> None:
            if asked == self._asked:
                self._show(*found, decided=decided)

        self.desk.read(work, done, owner=self)

    def _show(
        self,
        lines: list[GroupLine],
        counts: tuple[int, ...],
        searched: datetime | None,
        limits: Thresholds,
        progress: tuple[int, int],
        *,
        decided: bool,
    ) -> None:
        self._limits, self._searched = limits, searched
        for button in (self.auto, self.search_button):  # before the first search its button stands in the middle
            button.setVisible(searched is not None)
        if searched is None and not self._wanted:
            self.stack.setCurrentWidget(self.nothing)
            self.auto.setEnabled(False)
            return
        self.stack.setCurrentIndex(1)
        actor = self.desk.workspace.actor
        may = actor.may(self.entity.key(), Action.EDIT) and not self.desk.workspace.archive.read_only
        self.figures.histogram.show_counts(counts, limits, may_change=may)
        self._lines = lines
        if not decided:
            bands = [line.band for line in lines]
            self.figures.tiles["auto"].show_count(bands.count("auto"))
            self.figures.tiles["review"].show_count(bands.count("review"))
            self.auto.setEnabled(may and "auto" in bands)
            self.auto.setText(t("自动合并 {n} 组", n=bands.count("auto")) if "auto" in bands else t("自动合并"))
        done, open_ = progress
        self.figures.tiles["done"].show_count(
            done, t("{done} / {total} 对", done=f"{done:,}", total=f"{done + open_:,}")
        )
        if searched is not None:
            at = searched.astimezone().strftime("%m-%d %H:%M")
            self.facts.setText(
                t("{at} 查过，已处理 {done} / {total} 对", at=at, done=f"{done:,}", total=f"{done + open_:,}")
            )
        self._show_lines()
        if self._wanted:
            self.list.let_go()  # none of its groups is what stands on the right
            self.right.setCurrentWidget(self.pane)
            self.pane.load_records(self.entity.key(), self._wanted)
            self._wanted = ()

    def _show_lines(self) -> None:
        band, text = self.groups.band.current(), self.groups.filter.text()
        shown = [
            line
            for line in self._lines
            if (band in ("all", "done") or line.band == band)
            and any(fits(title, text) for title in line.titles or ("",))
        ]
        self.groups.count.setText(t("共 {n} 组", n=f"{len(shown):,}"))
        self.list.show_lines(shown)

    def show_band(self, band: str) -> None:
        """The groups of a band in the list."""
        self.groups.band.set_current(band)
        self.reload()

    def _on_chosen(self, line: GroupLine | None) -> None:
        if line is None:
            done = self.groups.band.current() == "done"
            if self.groups.filter.text():
                self.no_group.set_message(t("没有这样的组"), t("换一个词试试。"))
            elif done:
                self.no_group.set_message(t("还没有处理过"), t("合并或确认“不是重复”之后，会列在这里。"))
            else:
                self.no_group.set_message(t("没有重复"), t("没有需要处理的组。"))
            self.right.setCurrentWidget(self.no_group)
        elif self.groups.band.current() == "done":
            self.decided.show_line(line)
            self.right.setCurrentWidget(self.decided)
        else:
            self.right.setCurrentWidget(self.pane)
            self.pane.load(self.entity.key(), line.id)

    # ---- searching ----------------------------------------------------------------------------------------------

    def open_scope(self) -> None:
        """Which records are searched."""
        entity = self._entities.get(self.entity.key())
        if entity is not None:
            dialog = ScopeDialog(self.desk, entity, self._scope, self)
            dialog.chosen.connect(self._on_scope)
            dialog.open()

    def _on_scope(self, scope: Filter | None) -> None:
        self._scope = scope
        self._show_scope()

    def _show_scope(self) -> None:
        if self._scope is None:
            self.scope.setText(t("范围：全部"))
            self.scope.setToolTip("")
            return
        from app.core.filters import sentence

        entity = self._entities[self.entity.key()]
        registry = self.desk.workspace.context.registry
        self.scope.setText(t("范围：有条件"))
        words = sentence(self._scope, entity, registry, self.desk.user_name)
        self.scope.setToolTip(plain_tooltip(words))

    def search(self) -> None:
        """Search in the background; cancelling leaves the former result."""
        entity, service, scope = self.entity.key(), self.desk.workspace.duplicates, self._scope
        if not entity or not self.search_button.isEnabled():
            return
        self.search_button.setEnabled(False)
        self.facts.setText(t("正在查重…"))

        def over() -> None:
            self.search_button.setEnabled(True)
            self.reload()

        def done(report: SearchReport) -> None:
            self.list.groups.skipped.clear()
            over()
            self.desk.changed.emit(ChangeSet(None, {"quality": None}), self)  # open pairs count in the data's health
            self.desk.toasts.show_toast(_told(report), "success")
            if report.crowds:
                names = t("、").join(f"{c.label} {c.value}（{c.records}）" for c in report.crowds[:3])
                self.desk.toasts.show_toast(t("太多档案共用，没有当作证据：{names}", names=names), "info")

        def failed(error: Exception) -> None:
            over()
            self.desk.dialogs.show_error(error)

        self.desk.runner.start(
            lambda job: service.find(entity, condition=scope, job=job),
            on_done=done, on_failed=failed, on_cancelled=over, owner=self, title=t("查找重复"), pool="read",
        )  # fmt: skip

    def set_limits(self, limits: Thresholds | None) -> None:
        """Keep the limits a person set, or learn them again."""
        entity, service = self.entity.key(), self.desk.workspace.duplicates
        self.desk.operate(
            lambda _job: service.set_thresholds(entity, limits),
            title=t("正在保存界线"), owner=self, on_done=lambda _none: self.reload(),
        )  # fmt: skip

    # ---- deciding -----------------------------------------------------------------------------------------------

    def _next(self, key: uuid.UUID) -> None:
        """The group is settled: the list goes on with the one that takes its place."""
        self._lines = [line for line in self._lines if line.id != key]
        self._show_lines()
        self._soon.start()

    def merge(self) -> None:
        """Merge the group as it is shown."""
        pane, group = self.pane, self.pane.group
        if group is None or not pane.merge.isEnabled() or self.right.currentWidget() is not pane:
            return
        ids, plan, chosen = pane.included(), pane.plan, dict(pane.chosen)
        survivor = plan.survivor if plan is not None else None
        merging, entity = self.desk.workspace.merging, group.entity
        pane.merge.setEnabled(False)

        def done(_result: MergeResult) -> None:
            self._next(group.id)

        def failed(error: Exception) -> None:
            pane.merge.setEnabled(True)
            self.desk.dialogs.show_error(error)

        def told(result: MergeResult) -> str:
            name = str(result.survivor.get(self._entities[entity].title) or "")
            return t("{n} 条已并入“{name}”", n=result.merged, name=name)

        self.desk.operate(
            lambda job: merging.merge(entity, ids, survivor, chosen, job),
            title=t("正在合并"), owner=self, on_done=done, on_failed=failed, told=told, initiator=self,
        )  # fmt: skip

    def different(self) -> None:
        """No duplicates: the pairs of the group never come again."""
        group = self.pane.group
        if group is None or not self.pane.different.isEnabled() or self.right.currentWidget() is not self.pane:
            return
        pairs = [(pair.a, pair.b) for pair in group.pairs]
        service, entity = self.desk.workspace.duplicates, group.entity

        def done(_count: int) -> None:
            self._next(group.id)
            text = t("记下了：不是重复，以后不再提示")
            self.desk.toasts.show_toast(text, "success", action=t("撤销"), on_action=take_back)

        def take_back() -> None:
            self.desk.operate(
                lambda _job: service.reopen(entity, pairs), title=t("正在撤销"), owner=self,
                on_done=lambda _count: self.reload(),
            )  # fmt: skip

        self.desk.operate(lambda _job: service.different(entity, pairs), title=t("正在记录"), owner=self, on_done=done)

    def skip(self) -> None:
        """Not now: go on, and mark the group."""
        line = self.list.current()
        if line is not None and self.right.currentWidget() is self.pane:
            self.list.groups.skip(line.id)
            self.list.step(1)

    def reopen(self) -> None:
        """Take "not a duplicate" back for the group shown."""
        line, entity, service = self.list.current(), self.entity.key(), self.desk.workspace.duplicates
        if line is None:
            return

        def work(_job: Job) -> int:
            _, pairs = service.pairs(entity, state="different", limit=-1)
            return service.reopen(entity, [(p.a, p.b) for p in pairs if p.group == line.id])

        def done(count: int) -> None:
            text = t("{n} 对重新待核对", n=count) if count else t("这一组是合并的，请在操作记录里撤销。")
            self.desk.toasts.show_toast(text, "success" if count else "info")
            self.reload()

        self.desk.operate(work, title=t("正在撤销"), owner=self, on_done=done)

    def merge_automatically(self) -> None:
        """Merge every group above the automatic limit, after saying how many there are."""
        if self.groups.band.current() != "done":
            merge_sure(self.desk, self, self.entity.key(), self._lines, self._limits, self.reload)

    # ---- keys and menus -----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        actions: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Return: self.merge, Qt.Key.Key_Enter: self.merge, Qt.Key.Key_N: self.different,
            Qt.Key.Key_S: self.skip, Qt.Key.Key_J: lambda: self.list.step(1), Qt.Key.Key_K: lambda: self.list.step(-1),
        }  # fmt: skip
        action = actions.get(Qt.Key(event.key()))
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        held = event.isAutoRepeat() and event.key() not in (Qt.Key.Key_J, Qt.Key.Key_K)
        if action is not None and plain and self.stack.currentIndex() == 1:
            if not held:  # a key held down decides one group, not those nobody has seen yet
                action()
        else:
            super().keyPressEvent(event)

    def _menu(self, place: QPoint) -> None:
        if self.right.currentWidget() is self.decided:
            items: Sequence[MenuItem | None] = [MenuItem(t("收回“不是重复”"), self.reopen, "rotate-ccw")]
        else:
            items = [
                MenuItem(t("合并"), self.merge, "combine", "Return", enabled=self.pane.merge.isEnabled()),
                MenuItem(t("不是重复"), self.different, "split", "N", enabled=self.pane.different.isEnabled()),
                MenuItem(t("先跳过"), self.skip, "chevron-right", "S"),
            ]
        build_menu(self, items).popup(place)

    def _open_record(self, record: uuid.UUID) -> None:
        entity = self.entity.key()
        if all(entry.key != entity for entry in pages.entries()):
            self.desk.toasts.show_toast(t("没有这种记录的列表"), "info")
            return
        self.desk.page_wanted.emit(entity, OpenRecord(entity, record))


def _told(report: SearchReport) -> str:
    """How a search went, in a sentence."""
    return t(
        "比较了 {records} 条档案的 {compared} 对：{groups} 组可能重复，用时 {seconds} 秒",
        records=f"{report.records:,}", compared=f"{report.compared:,}", groups=f"{report.groups:,}",
        seconds=f"{report.seconds:.1f}",
    )  # fmt: skip
