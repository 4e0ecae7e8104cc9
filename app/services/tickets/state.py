"""What a ticket's own columns follow from: its messages, its promises, the moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.choices import PickList
from app.core.fields import Registry
from app.services.tickets.mail.quoting import split_quote
from app.services.tickets.office import first_priority, read_terms
from app.services.tickets.sla import ENDED, Clock, ClockKind, Event, EventKind, Standing, clocks, latest
from app.services.tickets.worktime import WorkingCalendar

SNIPPET = 160
#: what the priority of a ticket means that says nothing
NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Line:
    """What of a message matters here: of a new status and priority what they mean, and the value of the status."""

    at: datetime
    kind: str
    status: str | None = None
    priority: str | None = None
    automatic: bool = False
    body: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Lists:
    """The office's values of status and priority."""

    status: PickList
    priority: PickList

    @classmethod
    def of(cls, registry: Registry) -> Lists:
        tickets = registry.entity("tickets")
        return cls(tickets.field("status"), tickets.field("priority"))


def snippet(text: str) -> str:
    """The first words of what is new in a message, on one line."""
    fresh, _ = split_quote(text[:20_000])
    return " ".join(fresh.split())[:SNIPPET]


def events_of(values: Mapping[str, Any], lines: Iterable[Line], lists: Lists) -> list[Event]:
    """The events that move the clocks. Times the ticket brought along stand in where no message tells."""
    found: list[Event] = []
    replied = ended = False
    for line in lines:
        if line.kind == "inbound" and not line.automatic:
            found.append(Event(line.at, EventKind.INBOUND))
        elif line.kind == "reply" and not line.automatic:
            found.append(Event(line.at, EventKind.REPLY))
            replied = True
        if line.priority:
            found.append(Event(line.at, EventKind.PRIORITY, line.priority))
        if line.status:
            found.append(Event(line.at, EventKind.STATUS, line.status))
            ended = ended or line.status in ENDED
    first, done = values.get("first_responded_at"), values.get("resolved_at") or values.get("closed_at")
    if not replied and first is not None:
        found.append(Event(first, EventKind.REPLY))
    status = lists.status.meaning(values.get("status"))
    if not ended and done is not None and status in ENDED:
        found.append(Event(done, EventKind.STATUS, status))
    return found


def clocks_of(
    values: Mapping[str, Any], lines: Sequence[Line], calendar: WorkingCalendar, now: datetime, lists: Lists
) -> tuple[Clock, ...]:
    """How the ticket's promises stand; () when none were made."""
    policy = read_terms(values.get("sla_terms"))
    opened = values.get("opened_at")
    if policy is None or opened is None:
        return ()
    priority = first_priority(values.get("sla_terms")) or lists.priority.meaning(values.get("priority")) or NORMAL
    return clocks(policy, calendar, events_of(values, lines, lists), opened_at=opened, priority=priority, now=now)


def dues(found: Sequence[Clock]) -> dict[str, Any]:
    """The due times as the ticket's columns hold them."""
    first, following = latest(found, ClockKind.FIRST), latest(found, ClockKind.NEXT)
    resolution = latest(found, ClockKind.RESOLUTION)
    running = [c for c in found if c.standing in (Standing.RUNNING, Standing.LATE) and c.due_at is not None]
    return {
        "response_due_at": first.due_at if first else None,
        "next_response_due_at": following.due_at if following and following.stopped_at is None else None,
        "resolution_due_at": resolution.due_at if resolution else None,
        "next_due_at": min((c.due_at for c in running if c.due_at is not None), default=None),
        "sla_paused": bool(found) and any(c.standing is Standing.PAUSED for c in found) and not running,
    }


def derived(values: Mapping[str, Any], lines: Sequence[Line], lists: Lists) -> dict[str, Any]:
    """Times and marks that follow from the messages; what the ticket says of itself is not overwritten."""
    ordered = sorted(lines, key=lambda line: line.at)
    public = [x for x in ordered if x.kind in ("inbound", "reply")]
    spoken = [x for x in ordered if x.kind != "event" and x.body]
    human = [x for x in public if not x.automatic]
    opened = min([at for at in (values.get("opened_at"), ordered[0].at if ordered else None) if at], default=None)
    status = values.get("status")
    if lists.status.meaning(status) in ("", "new"):  # nobody has said more yet; a log may
        replied = any(x.kind == "reply" for x in human)
        status = _last_status(ordered) or status or lists.status.first("open" if replied else "new")
    meaning = lists.status.meaning(status)
    changes: dict[str, Any] = {
        "opened_at": opened,
        "status": status,
        "priority": values.get("priority") or lists.priority.first(NORMAL),
        "first_responded_at": values.get("first_responded_at")
        or next((x.at for x in human if x.kind == "reply"), None),
        "unanswered": bool(human) and human[-1].kind == "inbound" and meaning not in ENDED,
        "last_message_at": max([x.at for x in ordered], default=None) or values.get("resolved_at") or opened,
        "snippet": snippet(spoken[-1].body) if spoken else values.get("snippet"),
    }
    changes |= _endings(values, ordered, meaning)
    return changes


def _last_status(lines: Sequence[Line]) -> str | None:
    return next((x.code for x in reversed(lines) if x.code), None)


def _endings(values: Mapping[str, Any], lines: Sequence[Line], meaning: str) -> dict[str, Any]:
    """When it was resolved and closed, and how often it was opened again."""
    resolved = closed = None
    reopened, before = 0, ""
    for line in lines:
        if not line.status:
            continue
        if before in ENDED and line.status not in ENDED:
            reopened, resolved, closed = reopened + 1, None, None
        if line.status in ENDED:
            resolved = resolved or line.at
            closed = line.at if line.status == "closed" else closed
        before = line.status
    ended = meaning in ENDED
    given = values.get("reopened")
    return {
        "resolved_at": (values.get("resolved_at") or resolved or values.get("closed_at")) if ended else None,
        "closed_at": (values.get("closed_at") or closed) if meaning == "closed" else None,
        "reopened": max(reopened, given or 0),
    }
