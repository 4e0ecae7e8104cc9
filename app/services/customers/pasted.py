"""A block of text as people paste it (a signature, a chat message, a row of a list) into the fields of a new record."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.services.cleaning.addresses import split_address
from app.services.cleaning.emails import parse_emails
from app.services.cleaning.names import is_company, is_person
from app.services.cleaning.phones import parse_phones

LONGEST = 4000
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(
    r"(?<![\dA-Za-z])(?:\+?86[- ]?)?"
    r"(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{4}[- ]?\d{3,4}|[48]00[- ]?\d{3}[- ]?\d{4})(?!\d)"
)
_LABEL = re.compile(
    r"(?:姓名|名字|联系人|收货人|收件人|客户名称|客户|公司名称|公司|单位|职务|职位|手机号码?|手机|联系电话|电话|座机|固话|邮箱|电子邮件|邮件|"
    r"微信号?|地址|收货地址|网址|Tel|Mobile|Phone|E-?mail|Add(?:ress)?|WeChat|Name|Title)\s*[:：]\s*",
    re.IGNORECASE,
)
_WECHAT = re.compile(r"(?:微信号?|WeChat|wx)\s*[:：]\s*([A-Za-z][-_A-Za-z0-9]{5,19})", re.IGNORECASE)
_TITLE = re.compile(
    r"(?:经理|总监|总裁|主管|主任|董事长?|会计|出纳|财务|采购|销售|助理|工程师|厂长|店长|老师|顾问|专员|代表|老板|总经理|负责人|CEO|CFO|CTO)$",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[\s,，;；|、/]+")


@dataclass(frozen=True)
class Pasted:
    """What was recognised; "" or () where nothing was. `rest`: words that fit nowhere."""

    company: str = ""
    person: str = ""
    title: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    wechat: str = ""
    address: str = ""
    rest: str = ""

    @property
    def telling(self) -> bool:
        """Whether it is more than a name: worth spreading over several fields."""
        found = (self.company or self.person, self.phones, self.emails, self.address, self.wechat)
        return sum(map(bool, found)) >= 2


def read_pasted(text: str) -> Pasted:
    """Company, person, job title, numbers and addresses in a free text of at most `LONGEST` characters."""
    text = text[:LONGEST]
    wechat = _WECHAT.search(text)
    left = _WECHAT.sub(" ", text)
    emails = _good_emails(_EMAIL.findall(left))
    left = _EMAIL.sub("\n", left)
    phones = _good_phones(_PHONE.findall(left))
    left = _PHONE.sub("\n", left)
    company = person = title = address = ""
    rest: list[str] = []
    for piece in _pieces(left):
        if not address and _is_address(piece):
            address = piece
        elif not company and is_company(piece):
            company = piece
        elif not title and len(piece) <= 16 and _TITLE.search(piece) and not is_person(piece):
            title = piece
        elif not person and is_person(piece):
            person = piece
        else:
            rest.append(piece)
    return Pasted(company, person, title, phones, emails, wechat[1] if wechat else "", address, " ".join(rest))


def _pieces(text: str) -> list[str]:
    """Lines, and the words of lines that are no address or company as a whole."""
    found = []
    for line in _LABEL.sub("\n", text).splitlines():
        whole = line.strip(" \t,，;；|、/")
        if not whole:
            continue
        words = [word for word in _MARKS.split(whole) if word]
        if len(words) == 1 or _is_address(whole) or not any(map(_says_something, words)):
            found.append(whole)
        else:
            found += words
    return found


def _says_something(word: str) -> bool:
    return is_company(word) or is_person(word) or _TITLE.search(word) is not None or _is_address(word)


def _is_address(text: str) -> bool:
    if len(text) < 5 or is_company(text):
        return False
    place = split_address(text).value
    return place is not None and bool(place.province or place.city) and bool(place.detail or place.district)


def _good_phones(texts: list[str]) -> tuple[str, ...]:
    found = [text.strip() for text in texts if parse_phones(text).value]
    return tuple(dict.fromkeys(found))


def _good_emails(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if parse_emails(text).value))
