"""Where a mail goes: the conversation it answers, or a new ticket of the customer it comes from."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.choices import PickList
from app.core.clock import now
from app.core.fields import Link
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.db.store import conversations, lookup
from app.db.unit_of_work import UnitOfWork
from app.errors import UserError
from app.services.exchange.files.child import Limits, run_in_child
from app.services.tickets.mail.parsing import MAX_BYTES, Mail, parse_task
from app.services.tickets.mail.threads import plain_subject, tagged
from app.services.tickets.sla import ENDED

LIMITS = Limits(memory=1 << 30, cpu=60, silence=60.0)


@dataclass(frozen=True)
class Received:
    """What became of a mail. `known`: it had been taken in before; `new`: it opened a ticket."""

    ticket: Record
    new: bool
    known: bool
    changes: ChangeSet


@dataclass(frozen=True)
class Imported:
    """Outcome of several mail files: the tickets they are in, how many were known already, and (file, why) of the rest."""

    tickets: tuple[uuid.UUID, ...]
    opened: int
    known: int
    failed: tuple[tuple[str, str], ...]
    changes: ChangeSet


def read_file(path: Path, job: Job) -> Mail:
    """The mail in a file. Raises UserError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(t("邮件文件超过 {n} MB，无法读取。", n=MAX_BYTES // 1024 // 1024))
        data = path.read_bytes()
    except OSError as error:
        raise UserError(t("打不开文件“{name}”。", name=path.name)) from error
    for mail in run_in_child(parse_task, data, job=job, limits=LIMITS):
        assert isinstance(mail, Mail)
        return mail
    raise UserError(t("这个邮件文件的结构有问题，无法解析。"))


def import_all(one: Callable[[Path, Job], Received], paths: Sequence[Path], job: Job) -> Imported:
    """Take the files in one by one with `one`."""
    tickets: list[uuid.UUID] = []
    failed: list[tuple[str, str]] = []
    opened = known = 0
    last = ChangeSet()
    touched: dict[str, frozenset[uuid.UUID] | None] = {}
    for i, path in enumerate(paths):
        job.progress(t("正在读取邮件"), i, len(paths))
        try:
            found = one(path, job)
        except UserError as error:
            failed.append((path.name, str(error)))
            continue
        tickets.append(found.ticket.id)
        opened, known = opened + found.new, known + found.known
        touched |= found.changes.touched
        last = found.changes if found.changes.operation_id else last
    job.progress(t("正在读取邮件"), len(paths), len(paths))
    # several operations cannot be taken back by one button: then none is offered
    single = last.operation_id if len(tickets) - known == 1 else None
    return Imported(tuple(dict.fromkeys(tickets)), opened, known, tuple(failed), ChangeSet(single, touched))


def known_ticket(work: UnitOfWork, mail: Mail) -> uuid.UUID | None:
    """The ticket that has this very mail already."""
    if not mail.message_id:
        return None
    return conversations.ticket_of_mails(work.reader, [mail.message_id])


def conversation_of(work: UnitOfWork, mail: Mail) -> Record | None:
    """The live ticket a mail belongs to: by the mails it answers, newest first, else by the number in its subject."""
    found = conversations.ticket_of_mails(work.reader, list(reversed(mail.references)))
    number = tagged(mail.subject)
    if found is None and number:
        found = conversations.ticket_numbered(work.reader, number)
    for _ in range(20):  # a merged ticket leads on
        record = work.reader.find("tickets", found) if found else None
        if record is None or record.deleted_at is not None:
            return None
        onward = next(iter(record.get("merged_into") or ()), None)
        if onward is None:
            return record
        found = onward.id
    return None


def thread_of(work: UnitOfWork, ticket: uuid.UUID) -> str:
    """Message ids of the conversation, oldest first, separated by blanks."""
    return " ".join(conversations.mails_of(work.reader, ticket, 100))


def ticket_values(work: UnitOfWork, mail: Mail) -> dict[str, Any]:
    """What a new ticket takes from a mail."""
    customer, contact = sender_of(work, mail.sender.address)
    entity = work.reader.registry.entity("tickets")
    values: dict[str, Any] = {
        "subject": plain_subject(mail.subject)[:300] or t("（无主题）"), "channel": entity.field("channel").first("mail"),
        "requester": mail.sender.name or mail.sender.address, "requester_email": mail.sender.address or None,
        "opened_at": _moment(mail), "status": entity.field("status").first("new"), "customer": (customer,) if customer else None,
        "contact": (contact,) if contact else None,
    }  # fmt: skip
    return {k: v for k, v in values.items() if v is not None}


def sender_of(work: UnitOfWork, address: str) -> tuple[Link | None, Link | None]:
    """(customer, contact) with this e-mail address; None where nobody or more than one has it."""
    if not address:
        return None, None
    contact = _only(work, "contacts", address)
    customer = _only(work, "customers", address)
    if contact is not None and customer is None:
        ties = contact.get("customers") or ()
        link = next(iter(ties)) if len(ties) == 1 else None
        return link, Link(contact.id, str(contact.get("name")))
    return (
        Link(customer.id, str(customer.get("name"))) if customer else None,
        Link(contact.id, str(contact.get("name"))) if contact else None,
    )


def _only(work: UnitOfWork, entity: str, address: str) -> Record | None:
    hits = lookup.find(work.connection, work.reader.layout(entity), "emails", [address]).get(address, [])
    live = {uuid.UUID(bytes=key) for key, gone in hits if not gone}
    found = list(work.reader.by_ids(entity, live)) if live else []
    return found[0] if len(found) == 1 else None


def message_values(mail: Mail) -> dict[str, Any]:
    """What a message takes from a mail."""
    return {
        "kind": "inbound", "author": (mail.sender.name or mail.sender.address)[:100], "author_email": mail.sender.address,
        "recipients": ", ".join(p.shown() for p in mail.to)[:2000], "cc": ", ".join(p.shown() for p in mail.cc)[:2000],
        "sent_at": _moment(mail), "subject": mail.subject[:300], "body": mail.text,
        "message_id": mail.message_id[:250], "thread_ids": " ".join(mail.references)[:30_000],
        "automatic": mail.automatic or None,
    }  # fmt: skip


def status_after(statuses: PickList, ticket: Record, mail: Mail) -> str | None:
    """What an arriving mail makes of the ticket: a person's words open it again, a machine's do not."""
    waits = statuses.means(ticket.get("status"), *ENDED, "waiting")
    return statuses.first("open") if waits and not mail.automatic else None


def _moment(mail: Mail) -> Any:
    """When it was sent; a clock that runs ahead is not believed."""
    return min(mail.sent_at, now()) if mail.sent_at else now()
