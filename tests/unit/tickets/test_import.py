"""Tickets and their event log from another system: the times and authors of that system stay, the rest follows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.jobs import Job
from app.core.primitives import to_millis
from app.core.records import Record
from app.db.store.drafts import NewRow
from app.services.exchange.files.records import ReadOptions
from app.services.tickets.messages import refresh_many
from app.services.workspace import Workspace

TICKETS = """工单编号,主题,状态,优先级,创建时间,首次响应时间,解决时间
A-1,打印机坏了,已解决,高,2025-03-03 09:00,2025-03-03 09:30,2025-03-04 10:00
A-2,网络不通,处理中,普通,2025-03-03 10:00,,
A-3,无法登录,,,2025-03-05 11:00,,
"""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def imported(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, encoding="utf-8")
    _import(workspace, path, "tickets")
    return workspace


def _import(workspace: Workspace, path: Path, entity: str) -> Any:
    inspection = workspace.imports.inspect(path)
    plan = workspace.imports.propose(inspection, entity)
    return workspace.imports.run(path, ReadOptions(), inspection, plan, Job())


def by_code(workspace: Workspace, code: str) -> Record:
    record = workspace.tickets.find_by("external_id", code)
    assert record is not None
    return record


def log(workspace: Workspace, code: str, *rows: tuple[str, str, str]) -> None:
    """(time, kind, status) of messages, written as an import writes them."""
    ticket = by_code(workspace, code).id
    with workspace.context.writing() as work:
        operation = work.operation("import", "log")
        made = [
            NewRow(
                {
                    "ticket": ticket.bytes,
                    "kind": kind,
                    "sent_at": to_millis(utc(at)),
                    "status": status or None,
                    "body": kind,
                },
                [],
            )
            for at, kind, status in rows
        ]
        work.writer.add(operation, "ticket_messages", made, None).require()
        work.commit()


def test_that_imported_tickets_keep_their_times_and_get_their_deadlines(imported: Workspace) -> None:
    done = by_code(imported, "A-1")
    assert done.get("first_responded_at") == datetime(2025, 3, 3, 9, 30).astimezone(UTC)
    assert done.get("resolved_at") == datetime(2025, 3, 4, 10, 0).astimezone(UTC)
    assert done.get("response_due_at") > done.get("first_responded_at")
    assert done.get("next_due_at") is None
    late = by_code(imported, "A-2")
    assert late.get("next_due_at") == late.get("response_due_at")
    bare = by_code(imported, "A-3")
    assert (bare.get("status"), bare.get("priority")) == ("new", "normal")
    assert bare.get("last_message_at") == bare.get("opened_at")


def test_that_what_the_tickets_do_not_say_comes_from_the_log(imported: Workspace) -> None:
    log(
        imported, "A-3",
        ("2025-03-05 03:00", "inbound", ""), ("2025-03-05 05:30", "reply", ""), ("2025-03-05 06:00", "event", "resolved"),
        ("2025-03-06 02:00", "inbound", "open"), ("2025-03-06 09:00", "reply", "closed"),
    )  # fmt: skip
    record = by_code(imported, "A-3")
    assert record.get("first_responded_at") == utc("2025-03-05 05:30")
    assert record.get("reopened") == 1
    assert record.get("last_message_at") == utc("2025-03-06 09:00")
    assert (record.get("status"), record.get("closed_at")) == ("closed", utc("2025-03-06 09:00"))


def test_that_times_the_ticket_brought_win_over_the_log(imported: Workspace) -> None:
    before = by_code(imported, "A-1")
    log(imported, "A-1", ("2025-03-03 20:00", "reply", ""))
    assert by_code(imported, "A-1").get("first_responded_at") == before.get("first_responded_at")


def test_that_undo_takes_an_imported_log_and_what_followed_back(imported: Workspace) -> None:
    def seen() -> dict[str, Any]:
        return {k: v for k, v in by_code(imported, "A-3").values.items() if k != "updated_at"}

    before = seen()
    log(imported, "A-3", ("2025-03-05 05:30", "reply", ""))
    assert seen() != before
    operation = next(o for o in imported.history.list()[1] if o.summary == "log")
    imported.history.undo(operation.id)
    assert seen() == before
    assert imported.records("ticket_messages").count() == 0


def test_that_an_event_log_in_a_file_finds_its_tickets_by_their_number_elsewhere(
    imported: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "工单编号,类别,作者,时间,新状态,内容\n"
        "A-2,客户来信,周涛,2025-03-03 10:00,,网络不通\n"
        "A-2,回复,吴客服,2025-03-03 11:30,,请重启\n"
        "A-2,系统记录,吴客服,2025-03-03 12:00,已解决,\n"
        "A-2,客户来信,周涛,2025-03-03 14:00,处理中,又断了\n"
        "A-9,回复,吴客服,2025-03-03 11:30,,没有这张\n",
        encoding="utf-8",
    )
    report = _import(imported, path, "ticket_messages")
    assert (report.created, report.rejected) == (4, 1)
    record = by_code(imported, "A-2")
    assert record.get("first_responded_at") == datetime(2025, 3, 3, 11, 30).astimezone(UTC)
    assert (record.get("reopened"), record.get("status"), record.get("snippet")) == (1, "open", "又断了")
    messages = imported.tickets.conversation(record.id).messages
    assert [m.get("author") for m in messages] == ["周涛", "吴客服", "吴客服", "周涛"]


def test_that_settling_again_changes_nothing(imported: Workspace) -> None:
    before = [(r.id, r.version, dict(r.values)) for r in imported.tickets.list()[1]]
    with imported.context.writing() as work:
        refresh_many(work.writer, work.operation("import", "again"), [key for key, _, _ in before])
        after = [
            (r.id, r.version, dict(r.values)) for r in work.reader.by_ids("tickets", [key for key, _, _ in before])
        ]
    assert sorted(after, key=str) == sorted(before, key=str)
