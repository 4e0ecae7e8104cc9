"""Writing a mail and handing it to a mail server."""

from __future__ import annotations

import mimetypes
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Any

from app.core.i18n import t
from app.errors import AppError, EnvironmentProblem, UserError
from app.services.files.names import safe_name
from app.services.tickets.mail.parsing import MailFile, Person
from app.services.tickets.mail.threads import chain

TIMEOUT = 30.0
MAX_TOTAL = 25 * 1024 * 1024
SECURITY = ("ssl", "starttls", "none")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True)
class MailAccount:
    """How to reach the office's mail server. `security`: ssl (465), starttls (587), none (25; this computer only)."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    address: str
    name: str = ""

    def check(self) -> None:
        """Raise UserError when something is missing or unsafe."""
        if not self.host.strip() or not 0 < self.port < 65536:
            raise UserError(t("请填写发信服务器和端口。"))
        if self.security not in SECURITY:
            raise UserError(t("请选择连接的加密方式。"))
        _address(Person(self.name, self.address))
        if self.security == "none" and not _is_here(self.host):
            raise UserError(t("不加密的连接只能用于本机；请选择 SSL 或 STARTTLS。"))


@dataclass(frozen=True)
class Outgoing:
    """A mail to be sent. Ids are without angle brackets; `references` oldest first, the last one is what it answers."""

    subject: str
    to: tuple[Person, ...]
    text: str
    sent_at: datetime
    message_id: str
    cc: tuple[Person, ...] = ()
    references: tuple[str, ...] = ()
    files: tuple[MailFile, ...] = ()


def new_message_id(address: str) -> str:
    """A fresh Message-ID in the domain of the sender, without angle brackets."""
    domain = address.rpartition("@")[2] or "kedang.invalid"
    return make_msgid(domain=domain.encode("idna").decode() if not domain.isascii() else domain)[1:-1]


def compose(account: MailAccount, mail: Outgoing) -> EmailMessage:
    """The mail as it goes over the wire. Raises UserError for bad addresses or too much."""
    if not mail.to:
        raise UserError(t("没有收件人。请先填写客户的邮箱。"))
    if sum(len(f.data) for f in mail.files) > MAX_TOTAL:
        raise UserError(t("附件合计超过 {n} MB，大多数邮箱会拒收。", n=MAX_TOTAL // 1024 // 1024))
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(Person(account.name, account.address))
    message["To"] = [_address(p) for p in mail.to]
    if mail.cc:
        message["Cc"] = [_address(p) for p in mail.cc]
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(mail.sent_at)
    message["Message-ID"] = f"<{_one_line(mail.message_id)}>"
    references = [_one_line(x).replace(" ", "") for x in chain(list(mail.references))]
    if references:
        message["In-Reply-To"] = f"<{references[-1]}>"
        message["References"] = " ".join(f"<{x}>" for x in references)
    message.set_content(mail.text, charset="utf-8", cte="base64" if not mail.text.isascii() else None)
    for file in mail.files:
        kind = file.media_type if "/" in file.media_type else mimetypes.guess_type(file.name)[0]
        main, _, sub = (kind or "application/octet-stream").partition("/")
        if main in ("message", "multipart", "text"):
            main, sub = "application", "octet-stream"
        message.add_attachment(file.data, maintype=main, subtype=sub, filename=safe_name(file.name))
    return message


def send(account: MailAccount, message: EmailMessage, *, timeout: float = TIMEOUT) -> None:
    """Deliver. Raises UserError (login, address refused) or EnvironmentProblem (no connection) with what to do."""
    account.check()
    recipients = [a.addr_spec for name in ("to", "cc") for h in message.get_all(name, []) for a in h.addresses]
    _talk(account, timeout, lambda server: _hand_over(server, account, message, recipients))


def probe(account: MailAccount, *, timeout: float = TIMEOUT) -> None:
    """Connect and log in without sending anything. Raises as `send`."""
    account.check()
    _talk(account, timeout, lambda server: server.noop())


def _hand_over(server: smtplib.SMTP, account: MailAccount, message: EmailMessage, recipients: Sequence[str]) -> None:
    refused = server.send_message(message, from_addr=account.address, to_addrs=list(recipients))
    if refused:
        raise UserError(t("服务器拒绝了这些收件人：{who}。其他人已收到。", who="、".join(sorted(refused))))


def _talk(account: MailAccount, timeout: float, act: Callable[[smtplib.SMTP], Any]) -> None:
    try:
        with _connected(account, timeout) as server:
            if account.username:
                server.login(account.username, account.password)
            act(server)
    except AppError:
        raise
    except smtplib.SMTPAuthenticationError as error:
        raise UserError(
            t("邮箱登录失败：用户名或密码不对。多数邮箱需要在网页端开启 SMTP 并使用授权码。"), details=[_said(error)]
        ) from error
    except UnicodeEncodeError as error:
        raise UserError(t("邮箱的用户名和密码（授权码）里不能有中文或全角字符。")) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise UserError(t("服务器拒绝了收件人：{who}。", who="、".join(sorted(error.recipients)))) from error
    except smtplib.SMTPSenderRefused as error:
        raise UserError(t("服务器不接受这个发件地址，它应与登录的邮箱一致。"), details=[_said(error)]) from error
    except smtplib.SMTPNotSupportedError as error:
        raise UserError(t("服务器不支持所选的加密方式或登录。请换一种，或核对端口。")) from error
    except smtplib.SMTPResponseException as error:
        raise UserError(t("服务器没有接受这封邮件：{reason}", reason=_said(error))) from error
    except ssl.SSLError as error:
        raise EnvironmentProblem(
            t("与服务器的加密连接没有建立：证书不可信，或端口与加密方式不匹配（SSL 一般是 465，STARTTLS 是 587）。"),
            details=[str(error.reason)],
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            raise EnvironmentProblem(
                t("服务器“{host}”没有回应。请检查网络、端口和防火墙。", host=account.host)
            ) from error
        raise EnvironmentProblem(
            t("连不上发信服务器“{host}:{port}”。请检查网络和设置。", host=account.host, port=account.port),
            details=[str(error)],
        ) from error


def _connected(account: MailAccount, timeout: float) -> smtplib.SMTP:
    name = account.address.rpartition("@")[2]
    here = name if name.isascii() and name else None
    if account.security == "ssl":
        return smtplib.SMTP_SSL(
            account.host, account.port, local_hostname=here, timeout=timeout, context=ssl.create_default_context()
        )
    server = smtplib.SMTP(account.host, account.port, local_hostname=here, timeout=timeout)
    if account.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _is_here(host: str) -> bool:
    try:
        found = {x[4][0] for x in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(str(x).startswith("127.") or x == "::1" for x in found)


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{error.smtp_code} {' '.join(words.split())[:300]}"


def _one_line(text: str) -> str:
    return " ".join(_BREAKS.sub(" ", text).split())


def _address(person: Person) -> Address:
    try:
        return Address(_one_line(person.name), addr_spec=_one_line(person.address))
    except (
        ValueError,
        IndexError,
        AttributeError,
        MessageError,
    ) as error:  # the standard parser's own words say little
        raise UserError(t("“{address}”不是有效的邮箱地址。", address=person.address)) from error
