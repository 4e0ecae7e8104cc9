"""The pane beside the table: the current record, what happened with it, its people, all its fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.core import clock
from app.core.access import Action
from app.core.dictionary import BUILT_IN
from app.core.fields import Entity, FieldType
from app.core.i18n import t
from app.core.records import Record
from app.views.operations.task import Task
from app.views.records.cells import Names, Tones, held
from app.views.records.fact_sheet import FactSheet
from app.views.records.pane_business import BusinessList
from app.views.records.pane_data import PaneData, Tied, read_pane
from app.views.records.pane_files import FilesPanel
from app.views.records.pane_head import PaneAction, PaneHead
from app.views.records.timeline import Timeline
from app.views.shell.desk import Desk
from app.views.theme import fonts
from app.views.widgets import buttons
from app.views.widgets.drop_shade import DropShade
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.menus import MenuItem
from app.views.widgets.skeleton import Skeleton
from app.views.widgets.tabs import TabItem, ViewTabs

_WAIT = 140
EVENTS, PEOPLE, BUSINESS, FILES, ALL_FIELDS = "events", "people", "business", "files", "fields"


class DetailPane(QWidget):
    """Follows a handle. The old record stays until the new one is there; after a moment grey bars take its place.

    Signals:
        follow_wanted(Record), tags_wanted(Record): its buttons.
        edit_wanted(Record, str): change it, beginning with this field ("" = none).
        contact_wanted(Record, Record | None): edit this contact of the customer, or add one.
        done_wanted(UUID): a task is done.
        menu_wanted(QPoint), fold_wanted(), told(str).
    """

    follow_wanted = Signal(object)
    tags_wanted = Signal(object)
    edit_wanted = Signal(object, str)
    contact_wanted = Signal(object, object)
    done_wanted = Signal(object)
    menu_wanted = Signal(QPoint)
    fold_wanted = Signal()
    told = Signal(str)

    def __init__(self, desk: Desk, entity: Entity, tones: Tones, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._entity, self._tones = desk, entity, tones
        #: what the page offers to do with a record
        self.offers: Callable[[Record], Sequence[PaneAction]] = lambda _record: ()
        self._handle: int | None = None
        self._task: Task | None = None
        self.data: PaneData | None = None
        actor, writable = desk.workspace.actor, not desk.workspace.archive.read_only
        self._may_edit = writable and actor.may(entity.key, Action.EDIT)
        self._may_add = writable and entity.key == "customers" and actor.may("contacts", Action.CREATE)
        may_log = writable and entity.key == "customers" and actor.may("activities", Action.CREATE)
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.head = PaneHead(entity, may_edit=self._may_edit, may_log=may_log)
        self.timeline = Timeline()
        self.people = ItemList(t("联系人"), t("还没有联系人。"))
        self.fields = FactSheet(entity, may_edit=self._may_edit)
        self._files_field = next((field for field in entity.fields if field.type is FieldType.FILES), None)
        self.files = FilesPanel(desk, entity, may_edit=self._may_edit)
        self._stack = QStackedWidget()
        self._build()
        if self._files_field is not None and self._may_edit:
            shade = DropShade(self, t("松开鼠标，添加为附件"), lambda: self.data is not None)
            shade.dropped.connect(self._on_dropped)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT)
        self._wait.timeout.connect(lambda: self._stack.setCurrentIndex(1))
        self._connect()

    # ---- construction -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._nothing = EmptyState("panel-right", t("没有选中记录"), t("在左边点一行，这里就显示它的详情。"))
        waiting = QWidget()
        lines = QVBoxLayout(waiting)
        lines.setContentsMargins(20, 24, 20, 20)
        lines.addWidget(Skeleton(9))
        for widget in (self._nothing, waiting, self._build_record()):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _build_record(self) -> QWidget:
        self.tabs = ViewTabs(t("详情"))
        self._tab_stack = QStackedWidget()
        people = QWidget()
        column = QVBoxLayout(people)
        column.setContentsMargins(0, 8, 4, 12)
        column.setSpacing(8)
        column.addWidget(self.people)
        self.add_contact = buttons.ghost(t("添加联系人"), "user-plus")
        self.add_contact.setVisible(self._may_add)
        column.addWidget(self.add_contact, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch()
        events = QWidget()
        inner = QVBoxLayout(events)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.timeline)
        inner.addStretch()
        self.business = BusinessList(self._desk)
        pages = {EVENTS: events, PEOPLE: people, BUSINESS: self.business, FILES: self.files, ALL_FIELDS: self.fields}
        self._pages = {key: _scroll(content) for key, content in pages.items()}
        for page in self._pages.values():
            self._tab_stack.addWidget(page)
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(20, 16, 12, 0)
        outer.setSpacing(10)
        top = QVBoxLayout()
        top.setContentsMargins(0, 0, 8, 0)
        top.addWidget(self.head)
        outer.addLayout(top)
        outer.addWidget(self.tabs)
        outer.addWidget(self._tab_stack, 1)
        self._show_tabs(0)
        return holder

    def _show_tabs(self, people: int) -> None:
        tabs = [TabItem(EVENTS, t("动态"))]
        if self._entity.key == "customers":
            tabs.append(TabItem(PEOPLE, t("联系人"), people))
        if BUILT_IN.hanging(self._entity.key):
            tabs.append(TabItem(BUSINESS, t("业务")))
        if self._files_field is not None:
            tabs.append(TabItem(FILES, self._files_field.label))
        tabs.append(TabItem(ALL_FIELDS, t("资料")))
        self.tabs.set_tabs(tabs)

    def _connect(self) -> None:
        head = self.head
        head.follow_wanted.connect(lambda: self._with_record(self.follow_wanted.emit))
        head.tags_wanted.connect(lambda: self._with_record(self.tags_wanted.emit))
        head.edit_wanted.connect(self._edit)
        head.fold_wanted.connect(self.fold_wanted)
        head.menu_wanted.connect(self.menu_wanted)
        head.told.connect(self.told)
        self.fields.told.connect(self.told)
        self.fields.edit_wanted.connect(self._edit)
        self.timeline.done_wanted.connect(self.done_wanted)
        self.tabs.activated.connect(self.show_tab)
        self.add_contact.clicked.connect(
            lambda _on=False: self._with_record(lambda record: self.contact_wanted.emit(record, None))
        )

    def _on_dropped(self, paths: list[Path]) -> None:
        self.show_tab(FILES)
        self.files.take(paths)

    def _with_record(self, call: Callable[[Record], object]) -> None:
        if self.data is not None:
            call(self.data.record)

    def _edit(self, field: str) -> None:
        if self.data is not None:
            self.edit_wanted.emit(self.data.record, field)

    # ---- showing ------------------------------------------------------------------------------------------------

    def record(self) -> Record | None:
        """The record on the screen."""
        return self.data.record if self.data is not None else None

    def show_tab(self, key: str) -> None:
        """Bring one of its tabs to the front. KeyError for an unknown one."""
        self.tabs.set_current(key)
        self._tab_stack.setCurrentWidget(self._pages[key])

    def show_handle(self, handle: int | None) -> None:
        """Another record; None = none."""
        if handle == self._handle and handle is not None and self.data is not None:
            return
        self._handle = handle
        if handle is None:
            self._stop()
            self.data = None
            self._stack.setCurrentIndex(0)
            return
        self.reload()

    def reload(self) -> None:
        """Read the record again."""
        self._stop()
        handle = self._handle
        if handle is None or not self.isVisible():
            return
        if self.data is None or self.data.record.handle != handle:
            self._wait.start()
        workspace, entity, users = self._desk.workspace, self._entity.key, self._desk.users()
        self._task = self._desk.read(
            lambda job: read_pane(workspace, entity, handle, users, job),
            lambda data: self._show(handle, data, users),
            owner=self,
            on_failed=self._on_failed,
        )

    def _stop(self) -> None:
        self._wait.stop()
        if self._task is not None and not self._task.over:
            self._task.cancel()
        self._task = None

    def _on_failed(self, error: Exception) -> None:
        self._wait.stop()
        self._stack.setCurrentIndex(0)
        self._desk.dialogs.show_error(error)

    def _show(self, handle: int, data: PaneData | None, users: Names) -> None:
        self._wait.stop()
        if handle != self._handle:
            return
        same = self.data is not None and data is not None and self.data.record.handle == data.record.handle
        self.data = data
        if data is None:
            self._stack.setCurrentIndex(0)
            return
        self.head.show_record(data.record, users, self._tones)
        self.fields.show_record(data.record, users)
        self.timeline.set_events(data.events)
        self.head.set_actions(self.offers(data.record))
        self._show_people(data.contacts)
        self.business.show_sections(data.sections)
        if self._files_field is not None:
            self.files.show_files(data.record, data.files, data.pictures)
            self.tabs.set_count(FILES, len(data.files) or None)
        if self._entity.key == "customers":
            self.tabs.set_count(PEOPLE, len(data.contacts) or None)
        if not same:
            for page in self._pages.values():
                page.verticalScrollBar().setValue(0)
        self._stack.setCurrentIndex(2)

    def _show_people(self, contacts: Tied) -> None:
        items = []
        today = clock.today()
        ended = [link.until is not None and link.until < today for _, link in contacts]
        for (contact, link), over in sorted(zip(contacts, ended, strict=True), key=itemgetter(1)):  # who has left, last
            phones = contact.get("phones") or ()
            job, phone = link.role or str(contact.get("title") or ""), phones[0].value if phones else ""
            under = fonts.join_facts(job, held(link), phone, link.note)
            items.append(Item(str(contact.get("name") or ""), under, menu=self._menu_of(contact), faded=over))
        self.people.set_items(items)

    def _menu_of(self, contact: Record) -> Callable[[], list[MenuItem | None]]:
        def items() -> list[MenuItem | None]:
            phones, mails = contact.get("phones") or (), contact.get("emails") or ()
            found: list[MenuItem | None] = []
            if self._may_edit:
                found.append(MenuItem(t("打开"), lambda: self._open_contact(contact), "pencil"))
            found += [
                MenuItem(t("复制 {text}", text=p.value), _copying(self, p.value), "copy") for p in (*phones, *mails)
            ]
            return found

        return items

    def _open_contact(self, contact: Record) -> None:
        self._with_record(lambda record: self.contact_wanted.emit(record, contact))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._handle is not None and (self.data is None or self.data.record.handle != self._handle):
            QTimer.singleShot(0, self, self.reload)


def _copying(pane: DetailPane, text: str) -> Callable[[], None]:
    def copy() -> None:
        QGuiApplication.clipboard().setText(text)
        pane.told.emit(t("已复制：{text}", text=text))

    return copy


def _scroll(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setProperty("ground", "surface")
    content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    area.setWidget(content)
    return area
