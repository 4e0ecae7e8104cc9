"""What happened with a record: follow-ups and changes in words, newest first."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.core.amounts import money_shown
from app.core.clock import now
from app.core.fields import Entity, Registry
from app.core.i18n import t
from app.core.records import HistoryEntry, Record
from app.services.customers.service import TimelineItem
from app.services.history.detail import OperationBrowser
from app.views.records.cells import Names
from app.views.shell.status_bar import describe_day
from app.views.theme import fonts, icons, theme
from app.views.widgets import buttons, painting
from app.views.widgets.labels import muted
from app.views.widgets.menus import MenuItem, build_menu

#: what a follow-up means → its icon
ICONS = {"call": "phone", "visit": "map-pin", "meeting": "users", "mail": "mail", "task": "clipboard-list"}
OTHER_ICON = "message-square"
_NEVER_TOLD = frozenset({"updated_at", "created_at", "number"})
_AT_FIRST, _MOST_FIELDS, _LONGEST = 25, 6, 160


@dataclass(frozen=True)
class Event:
    """One entry. `open_task`: a task that is not done, by its id."""

    icon: str
    tone: str
    title: str
    when: str
    body: str = ""
    open_task: uuid.UUID | None = None


def events_of(
    items: Sequence[TimelineItem], entity: Entity, registry: Registry, browser: OperationBrowser, users: Names
) -> list[Event]:
    """The timeline in words. For a worker."""
    made = []
    for item in items:
        if item.activity is not None:
            made.append(_of_activity(item, item.activity, registry.entity("activities")))
        elif item.record is not None:
            made.append(_of_record(item, item.record, registry.entity(item.record.entity)))
        elif item.change is not None:
            found = change_event(item.change, entity, browser, users)
            if found is not None:
                made.append(found)
    return made


def _of_activity(item: TimelineItem, record: Record, entity: Entity) -> Event:
    kinds = entity.field("kind")
    choice = kinds.choice(str(record.get("kind") or "")) or kinds.choice(kinds.first("note") or "")
    task = choice is not None and choice.meaning == "task"
    subject, body = str(record.get("subject") or ""), str(record.get("body") or "")
    open_task = None
    due: datetime | None = record.get("due_at")
    if task:
        done = bool(record.get("done"))
        state = t("已完成") if done else t("截止 {when}", when=describe_day(_local(due))) if due else t("待办")
        body = "\n".join(part for part in (state, body) if part)
        open_task = None if done else record.id
    label, tone, meaning = (choice.label, choice.tone, choice.meaning) if choice else ("", "gray", "")
    if task and not record.get("done") and due is not None and due < now():
        tone = "bad"
    title = fonts.join_facts(label, subject, item.actor)
    return Event(ICONS.get(meaning, OTHER_ICON), tone, title, describe_day(_local(item.at)), body, open_task)


def _of_record(item: TimelineItem, record: Record, entity: Entity) -> Event:
    """A deal, an order, a ticket … of the customer."""
    title = str(record.get(entity.title) or "")
    amount = record.get("amount")
    state = next(
        (entity.field(k).choice(str(record.get(k))) for k in ("status", "outcome", "kind") if record.get(k)), None
    )
    body = fonts.join_facts(money_shown(amount) if amount is not None else "", state.label if state else "")
    return Event(
        entity.icon, entity.tone, fonts.join_facts(entity.label, title, item.actor), describe_day(_local(item.at)), body
    )


def _local(moment: datetime | None) -> datetime:
    return (moment or now()).astimezone().replace(tzinfo=None)


def change_event(change: HistoryEntry, entity: Entity, browser: OperationBrowser, users: Names) -> Event | None:
    """A change of the record in words; None when nothing a person knows changed."""
    when = describe_day(_local(change.at))
    if change.action == "create":
        words = t("导入建档") if change.kind == "import" else t("建档")
        return Event("plus", "ok", fonts.join_facts(words, change.actor), when)
    if change.action == "delete":
        return Event("trash-2", "bad", fonts.join_facts(t("删除"), change.actor), when)
    if change.action == "restore":
        return Event("rotate-ccw", "cyan", fonts.join_facts(t("恢复"), change.actor), when)
    if change.kind == "activity":
        return None  # the follow-up itself is in the list
    fields = [field for field in change.fields if field.key not in _NEVER_TOLD]
    if not fields:
        return None
    told = [browser.shown(entity.key, field, lambda user: users.get(user, "")) for field in fields]
    lines = [
        t("{label}：{before} → {after}", label=label, before=_cut(before), after=_cut(after))
        for label, before, after in told[:_MOST_FIELDS]
    ]
    if len(told) > _MOST_FIELDS:
        lines.append(t("还有 {n} 个字段", n=len(told) - _MOST_FIELDS))
    labels = t("、").join(label for label, _before, _after in told[:3])
    undone = change.kind == "undo"
    verb = t("撤销：{fields}", fields=labels) if undone else t("修改：{fields}", fields=labels)
    icon = "undo-2" if undone else "upload" if change.kind == "import" else "pencil"
    return Event(icon, "gray" if undone else "violet", fonts.join_facts(verb, change.actor), when, "\n".join(lines))


def _cut(text: str) -> str:
    text = text or t("（空）")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


class _Entry(QWidget):
    """Painted: an icon on a soft ground, a line down to the next one, title, time, words."""

    done_wanted = Signal(object)

    def __init__(self, event: Event, *, last: bool) -> None:
        super().__init__()
        self.event_shown, self._last = event, last
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("\n".join((event.title, event.when, event.body)))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _body_height(self, width: int) -> int:
        if not self.event_shown.body:
            return 0
        flags = int(Qt.TextFlag.TextWrapAnywhere)
        metrics = fonts.metrics(fonts.CAPTION)
        return metrics.boundingRect(0, 0, max(40, width - 42), 100_000, flags, self.event_shown.body).height() + 2

    def heightForWidth(self, width: int) -> int:
        return max(44, 22 + self._body_height(width) + 16)

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        return QSize(260, self.heightForWidth(max(200, self.width())))

    def text(self) -> str:
        """Everything, for copying."""
        event = self.event_shown
        return "\n".join(part for part in (f"{event.when}  {event.title}", event.body) if part)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        copy = lambda: QGuiApplication.clipboard().setText(self.text())  # noqa: E731 - a menu entry
        items: list[MenuItem | None] = [MenuItem(t("复制"), copy, "copy", "Ctrl+C")]
        task = self.event_shown.open_task
        if task is not None:
            items.append(MenuItem(t("标为完成"), lambda: self.done_wanted.emit(task), "check"))
        build_menu(self, items).popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        elif event.key() == Qt.Key.Key_Space and self.event_shown.open_task is not None:
            self.done_wanted.emit(self.event_shown.open_task)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        event = self.event_shown
        if not self._last:
            painter.fillRect(13, 32, 1, max(0, self.height() - 34), theme.color("border"))
        painting.rounded(painter, QRectF(0, 2, 27, 27), 13.5, theme.soft(event.tone))
        picture = icons.pixmap(event.icon, theme.ink(event.tone), 15, dpr=self.devicePixelRatioF())
        painter.drawPixmap(6, 8, picture)
        width = fonts.metrics(fonts.SMALL).horizontalAdvance(event.when) + 4
        painting.put_text(painter, QRectF(38, 4, self.width() - 38 - width - 8, 20), event.title)
        spot = QRectF(self.width() - width - 2, 4, width, 20)
        painting.put_text(painter, spot, event.when, "text_3", fonts.SMALL, align=painting.RIGHT)
        if event.body:
            painter.setFont(fonts.font(fonts.CAPTION))
            painter.setPen(theme.color("text_2"))
            flags = Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
            painter.drawText(QRectF(38, 25, self.width() - 42, self.height() - 25), int(flags), event.body)
        if self.hasFocus():
            painting.focus_ring(painter, QRectF(self.rect()), 6)
        painter.end()


class Timeline(QWidget):
    """The events under each other; the older ones on demand.

    Signals:
        done_wanted(UUID): this task is done.
    """

    done_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside: list[QWidget] = []
        self._events: Sequence[Event] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 10, 4, 12)
        self._column.setSpacing(0)

    def events(self) -> Sequence[Event]:
        """What is shown, or would be."""
        return self._events

    def set_events(self, events: Sequence[Event], *, all_of_them: bool = False) -> None:
        """Show these instead."""
        self._events = events
        for widget in self._inside:
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._inside = []
        some = events if all_of_them else events[:_AT_FIRST]
        for at, event in enumerate(some):
            entry = _Entry(event, last=at == len(some) - 1)
            entry.done_wanted.connect(self.done_wanted)
            self._add(entry)
        if not events:
            self._add(muted(t("还没有动态。记一次跟进，就会出现在这里。"), wrap=True))
        if len(some) < len(events):
            more = buttons.ghost(t("再显示 {n} 条", n=len(events) - len(some)), "chevron-down")
            more.clicked.connect(self._show_all())
            self._add(more)

    def _show_all(self) -> Callable[[], None]:
        events = self._events
        return lambda: self.set_events(events, all_of_them=True)

    def _add(self, widget: QWidget) -> None:
        self._inside.append(widget)
        self._column.addWidget(widget)
