"""今天: what the day asks for, with quick verbs on every line."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.clock import now, today
from app.core.dictionary import BUILT_IN
from app.core.fields import Link
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet
from app.services.today.records import BIRTHDAYS, COMING, CONTACT, DUE, LATE, STUCK, TICKETS, Item, Section
from app.services.today.service import EVERYBODY, MINE, TEAM
from app.views.shell.desk import Desk
from app.views.shell.page import Command, OpenRecord, Page
from app.views.today.card import AgendaCard
from app.views.widgets.labels import heading, muted
from app.views.widgets.menus import MenuItem
from app.views.widgets.segmented import SegmentedControl
from app.views.widgets.skeleton import Skeleton

_LEFT = (LATE, DUE, COMING, CONTACT)
#: what stands in the agenda
_CARE = BUILT_IN.kinds(lambda e: bool(e.sidebar) or e.contact)


def _title(key: str) -> str:
    return {
        LATE: t("逾期的跟进"), DUE: t("今天到期"), COMING: t("未来 7 天"), CONTACT: t("该回访的客户"),
        TICKETS: t("快要超时的工单"), STUCK: t("没有下一步的商机"), BIRTHDAYS: t("近 7 天生日"),
    }[key]  # fmt: skip


def _nothing(key: str) -> str:
    return {
        LATE: t("没有逾期的事。"), DUE: t("今天没有到期的事。"), COMING: t("这一周还没有安排。"),
        CONTACT: t("没有到了回访日的客户。"), TICKETS: t("工单都在时限以内。"),
        STUCK: t("每个商机都有下一步。"), BIRTHDAYS: t("这一周没有人过生日。"),
    }[key]  # fmt: skip


class TodayPage(Page):
    """Two columns of cards. Keys on a line: Space done, Enter open, R another time."""

    key = "today"
    icon = "calendar"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._stale = False
        self.whose = SegmentedControl([(MINE, t("我的")), (TEAM, t("本组")), (EVERYBODY, t("全部"))], t("谁的"))
        self.whose.changed.connect(lambda _key: self.reload())
        self.greeting = heading("")
        self.sums = muted("")
        self.cards = {
            key: AgendaCard(_title(key), _nothing(key), may_edit=self._may_edit())
            for key in (*_LEFT, TICKETS, STUCK, BIRTHDAYS)
        }
        self._build()
        self.reload()

    @property
    def title(self) -> str:
        return t("今天")

    # ---- construction -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setProperty("ground", "canvas")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.greeting)
        head.addWidget(self.sums)
        head.addStretch()
        head.addWidget(self.whose)
        left, right = QVBoxLayout(), QVBoxLayout()
        for key, card in self.cards.items():
            (left if key in _LEFT else right).addWidget(card)
            card.all_wanted.connect(partial(self._show_all, key))
            card.open_wanted.connect(self._open)
            card.done_wanted.connect(self._complete)
            card.menu_items = self._menu
        for column in (left, right):
            column.setSpacing(14)
            column.addStretch()
        columns = QHBoxLayout()
        columns.setSpacing(14)
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        body = QWidget()
        body.setProperty("ground", "canvas")
        inner = QVBoxLayout(body)
        inner.setContentsMargins(20, 16, 20, 20)
        inner.setSpacing(14)
        inner.addLayout(head)
        self._waiting = Skeleton(8)
        inner.addWidget(self._waiting)
        self._columns = QWidget()
        self._columns.setLayout(columns)
        columns.setContentsMargins(0, 0, 0, 0)
        self._columns.hide()
        inner.addWidget(self._columns)
        inner.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    # ---- reading ------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the day again."""
        service, whose = self.desk.workspace.today, self.whose.current()
        self.desk.read(lambda _job: service.agenda(whose), self._show, owner=self)

    def _show(self, sections: list[Section]) -> None:
        hour = now().astimezone().hour
        words = t("早上好") if hour < 11 else t("中午好") if hour < 14 else t("下午好") if hour < 18 else t("晚上好")
        self.greeting.setText(f"{words}{t('，')}{self.desk.workspace.actor.name}")
        late = sum(s.total for s in sections if s.key == LATE)
        due = sum(s.total for s in sections if s.key == DUE)
        self.sums.setText(t("今天 {due} 件，逾期 {late} 件", due=due, late=late))
        for section in sections:
            self.cards[section.key].show_section(section)
        self._waiting.hide()
        self._columns.show()

    # ---- verbs --------------------------------------------------------------------------------------------------

    def _may_edit(self) -> bool:
        workspace = self.desk.workspace
        return not workspace.archive.read_only and workspace.actor.may("activities", Action.EDIT)

    def _open(self, item: Item) -> None:
        if item.entity == "activities" and item.customer is not None:
            self.desk.page_wanted.emit("customers", OpenRecord("customers", item.customer))
        elif item.entity == "activities":
            self.desk.read(
                lambda _job: self.desk.workspace.activities.get(item.id), self._open_deal_of, owner=self
            )  # fmt: skip
        else:
            self.desk.page_wanted.emit(item.entity, OpenRecord(item.entity, item.id))

    def _open_deal_of(self, record: Any) -> None:
        tie = record.get("deal")
        if tie:
            self.desk.page_wanted.emit("deals", OpenRecord("deals", tie[0].id))

    def _complete(self, item: Item) -> None:
        if item.entity != "activities" or not self._may_edit():
            return
        service = self.desk.workspace.today
        self._do(lambda: service.complete(item.id), t("已完成“{title}”", title=item.title))

    def _postpone(self, item: Item, to: datetime) -> None:
        service = self.desk.workspace.today
        when = to.astimezone().strftime("%m-%d %H:%M")
        self._do(lambda: service.postpone(item.id, to), t("已改到 {when}", when=when))

    def _contact_later(self, item: Item, day: date) -> None:
        customers = self.desk.workspace.customers
        self._do(
            lambda: customers.update(item.id, {"next_contact_on": day})[1], t("已改到 {when}", when=day.isoformat())
        )

    def _plan(self, item: Item, days: int) -> None:
        """A next step for a deal: a call some days from now."""
        activities = self.desk.workspace.activities
        values = {
            "subject": t("跟进：{name}", name=item.title)[:200], "kind": activities.entity.field("kind").first("task"), "deal": (Link(item.id),),
            "due_at": _at(today() + timedelta(days=days)),
        }  # fmt: skip
        self._do(lambda: activities.create(values)[1], t("已安排下一步"))

    def _do(self, act: Callable[[], ChangeSet], told: str) -> None:
        def work(_job: Job) -> ChangeSet:
            return act()

        self.desk.operate(work, title=t("正在保存"), owner=self, told=told, initiator=self)

    def _menu(self, item: Item) -> list[MenuItem | None]:
        items: list[MenuItem | None] = [MenuItem(t("打开"), partial(self._open, item), "panel-right", "Return")]
        if not self._may_edit():
            return items
        days = ((t("明天"), 1), (t("后天"), 2), (t("下周一"), 7 - today().weekday()), (t("两周后"), 14))
        if item.entity == "activities":
            items.append(MenuItem(t("完成"), partial(self._complete, item), "check", "Space"))
            items.append(None)
            items += [
                MenuItem(
                    t("改到{day}", day=name), partial(self._postpone, item, _at(today() + timedelta(days=n))), "clock"
                )
                for name, n in days
            ]
        elif item.entity == "customers" and isinstance(item.when, date):
            items += [
                MenuItem(
                    t("改到{day}", day=name), partial(self._contact_later, item, today() + timedelta(days=n)), "clock"
                )
                for name, n in days
            ]
        elif item.entity == "deals":
            items += [
                MenuItem(t("安排{day}跟进", day=name), partial(self._plan, item, n), "calendar") for name, n in days
            ]
        return items

    def _show_all(self, key: str) -> None:
        section = self.cards[key].section
        if section is not None and section.condition is not None:
            self.desk.page_wanted.emit(section.entity, section.condition)

    # ---- the contract with the shell ----------------------------------------------------------------------------

    def activate(self, payload: object = None) -> None:
        if isinstance(payload, uuid.UUID):
            self.reload()

    def commands(self) -> list[Command]:
        return [Command("reload", t("刷新"), "refresh-cw", self.reload, "F5")]

    def refresh(self, changes: ChangeSet, initiator: object) -> None:
        if not changes.concerns(*_CARE):
            return
        if self.isVisible():
            self.reload()
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            QTimer.singleShot(0, self, self.reload)


def _at(day: date) -> datetime:
    """Nine o'clock of that day here."""
    return datetime.combine(day, time(9)).astimezone()
