"""The conversation in the middle: its head, its messages, the newest at the bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.fields import Entity
from app.core.i18n import t
from app.core.records import Record
from app.services.tickets.service import Conversation, TicketService
from app.services.tickets.sla import Clock, ClockKind, Standing
from app.views.theme.fonts import join_facts
from app.views.tickets.bubble import Bubble, EventLine
from app.views.tickets.words import at_text, first_title, is_ended, span_text
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.labels import DataLabel, ElidedLabel

#: messages shown at once; older ones on demand
SHOWN = 40
#: from this width on the head has room for every button
_ROOMY = 520


class ThreadHead(QWidget):
    """Subject, facts, and the two things done most.

    Signals:
        wanted(str): a verb: merge, resolve, more.
    """

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._may_merge = False
        self.subject = ElidedLabel("", "h1")
        self.facts = ElidedLabel("", "muted")
        self.merge = buttons.plain(t("合并"), "git-merge")
        self.resolve = buttons.primary(t("标记解决"), "circle-check")
        self.more = IconButton("ellipsis", t("更多操作"))
        self.merge.clicked.connect(lambda: self.wanted.emit("merge"))
        self.resolve.clicked.connect(lambda: self.wanted.emit("resolve"))
        self.more.clicked.connect(lambda: self.wanted.emit("more"))
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 16, 24, 12)
        row.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(self.subject)
        words.addWidget(self.facts)
        row.addLayout(words, 1)
        for button in (self.merge, self.resolve, self.more):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Little room: merging is in the menu too."""
        self.merge.setVisible(self._may_merge and self.width() >= _ROOMY)

    def show_ticket(self, entity: Entity, conversation: Conversation, *, may_edit: bool) -> None:
        """Say which ticket this is."""
        ticket = conversation.ticket
        self.subject.setText(str(ticket.get("subject") or ""))
        channel = entity.field("channel").label_of(ticket.get("channel"))
        facts = [str(ticket.get("number") or ""), channel, t("创建于 {when}", when=at_text(ticket.get("opened_at")))]
        ended = is_ended(entity, ticket)
        facts.append(_promise(conversation.clocks, ticket, ended=ended))
        self.facts.setText(join_facts(*facts))
        merged = bool(ticket.get("merged_into"))
        self.resolve.setText(t("重新打开") if ended else t("标记解决"))
        self.resolve.set_icon("rotate-ccw" if ended else "circle-check")
        self.resolve.setVisible(may_edit and not merged)
        self._may_merge = may_edit and not merged
        self._fit()


def _promise(clocks: tuple[Clock, ...], ticket: Record, *, ended: bool) -> str:
    if ended:
        return t("解决于 {when}", when=at_text(ticket.get("resolved_at"))) if ticket.get("resolved_at") else ""
    running = [c for c in clocks if c.standing in (Standing.RUNNING, Standing.LATE)]
    if not running:
        return t("时限已暂停") if any(c.standing is Standing.PAUSED for c in clocks) else ""
    nearest = min(running, key=lambda c: c.left)
    name = {ClockKind.FIRST: t("首次响应"), ClockKind.NEXT: t("下次响应"), ClockKind.RESOLUTION: t("解决")}[
        nearest.kind
    ]
    if nearest.left < 0:
        return t("{what}超时 {span}", what=name, span=span_text(nearest.left))
    return t("{what}剩余 {span}", what=name, span=span_text(nearest.left))


class ThreadView(QWidget):
    """Signals:
    open_wanted(object), save_wanted(object): an attachment's record.
    retry_wanted(object): a message's id.
    link_wanted(object): id of the ticket this one was merged into.
    """

    open_wanted = Signal(object)
    save_wanted = Signal(object)
    retry_wanted = Signal(object)
    link_wanted = Signal(object)

    def __init__(self, service: TicketService, names: Callable[[Any], str]) -> None:
        super().__init__()
        self._service, self._names = service, names
        self._shown: Conversation | None = None
        self._limit = SHOWN
        self.head = ThreadHead()
        self.merged = Banner("info")
        self.merged.hide()
        self.merged.action_clicked.connect(self._on_merged)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(t("往来"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.merged)
        column.addWidget(self.area, 1)
        self.bubbles: list[QWidget] = []

    def show_conversation(self, conversation: Conversation, *, may_edit: bool) -> None:
        """Show it; another ticket starts at its newest message, the same one stays where it was read."""
        same = self._shown is not None and self._shown.ticket.id == conversation.ticket.id
        grown = not same or self._shown is None or len(self._shown.messages) != len(conversation.messages)
        unchanged = same and self._shown is not None and self._shown.messages == conversation.messages
        self._shown = conversation
        if not same:
            self._limit = SHOWN
        self.head.show_ticket(self._service.entity, conversation, may_edit=may_edit)
        merged = next(iter(conversation.ticket.get("merged_into") or ()), None)
        self.merged.setVisible(merged is not None)
        if merged is not None:
            self.merged.set_message(t("这张工单已并入“{title}”。", title=merged.title))
            self.merged.set_action(t("去那里"))
        if not unchanged:
            self._build()
            if grown:
                self.to_end()

    def to_end(self) -> None:
        """The newest message in sight, once the layout knows how long the conversation is."""
        bar = self.area.verticalScrollBar()
        QTimer.singleShot(0, self, lambda: bar.setValue(bar.maximum()))
        QTimer.singleShot(30, self, lambda: bar.setValue(bar.maximum()))

    def _build(self) -> None:
        conversation = self._shown
        assert conversation is not None
        holder = QWidget()
        holder.setProperty("ground", "surface")
        column = QVBoxLayout(holder)
        column.setContentsMargins(24, 6, 24, 16)
        column.setSpacing(14)
        messages = conversation.messages[-self._limit :]
        hidden = len(conversation.messages) - len(messages)
        if hidden:
            more = Button(t("显示更早的 {n} 条", n=hidden), kind="link")
            more.clicked.connect(self._show_older)
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignHCenter)
        company = first_title(conversation.ticket, "customer")
        self.bubbles = []
        for message in messages:
            if message.get("kind") == "event":
                self.bubbles.append(EventLine(self._service.entity, message, self._names))
            else:
                self.bubbles.append(self._bubble(message, conversation, company))
            column.addWidget(self.bubbles[-1])
        if not conversation.messages:
            empty = DataLabel(t("还没有往来。在下面写回复或内部备注。"), "muted")
            empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addSpacing(24)
            column.addWidget(empty)
        column.addStretch(1)
        self.area.setWidget(holder)

    def _bubble(self, message: Record, conversation: Conversation, company: str) -> Bubble:
        bubble = Bubble(message, conversation.attachments.get(message.id, ()), self._names, company)
        bubble.open_wanted.connect(self.open_wanted)
        bubble.save_wanted.connect(self.save_wanted)
        bubble.retry_wanted.connect(self.retry_wanted)
        return bubble

    def _show_older(self) -> None:
        self._limit += 200
        self._build()

    def _on_merged(self) -> None:
        merged = next(iter(self._shown.ticket.get("merged_into") or ()), None) if self._shown else None
        if merged is not None:
            self.link_wanted.emit(merged.id)
