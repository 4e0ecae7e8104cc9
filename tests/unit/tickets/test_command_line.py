"""`kedang tickets …` in this process on a real archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from tests.unit.cli.conftest import Answer, Kedang, _environment, archive, run
from tests.unit.tickets.mail_samples import simple

__all__ = ["_environment", "archive", "run"]


@pytest.fixture
def kedang(run: Kedang, archive: Path) -> Kedang:
    def call(*args: object) -> Answer:
        return run("--archive", archive, *args)

    return call


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    path = tmp_path / "a.eml"
    path.write_bytes(simple("少了八台", "gbk", label="gb2312"))
    return path


def rows(answer: Answer) -> list[dict[str, Any]]:
    assert answer.code == 0, answer.err
    found: list[dict[str, Any]] = answer.data["rows"]
    return found


def test_that_a_mail_becomes_a_ticket_that_is_worked_through(kedang: Kedang, mail: Path, tmp_path: Path) -> None:
    received = kedang("tickets", "receive", mail)
    assert received.data == {"tickets": ["T000001"], "opened": 1, "known": 0, "failed": []}
    assert kedang("tickets", "receive", mail).data["known"] == 1
    attached = tmp_path / "单.txt"
    attached.write_text("x", encoding="utf-8")
    assert kedang("tickets", "note", "T000001", "查库存").code == 0
    reply = kedang("tickets", "reply", "T000001", "今天发出", "--file", attached)
    assert reply.data["delivery"] == "recorded"
    found = rows(kedang("tickets", "messages", "T000001"))
    assert [(m["kind"], m["body"]) for m in found] == [
        ("inbound", "少了八台"),
        ("note", "查库存"),
        ("reply", "今天发出"),
    ]
    assert found[2]["files"] == ["单.txt"]
    assert kedang("tickets", "status", "resolved", "T000001").data["changed"] == 1
    (ticket,) = rows(kedang("tickets", "list"))
    assert (ticket["status"], ticket["requester_email"]) == ("resolved", "min.liu@example.cn")
    assert ticket["first_responded_at"]


def test_that_undo_of_a_reply_works_from_the_command_line(kedang: Kedang, mail: Path) -> None:
    kedang("tickets", "receive", mail)
    operation = kedang("tickets", "reply", "T000001", "好").data["operation"]
    assert kedang("data", "undo", operation).code == 0
    assert len(rows(kedang("tickets", "messages", "T000001"))) == 1


def test_that_tickets_are_assigned_and_merged(kedang: Kedang, mail: Path) -> None:
    kedang("tickets", "receive", mail)
    assert kedang("tickets", "add", "--set", "subject=又问一次").code == 0
    assert kedang("tickets", "assign", "-", "T000001", "T000002").data["changed"] == 1
    assert kedang("tickets", "assign", "nobody-here", "T000001").code == 3
    assert kedang("tickets", "merge", "T000001", "T000002").data["number"] == "T000001"
    assert kedang("tickets", "reply", "T000002", "x").code == 3


@pytest.mark.parametrize("args", [("status", "done", "T000001"), ("reply", "T000001", "x", "--status", "done")])
def test_that_an_unknown_status_is_a_wrong_call(kedang: Kedang, mail: Path, args: tuple[str, ...]) -> None:
    kedang("tickets", "receive", mail)
    assert kedang("tickets", *args).code == 2


def test_that_a_file_that_is_no_mail_is_an_error_in_the_input(kedang: Kedang, tmp_path: Path) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(b"no mail")
    answer = kedang("tickets", "receive", path)
    assert answer.code == 3
    assert "不是邮件" in answer.data["error"]


def test_that_sending_without_anything_to_send_sends_nothing(kedang: Kedang) -> None:
    assert kedang("tickets", "send").data == {"sent": 0, "failed": []}


def test_that_the_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    main(["tickets", "--help"])
    shown = capsys.readouterr().out
    for verb in (
        "list",
        "show",
        "add",
        "edit",
        "messages",
        "reply",
        "note",
        "status",
        "assign",
        "merge",
        "receive",
        "send",
    ):
        assert verb in shown
