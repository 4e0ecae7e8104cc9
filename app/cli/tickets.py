"""`kedang tickets`: the verbs beyond those of every record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.records import Reference, find, user_ids
from app.cli.session import WrongUsage, session_of
from app.core.i18n import t
from app.errors import UserError

if TYPE_CHECKING:
    import uuid

    from app.core.records import ChangeSet, Record
    from app.services.tickets.mail.parsing import MailFile
    from app.services.workspace import Workspace

Files = Annotated[list[Path], typer.Option("--file")]


def add_verbs(group: typer.Typer) -> None:
    """Put the verbs on the group of tickets, their help in the language in force."""
    for name, text, verb in (
        ("messages", t("工单的全部往来"), messages),
        ("reply", t("公开回复；内容写 - 时从标准输入读取"), reply),
        ("note", t("内部备注；内容写 - 时从标准输入读取"), note),
        ("status", t("改状态：new open waiting hold resolved closed"), status),
        ("assign", t("交给某人处理；写 - 表示无人"), assign),
        ("merge", t("把其他工单并入第一张"), merge),
        ("receive", t("收入邮件文件（.eml）"), receive),
        ("send", t("发送排队和失败的回复"), send),
    ):
        group.command(name, help=text)(verb)


def messages(context: typer.Context, reference: Reference) -> None:
    """What was said and done, oldest first."""
    session = session_of(context)
    with session.workspace() as workspace:
        found = workspace.tickets.conversation(find(workspace, "tickets", reference).id)
        rows = [_message(m, found.attachments.get(m.id, ())) for m in found.messages]
    headings = (("sent_at", t("时间")), ("kind", t("类别")), ("author", t("作者")), ("body", t("内容")))
    session.screen.rows(len(rows), rows, headings)


def reply(
    context: typer.Context,
    reference: Reference,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    files: Files = [],  # noqa: B006 - typer copies it
    status_after: Annotated[str, typer.Option("--status")] = "",
    queue: Annotated[bool, typer.Option("--queue")] = False,
) -> None:
    """A public answer, sent at once when there is a mailbox and an address; --queue: sent later."""
    session = session_of(context)
    with session.workspace() as workspace:
        record = find(workspace, "tickets", reference)
        if status_after:
            _check_status(workspace, status_after)
        message, changes = workspace.tickets.reply(record.id, _text(text), files=_read(files), status=status_after)
        problem = ""
        if message.get("delivery") == "queued" and not queue:
            problem = next((why for _, why in workspace.tickets.outbox.send([message.id]).failed), "")
            message = workspace.records("ticket_messages").get(message.id)
        data = _message(message, ()) | _operation(changes) | {"delivery": message.get("delivery")}
    if problem:
        session.screen.say(t("没有发出去，已留在待发送：{reason}", reason=problem))
    session.screen.result(data, t("已回复 {number}。", number=record.get("number")))


def note(
    context: typer.Context,
    reference: Reference,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    files: Files = [],  # noqa: B006
) -> None:
    """An internal note."""
    session = session_of(context)
    with session.workspace() as workspace:
        record = find(workspace, "tickets", reference)
        message, changes = workspace.tickets.note(record.id, _text(text), files=_read(files))
        data = _message(message, ()) | _operation(changes)
    session.screen.result(data, t("已在 {number} 上加备注。", number=record.get("number")))


def status(
    context: typer.Context, value: Annotated[str, typer.Argument(metavar="STATUS")], references: list[str]
) -> None:
    """The same status for all tickets named."""
    session = session_of(context)
    with session.workspace() as workspace:
        _check_status(workspace, value)
        result = workspace.tickets.set_status(_ids(workspace, references), value)
    _many(session.screen, result)


def assign(context: typer.Context, user: Annotated[str, typer.Argument(metavar="USER")], references: list[str]) -> None:
    """Give all tickets named to one person."""
    session = session_of(context)
    with session.workspace() as workspace:
        people = user_ids(workspace)
        if user != "-" and user not in people:
            raise UserError(t("没有这个用户。"))
        result = workspace.tickets.assign(_ids(workspace, references), None if user == "-" else people[user])
    _many(session.screen, result)


def merge(context: typer.Context, winner: Annotated[str, typer.Argument(metavar="REF")], others: list[str]) -> None:
    """Messages of the others move to the first one."""
    session = session_of(context)
    with session.workspace() as workspace:
        keeper = find(workspace, "tickets", winner)
        changes = workspace.tickets.merge(keeper.id, _ids(workspace, others))
    data = {"merged_into": str(keeper.id), "number": keeper.get("number")} | _operation(changes)
    session.screen.result(data, t("已并入 {number}。", number=keeper.get("number")))


def receive(context: typer.Context, paths: Annotated[list[Path], typer.Argument(metavar="FILE.eml")]) -> None:
    """Take mail files in: into the conversation they belong to, else as new tickets."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        found = workspace.tickets.import_mails(paths, job)
        numbers = [str(workspace.tickets.get(key).get("number")) for key in found.tickets]
    data = {
        "tickets": numbers, "opened": found.opened, "known": found.known,
        "failed": [{"file": name, "reason": why} for name, why in found.failed],
    }  # fmt: skip
    if found.failed and not found.tickets:
        raise UserError(found.failed[0][1], details=[name for name, _ in found.failed])
    for name, why in found.failed:
        session.screen.say(f"{name}：{why}")
    session.screen.result(
        data, t("收入 {n} 封，新建 {opened} 张工单。", n=len(paths) - len(found.failed), opened=found.opened)
    )


def send(context: typer.Context) -> None:
    """Everything that waits in the outbox."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        found = workspace.tickets.outbox.send([m.id for m in workspace.tickets.outbox.waiting()], job)
    data = {"sent": found.sent, "failed": [{"subject": what, "reason": why} for what, why in found.failed]}
    for what, why in found.failed:
        session.screen.say(f"{what}：{why}")
    session.screen.result(data, t("已发送 {n} 封。", n=found.sent))


def _ids(workspace: Workspace, references: list[str]) -> list[uuid.UUID]:
    return [find(workspace, "tickets", reference).id for reference in references]


def _check_status(workspace: Workspace, value: str) -> None:
    field = workspace.tickets.entity.field("status")
    if field.choice(value) is None:
        raise WrongUsage(t("状态只能是：{values}。", values=" ".join(c.code for c in field.choices)))


def _text(text: str) -> str:
    return sys.stdin.read() if text == "-" else text


def _read(paths: list[Path]) -> list[MailFile]:
    from app.services.tickets.mail.parsing import file_of

    return [file_of(path) for path in paths]


def _operation(changes: ChangeSet) -> dict[str, Any]:
    return {"operation": str(changes.operation_id) if changes.operation_id else None}


def _message(message: Record, files: tuple[Record, ...]) -> dict[str, Any]:
    from app.services.exchange.cells.record_json import moment_text

    at = message.get("sent_at") or message.get("created_at")
    return {
        "id": str(message.id), "sent_at": moment_text(at), "kind": message.get("kind"), "author": message.get("author"),
        "subject": message.get("subject"), "body": message.get("body"), "status": message.get("status"),
        "delivery": message.get("delivery"), "files": [str(f.get("name")) for f in files],
    }  # fmt: skip


def _many(screen: Any, result: Any) -> None:
    data = {
        "changed": result.changed, "unchanged": result.unchanged,
        "kept": [{"title": k.title, "reason": k.reason} for k in result.kept],
    } | _operation(result.changes)  # fmt: skip
    screen.result(data, t("已改 {n} 张工单。", n=result.changed))
