"""Sending through a real server: plain on loopback, STARTTLS, SSL, login, and every way it says no."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import EnvironmentProblem, UserError
from app.services.tickets.mail.parsing import MailFile, Person, parse_mail
from app.services.tickets.mail.sending import MailAccount, Outgoing, compose, new_message_id, probe, send
from tests.unit.tickets.mail_server import Box, certificate, server

MAIL = Outgoing(
    subject="Re: 送货单数量 [T000123]",
    to=(Person("刘敏（恒力）", "min@example.cn"),),
    cc=(Person("", "boss@example.cn"),),
    text="刘经理您好：\n剩余 8 台今天发出。\n.\n以上",
    sent_at=datetime(2026, 3, 4, 3, 0, tzinfo=UTC),
    message_id="k1@kedang.example",
    references=("a1@example.cn", "a2@example.cn"),
    files=(MailFile("送货单.pdf", "application/pdf", b"%PDF"), MailFile("说明.txt", "text/plain", "好".encode())),
)


def account(port: int, **more: object) -> MailAccount:
    plain = MailAccount("127.0.0.1", port, "none", "", "", "support@kedang.example", "客档通·客服")
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.fixture
def box() -> Iterator[Box]:
    with server() as found:
        yield found


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of a connection whose certificate this process trusts."""
    cert, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def test_that_a_chinese_mail_arrives_as_it_was_written(box: Box) -> None:
    send(account(box.port), compose(account(box.port), MAIL))
    arrived = parse_mail(box.mails[0].as_bytes())
    assert arrived.subject == MAIL.subject
    assert arrived.sender == Person("客档通·客服", "support@kedang.example")
    assert arrived.to == MAIL.to
    assert arrived.text == MAIL.text
    assert arrived.message_id == "k1@kedang.example"
    assert arrived.references == MAIL.references
    assert box.mails[0]["In-Reply-To"] == "<a2@example.cn>"
    assert [(f.name, f.data) for f in arrived.files] == [("送货单.pdf", b"%PDF"), ("说明.txt", "好".encode())]
    assert sorted(box.recipients[0]) == ["boss@example.cn", "min@example.cn"]


def test_that_starttls_and_login_work(tls: ssl.SSLContext) -> None:
    with server(starttls=tls, login=True) as box:
        mine = account(box.port, security="starttls", username="support", password="abcd-efgh")
        probe(mine)
        send(mine, compose(mine, MAIL))
        assert len(box.mails) == 1


def test_that_ssl_works(tls: ssl.SSLContext) -> None:
    with server(tls=tls) as box:
        mine = account(box.port, security="ssl")
        send(mine, compose(mine, MAIL))
        assert len(box.mails) == 1


def test_that_a_stranger_certificate_is_not_trusted(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with server(tls=tls) as box:
        mine = account(box.port, security="ssl")
        with pytest.raises(EnvironmentProblem, match="证书不可信"):
            send(mine, compose(mine, MAIL))
        assert box.mails == []


@pytest.mark.parametrize(("password", "words"), [("wrong", "用户名或密码不对"), ("密码", "不能有中文")])
def test_that_a_wrong_password_is_told_as_such(tls: ssl.SSLContext, password: str, words: str) -> None:
    with server(starttls=tls, login=True) as box:
        mine = account(box.port, security="starttls", username="support", password=password)
        with pytest.raises(UserError, match=words):
            send(mine, compose(mine, MAIL))
        assert box.mails == []


def test_that_refused_recipients_are_named(box: Box) -> None:
    box.refuse = {"min@example.cn", "boss@example.cn"}
    with pytest.raises(UserError, match=r"min@example\.cn"):
        send(account(box.port), compose(account(box.port), MAIL))


def test_that_one_refused_recipient_of_two_is_named(box: Box) -> None:
    box.refuse = {"boss@example.cn"}
    with pytest.raises(UserError, match=r"boss@example\.cn.*其他人已收到"):
        send(account(box.port), compose(account(box.port), MAIL))
    assert box.recipients == [["min@example.cn"]]


def test_that_the_servers_reason_is_passed_on(box: Box) -> None:
    box.answer = "554 looks like spam"
    with pytest.raises(UserError, match="looks like spam"):
        send(account(box.port), compose(account(box.port), MAIL))


def test_that_nobody_listening_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(EnvironmentProblem, match="连不上发信服务器"):
        send(account(port), compose(account(port), MAIL))


def test_that_a_silent_server_does_not_hang() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        mine = account(silent.getsockname()[1])
        with pytest.raises(EnvironmentProblem, match="没有回应"):
            send(mine, compose(mine, MAIL), timeout=0.3)


def test_that_an_open_connection_stays_on_this_computer() -> None:
    with pytest.raises(UserError, match="只能用于本机"):
        account(25, host="192.0.2.1").check()


def test_that_a_server_without_starttls_is_not_used_openly(box: Box) -> None:
    mine = account(box.port, security="starttls")
    with pytest.raises(UserError, match="不支持所选的加密方式"):
        send(mine, compose(mine, MAIL))
    assert box.mails == []


@pytest.mark.parametrize("address", ["", "x", "a b@c", "a@b\r\nBcc: evil@x.cn", "@"])
def test_that_a_bad_address_is_told(address: str) -> None:
    with pytest.raises(UserError, match="不是有效的邮箱地址"):
        compose(account(25), replace(MAIL, to=(Person("x", address),)))


def test_that_a_mail_without_recipient_or_too_big_is_refused() -> None:
    with pytest.raises(UserError, match="没有收件人"):
        compose(account(25), replace(MAIL, to=()))
    with pytest.raises(UserError, match="附件合计超过"):
        compose(account(25), replace(MAIL, files=(MailFile("x", "", bytes(26 * 1024 * 1024)),)))


@given(st.text(max_size=80), st.text(max_size=30))
def test_that_no_subject_or_name_adds_a_header(subject: str, name: str) -> None:
    mail = compose(account(25), replace(MAIL, subject=subject, to=(Person(name, "a@b.cn"),), files=()))
    again = parse_mail(mail.as_bytes())
    assert [p.address for p in again.to] == ["a@b.cn"]
    assert again.text == MAIL.text
    assert {k.casefold() for k in mail} == {
        "from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type",
        "content-transfer-encoding",
    }  # fmt: skip


def test_that_message_ids_are_unique_and_of_the_senders_domain() -> None:
    ids = {new_message_id("support@kedang.example") for _ in range(50)}
    assert len(ids) == 50
    assert all(x.endswith("@kedang.example") and "<" not in x for x in ids)
