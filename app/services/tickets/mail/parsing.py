"""A mail file as what it says: people, times, words, attachments. Limits everywhere, because it comes from strangers."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

from app.core.i18n import t
from app.errors import UserError
from app.services.files.names import safe_name
from app.services.tickets.mail.charsets import cleaned, decoded, header_text
from app.services.tickets.mail.html_text import html_text

MAX_BYTES = 50 * 1024 * 1024
MAX_PARTS = 500
MAX_DEPTH = 40
MAX_ATTACHMENTS = 100
MAX_TEXT = 500_000
MAX_HEADER = 64_000
MAX_PEOPLE = 200

_IDS = re.compile(r"<([^<>\s]{3,250})>")
_AUTO_SUBJECT = re.compile(
    r"^\s*(自动回复|自動回覆|自动答复|Automatic reply|Auto[- ]?reply|Out of office|Undeliverable|退信|系统退信)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"^[^\s@<>(),;:\"]{1,64}@[^\s@<>(),;:\"]{1,190}$")


@dataclass(frozen=True)
class Person:
    """A name and an address, both possibly empty; the address lower-case."""

    name: str = ""
    address: str = ""

    def shown(self) -> str:
        """张敏 <min@…>, or whichever is there."""
        return f"{self.name} <{self.address}>" if self.name and self.address else self.name or self.address


@dataclass(frozen=True)
class MailFile:
    """An attachment."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Mail:
    """A received mail. `message_id` and `references` are without angle brackets; the newest reference is last."""

    subject: str
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    sent_at: datetime | None
    message_id: str
    references: tuple[str, ...]
    text: str
    files: tuple[MailFile, ...]
    automatic: bool
    problems: tuple[str, ...] = ()


def file_of(path: Path) -> MailFile:
    """A file of this computer as an attachment. Raises UserError when it cannot be read or is too big."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(t("附件超过 {n} MB，不能放进档案。", n=MAX_BYTES // 1024 // 1024))
        data = path.read_bytes()
    except OSError as error:
        raise UserError(t("打不开文件“{name}”。", name=path.name)) from error
    return MailFile(safe_name(path.name), mimetypes.guess_type(path.name)[0] or "", data)


def parse_mail(data: bytes) -> Mail:
    """Read a mail (.eml). Raises UserError when it is too big or no mail at all."""
    if len(data) > MAX_BYTES:
        raise UserError(t("邮件文件超过 {n} MB，无法读取。", n=MAX_BYTES // 1024 // 1024))
    if data.startswith(b"From "):  # a mailbox of one
        data = data.split(b"\n", 1)[-1]
    try:
        message = BytesParser(policy=compat32).parsebytes(data.lstrip(b"\r\n\xef\xbb\xbf"))
        return _read(message)
    except UserError:
        raise
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError, MessageError) as error:
        raise UserError(t("这个邮件文件的结构有问题，无法解析。")) from error


class _Headers:
    """The first value of each header, raw, shortened."""

    def __init__(self, message: Message) -> None:
        self._values: dict[str, str] = {}
        for name, value in message.raw_items():
            self._values.setdefault(name.casefold(), str(value)[:MAX_HEADER])

    def __len__(self) -> int:
        return len(self._values)

    def raw(self, name: str) -> str:
        return self._values.get(name, "")

    def text(self, name: str) -> str:
        return header_text(self.raw(name))

    def people(self, name: str) -> tuple[Person, ...]:
        raw = " ".join(self.raw(name).split())
        if not raw:
            return ()
        if any("\udc80" <= c <= "\udcff" for c in raw):
            raw = decoded(raw.encode("utf-8", "surrogateescape"))
        found: list[Person] = []
        for title, address in getaddresses([raw])[:MAX_PEOPLE]:
            plain = header_text(address).replace(" ", "").casefold()
            person = Person(header_text(title)[:100], plain if _ADDRESS.match(plain) else "")
            if (person.name or person.address) and person not in found:
                found.append(person)
        if not found:  # broken quoting: take what looks like addresses
            shown = header_text(raw)
            found = [
                Person("", x.casefold()) for x in re.findall(r"[^\s<>,;\"']+@[^\s<>,;\"']+", shown) if _ADDRESS.match(x)
            ]
        return tuple(found[:MAX_PEOPLE])

    def ids(self, name: str) -> list[str]:
        return _IDS.findall(self.raw(name))[-100:]


def _read(message: Message) -> Mail:
    headers = _Headers(message)
    if not headers.raw("from") and not headers.raw("subject") and not headers.raw("received"):
        raise UserError(t("这个文件不是邮件：没有发件人，也没有主题。"))
    found = _Parts()
    found.walk(message, 0)
    sender = next(iter(headers.people("from") or headers.people("sender") or headers.people("reply-to")), Person())
    references = [*headers.ids("references"), *headers.ids("in-reply-to")]
    return Mail(
        subject=headers.text("subject")[:300],
        sender=sender,
        to=headers.people("to"),
        cc=headers.people("cc"),
        sent_at=_moment(headers),
        message_id=next(iter(headers.ids("message-id")), ""),
        references=tuple(dict.fromkeys(references)),
        text=found.text(),
        files=tuple(found.files),
        automatic=_automatic(headers, message),
        problems=tuple(dict.fromkeys(found.problems)),
    )


def _moment(headers: _Headers) -> datetime | None:
    stamps = [headers.raw("date"), headers.raw("received").rpartition(";")[2]]
    for stamp in stamps:
        try:
            found = parsedate_to_datetime(" ".join(stamp.split()))
            moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if 1980 <= moment.year <= 2100:
            return moment
    return None


def _automatic(headers: _Headers, message: Message) -> bool:
    """Sent by a machine (RFC 3834 and the older habits)."""
    submitted = headers.raw("auto-submitted").strip().casefold()
    return (
        (bool(submitted) and not submitted.startswith("no"))
        or headers.raw("precedence").strip().casefold() in ("auto_reply", "auto-reply", "junk")
        or any(headers.raw(name) for name in ("x-autoreply", "x-autorespond", "x-auto-reply"))
        or headers.raw("return-path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or bool(_AUTO_SUBJECT.match(headers.text("subject")))
    )


class _Parts:
    """Words and files of a mail's parts."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.files: list[MailFile] = []
        self.problems: list[str] = []
        self._seen = 0

    def text(self) -> str:
        joined = "\n\n".join(x for x in (p.strip() for p in self.plain) if x)
        if len(joined) > MAX_TEXT:
            self.problems.append(t("正文过长，只保留了前 {n} 个字。", n=MAX_TEXT))
        return joined[:MAX_TEXT]

    def walk(self, part: Message, depth: int) -> None:
        self._seen += 1
        _readable(part)
        if depth > MAX_DEPTH or self._seen > MAX_PARTS:
            self.problems.append(t("邮件的层次太多，一部分没有读取。"))
            return
        kind = part.get_content_type()
        if kind == "message/rfc822":
            self._enclosed(part)
        elif part.is_multipart():
            inside = [p for p in part.get_payload() if isinstance(p, Message)]
            if kind == "multipart/alternative":
                self._alternative(inside, depth)
            else:
                for each in inside:
                    self.walk(each, depth + 1)
        elif kind in ("text/plain", "text/html") and not _is_file(part):
            self.plain.append(_words(part))
        else:
            self._file(part)

    def _alternative(self, parts: list[Message], depth: int) -> None:
        """The plain form when it says something, else the richest one; files of the other forms are kept."""
        before = len(self.plain)
        plain = [p for p in parts if p.get_content_type() == "text/plain" and not _is_file(p)]
        for each in plain:
            self.walk(each, depth + 1)
        said = "".join(self.plain[before:]).strip()
        for each in parts:
            if any(each is p for p in plain):
                continue
            mark = len(self.plain)
            self.walk(each, depth + 1)
            if said:
                del self.plain[mark:]
        if not said:
            self.plain[before:] = self.plain[-1:] if len(self.plain) > before else []

    def _enclosed(self, part: Message) -> None:
        inner = next((p for p in part.get_payload() if isinstance(p, Message)), None) if part.is_multipart() else None
        if inner is None:
            self._file(part)
            return
        try:
            data = inner.as_bytes()
        except (ValueError, LookupError, KeyError, AttributeError, TypeError, RecursionError):
            self.problems.append(t("附带的一封邮件无法读取。"))
            return
        self._add(
            _file_name(part) or f"{header_text(str(inner.get('subject') or ''))[:60] or t('邮件')}.eml",
            "message/rfc822",
            data,
        )

    def _file(self, part: Message) -> None:
        data = _payload(part)
        name = _file_name(part)
        if data or name:
            self._add(name, part.get_content_type(), data)

    def _add(self, name: str, kind: str, data: bytes) -> None:
        if len(self.files) >= MAX_ATTACHMENTS:
            self.problems.append(t("附件太多，只保留了前 {n} 个。", n=MAX_ATTACHMENTS))
            return
        ending = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "application/pdf": ".pdf",
                  "text/calendar": ".ics", "text/html": ".html", "text/plain": ".txt"}.get(kind, "")  # fmt: skip
        self.files.append(MailFile(safe_name(name, f"{t('附件')}{len(self.files) + 1}{ending}"), kind[:100], data))


def _readable(part: Message) -> None:
    """Headers with bytes that nobody encoded get their text, or the parser would put question marks there."""
    for name, value in list(part.raw_items()):
        raw = str(value)
        if name.casefold() in ("content-disposition", "content-type") and any("\udc80" <= c <= "\udcff" for c in raw):
            part.replace_header(name, decoded(raw.encode("utf-8", "surrogateescape")))


def _is_file(part: Message) -> bool:
    return "attachment" in str(part.get("content-disposition") or "").casefold()[:40] or bool(_file_name(part))


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _words(part: Message) -> str:
    charset = part.get_param("charset")
    label = charset[2] if isinstance(charset, tuple) else str(charset or "")
    text = cleaned(decoded(_payload(part), label))
    return html_text(text) if part.get_content_type() == "text/html" else text


def _file_name(part: Message) -> str:
    for header, key in (("content-disposition", "filename"), ("content-type", "name")):
        value = part.get_param(key, header=header)
        if isinstance(value, tuple):  # RFC 2231: charset'language'text
            return cleaned(decoded(value[2].encode("latin-1", "ignore"), value[0] or ""))
        if value:
            return header_text(str(value))
    return ""


def parse_task(_report: object, data: bytes) -> Iterator[Mail]:
    """As `parse_mail`, for a child process with limits."""
    yield parse_mail(data)
