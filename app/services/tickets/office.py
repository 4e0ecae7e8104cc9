"""The office's working hours, special days and promises, as they stand in the archive."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from app.core.fields import Link
from app.core.i18n import language, t
from app.core.paths import resource_dir
from app.db.store import promises
from app.db.store.reading import Reader
from app.db.store.settings import setting
from app.db.unit_of_work import UnitOfWork
from app.errors import UserError
from app.services.context import Context
from app.services.tickets.sla import STANDARD, Policy
from app.services.tickets.worktime import FIVE_DAYS, Spans, WorkingCalendar

HOURS_KEY = "office_hours"
_SPAN = re.compile(r"^(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：](\d{2})$")


def parse_hours(text: str) -> Spans:
    """ "09:00-12:00 13:30-18:00" as spans; "" is a day off. Raises UserError."""
    spans: list[tuple[int, int]] = []
    for word in re.split(r"[\s,，;；、]+", re.sub(r"\s*([-–—~～至到])\s*", r"\1", text.strip())):
        if not word:
            continue
        found = _SPAN.match(word)
        if found is None:
            raise UserError(t("“{text}”不是工作时间。请写成 09:00-12:00 13:30-18:00。", text=text))
        begin, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
        fits = begin < end <= 24 * 60 and int(found[2]) < 60 and int(found[4]) < 60
        if not fits or (spans and begin < spans[-1][1]):
            raise UserError(t("“{text}”不是工作时间。请写成 09:00-12:00 13:30-18:00。", text=text))
        spans.append((begin, end))
    return tuple(spans)


def hours_text(spans: Spans) -> str:
    """The inverse of `parse_hours`."""
    return " ".join(f"{b // 60:02d}:{b % 60:02d}-{e // 60:02d}:{e % 60:02d}" for b, e in spans)


@lru_cache(maxsize=8)
def _calendar(week: tuple[Spans, ...], exceptions: tuple[tuple[date, Spans], ...], public: bool) -> WorkingCalendar:
    """One object per content, so that its sums are kept."""
    return WorkingCalendar(week, dict(exceptions), public)


def calendar_of(reader: Reader) -> WorkingCalendar:
    """The working calendar in force."""
    data = setting(reader.connection, HOURS_KEY) or {}
    try:
        week = tuple(parse_hours(str(x)) for x in data["week"])
        week = week if len(week) == 7 else FIVE_DAYS
    except (KeyError, TypeError, UserError):
        week = FIVE_DAYS
    exceptions: list[tuple[date, Spans]] = []
    for day, hours in promises.special_days(reader):
        try:
            exceptions.append((day, parse_hours(hours)))
        except UserError:  # came in by import: the ordinary hours stay
            continue
    return _calendar(week, tuple(exceptions), bool(data.get("public_holidays", True)))


@dataclass(frozen=True)
class Promise:
    """A policy with its record."""

    link: Link
    policy: Policy
    _frozen: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def terms(self, priority: str) -> str:
        """The terms as they stay with a ticket opened at a priority that means this."""
        if priority not in self._frozen:
            self._frozen[priority] = frozen(self.policy, priority)
        return self._frozen[priority]


def promise_of(reader: Reader, wanted: Link | None = None) -> Promise | None:
    """The policy a new ticket falls under: the wanted one, else the first active one; None when nothing is promised."""
    found = promises.policy_in_force(reader, wanted.id if wanted is not None else None)
    policy = read_terms(found.terms) if found is not None else None
    return Promise(Link(found.id, found.name), policy) if found is not None and policy is not None else None


@lru_cache(maxsize=256)
def read_terms(text: str | None) -> Policy | None:
    """The policy of stored terms; None when there are none or they are not ours."""
    try:
        return Policy.parse(json.loads(text)) if text else None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


@lru_cache(maxsize=256)
def first_priority(text: str | None) -> str | None:
    """The priority at the opening, which stands beside the frozen terms."""
    try:
        return str(json.loads(text)["opened_as"]) if text else None
    except (ValueError, KeyError, TypeError):
        return None


def frozen(policy: Policy, priority: str) -> str:
    """The terms as they stay with a ticket."""
    return json.dumps(policy.dump() | {"opened_as": priority}, ensure_ascii=False, separators=(",", ":"))


def _categories() -> Mapping[str, tuple[str, ...]]:
    return {
        t("物流"): (t("数量差异"), t("延迟送达"), t("货物破损")),
        t("产品"): (t("质量问题"), t("使用咨询")),
        t("财务"): (t("发票"), t("对账")),
        t("其他问题"): (),
    }


def _templates() -> list[dict[str, str]]:
    path = resource_dir() / "templates" / "replies.json"
    found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))[language()]
    return found


def plant_tickets(context: Context) -> None:
    """Give an archive without any policy its first one, categories and templates; does nothing otherwise."""
    with context.reading() as work:
        if work.reader.any_of("sla_policies"):
            return
    everybody = context.actor.unrestricted()  # whoever opens the archive first
    with UnitOfWork(context.archive, context.registry, everybody, context.origin) as work:
        _plant(work)
        work.commit()


def _plant(work: UnitOfWork) -> None:
    operation = work.operation("setup", t("建立默认的服务时限、工单分类和常用语"))
    terms = json.dumps(STANDARD.dump(), ensure_ascii=False)
    work.writer.create(
        operation, "sla_policies", {"name": t("标准时限"), "active": True, "position": 1, "terms": terms}
    )
    for place, (name, below) in enumerate(_categories().items(), 1):
        top = work.writer.create(operation, "ticket_categories", {"name": name, "position": place, "active": True})
        for inner, child in enumerate(below, 1):
            work.writer.create(
                operation,
                "ticket_categories",
                {"name": child, "position": inner, "active": True, "parent": (Link(top.id, name),)},
            )
    for place, template in enumerate(_templates(), 1):
        work.writer.create(operation, "reply_templates", {**template, "position": place})
