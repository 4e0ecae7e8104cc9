"""How tickets are spoken of on the screen: times, deadlines, what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.clock import now
from app.core.dictionary.tickets import ENDED
from app.core.fields import Entity
from app.core.i18n import language, t
from app.core.records import Record

#: a deadline nearer than this is told in warning colour
SOON = timedelta(hours=1)


def is_ended(entity: Entity, record: Record) -> bool:
    """Whether the ticket is done."""
    return entity.field("status").means(record.get("status"), *ENDED)


def when_text(moment: datetime | None) -> str:
    """10:42 today, 昨天, 11-12 this year, 2025-11-12 before."""
    if moment is None:
        return ""
    local, today = moment.astimezone(), now().astimezone().date()
    if local.date() == today:
        return local.strftime("%H:%M")
    if local.date() == today - timedelta(days=1):
        return t("昨天")
    return local.strftime("%m-%d" if local.year == today.year else "%Y-%m-%d")


def at_text(moment: datetime | None) -> str:
    """As `when_text`, with the time of day for other days."""
    if moment is None:
        return ""
    local = moment.astimezone()
    if local.date() == now().astimezone().date():
        return t("今天 {time}", time=local.strftime("%H:%M"))
    return f"{when_text(moment)} {local.strftime('%H:%M')}"


def span_text(minutes: float) -> str:
    """0:38, 5:20, 3 天 as a length of time."""
    whole = int(abs(minutes))
    if whole >= 48 * 60:
        return t("{n} 天", n=whole // (24 * 60))
    return f"{whole // 60}:{whole % 60:02d}"


def due_chip(entity: Entity, record: Record) -> tuple[str, str]:
    """(text, tone) of the nearest promise: how long is left today, else by when; how late; that it stands; or ("", "")."""
    if is_ended(entity, record):
        return "", ""
    due = record.get("next_due_at")
    if due is None:
        return (t("已暂停"), "gray") if record.get("sla_paused") else ("", "")
    left = (due - now()) / timedelta(minutes=1)
    if left < 0:
        return t("超时 {span}", span=span_text(left)), "bad"
    local, today = due.astimezone(), now().astimezone().date()
    if local.date() == today:
        return t("剩 {span}", span=span_text(left)), "warn" if due - now() < SOON else "ok"
    if local.date() == today + timedelta(days=1):
        return t("明天 {time} 前", time=local.strftime("%H:%M")), "ok"
    return t("{day} 前", day=local.strftime("%m-%d %H:%M")), "ok"


def event_text(entity: Entity, message: Record, names: Callable[[Any], str]) -> str:
    """What happened, in one sentence."""
    who = str(message.get("author") or "") or names(message.get("author_user"))
    what: list[str] = []
    if message.get("status"):
        what.append(t("状态改为“{value}”", value=entity.field("status").label_of(message.get("status"))))
    if message.get("priority"):
        what.append(t("优先级改为“{value}”", value=entity.field("priority").label_of(message.get("priority"))))
    body = str(message.get("body") or "")
    if body.startswith("@owner"):
        name = body.removeprefix("@owner").strip()
        what.append(t("交给 {name}", name=name) if name else t("不再有处理人"))
    elif body.startswith("@merged"):
        what.append(t("并入了 {numbers}", numbers=body.removeprefix("@merged").strip()))
    elif body:
        what.append(body)
    joined = ("，" if language() == "zh" else ", ").join(what)
    return f"{who} {joined}".strip()


def first_title(record: Record, key: str) -> str:
    """The title of a link, "" when there is none."""
    return next((link.title for link in record.get(key) or ()), "")


def first_id(record: Record, key: str) -> UUID | None:
    """The id of a link."""
    return next((link.id for link in record.get(key) or ()), None)


def size_text(size: object) -> str:
    """1.2 MB."""
    number = float(size) if isinstance(size, int) else 0.0
    for unit in ("B", "KB", "MB"):
        if number < 1024 or unit == "MB":
            return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
        number /= 1024
    return ""
