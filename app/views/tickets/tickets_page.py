"""工单收件箱: the list, the conversation, the ticket's properties beside."""

from __future__ import annotations

import uuid
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.dictionary import BUILT_IN
from app.core.fields import FieldType
from app.core.filters import Condition, Filter, Group, Listed, Not, Related, Search
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.services.files.records import held_by
from app.services.tickets.mail.parsing import file_of
from app.services.tickets.service import Conversation
from app.services.tickets.templates import Glance
from app.views.operations.task import Task
from app.views.records.fact_sheet import FactSheet
from app.views.records.pane_files import FilesPanel
from app.views.records.record_dialog import RecordDialog
from app.views.shell.desk import Desk
from app.views.shell.page import Command, NewRecord, OpenRecord, Page
from app.views.tickets.composer import NOTE, REPLY, Composer
from app.views.tickets.list_pane import ListPane
from app.views.tickets.listing import ALL
from app.views.tickets.side_panel import SidePanel
from app.views.tickets.thread_view import ThreadView
from app.views.tickets.verbs import TicketVerbs
from app.views.widgets import buttons
from app.views.widgets.drop_shade import DropShade
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.labels import Rule

_CONCERNS = BUILT_IN.around("tickets") | BUILT_IN.around("reply_templates") | {"deals"}
#: an answer leaves after this many milliseconds, so that 撤销 can still hold it back
HOLD_BACK = 5000
_REREAD = 60_000


class InboxPage(Page):
    """Three panes over `TicketService`."""

    key = "tickets"
    icon = "inbox"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.service = desk.workspace.tickets
        self.conversation: Conversation | None = None
        self._reading: Task | None = None
        self._wanted_id: uuid.UUID | None = None
        self._stale = False
        self._begun = False
        self.hold_back = HOLD_BACK
        self.setAcceptDrops(True)
        self.pane = ListPane(desk, self.service)
        self.talk = ThreadView(self.service, desk.user_name)
        self.composer = Composer()
        self.composer.offer(self.service.entity.field("status"))
        self.side = SidePanel()
        self.verbs = TicketVerbs(self)
        entity, may_edit = self.service.entity, self.verbs.may(Action.EDIT)
        self.facts = FactSheet(entity, may_edit=may_edit, only=lambda f: f.custom or f.type is FieldType.TAGS)
        self.side.set_facts(self.facts)
        self.files = FilesPanel(desk, entity, may_edit=may_edit)
        self.side.set_files(self.files)
        if self.files.may_change:
            shade = DropShade(self.side, t("松开鼠标，添加为附件"), lambda: self.conversation is not None)
            shade.dropped.connect(self.files.take)
        self._build()
        self._connect()
        self._clock = QTimer(self)
        self._clock.setInterval(_REREAD)
        self._clock.timeout.connect(self._on_minute)
        self._clock.start()

    @property
    def title(self) -> str:
        return t("工单")

    def _build(self) -> None:
        middle = QWidget()
        middle.setProperty("ground", "surface")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.inner = QSplitter(Qt.Orientation.Vertical)
        self.inner.setChildrenCollapsible(False)
        self.inner.setHandleWidth(1)
        box = QWidget()
        holder = QVBoxLayout(box)
        holder.setContentsMargins(24, 10, 24, 18)
        holder.addWidget(self.composer)
        self.composer_box = box
        self.inner.addWidget(self.talk)
        self.inner.addWidget(box)
        self.inner.setStretchFactor(0, 1)
        self.inner.setSizes([520, 210])
        column.addWidget(self.inner)
        self.nobody = EmptyState(
            "inbox", t("没有打开的工单"), t("在左边选一张工单。J、K 上下移动，R 回复，E 标记解决。")
        )
        self.nobody.setProperty("ground", "surface")
        self.middle = QStackedWidget()
        self.welcome = self._welcome()
        for widget in (self.nobody, middle, self.welcome):
            self.middle.addWidget(widget)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        for widget in (self.pane, self.middle, self.side):
            self.splitter.addWidget(widget)
        for widget, least in ((self.pane, 232), (self.middle, 316), (self.side, 208)):  # all three fit at 960 pixels
            widget.setMinimumWidth(least)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([348, 620, 264])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(Rule())
        outer.addWidget(self.splitter, 1)
        self.side.hide()

    def _welcome(self) -> EmptyState:
        """Before the first ticket: the ways to get one."""
        actions = []
        if self.verbs.may(Action.CREATE):
            new = buttons.primary(t("新建工单"), "plus")
            new.clicked.connect(lambda _on=False: self.verbs.new())
            mail = buttons.plain(t("收入邮件…"), "mail")
            mail.clicked.connect(lambda _on=False: self.verbs.pick_mails())
            actions += [new, mail]
        if self.verbs.may(Action.IMPORT):
            table = buttons.plain(t("导入表格…"), "upload")
            table.clicked.connect(lambda: self.verbs.import_table("tickets"))
            actions.append(table)
        words = t("把邮件文件（.eml）拖到这里，或粘贴聊天记录、从表格导入旧系统的工单。")
        made = EmptyState("inbox", t("还没有工单"), words, actions)
        made.setProperty("ground", "surface")
        return made

    def _connect(self) -> None:
        rows = self.pane.list
        rows.current_changed.connect(self._on_front)
        rows.wanted.connect(self._on_key)
        rows.menu_requested.connect(self.verbs.open_menu)
        rows.paste_wanted.connect(self.paste_text)
        self.pane.bulk_wanted.connect(self.verbs.run)
        self.pane.found_none.connect(lambda: self.middle.setCurrentWidget(self.welcome))
        self.talk.head.wanted.connect(self._on_head)
        self.talk.open_wanted.connect(self.verbs.open_file)
        self.talk.save_wanted.connect(self.verbs.save_file)
        self.talk.retry_wanted.connect(lambda key: self.verbs.send([key]))
        self.talk.link_wanted.connect(self.open_record)
        self.composer.sent.connect(self._on_sent)
        self.composer.left.connect(self.focus_list)
        self.composer.template_wanted.connect(self._on_template)
        self.composer.files_wanted.connect(self._on_files)
        self.side.changed.connect(self._on_property)
        self.side.customer_wanted.connect(
            lambda key: self.desk.page_wanted.emit("customers", OpenRecord("customers", key))
        )
        self.facts.edit_wanted.connect(self._edit)
        self.facts.told.connect(lambda text: self.desk.toasts.show_toast(text, "info"))
        self.side.link_wanted.connect(self.verbs.link_customer)
        self.side.ticket_wanted.connect(self.open_record)

    # ---- reading ------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._begun = True
        self.pane.load_views()
        self.pane.show_view(self.pane.tabs.current())
        self._read_beside()
        self.verbs.offer_waiting()

    def _read_beside(self) -> None:
        """Categories, people, templates."""
        workspace = self.desk.workspace

        def work(_job: Job) -> tuple[list[Record], list[Record]]:
            return workspace.records("ticket_categories").list(limit=500)[1], self.service.desktop.templates()

        def done(found: tuple[list[Record], list[Record]]) -> None:
            categories, templates = found
            self.pane.categories = _paths(categories)
            self.side.set_categories(self.pane.categories)
            self.side.set_people([(str(key), name) for key, name in self.verbs.people()])
            admin = workspace.actor.is_admin and not workspace.archive.read_only
            manage = (lambda: self.desk.page_wanted.emit("settings", "tickets")) if admin else None
            self.composer.set_templates(templates, manage)
            if self.conversation is not None:
                entity = self.service.entity
                self.side.show_conversation(entity, self.conversation, may_edit=self.verbs.may(Action.EDIT))

        self.desk.read(work, done, owner=self)

    def shown(self) -> Record | None:
        """The ticket in the middle."""
        return self.conversation.ticket if self.conversation else None

    def _on_front(self, handle: int | None) -> None:
        if handle is None:
            self._wanted_id = None
            self._show_nobody()
            return
        found = self.pane.list.ids_of([handle])
        if found:
            self.read_ticket(found[0])
        else:  # its row is still on the way
            self.desk.read(
                lambda _job: self.service.page([handle], ["subject"]).get(handle),
                lambda record: self.read_ticket(record.id) if record is not None else None,
                owner=self,
            )

    def read_ticket(self, ticket: uuid.UUID) -> None:
        """Show this ticket in the middle and beside."""
        self._wanted_id = ticket
        if self._reading is not None and not self._reading.over:
            self._reading.cancel()

        def work(_job: Job) -> tuple[Conversation, Glance | None]:
            return self.service.conversation(ticket), self.service.desktop.glance(ticket)

        def done(found: tuple[Conversation, Glance | None]) -> None:
            if self._wanted_id == ticket:
                self._show(*found)

        def failed(_error: Exception) -> None:
            if self._wanted_id == ticket:  # gone, or no longer for these eyes
                self._show_nobody()

        self._reading = self.desk.read(work, done, owner=self, on_failed=failed)

    def _show(self, conversation: Conversation, glance: Glance | None) -> None:
        self.conversation = conversation
        ticket = conversation.ticket
        edit = self.verbs.may(Action.EDIT) and ticket.deleted_at is None
        writable = edit and not ticket.get("merged_into")
        self.middle.setCurrentIndex(1)
        self.side.show()
        self.talk.show_conversation(conversation, may_edit=edit)
        self.composer_box.setVisible(writable)
        entity = self.service.entity
        self.composer.offer(entity.field("status"))
        self.composer.show_ticket(ticket, self._target(ticket))
        self.side.show_conversation(entity, conversation, may_edit=writable)
        self.side.show_glance(entity, ticket, glance, may_edit=writable)
        self.facts.show_record(ticket, self.desk.users())
        self.facts.setEnabled(writable)
        self.files.show_files(ticket, held_by(self.service.entity, ticket), {})

    def _edit(self, field: str) -> None:
        """The form of the ticket, beginning with this field."""
        if self.conversation is not None:
            RecordDialog(self.desk, self.key, self, self.conversation.ticket, focus=field).open()

    def _target(self, ticket: Record) -> str:
        address = str(ticket.get("requester_email") or "")
        return t("发给 {address}", address=address) if address else t("没有邮箱，只记录")

    def _show_nobody(self) -> None:
        self.conversation = None
        self.middle.setCurrentIndex(0)
        self.side.hide()

    # ---- acts ---------------------------------------------------------------------------------------------------

    def _on_key(self, verb: str) -> None:
        rows = self.pane.list
        rect = rows.visualRect(rows.currentIndex())
        self.verbs.run(verb, rows.viewport().mapToGlobal(rect.center()))

    def _on_head(self, verb: str) -> None:
        more = self.talk.head.more
        self.verbs.run(verb, more.mapToGlobal(QPoint(0, more.height() + 2)))

    def write(self, mode: str) -> None:
        """Into the composer, on this tab of it."""
        if self.conversation is None or self.composer_box.isHidden():
            return
        self.composer.set_mode(REPLY if mode == "reply" else NOTE)
        self.composer.words.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_list(self) -> None:
        """Back to triage."""
        self.pane.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_on(self) -> None:
        """The next ticket before this one leaves the list."""
        rows = self.pane.list
        if len(rows.selectionModel().selectedRows()) <= 1:
            rows.step(1)

    def _on_sent(self, mode: str, text: str, paths: list[Path], status: str) -> None:
        ticket = self.shown()
        if ticket is None:
            return
        key = ticket.id
        self.composer.go.setEnabled(False)

        def work(_job: Job) -> tuple[Record, ChangeSet]:
            files = [file_of(path) for path in paths]
            if mode == NOTE:
                return self.service.note(key, text, files=files)
            return self.service.reply(key, text, files=files, status=status or None)

        def done(result: tuple[Record, ChangeSet]) -> None:
            self.composer.clear_draft(key)
            self.focus_list()
            message = result[0]
            if message.get("delivery") == "queued":
                QTimer.singleShot(self.hold_back, self, lambda: self.verbs.send([message.id]))

        def failed(error: Exception) -> None:
            self.composer.go.setEnabled(True)
            self.desk.dialogs.show_error(error)

        def told(result: tuple[Record, ChangeSet]) -> str:
            if mode == NOTE:
                return t("备注已保存")
            return t("回复马上发出") if result[0].get("delivery") == "queued" else t("回复已记录")

        self.desk.operate(work, title=t("正在保存"), owner=self, on_done=done, on_failed=failed, told=told)

    def _on_template(self, body: str) -> None:
        ticket = self.shown()
        if ticket is not None:
            self.verbs.fill(body, ticket.id, self.composer.insert)

    def _on_files(self) -> None:
        path = self.desk.dialogs.pick_file("open", t("添加附件"))
        if path is not None:
            self.composer.add_files([path])

    def _on_property(self, key: str, value: object) -> None:
        ticket = self.shown()
        if ticket is None:
            return
        if key == "category":
            from app.core.fields import Link

            value = (Link(value),) if isinstance(value, uuid.UUID) else None
        self.verbs.change({key: value}, [ticket.id])

    # ---- the contract with the shell ----------------------------------------------------------------------------

    def open_record(self, ticket: uuid.UUID) -> None:
        """Bring this ticket to the front; when the list does not hold it, it is shown all the same."""
        self.read_ticket(ticket)

        def done(handle: int | None) -> None:
            if handle is not None and not self.pane.list.select_handle(handle):
                self.read_ticket(ticket)

        self.desk.read(lambda _job: self.service.handle_of(ticket), done, owner=self)

    def activate(self, payload: object = None) -> None:
        """A filter: in a tab of its own. A record: shown. "new": the form."""
        if not self._begun:
            self._begin()
        match payload:
            case Condition() | Group() | Not() | Related() | Search() | Listed():
                condition: Filter = payload
                self.pane.show_condition(condition)
            case OpenRecord("tickets", record):
                self.open_record(record)
            case uuid.UUID():
                self.open_record(payload)
            case NewRecord("tickets") | "new":
                self.verbs.new()
            case _:
                self.focus_list()

    def commands(self) -> list[Command]:
        found = [
            Command("tickets:mail", t("收入邮件文件…"), "mail", self.verbs.pick_mails),
            Command("tickets:paste", t("用剪贴板文字新建工单"), "clipboard", self.paste_text),
            Command("tickets:all", t("查看全部工单"), "inbox", lambda: self.pane.show_view(ALL)),
        ]
        if self.verbs.may(Action.IMPORT):
            found += [
                Command("tickets:import", t("从表格导入工单…"), "upload", lambda: self.verbs.import_table("tickets")),
                Command(
                    "tickets:import_log", t("从表格导入往来记录…"), "upload",
                    lambda: self.verbs.import_table("ticket_messages"),
                ),
            ]  # fmt: skip
        if self.desk.workspace.actor.may("tickets", Action.EXPORT):
            found.append(Command("tickets:export", t("导出这个列表…"), "download", self.verbs.export))
        if self.conversation is not None and self.verbs.may(Action.EDIT):
            found += [
                Command("tickets:reply", t("回复工单"), "reply", lambda: self.write("reply")),
                Command("tickets:note", t("写内部备注"), "message-square", lambda: self.write("note")),
                Command("tickets:resolve", t("标记解决或重新打开"), "circle-check", self.verbs.resolve),
                Command("tickets:merge", t("合并工单"), "git-merge", self.verbs.merge),
            ]
        return found

    def paste_text(self) -> None:
        """A new ticket from what was copied in a chat or a mail program."""
        self.verbs.new(QGuiApplication.clipboard().text())

    def refresh(self, changes: ChangeSet, initiator: object) -> None:
        if not changes.concerns(*_CONCERNS) or not self._begun:
            return
        if not self.isVisible():
            self._stale = True
            return
        self._reread()
        if changes.concerns("reply_templates", "ticket_categories"):
            self._read_beside()

    def _reread(self) -> None:
        self.pane.reload()
        self.pane.count()
        if self._wanted_id is not None:
            self.read_ticket(self._wanted_id)

    def _on_minute(self) -> None:
        """Clocks run on while nobody touches anything."""
        if self.isVisible() and self._wanted_id is not None and not self.desk.runner.busy():
            self.read_ticket(self._wanted_id)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            QTimer.singleShot(0, self, self._reread)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _mails(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = _mails(event)
        if paths:
            event.acceptProposedAction()
            self.verbs.take_mails(paths)


def _mails(event: QDropEvent) -> list[Path]:
    """The mail files of a drop; none when there is anything else among them."""
    paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
    return paths if paths and all(p.suffix.casefold() == ".eml" for p in paths) else []


def _paths(categories: list[Record]) -> list[tuple[str, str]]:
    """(id, 物流 / 数量差异) of the categories in use, by path."""
    by_id = {r.id: r for r in categories}

    def path(record: Record) -> str:
        names: list[str] = []
        at: Record | None = record
        for _ in range(8):
            if at is None:
                break
            names.append(str(at.get("name")))
            above = next(iter(at.get("parent") or ()), None)
            at = by_id.get(above.id) if above else None
        return " / ".join(reversed(names))

    return sorted(((str(r.id), path(r)) for r in categories if r.get("active") is not False), key=lambda pair: pair[1])


PAGE = InboxPage
