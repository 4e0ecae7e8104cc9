"""The ticket's properties, its promises and its customer, at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.core.amounts import money_shown
from app.core.dictionary.tickets import TICKETS
from app.core.fields import Entity
from app.core.i18n import t
from app.core.records import Record
from app.services.tickets.service import Conversation
from app.services.tickets.sla import Clock, ClockKind, Standing
from app.services.tickets.templates import Glance
from app.views.theme import theme
from app.views.theme.fonts import join_facts
from app.views.tickets.words import first_id, span_text
from app.views.widgets import painting
from app.views.widgets.avatar import Avatar
from app.views.widgets.buttons import Button
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import DataLabel, ElidedLabel, subheading

#: the words of a link begin so far inside it
_LINK_INDENT = 10
_TONES = {
    Standing.RUNNING: "primary", Standing.PAUSED: "gray", Standing.LATE: "bad", Standing.MET: "ok", Standing.MISSED: "bad",
    Standing.DROPPED: "gray",
}  # fmt: skip


def clock_name(kind: ClockKind) -> str:
    """首次响应 …"""
    return {ClockKind.FIRST: t("首次响应"), ClockKind.NEXT: t("下次响应"), ClockKind.RESOLUTION: t("解决")}[kind]


def clock_text(clock: Clock) -> str:
    """How it stands, in words."""
    match clock.standing:
        case Standing.MET:
            return t("按时，用了 {span}", span=span_text(clock.used))
        case Standing.MISSED:
            return t("超时 {span}", span=span_text(clock.left))
        case Standing.LATE:
            return t("已超时 {span}", span=span_text(clock.left))
        case Standing.PAUSED:
            return t("已暂停，剩 {span}", span=span_text(clock.left))
        case Standing.DROPPED:
            return t("不计")
    return t("剩 {span}，共 {total}", span=span_text(clock.left), total=span_text(clock.target.minutes))


class ClockBar(QWidget):
    """Name, words, and how much of the time is used."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.setFixedHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{clock_name(clock.kind)} {clock_text(clock)}")
        theme.notifier().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        tone = _TONES[self._clock.standing]
        line = QRectF(0, 0, self.width(), 22)
        painting.put_text(painter, line, clock_name(self._clock.kind), "text_2")
        ink = "bad" if tone == "bad" else "ok" if tone == "ok" else "text_2"
        painting.put_text(painter, line, clock_text(self._clock), ink, align=painting.RIGHT)
        track = QRectF(0, 27, self.width(), 5)
        painting.rounded(painter, track, 2.5, "gray_soft")
        share = min(max(self._clock.used / max(self._clock.target.minutes, 1), 0.0), 1.0)
        if share > 0:
            fill = QRectF(0, 27, max(self.width() * share, 5), 5)
            painting.rounded(painter, fill, 2.5, "scrollbar_hover" if tone == "gray" else tone)
        painter.end()


class SidePanel(QScrollArea):
    """Signals:
    changed(str, object): a property and its new value (a code, an id or None).
    customer_wanted(object): open this customer.
    link_wanted(): choose the customer.
    ticket_wanted(object): open this ticket.
    """

    changed = Signal(str, object)
    customer_wanted = Signal(object)
    link_wanted = Signal()
    ticket_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(t("工单属性"))
        holder = QWidget()
        holder.setProperty("ground", "surface")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(18, 18, 18, 18)
        self._column.setSpacing(5)
        self._column.addWidget(subheading(t("工单属性")))
        self.status = self._field("status")
        self.priority = self._field("priority")
        self.owner = self._field("owner")
        self.category = self._field("category")
        self._facts = self._section(t("更多资料"))
        self._clocks = self._section(t("服务时限"))
        self._customer = self._section(TICKETS.field("customer").label)
        self._files = self._section(TICKETS.field("files").label)
        self._column.addStretch(1)
        self.setWidget(holder)
        self._showing = False

    def _field(self, key: str) -> ChoiceField:
        label = TICKETS.field(key).label
        title = DataLabel(label, "muted")
        field = ChoiceField()
        title.setBuddy(field)
        field.setAccessibleName(label)
        field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        field.currentIndexChanged.connect(lambda _at: self._on_changed(key, field))
        self._column.addSpacing(4)
        self._column.addWidget(title)
        self._column.addWidget(field)
        return field

    def _section(self, title: str) -> QVBoxLayout:
        self._column.addSpacing(14)
        self._column.addWidget(subheading(title))
        box = QWidget()
        inner = QVBoxLayout(box)
        inner.setContentsMargins(0, 4, 0, 0)
        inner.setSpacing(6)
        self._column.addWidget(box)
        return inner

    # ---- showing ------------------------------------------------------------------------------------------------

    def set_facts(self, sheet: QWidget) -> None:
        """What else is known of the ticket: its tags, the office's own fields."""
        self._facts.addWidget(sheet)

    def set_files(self, panel: QWidget) -> None:
        """The panel of the ticket's own files; those of its messages stand in the conversation."""
        self._files.addWidget(panel)

    def set_people(self, people: Sequence[tuple[str, str]]) -> None:
        """(id, name) of everybody a ticket may be given to."""
        self._quietly(self.owner, [("", t("未分配")), *people])

    def set_categories(self, categories: Sequence[tuple[str, str]]) -> None:
        """(id, path) of the categories in use."""
        self._quietly(self.category, [("", t("未分类")), *categories])

    def _quietly(self, field: ChoiceField, choices: Sequence[tuple[str, str]]) -> None:
        self._showing = True
        field.set_choices(choices)
        self._showing = False

    def show_conversation(self, entity: Entity, conversation: Conversation, *, may_edit: bool) -> None:
        """Properties and promises of this ticket."""
        ticket = conversation.ticket
        self._showing = True
        for key, box in (("status", self.status), ("priority", self.priority)):
            code = str(ticket.get(key) or "")
            box.set_choices(entity.field(key).options(code))
            self._choose(box, code)
        self._choose(self.owner, str(ticket.get("owner") or ""))
        category = first_id(ticket, "category")
        self._choose(self.category, str(category or ""))
        for field in (self.status, self.priority, self.owner, self.category):
            field.setEnabled(may_edit)
        self._showing = False
        _empty(self._clocks)
        for clock in conversation.clocks:
            self._clocks.addWidget(ClockBar(clock))
        if not conversation.clocks:
            self._clocks.addWidget(DataLabel(t("没有承诺时限"), "muted"))

    def show_glance(self, entity: Entity, ticket: Record, glance: Glance | None, *, may_edit: bool) -> None:
        """The customer beside."""
        _empty(self._customer)
        if glance is None:
            self._show_nobody(ticket, may_edit=may_edit)
            return
        customer = glance.customer
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(Avatar(str(customer.get("name")), 34), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        name = Button(str(customer.get("name")), kind="link", compact=True)
        name.setAccessibleName(t("打开客户 {name}", name=customer.get("name")))
        name.clicked.connect(lambda: self.customer_wanted.emit(customer.id))
        words.addWidget(name, 0, Qt.AlignmentFlag.AlignLeft)
        amount = customer.get("amount")
        level = str(customer.get("level") or "")
        facts = [level, t("累计 {amount}", amount=money_shown(amount)) if amount is not None else ""]
        summary = ElidedLabel(join_facts(*facts), "muted")
        below = QHBoxLayout()
        below.addSpacing(_LINK_INDENT)
        below.addWidget(summary, 1)
        words.addLayout(below)
        row.addLayout(words, 1)
        self._customer.addLayout(row)
        counts = join_facts(t("近 90 天工单 {n}", n=glance.recent), t("在谈商机 {n}", n=glance.deals))
        self._customer.addWidget(DataLabel(counts, "secondary", wrap=True))
        for other in glance.others:
            link = Button(f"{other.get('number')}  {other.get('subject')}", kind="link", compact=True)
            link.setToolTip(entity.field("status").label_of(other.get("status")))
            link.setMaximumWidth(232)
            link.clicked.connect(lambda _on=False, one=other.id: self.ticket_wanted.emit(one))
            self._customer.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_nobody(self, ticket: Record, *, may_edit: bool) -> None:
        who = " ".join(str(x) for x in (ticket.get("requester"), ticket.get("requester_email")) if x)
        if who:
            self._customer.addWidget(DataLabel(who, "secondary", wrap=True, selectable=True))
        self._customer.addWidget(DataLabel(t("还没有关联客户"), "muted"))
        if may_edit:
            button = Button(t("关联客户…"), "link", compact=True)
            button.clicked.connect(self.link_wanted)
            self._customer.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _choose(self, field: ChoiceField, key: str) -> None:
        try:
            field.set_key(key)
        except KeyError:  # retired people and categories: shown as they are
            field.setCurrentIndex(-1)

    def _on_changed(self, key: str, field: ChoiceField) -> None:
        if self._showing or field.currentIndex() < 0:
            return
        value: Any = field.key()
        if key in ("owner", "category"):
            value = UUID(value) if value else None
        self.changed.emit(key, value)


def _empty(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        inner = item.layout() if item else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif isinstance(inner, (QVBoxLayout, QHBoxLayout)):
            _empty(inner)  # type: ignore[arg-type]
            inner.deleteLater()
