"""The top of the pane: who it is, what to do at once, tags, the facts looked for most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.fields import Entity, FieldType, Point
from app.core.i18n import t
from app.core.records import Record
from app.views.records.cells import Names, Tones, has_editor, shown
from app.views.records.fact_row import FactRow
from app.views.records.pane_data import reachable
from app.views.theme import fonts
from app.views.widgets import buttons
from app.views.widgets.avatar import Avatar
from app.views.widgets.buttons import IconButton
from app.views.widgets.chips import ChipRow
from app.views.widgets.labels import ElidedLabel
from app.views.widgets.menus import MenuItem, build_menu

_FACTS: dict[str, tuple[tuple[str, str], ...]] = {
    "customers": (
        ("number", "hash"), ("phones", "phone"), ("emails", "mail"), ("stage", "target"), ("city", "map-pin"),
        ("industry", "building-2"), ("owner", "user"), ("amount", "wallet"), ("last_contact_on", "calendar"),
        ("next_contact_on", "calendar-clock"),
    ),
    "contacts": (
        ("number", "hash"), ("customers", "building-2"), ("title", "briefcase"), ("phones", "phone"),
        ("emails", "mail"), ("wechats", "message-square"), ("owner", "user"), ("birthday", "cake"),
    ),
}  # fmt: skip
_ALWAYS = frozenset({"number", "phones", "owner"})
_ICONS = {
    FieldType.MONEY: "wallet", FieldType.PRICE: "wallet", FieldType.MONTH_DAY: "calendar", FieldType.DATE: "calendar",
    FieldType.DATETIME: "calendar-clock", FieldType.USER: "user", FieldType.LINKS: "link",
    FieldType.PHONES: "phone", FieldType.EMAILS: "mail", FieldType.CHOICE: "target",
}  # fmt: skip


def _usual_facts(entity: Entity) -> list[tuple[str, str]]:
    """The columns the list shows, but the title."""
    return [(f.key, _ICONS.get(f.type, "hash")) for f in entity.fields if f.shown and f.key != entity.title][:10]


@dataclass(frozen=True)
class PaneAction:
    """Something to do at once with the record in the pane."""

    title: str
    icon: str
    run: Callable[[Record], object]
    primary: bool = False


class PaneHead(QWidget):
    """Signals:
    follow_wanted(), edit_wanted(str), tags_wanted(), fold_wanted(): pressed; the field to begin with, "" = none.
    menu_wanted(QPoint): the … button.
    told(str): a short message, e.g. that something was copied.
    """

    follow_wanted = Signal()
    edit_wanted = Signal(str)
    tags_wanted = Signal()
    fold_wanted = Signal()
    menu_wanted = Signal(QPoint)
    told = Signal(str)

    def __init__(self, entity: Entity, *, may_edit: bool, may_log: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entity = entity
        self._record: Record | None = None
        self._may_edit = may_edit
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self._build_who())
        column.addLayout(self._build_actions(may_log=may_log))
        column.addLayout(self._build_tags())
        facts = QVBoxLayout()
        facts.setSpacing(0)
        self.facts: dict[str, FactRow] = {}
        for key, icon in _FACTS.get(entity.key) or _usual_facts(entity):
            field = entity.find(key)
            if field is not None:
                facts.addWidget(self._build_fact(key, icon, editable=may_edit and has_editor(field)))
        column.addLayout(facts)

    def _build_who(self) -> QHBoxLayout:
        self._avatar = Avatar("", 44)
        self._name = ElidedLabel("", "h2")
        self._under = ElidedLabel("", "muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._name)
        words.addWidget(self._under)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._avatar)
        row.addLayout(words, 1)
        edit = IconButton("pencil", t("编辑"), side=30, shortcut="Ctrl+E")
        edit.clicked.connect(lambda _on=False: self.edit_wanted.emit(""))
        edit.setVisible(self._may_edit)
        self._more = IconButton("ellipsis", t("更多操作"), side=30)
        self._more.clicked.connect(self._open_menu)
        fold = IconButton("panel-right", t("收起详情"), side=30, shortcut="Ctrl+\\")
        fold.clicked.connect(self.fold_wanted)
        buttons_row = QHBoxLayout()
        buttons_row.setSpacing(0)
        for button in (edit, self._more, fold):
            buttons_row.addWidget(button)
        row.addLayout(buttons_row)
        return row

    def _build_actions(self, *, may_log: bool) -> QHBoxLayout:
        self.follow = buttons.primary(t("记跟进"), "message-square")
        self.follow.setToolTip("Ctrl+J")
        self.follow.clicked.connect(self.follow_wanted)
        self.follow.setVisible(may_log)
        self.call = buttons.plain(t("致电"), "phone")
        self.call.clicked.connect(lambda _on=False: self._reach("phones", self.call))
        self.mail = buttons.plain(t("邮件"), "mail")
        self.mail.clicked.connect(lambda _on=False: self._reach("emails", self.mail))
        reachable_ones = self._entity.find("phones") is not None
        self.call.setVisible(reachable_ones)
        self.mail.setVisible(reachable_ones)
        self._own = QHBoxLayout()
        self._verbs: list[buttons.Button] = []
        self._own.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.follow, 1)
        row.addLayout(self._own)
        row.addWidget(self.call)
        row.addWidget(self.mail)
        if not may_log:
            row.addStretch(1)
        return row

    def _build_tags(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self._tags = ChipRow()
        self._add_tag = buttons.Button(t("标签"), "plus", "ghost", compact=True)
        self._add_tag.clicked.connect(self.tags_wanted)
        self._add_tag.setVisible(self._may_edit and self._entity.find("tags") is not None)
        row.addWidget(self._tags)
        row.addWidget(self._add_tag)
        row.addStretch()
        return row

    def _build_fact(self, key: str, icon: str, *, editable: bool) -> FactRow:
        row = self.facts[key] = FactRow(self._entity.field(key).label, icon, editable=editable)
        row.copied.connect(lambda text: self.told.emit(t("已复制：{text}", text=text)))
        row.edit_wanted.connect(lambda key=key: self.edit_wanted.emit(key))
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_actions()

    def _fit_actions(self) -> None:
        """Where the words do not fit, the two smaller buttons keep their icons only."""
        words = ((self.call, t("致电")), (self.mail, t("邮件")))
        for button, text in words:
            button.setText(text)
            button.setAccessibleName(text)
        shown = [b for b in (self.follow, *self._verbs, self.call, self.mail) if not b.isHidden()]
        needed = sum(b.sizeHint().width() for b in shown) + 8 * (len(shown) - 1)
        for button, text in words:
            if needed > self.width():
                button.setText("")
                button.setToolTip(text)

    # ---- showing ------------------------------------------------------------------------------------------------

    def show_record(self, record: Record, users: Names, tones: Tones) -> None:
        """Another record, or a newer state of this one."""
        self._record = record
        name = str(record.get(self._entity.title) or "")
        self._avatar.set_name(name)
        self._name.setText(name)
        self._name.setAccessibleName(name)
        facts = (str(record.get("short_name") or ""), str(record.get("title") or ""), str(record.get("number") or ""))
        self._under.setText(fonts.join_facts(*(fact for fact in facts if fact != name)))
        self._tags.set_items([(tag, tones.get(tag, "")) for tag in record.get("tags") or ()])
        self.call.setEnabled(bool(reachable(record, "phones")))
        self.mail.setEnabled(bool(reachable(record, "emails")))
        for key, row in self.facts.items():
            field = self._entity.field(key)
            text = shown(field, record, users)
            choice = field.choice(str(record.get(key))) if field.type is FieldType.CHOICE else None
            row.set_value(text, choice.tone if choice else "")
            row.setVisible(bool(text) or key in _ALWAYS)

    def set_actions(self, actions: Sequence[PaneAction]) -> None:
        """Buttons of the page for this record, in place of the earlier ones."""
        self._verbs.clear()
        while (item := self._own.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for action in actions:
            make = buttons.primary if action.primary else buttons.plain
            button = make(action.title, action.icon)
            button.clicked.connect(partial(self._act, action))
            self._own.addWidget(button)
            self._verbs.append(button)
        self._fit_actions()

    def _act(self, action: PaneAction, _on: bool = False) -> None:
        if self._record is not None:
            action.run(self._record)

    def _open_menu(self) -> None:
        self.menu_wanted.emit(self._more.mapToGlobal(QPoint(0, self._more.height() + 2)))

    def _reach(self, field: str, anchor: QWidget) -> None:
        """Copy the number or address; several: choose first."""
        points = reachable(self._record, field) if self._record is not None else []
        if len(points) == 1:
            self._take(points[0])
        elif points:
            items = [
                MenuItem(fonts.join_facts(point.value, point.label), self._taking(point), "copy") for point in points
            ]
            build_menu(self, items).popup(anchor.mapToGlobal(QPoint(0, anchor.height() + 2)))

    def _taking(self, point: Point) -> Callable[[], None]:
        return lambda: self._take(point)

    def _take(self, point: Point) -> None:
        QGuiApplication.clipboard().setText(point.value)
        if point.opt_out:
            self.told.emit(t("已复制：{text}（对方不愿被联系）", text=point.value))
        else:
            self.told.emit(t("已复制：{text}", text=point.value))
