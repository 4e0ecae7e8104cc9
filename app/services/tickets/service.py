"""Tickets: answering, noting, assigning, merging."""

from __future__ import annotations

import builtins
import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.access import Action
from app.core.clock import now
from app.core.fields import Link
from app.core.filters import Condition
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record, Sort
from app.db import attachments
from app.db.journal import Operation
from app.db.store.behaviour import Terms
from app.db.store.settings import setting
from app.db.unit_of_work import UnitOfWork
from app.errors import UserError
from app.services.context import Context
from app.services.files import copies
from app.services.files.records import joined_files
from app.services.records import BeforeMany, ManyResult, RecordService
from app.services.tickets import intake, messages
from app.services.tickets.account import KEY as ACCOUNT_KEY
from app.services.tickets.account import MailAccountService
from app.services.tickets.intake import Received
from app.services.tickets.mail.parsing import Mail, MailFile
from app.services.tickets.mail.sending import new_message_id
from app.services.tickets.mail.threads import reply_subject
from app.services.tickets.messages import MESSAGES, Note
from app.services.tickets.office_service import OfficeService
from app.services.tickets.outbox import Outbox
from app.services.tickets.sla import Clock
from app.services.tickets.templates import Desktop

Files = Sequence[MailFile]


@dataclass(frozen=True)
class Conversation:
    """A ticket with all its messages (oldest first), their attachments by message id, and how its promises stand."""

    ticket: Record
    messages: tuple[Record, ...]
    attachments: Mapping[uuid.UUID, tuple[Record, ...]]
    clocks: tuple[Clock, ...]


class TicketService(RecordService):
    """Verbs on tickets beyond those of every record. A change of status or priority, however it is made, leaves an event
    and moves the clocks."""

    def __init__(self, context: Context, before_many: BeforeMany | None = None) -> None:
        super().__init__(context, "tickets", before_many)
        self.mailbox = MailAccountService(context)
        self.outbox = Outbox(context, self.mailbox)
        self.desktop = Desktop(context)
        self.office = OfficeService(context)

    # ---- reading ------------------------------------------------------------------------------------------------

    def conversation(self, ticket: uuid.UUID) -> Conversation:
        """The ticket, its messages, attachments and clocks. Raises NotFound."""
        with self._context.reading() as work:
            record = work.reader.get("tickets", ticket)
            mine = Condition("ticket", "in", str(ticket))
            handles = work.reader.handles(MESSAGES, mine, (Sort("sent_at"),)).tolist()
            found = tuple(work.reader.each(MESSAGES, handles))
            held: dict[uuid.UUID, builtins.list[Record]] = {}
            files_of = work.reader.handles("attachments", mine, (Sort("created_at"),)).tolist()
            for file in work.reader.each("attachments", files_of):
                for link in file.get("message") or ():
                    held.setdefault(link.id, []).append(file)
            return Conversation(record, found, {k: tuple(v) for k, v in held.items()}, messages.standing(work, record))

    def open_file(self, attachment: uuid.UUID) -> Path:
        """A read-only copy of an attachment for another program; it is deleted when this program ends."""
        with self._context.reading() as work:
            record = work.reader.get("attachments", attachment)
            return copies.open_copy(work.reader, str(record.get("sha256")), str(record.get("name")))

    def save_file(self, attachment: uuid.UUID, target: Path) -> Path:
        """Write an attachment to `target`."""
        with self._context.reading() as work:
            record = work.reader.get("attachments", attachment)
            return copies.write_copy(work.reader, str(record.get("sha256")), target)

    # ---- verbs ----------------------------------------------------------------------------------------------------

    def create_with(
        self, values: Mapping[str, Any], text: str = "", *, files: Files = (), inbound: bool = True
    ) -> tuple[Record, ChangeSet]:
        """A new ticket with what the customer said (pasted, by telephone); `inbound` False: a note of our own."""
        with self._context.writing() as work:
            operation = work.operation("create", t("新建{entity}", entity=self.entity.label))
            record = work.writer.create(operation, "tickets", values)
            operation.summary = t("新建{entity}：{title}", entity=self.entity.label, title=self._title(record))[:300]
            if text.strip() or files:
                said: dict[str, Any] = {"kind": "inbound" if inbound else "note", "body": text}
                if inbound:
                    said |= {
                        "author": record.get("requester") or _first(record, "contact") or _first(record, "customer"),
                        "author_email": record.get("requester_email"), "sent_at": record.get("opened_at"),
                    }  # fmt: skip
                else:
                    said |= {"author": work.actor.name, "author_user": work.actor.user_id}
                message = messages.add(work, operation, record.id, said, part=True)
                self._attach(work, operation, record.id, message.id, files)
                record = messages.refresh(work, operation, record)
            return record, work.commit()

    def reply(
        self,
        ticket: uuid.UUID,
        text: str,
        *,
        files: Files = (),
        status: str | None = "",
        cc: str = "",
        deliver: bool = True,
    ) -> tuple[Record, ChangeSet]:
        """A public answer; returns the message. With a mailbox and an address it is queued (`delivery`), else recorded.

        `status`: what the ticket becomes, "" = waiting for the customer, None = as it is (a new one becomes open).
        """
        if not text.strip() and not files:
            raise UserError(t("请先写下回复的内容。"))
        with self._context.writing() as work:
            record = work.reader.get("tickets", ticket)
            self._require_live(record)
            operation = work.operation("activity", t("回复工单 {number}", number=record.get("number")))
            mailbox = setting(work.connection, ACCOUNT_KEY) or {}
            address = str(record.get("requester_email") or "")
            mailed = bool(deliver and address and mailbox)
            values: dict[str, Any] = {
                "kind": "reply", "author": work.actor.name, "author_user": work.actor.user_id, "body": text,
                "subject": reply_subject(self._title(record), str(record.get("number")))[:300],
                "delivery": "queued" if mailed else "recorded",
            }  # fmt: skip
            if mailed:
                sender = str(mailbox.get("address", ""))
                values |= {
                    "author_email": sender, "recipients": _person(record), "cc": cc,
                    "message_id": new_message_id(sender), "thread_ids": intake.thread_of(work, ticket),
                }  # fmt: skip
            known = self.entity.field("status")
            after = known.first("waiting") if status == "" else status
            if after is None and known.means(record.get("status"), "new"):
                after = known.first("open")
            if after != record.get("status"):
                values["status"] = after
            message = messages.add(work, operation, ticket, values, part=False)
            self._attach(work, operation, ticket, message.id, files)
            messages.refresh(work, operation, record, {"status": after} if after else None)
            return message, work.commit()

    def note(self, ticket: uuid.UUID, text: str, *, files: Files = ()) -> tuple[Record, ChangeSet]:
        """An internal note; customers never see it. Returns the message."""
        if not text.strip() and not files:
            raise UserError(t("请先写下备注的内容。"))
        with self._context.writing() as work:
            record = work.reader.get("tickets", ticket)
            self._require_live(record)
            operation = work.operation("activity", t("工单 {number} 加备注", number=record.get("number")))
            values = {"kind": "note", "author": work.actor.name, "author_user": work.actor.user_id, "body": text}
            message = messages.add(work, operation, ticket, values, part=False)
            self._attach(work, operation, ticket, message.id, files)
            messages.refresh(work, operation, record)
            return message, work.commit()

    def receive(self, mail: Mail) -> Received:
        """Take a mail in: into the conversation it belongs to, else as a new ticket; a known one changes nothing."""
        self._context.actor.require("tickets", Action.CREATE)
        with self._context.writing() as work:
            known = intake.known_ticket(work, mail)
            if known is not None:
                return Received(work.reader.get("tickets", known), new=False, known=True, changes=ChangeSet())
            operation = work.operation(
                "create", t("收到邮件：{subject}", subject=mail.subject or mail.sender.shown())[:300]
            )
            target = intake.conversation_of(work, mail)
            if target is None:
                record = work.writer.create(operation, "tickets", {**intake.ticket_values(work, mail), "owner": None})
            else:
                record = target
            message = messages.add(work, operation, record.id, intake.message_values(mail), part=True)
            self._attach(work, operation, record.id, message.id, mail.files)
            opened_again = (
                intake.status_after(self.entity.field("status"), record, mail) if target is not None else None
            )
            if opened_again:
                messages.add_event(work, operation, record.id, Note(status=opened_again), mail.sent_at)
            record = messages.refresh(work, operation, record, {"status": opened_again} if opened_again else None)
            return Received(record, new=target is None, known=False, changes=work.commit())

    def import_mail(self, path: Path, job: Job | None = None) -> Received:
        """Take a mail file in; it is read in a child process with limits. Raises UserError when it is no mail."""
        return self.receive(intake.read_file(path, job or Job()))

    def import_mails(self, paths: Sequence[Path], job: Job) -> intake.Imported:
        """Take several mail files in; what cannot be read is named, the others come in."""
        return intake.import_all(self.import_mail, paths, job)

    def set_status(self, tickets: Sequence[uuid.UUID], status: str) -> ManyResult:
        """The same status for all, as one operation."""
        return self.change(tickets, {"status": status})

    def assign(self, tickets: Sequence[uuid.UUID], user: uuid.UUID | None) -> ManyResult:
        """Give the tickets to a person (None = to nobody); new ones become open."""
        return self.change(tickets, {"owner": user})

    def set_priority(self, tickets: Sequence[uuid.UUID], priority: str) -> ManyResult:
        """The same priority for all, as one operation."""
        return self.change(tickets, {"priority": priority})

    def change(self, tickets: Sequence[uuid.UUID], changes: Mapping[str, Any], job: Job | None = None) -> ManyResult:
        """As `update_many`, by ids."""
        with self._context.reading() as work:
            handles = [h for h in (work.reader.handle_of("tickets", key) for key in tickets) if h is not None]
        return self.update_many(handles, changes, job)

    def merge(self, winner: uuid.UUID, losers: Sequence[uuid.UUID]) -> ChangeSet:
        """Messages and attachments of the losers move to the winner; a loser stays as a closed alias."""
        with self._context.writing() as work:
            keeper = work.reader.get("tickets", winner)
            self._require_live(keeper)
            others = [work.reader.get("tickets", key) for key in dict.fromkeys(losers) if key != winner]
            if not others:
                raise UserError(t("请选择要并入的另一张工单。"))
            numbers = "、".join(str(o.get("number")) for o in others)
            operation = work.operation(
                "merge", t("工单 {losers} 并入 {winner}", losers=numbers, winner=keeper.get("number"))[:300]
            )
            for loser in others:
                self._require_live(loser)
                self._merge_one(work, operation, keeper, loser)
            messages.add_event(work, operation, winner, Note(body=f"@merged {numbers}"))
            messages.refresh(work, operation, keeper)
            return work.commit()

    def _merge_one(self, work: UnitOfWork, operation: Operation, keeper: Record, loser: Record) -> None:
        # asks for the right to edit both; what follows is bookkeeping
        link = (Link(keeper.id, self._title(keeper)),)
        ended = {"status": self.entity.field("status").first("closed"), "closed_at": now()}
        closed, _ = work.writer.update(operation, "tickets", loser.id, ended, terms=Terms(note=False))
        held = joined_files(work.reader.get("tickets", key).get("files") for key in (keeper.id, loser.id))
        work.writer.update(operation, "tickets", keeper.id, {"reopened": keeper.get("reopened") or 0, "files": held})
        mine = Condition("ticket", "in", str(loser.id))
        for entity in (MESSAGES, "attachments"):
            for record in builtins.list(work.reader.each(entity, work.reader.handles(entity, mine).tolist())):
                work.writer.touch(operation, entity, record, {"ticket": link})
        ends = {"merged_into": link, "next_due_at": None, "sla_paused": None, "unanswered": None}
        work.writer.touch(operation, "tickets", closed, ends)

    def _attach(
        self, work: UnitOfWork, operation: Operation, ticket: uuid.UUID, message: uuid.UUID, held: Files
    ) -> None:
        for file in held:
            digest, size = attachments.put(work.connection, io.BytesIO(file.data))
            values = {
                "name": file.name, "ticket": (Link(ticket),), "message": (Link(message),), "size": size, "sha256": digest,
                "media_type": file.media_type or None,
            }  # fmt: skip
            work.writer.create_part(operation, "attachments", values)

    def _require_live(self, record: Record) -> None:
        merged = next(iter(record.get("merged_into") or ()), None)
        if merged is not None:
            raise UserError(t("这张工单已并入“{title}”，请在那里处理。", title=merged.title))
        if record.deleted_at is not None:
            raise UserError(t("这张工单在回收站里，请先恢复它。"))


def _first(record: Record, key: str) -> str:
    return next((link.title for link in record.get(key) or ()), "")


def _person(record: Record) -> str:
    name, address = str(record.get("requester") or ""), str(record.get("requester_email") or "")
    return f"{name} <{address}>" if name else address
