"""One message of a conversation: the customer's, ours, a note for ourselves, or a mark of what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.core.fields import Entity
from app.core.i18n import t
from app.core.records import Record
from app.services.tickets.mail.quoting import split_quote
from app.views.theme import theme
from app.views.theme.fonts import join_facts
from app.views.tickets.words import at_text, event_text, size_text
from app.views.widgets import buttons, painting
from app.views.widgets.avatar import Avatar
from app.views.widgets.buttons import Button
from app.views.widgets.flow import FlowLayout
from app.views.widgets.labels import DataLabel, ElidedLabel, IconLabel

_GROUNDS = {"inbound": "surface_2", "reply": "primary_soft", "note": "warn_soft"}
#: characters of one message shown at once
_LONG = 6000
#: and on demand; a longer one would hold up the window
_WHOLE = 100_000
#: in longer ones nobody looks for a quotation
_SEARCHED = 60_000


class _Sheet(QWidget):
    """The rounded ground under the words."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._ground = _GROUNDS.get(kind, "surface_2")
        theme.notifier().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 10, self._ground)
        painter.end()


class Bubble(QWidget):
    """Signals:
    open_wanted(object), save_wanted(object): an attachment's record.
    retry_wanted(object): the message's id.
    """

    open_wanted = Signal(object)
    save_wanted = Signal(object)
    retry_wanted = Signal(object)

    def __init__(self, message: Record, files: Sequence[Record], names: Callable[[Any], str], company: str) -> None:
        super().__init__()
        self.message = message
        kind = str(message.get("kind"))
        ours = kind in ("reply", "note")
        who = str(message.get("author") or "") or names(message.get("author_user")) or t("未知")
        self.sheet = _Sheet(kind)
        self.sheet.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._column = QVBoxLayout(self.sheet)
        self._column.setContentsMargins(14, 10, 14, 11)
        self._column.setSpacing(5)
        self._add_head(message, kind, who, company)
        self._add_words(str(message.get("body") or ""))
        if files:
            self._add_files(files)
        self._add_delivery(message)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        face = Avatar(who, 30)
        if ours:
            row.addSpacing(48)
            row.addWidget(self.sheet, 1)
            row.addWidget(face, 0, Qt.AlignmentFlag.AlignTop)
        else:
            row.addWidget(face, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(self.sheet, 1)
            row.addSpacing(88)
        self.setAccessibleName(f"{who} {at_text(message.get('sent_at'))}")

    def _add_head(self, message: Record, kind: str, who: str, company: str) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        beside = kind == "inbound" and company and company != who
        name = ElidedLabel(t("{name}（{company}）", name=who, company=company) if beside else who, "strong")
        name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        head.addWidget(name)
        facts = [at_text(message.get("sent_at") or message.get("created_at"))]
        if kind == "note":
            facts.append(t("内部备注，客户不可见"))
        if message.get("automatic"):
            facts.append(t("自动回复"))
        if message.get("cc"):
            facts.append(t("抄送 {who}", who=message.get("cc")))
        label = DataLabel(join_facts(*facts), "muted")
        label.setWordWrap(True)
        head.addWidget(label, 1)
        self._column.addLayout(head)

    def _add_words(self, body: str) -> None:
        fresh, quoted = split_quote(body) if len(body) <= _SEARCHED else (body, "")
        shown = fresh[:_LONG]
        self.words = DataLabel(shown or (t("（没有文字）") if not quoted else ""), wrap=True, selectable=True)
        self.words.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._column.addWidget(self.words)
        if len(fresh) > _LONG:
            more = Button(t("显示全文"), kind="link", compact=True)
            more.clicked.connect(lambda: self.words.setText(fresh[:_WHOLE]))
            more.clicked.connect(more.hide)
            self._column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        if quoted:
            self._add_quote(quoted)

    def _add_quote(self, quoted: str) -> None:
        toggle = Button(t("显示引用"), kind="link", compact=True)
        label = DataLabel(quoted[:_LONG], "muted", wrap=True, selectable=True)
        label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        label.hide()

        def flip() -> None:
            label.setVisible(label.isHidden())
            toggle.setText(t("显示引用") if label.isHidden() else t("收起引用"))

        toggle.clicked.connect(flip)
        self._column.addWidget(toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(label)

    def _add_files(self, files: Sequence[Record]) -> None:
        box = QWidget()
        flow = FlowLayout(box)
        for file in files:
            name = str(file.get("name"))
            button = buttons.plain(f"{name}  {size_text(file.get('size'))}", "paperclip")
            button.setAccessibleName(t("打开附件 {name}", name=name))
            button.setToolTip(t("打开；右键另存为"))
            button.clicked.connect(lambda _on=False, one=file: self.open_wanted.emit(one))
            button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            button.customContextMenuRequested.connect(lambda _at, one=file: self.save_wanted.emit(one))
            flow.addWidget(button)
        self._column.addWidget(box)

    def _add_delivery(self, message: Record) -> None:
        state = message.get("delivery")
        if state not in ("queued", "failed"):
            return
        row = QHBoxLayout()
        row.setSpacing(6)
        failed = state == "failed"
        row.addWidget(IconLabel("circle-alert" if failed else "clock", "bad" if failed else "text_3", 14))
        text = t("没有发出去：{reason}", reason=message.get("delivery_error") or "") if failed else t("等待发送")
        row.addWidget(DataLabel(text, "error" if failed else "muted", wrap=True), 1)
        self.retry = Button(t("重试") if failed else t("立即发送"), "send", kind="link", compact=True)
        self.retry.clicked.connect(lambda: self.retry_wanted.emit(message.id))
        row.addWidget(self.retry)
        self._column.addLayout(row)


class EventLine(QWidget):
    """What happened, in a quiet line between the messages."""

    def __init__(self, entity: Entity, message: Record, names: Callable[[Any], str]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(40, 0, 40, 0)
        text = join_facts(
            event_text(entity, message, names), at_text(message.get("sent_at") or message.get("created_at"))
        )
        label = DataLabel(text, "muted", wrap=True)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        row.addWidget(label)
