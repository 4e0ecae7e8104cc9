"""What the day asks for, quick verbs on it, and reminders that come once."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.core.clock import now, today
from app.core.filters import Condition, Filter, Group, Related
from app.core.i18n import t
from app.core.meanings import means
from app.core.records import ChangeSet, Record, Sort
from app.db.store import birthdays as born
from app.db.store.settings import setting, store_setting
from app.services.context import Context
from app.services.today import birthdays
from app.services.today.records import (
    BIRTHDAYS,
    COMING,
    CONTACT,
    DUE,
    LATE,
    STUCK,
    TICKETS,
    Item,
    Reminder,
    Section,
)

MOST, AHEAD_DAYS, TICKET_HOURS = 30, 7, 4
MINE, TEAM, EVERYBODY = "me", "my_team", "all"
Sections = builtins.list[Section]
Reminders = builtins.list[Reminder]
_PROMISES = ("response_due_at", "next_response_due_at", "resolution_due_at")


class TodayService:
    """Reads over all services; `whose`: me, my_team or all."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def agenda(self, whose: str = MINE) -> Sections:
        """The sections of the day, in the order of a day's work."""
        sections = [
            self._activities(LATE, whose, Condition("due_at", "lt", today().isoformat())),
            self._activities(DUE, whose, Condition("due_at", "today")),
            self._tickets(whose),
            self._contacts(whose),
            self._activities(COMING, whose, _between(1, AHEAD_DAYS)),
            self._deals(whose),
            self._birthdays(),
        ]
        return [section for section in sections if section is not None]

    def _list(
        self, key: str, entity: str, condition: Filter, sorts: Sequence[Sort], make: Any, *, most: int = MOST
    ) -> Section:
        with self._context.reading() as work:
            handles = work.reader.handles(entity, condition, sorts)
            records = builtins.list(work.reader.each(entity, [int(h) for h in handles[:most]]))
            return Section(key, [make(r) for r in records], len(handles), entity, condition)

    def _activities(self, key: str, whose: str, when: Filter) -> Section:
        condition = _all(Condition("done", "false"), when, *_whose(whose))
        moment, kinds = now(), self._context.registry.entity("activities").field("kind")

        def make(record: Record) -> Item:
            due: datetime = record.get("due_at")
            tie = record.get("customer") or record.get("deal") or ()
            return Item("activities", record.id, str(record.get("subject") or ""), tie[0].title if tie else "", due,
                        kinds.meaning(record.get("kind")) or "task", due < moment, _id(record.get("customer")))  # fmt: skip

        return self._list(key, "activities", condition, (Sort("due_at"),), make)

    def _tickets(self, whose: str) -> Section:
        """Open tickets with a promise that is broken or will be within some hours."""
        open_ = means(self._context.registry.entity("tickets"), "status", "new", "open", "hold")
        limit = now() + timedelta(hours=TICKET_HOURS)
        soon = [Condition(key, "le", limit.astimezone().date().isoformat()) for key in _PROMISES]
        section = self._list(
            TICKETS, "tickets", _all(open_, Group("or", tuple(soon)), *_whose(whose)), (), _ticket, most=500
        )
        items = sorted((i for i in section.items if isinstance(i.when, datetime) and i.when <= limit), key=_moment)
        return Section(TICKETS, items[:MOST], len(items), "tickets", section.condition)

    def _contacts(self, whose: str) -> Section:
        condition = _all(Condition("next_contact_on", "le", today().isoformat()), *_whose(whose))

        def make(record: Record) -> Item:
            day = record.get("next_contact_on")
            phones = record.get("phones") or ()
            about = phones[0].value if phones else ""
            return Item("customers", record.id, str(record.get("name")), about, day, late=day < today(),
                        customer=record.id)  # fmt: skip

        return self._list(CONTACT, "customers", condition, (Sort("next_contact_on"),), make)

    def _deals(self, whose: str) -> Section:
        """Open deals for which nothing is planned."""
        nothing = Related("activities", _all(Condition("done", "false"), Condition("due_at", "not_empty")), "none")
        condition = _all(means(self._context.registry.entity("deals"), "outcome", "open"), nothing, *_whose(whose))

        def make(record: Record) -> Item:
            tie = record.get("customer") or ()
            return Item("deals", record.id, str(record.get("name")), tie[0].title if tie else "",
                        record.get("expected_on"), customer=_id(tie))  # fmt: skip

        return self._list(STUCK, "deals", condition, (Sort("amount", descending=True),), make)

    def _birthdays(self) -> Section:
        day = today()
        with self._context.reading() as work:
            people = born.near(work.reader, day, day + timedelta(days=AHEAD_DAYS - 1))
        items = []
        for entity, record, name, birthday, lunar in people:
            kept = birthdays.next_birthday(birthday, day, lunar=lunar)
            if (kept - day).days < AHEAD_DAYS:
                about = t("农历{day}", day=birthdays.lunar_words(birthday)) if lunar else birthday.yearly
                his = record if entity == "customers" else None
                items.append(Item(entity, record, name, about, kept, kind="birthday", customer=his))
        items.sort(key=lambda item: (str(item.when), item.title))
        return Section(BIRTHDAYS, items[:MOST], len(items))

    # ---- verbs --------------------------------------------------------------------------------------------------

    def complete(self, activity: uuid.UUID) -> ChangeSet:
        """The activity is done; a planned one without a time of its own happened now."""
        with self._context.writing() as work:
            record = work.reader.get("activities", activity)
            operation = work.operation("activity", t("完成：{title}", title=record.get("subject")))
            work.writer.update(operation, "activities", activity, {"done": True})
            return work.commit()

    def postpone(self, activity: uuid.UUID, to: datetime) -> ChangeSet:
        """Another time."""
        with self._context.writing() as work:
            record = work.reader.get("activities", activity)
            operation = work.operation("activity", t("改期：{title}", title=record.get("subject")))
            work.writer.update(operation, "activities", activity, {"due_at": to})
            return work.commit()

    # ---- reminders ----------------------------------------------------------------------------------------------

    def take_reminders(self) -> Reminders:
        """The actor's planned activities whose time came since the last call, each told once, also those that fell due
        while nobody had the archive open. The first call ever begins with what is due from then on."""
        moment = now()
        key = f"reminded:{self._context.actor.user_id}"
        with self._context.reading() as work:
            last = setting(work.connection, key)
        since = datetime.fromisoformat(last) if isinstance(last, str) else moment
        condition = _all(
            Condition("done", "false"), Condition("owner", "me"), Condition("due_at", "ge", _day(since)),
            Condition("due_at", "le", _day(moment)),
        )  # fmt: skip
        with self._context.reading() as work:
            handles = work.reader.handles("activities", condition, (Sort("due_at"),), limit=500).tolist()
            records = builtins.list(work.reader.each("activities", handles))
        found = []
        for record in records:
            due: datetime = record.get("due_at")
            if since < due <= moment:
                tie = record.get("customer") or record.get("deal") or ()
                found.append(Reminder(record.id, str(record.get("subject")), tie[0].title if tie else "", due))
        if (found or last is None) and not self._context.archive.read_only:
            with self._context.writing() as work:
                store_setting(work.connection, key, moment.isoformat())
                work.commit()
        return found


def _all(*parts: Filter) -> Filter:
    return Group("and", parts)


def _whose(whose: str) -> tuple[Filter, ...]:
    return () if whose == EVERYBODY else (Condition("owner", whose),)


def _between(first: int, last: int) -> Filter:
    days = [(today() + timedelta(days=n)).isoformat() for n in (first, last)]
    return Condition("due_at", "between", days)


def _day(moment: datetime) -> str:
    return moment.astimezone().date().isoformat()


def _id(links: Any) -> uuid.UUID | None:
    return links[0].id if links else None


def _ticket(record: Record) -> Item:
    answered = record.get("first_responded_at") is not None
    open_ = [key for key in _PROMISES if record.get(key) and not (answered and key == "response_due_at")]
    due = min((record.get(key) for key in open_), default=None)
    tie = record.get("customer") or ()
    who = tie[0].title if tie else str(record.get("requester") or "")
    late = due is not None and due < now()
    return Item("tickets", record.id, str(record.get("subject") or ""), who, due, late=late, customer=_id(tie))


def _moment(item: Item) -> float:
    return item.when.timestamp() if isinstance(item.when, datetime) else 0.0
