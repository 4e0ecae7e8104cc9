"""Queued answers on their way out. The connection to the mail server is never made inside a transaction."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.clock import now
from app.core.filters import Condition
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.db import attachments
from app.errors import AppError, UserError
from app.services.context import Context
from app.services.tickets.account import MailAccountService
from app.services.tickets.mail.parsing import MailFile, Person
from app.services.tickets.mail.sending import MailAccount, Outgoing, compose, send
from app.services.tickets.messages import MESSAGES


@dataclass(frozen=True)
class Sent:
    """How sending went: how many left, and (subject, why) of those that wait with their error."""

    sent: int
    failed: tuple[tuple[str, str], ...]
    changes: ChangeSet


class Outbox:
    """Sends what is queued."""

    def __init__(self, context: Context, accounts: MailAccountService) -> None:
        self._context = context
        self._accounts = accounts
        self._one_at_a_time = threading.Lock()

    def waiting(self) -> list[Record]:
        """Answers that are queued or failed, oldest first."""
        with self._context.reading() as work:
            condition = Condition("delivery", "in", ["queued", "failed"])
            found = work.reader.each(MESSAGES, work.reader.handles(MESSAGES, condition).tolist())
            return sorted(found, key=lambda r: r.get("sent_at") or r.get("created_at"))

    def send(self, wanted: Sequence[uuid.UUID], job: Job | None = None) -> Sent:
        """Send these answers; ones that are sent already, recorded only or taken back are passed over."""
        with self._one_at_a_time:  # nothing leaves twice because two ask for it
            return self._send(wanted, job or Job())

    def _send(self, wanted: Sequence[uuid.UUID], job: Job) -> Sent:
        account = self._accounts.get()
        sent, failed = 0, []
        touched: dict[str, frozenset[uuid.UUID] | None] = {}
        last: uuid.UUID | None = None
        for i, key in enumerate(wanted):
            job.progress(t("正在发送邮件"), i, len(wanted))
            record = self._queued(key)
            if record is None:
                continue
            error = self._try(account, record)
            changes = self._mark(key, error)
            touched |= changes.touched
            last = changes.operation_id or last
            if error:
                failed.append((str(record.get("subject") or ""), error))
            else:
                sent += 1
        job.progress(t("正在发送邮件"), len(wanted), len(wanted))
        return Sent(sent, tuple(failed), ChangeSet(last, touched))

    def _queued(self, key: uuid.UUID) -> Record | None:
        with self._context.reading() as work:
            record = work.reader.find(MESSAGES, key)
        live = record is not None and record.deleted_at is None
        return record if record is not None and live and record.get("delivery") in ("queued", "failed") else None

    def _try(self, account: MailAccount | None, record: Record) -> str:
        """Send one; returns what went wrong, "" when nothing did."""
        try:
            if account is None:
                raise UserError(t("还没有设置发信邮箱。请管理员在“设置 → 工单”里填写。"))
            send(account, compose(account, self._outgoing(record)))
        except AppError as error:
            return "；".join([str(error), *error.details])[:500]
        return ""

    def _outgoing(self, record: Record) -> Outgoing:
        return Outgoing(
            subject=str(record.get("subject") or ""),
            to=_people(str(record.get("recipients") or "")),
            cc=_people(str(record.get("cc") or "")),
            text=str(record.get("body") or ""),
            sent_at=(record.get("sent_at") or now()).astimezone(),
            message_id=str(record.get("message_id") or ""),
            references=tuple(str(record.get("thread_ids") or "").split()),
            files=tuple(self._files(record.id)),
        )

    def _files(self, message: uuid.UUID) -> list[MailFile]:
        with self._context.reading() as work:
            handles = work.reader.handles("attachments", Condition("message", "in", str(message))).tolist()
            found = list(work.reader.each("attachments", handles))
            return [
                MailFile(
                    str(f.get("name")), str(f.get("media_type") or ""),
                    b"".join(attachments.chunks(work.connection, str(f.get("sha256")))),
                )
                for f in found
            ]  # fmt: skip

    def _mark(self, key: uuid.UUID, error: str) -> ChangeSet:
        with self._context.writing() as work:
            record = work.reader.find(MESSAGES, key)
            if record is None:
                return ChangeSet()
            subject = record.get("subject")
            what = t("发送失败：{subject}", subject=subject) if error else t("已发送：{subject}", subject=subject)
            operation = work.operation("send", what[:300])
            after = {"delivery": "failed" if error else "sent", "delivery_error": error or None}
            work.writer.touch(operation, MESSAGES, record, after)
            return work.commit()


def _people(text: str) -> tuple[Person, ...]:
    from email.utils import getaddresses

    return tuple(Person(name, address) for name, address in getaddresses([text]) if address)
