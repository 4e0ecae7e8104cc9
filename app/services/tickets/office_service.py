"""Changing the office's working hours and promises; both are the administrator's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.i18n import t
from app.core.records import ChangeSet, Record, Sort
from app.db.store.settings import store_setting
from app.errors import UserError
from app.services.context import Context
from app.services.tickets.office import HOURS_KEY, calendar_of, hours_text, parse_hours, read_terms
from app.services.tickets.sla import Policy
from app.services.tickets.worktime import WorkingCalendar


@dataclass(frozen=True)
class OfficeHours:
    """Hours per weekday, Monday first, as text ("" = closed), and whether public holidays and 调休 count."""

    week: tuple[str, ...]
    public_holidays: bool


class OfficeService:
    """Working hours and promises."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def calendar(self) -> WorkingCalendar:
        """The calendar in force."""
        with self._context.reading() as work:
            return calendar_of(work.reader)

    def hours(self) -> OfficeHours:
        """The ordinary week."""
        found = self.calendar()
        return OfficeHours(tuple(hours_text(spans) for spans in found.week), found.public_holidays)

    def save_hours(self, week: Sequence[str], *, public_holidays: bool) -> ChangeSet:
        """Another ordinary week. Raises UserError naming the text that is no time."""
        self._context.actor.require_admin()
        if len(week) != 7:
            raise ValueError(week)
        texts = [hours_text(parse_hours(text)) for text in week]
        if not any(texts):
            raise UserError(t("一周里至少要有一天上班。"))
        with self._context.writing() as work:
            work.operation("setup", t("修改工作时间"))
            store_setting(work.connection, HOURS_KEY, {"week": texts, "public_holidays": public_holidays})
            return work.commit()

    def policy(self) -> tuple[Record, Policy] | None:
        """The policy that new tickets fall under."""
        with self._context.reading() as work:
            handles = work.reader.handles("sla_policies", None, (Sort("position"),)).tolist()
            for record in work.reader.each("sla_policies", handles):
                found = read_terms(record.get("terms"))
                if record.get("active") and found is not None:
                    return record, found
        return None

    def save_policy(self, record: Record, policy: Policy) -> ChangeSet:
        """Other terms for tickets opened from now on; those that are open keep theirs."""
        for clocks in policy.targets.values():
            for target in clocks.values():
                if not 0 < target.minutes <= 60 * 24 * 366:
                    raise UserError(t("时限应在 1 分钟到 1 年之间。"))
        with self._context.writing() as work:
            operation = work.operation("edit", t("修改服务时限：{name}", name=record.get("name")))
            terms = json.dumps(policy.dump(), ensure_ascii=False)
            work.writer.update(operation, "sla_policies", record.id, {"terms": terms})
            return work.commit()
