"""What can be done to tickets: one in front, or several selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QPoint
from PySide6.QtGui import QCursor, QGuiApplication

from app.core.access import Action
from app.core.fields import Link
from app.core.filters import Condition
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record, Sort
from app.services.records import ManyResult
from app.services.tickets.intake import Imported
from app.services.tickets.outbox import Sent
from app.views.shell.opened_files import is_program, show_file
from app.views.theme.fonts import join_facts
from app.views.tickets.find_dialog import FindDialog
from app.views.tickets.new_dialog import NewTicketDialog
from app.views.tickets.words import first_title, is_ended
from app.views.widgets.menus import MenuItem, build_menu

if TYPE_CHECKING:
    from app.views.tickets.tickets_page import InboxPage

Menu = list[MenuItem | None]


class TicketVerbs:
    """The page's acts; `run` takes a verb by its key, for the tickets that are selected."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self.desk = page.desk
        self.service = page.service

    # ---- on whom ------------------------------------------------------------------------------------------------

    def ids(self) -> list[UUID]:
        """The selected tickets, else the one in front."""
        rows = self._page.pane.list
        return rows.ids_of(rows.chosen_handles())

    def may(self, action: Action) -> bool:
        """Whether the person may do this to tickets at all."""
        return self.desk.workspace.actor.may("tickets", action) and not self.desk.workspace.archive.read_only

    def run(self, verb: str, at: QPoint | None = None) -> None:
        """Do it, or open the menu it needs."""
        if verb in ("reply", "note"):
            self._page.write(verb)
        elif verb == "open":
            self._page.talk.area.setFocus()
        elif verb == "search":
            self._page.pane.search.setFocus()
        elif verb in ("assign", "status", "priority"):
            if self.may(Action.EDIT) and self.ids():
                build_menu(self._page, self._choices(verb)).popup(at or QCursor.pos())
        elif verb == "more":
            self.open_menu(at or QCursor.pos())
        elif verb in ("resolve", "merge", "delete") and self.ids():
            {"resolve": self.resolve, "merge": self.merge, "delete": self.delete}[verb]()

    def _choices(self, verb: str) -> Menu:
        if verb in ("status", "priority"):
            field = self.service.entity.field(verb)
            return [MenuItem(c.label, partial(self.change, {verb: c.code})) for c in field.offered]
        me = self.desk.workspace.actor.user_id
        items: Menu = [MenuItem(t("交给我"), partial(self.assign, me), "user-check")]
        items += [MenuItem(name, partial(self.assign, key)) for key, name in self.people() if key != me]
        return [*items, None, MenuItem(t("不指定处理人"), partial(self.assign, None))]

    def people(self) -> list[tuple[UUID, str]]:
        """Everybody a ticket may be given to, by name."""
        return sorted(self.desk.users().items(), key=lambda pair: pair[1])

    def open_menu(self, place: QPoint) -> None:
        """Everything that can be done to the selected tickets."""
        build_menu(self._page, self.menu_items()).popup(place)

    def menu_items(self) -> Menu:
        """The right-click menu."""
        edit, ids = self.may(Action.EDIT), self.ids()
        some = bool(ids) and edit
        record = self._page.shown()
        ended = record is not None and is_ended(self.service.entity, record) and len(ids) == 1
        number = str(record.get("number")) if record is not None and len(ids) == 1 else ""
        return [
            MenuItem(t("回复"), partial(self.run, "reply"), "reply", "R", enabled=some and len(ids) == 1),
            MenuItem(t("内部备注"), partial(self.run, "note"), "message-square", "N", enabled=some and len(ids) == 1),
            None,
            MenuItem(t("改处理人"), None, "user-check", enabled=some, items=self._choices("assign")),
            MenuItem(t("改状态"), None, "circle-check", enabled=some, items=self._choices("status")),
            MenuItem(t("改优先级"), None, "flag", enabled=some, items=self._choices("priority")),
            MenuItem(
                t("重新打开") if ended else t("标记解决"),
                self.resolve,
                "rotate-ccw" if ended else "check",
                "E",
                enabled=some,
            ),
            None,
            MenuItem(t("合并…"), self.merge, "git-merge", "M", enabled=some),
            MenuItem(t("关联客户…"), self.link_customer, "link", enabled=some and len(ids) == 1),
            MenuItem(t("复制编号"), partial(self._copy, number), "copy", enabled=bool(number)),
            None,
            MenuItem(
                t("删除"), self.delete, "trash-2", "#", enabled=bool(ids) and self.may(Action.DELETE), danger=True
            ),
        ]

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.desk.toasts.show_toast(t("已复制 {text}", text=text))

    # ---- changes ------------------------------------------------------------------------------------------------

    def change(self, values: dict[str, Any], ids: Sequence[UUID] | None = None) -> None:
        """The same values on all of them, as one operation that can be undone."""
        chosen = list(ids if ids is not None else self.ids())
        if not chosen:
            return
        self.desk.operate(
            lambda job: self.service.change(chosen, values, job), title=t("正在修改工单"), owner=self._page, told=_told,
        )  # fmt: skip

    def assign(self, user: UUID | None) -> None:
        """Give them to a person, or to nobody."""
        self.change({"owner": user})

    def resolve(self) -> None:
        """Resolved; a single one that is resolved already is opened again. The next ticket comes to the front."""
        if not self.may(Action.EDIT):
            return
        ids, record = self.ids(), self._page.shown()
        again = len(ids) == 1 and record is not None and record.id == ids[0]
        again = again and record is not None and is_ended(self.service.entity, record)
        if not again:
            self._page.go_on()
        self.change({"status": self.service.entity.field("status").first("open" if again else "resolved")}, ids)

    def delete(self) -> None:
        """Into the recycle bin."""
        ids = self.ids()
        if not self.may(Action.DELETE) or not ids:
            return
        handles = self._page.pane.list.chosen_handles()
        if len(ids) > 1:
            question = t("把这 {n} 张工单放进回收站？", n=len(ids))
            if not self.desk.dialogs.confirm(question, t("删除"), danger=True):
                return
        self._page.go_on()
        self.desk.operate(
            lambda job: self.service.delete_many(handles, job), title=t("正在删除工单"), owner=self._page,
            told=lambda result: t("{n} 张工单已放进回收站", n=result.changed),
        )  # fmt: skip

    def merge(self) -> None:
        """Several selected: into the one in front. One: ask which one it belongs to."""
        if not self.may(Action.EDIT):
            return
        ids, record = self.ids(), self._page.shown()
        if not ids or record is None:
            return
        if len(ids) > 1:
            winner = record.id if record.id in ids else ids[0]
            losers = [key for key in ids if key != winner]
            question = t("把选中的另外 {n} 张工单并入“{subject}”？", n=len(losers), subject=record.get("subject"))
            if self.desk.dialogs.confirm(question, t("合并"), text=t("消息和附件会移过去，可以撤销。")):
                self._merge(winner, losers)
            return
        dialog = FindDialog(
            self.desk, self._page, "tickets", t("把“{subject}”并入…", subject=record.get("subject")), t("合并"),
            text=t("消息和附件会移到选中的工单，这一张关闭并指向它。"), words=_line, leave_out=frozenset({record.id}),
            condition=Condition("merged_into", "is_empty", None), sorts=(Sort("last_message_at", descending=True),),
        )  # fmt: skip
        dialog.chosen.connect(lambda winner: self._merge(winner.id, [record.id]))
        dialog.open()

    def _merge(self, winner: UUID, losers: Sequence[UUID]) -> None:
        self.desk.operate(
            lambda _job: self.service.merge(winner, losers), title=t("正在合并工单"), owner=self._page,
            told=t("工单已合并"), on_done=lambda _changes: self._page.open_record(winner),
        )  # fmt: skip

    def link_customer(self) -> None:
        """Choose the customer of the ticket in front."""
        record = self._page.shown()
        if record is None or not self.may(Action.EDIT):
            return
        dialog = FindDialog(
            self.desk, self._page, "customers", t("关联客户"), t("关联"),
            words=lambda r: join_facts(*(str(x or "") for x in (r.get("name"), r.get("number"), r.get("city")))),
        )  # fmt: skip
        ticket = record.id
        dialog.chosen.connect(lambda found: self.change({"customer": (Link(found.id),)}, [ticket]))
        dialog.open()

    # ---- new ----------------------------------------------------------------------------------------------------

    def new(self, text: str = "") -> None:
        """The form for a new ticket, `text` being what the customer said."""
        if not self.may(Action.CREATE):
            self.desk.toasts.show_toast(t("您的角色不能新建工单"), "info")
            return
        dialog = NewTicketDialog(self.desk, self._page, self._page.pane.categories, text)
        dialog.made.connect(lambda record: self._page.open_record(record.id))
        dialog.open()

    def pick_mails(self) -> None:
        """Choose a mail file."""
        path = self.desk.dialogs.pick_file("open", t("收入邮件文件"), ((t("邮件文件"), ("eml",)),))
        if path is not None:
            self.take_mails([path])

    def take_mails(self, paths: Sequence[Path]) -> None:
        """Mail files, dropped or chosen: each into its conversation, else a new ticket."""

        def done(found: Imported) -> None:
            if found.failed:
                lines = "\n".join(f"{name}：{why}" for name, why in found.failed)
                self.desk.toasts.show_toast(t("{n} 个文件没有收入：{lines}", n=len(found.failed), lines=lines), "error")
            if found.tickets:
                self._page.open_record(found.tickets[-1])

        def told(found: Imported) -> str:
            if not found.tickets:
                return ""
            if found.known == len(found.tickets):
                return t("这封邮件以前已经收入过")
            return t("收入 {n} 封邮件，新建 {opened} 张工单", n=len(paths) - len(found.failed), opened=found.opened)

        self.desk.operate(
            lambda job: self.service.import_mails(paths, job),
            title=t("正在收入邮件"),
            owner=self._page,
            on_done=done,
            told=told,
        )

    def import_table(self, entity: str) -> None:
        """The import wizard for tickets or their messages."""
        self.desk.page_wanted.emit("import", {"entity": entity})

    def export(self) -> None:
        """The export dialog for the list as it is shown."""
        wanted = self._page.pane.wanted
        columns = [f.key for f in self.service.entity.fields if f.shown]
        self.desk.page_wanted.emit(
            "export",
            {"entity": "tickets", "condition": wanted.condition(), "sorts": wanted.sorts, "columns": columns},
        )

    # ---- mail and files -----------------------------------------------------------------------------------------

    def send(self, messages: Sequence[UUID]) -> None:
        """Hand answers to the mail server; what fails keeps waiting with its reason. Among the readers, because a slow
        server must not hold up anybody's writing."""

        def done(found: Sent) -> None:
            self.desk.changed.emit(found.changes, None)
            if found.failed:
                self.desk.toasts.show_toast(t("没有发出去：{reason}", reason=found.failed[0][1]), "error")
            elif found.sent:
                self.desk.toasts.show_toast(t("邮件已发送"))

        self.desk.read(
            lambda job: self.service.outbox.send(messages, job), done, owner=self._page, title=t("正在发送邮件")
        )

    def offer_waiting(self) -> None:
        """Answers that were not handed over before the program ended."""
        if not self.may(Action.EDIT):
            return

        def done(waiting: list[Record]) -> None:
            keys = [r.id for r in waiting]
            if keys:
                text = t("有 {n} 封回复还没有发出", n=len(keys))
                self.desk.toasts.show_toast(text, "warning", action=t("现在发送"), on_action=lambda: self.send(keys))

        self.desk.read(lambda _job: self.service.outbox.waiting(), done, owner=self._page)

    def open_file(self, file: Record) -> None:
        """In the program this computer opens such files with; programs are saved instead."""
        name = str(file.get("name"))
        if is_program(name):
            self.save_file(file)
            return
        self.desk.read(
            lambda _job: self.service.open_file(file.id), lambda path: show_file(self.desk, path), owner=self._page
        )

    def save_file(self, file: Record) -> None:
        """Where the person wants it."""
        name = str(file.get("name"))
        path = self.desk.dialogs.pick_file("save", t("保存附件"), suggested=name)
        if path is not None:

            def told(saved: Path) -> None:
                self.desk.toasts.show_toast(t("已保存到 {path}", path=saved.name))

            self.desk.read(lambda _job: self.service.save_file(file.id, path), told, owner=self._page)

    def fill(self, text: str, ticket: UUID, put: Callable[[str], None]) -> None:
        """A template with this ticket's values; unknown placeholders are named."""

        def done(found: Any) -> None:
            put(found.text)
            if found.unknown:
                names = "、".join("{{" + name + "}}" for name in found.unknown)
                self.desk.toasts.show_toast(t("常用语里有不认识的占位符：{names}", names=names), "warning")

        def work(_job: Job) -> Any:
            return self.service.desktop.fill(text, ticket)

        self.desk.read(work, done, owner=self._page)


def _line(record: Record) -> str:
    facts = (record.get("number"), record.get("subject"), first_title(record, "customer"))
    return join_facts(*(str(x or "") for x in facts))


def _told(result: ManyResult) -> str:
    if result.kept:
        return t(
            "已修改 {n} 张工单，{kept} 张没有改：{why}",
            n=result.changed,
            kept=len(result.kept),
            why=result.kept[0].reason,
        )
    return t("已修改 {n} 张工单", n=result.changed) if result.changed else ""
