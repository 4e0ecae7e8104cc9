"""One computation of a report: the reader, the facts, the request, and what every report needs of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import numpy as np

from app.core import clock
from app.core.access import Action
from app.core.filters import Condition, Filter, Group, Listed, both
from app.core.i18n import t
from app.db.figures import changes, customers
from app.db.figures.columns import key_bytes
from app.db.store.reading import Reader
from app.errors import UserError
from app.services.analytics.facts import Facts, FactsBook
from app.services.analytics.records import Drill, Period, ReportRequest
from app.services.analytics.rules.arrays import Bools, Ints
from app.services.analytics.rules.clv import Model, fit
from app.services.analytics.rules.history import Histories, ModelInputs, Orders, histories
from app.services.analytics.specification import Parameter, ReportSpec

T = TypeVar("T")


@dataclass
class Run:
    """Belongs to one thread and one snapshot."""

    reader: Reader
    book: FactsBook
    spec: ReportSpec
    request: ReportRequest
    _owners: Filter | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Teams are looked up now: rows are opened when the snapshot is long gone. Raises UserError for an unknown one."""
        self._owners = self._look_up_owners()

    # ---- the request --------------------------------------------------------------------------------------------

    @property
    def as_of(self) -> date:
        return self.request.as_of

    @property
    def period(self) -> Period | None:
        """The period asked for, ending with `as_of` at the latest."""
        asked = self.request.period
        if asked is None:
            return None
        after = self.as_of + timedelta(days=1)
        return Period(min(asked.start, after), min(asked.end, after))

    @property
    def until(self) -> date:
        """The first day that no longer counts."""
        return self.period.end if self.period else self.as_of + timedelta(days=1)

    def since(self, earliest: date | None) -> date:
        """The first day that counts; without a period the earliest there is."""
        if self.period is not None:
            return self.period.start
        return min(earliest, self.until) if earliest is not None else self.until

    def parameter(self, key: str) -> Any:
        """The value of a parameter, given or default."""
        default = next(p for p in self.spec.parameters if p.key == key)
        return coerced(default, self.request.params[key]) if key in self.request.params else default.default

    def parameters(self) -> dict[str, Any]:
        """All parameters with the values in force."""
        return {p.key: self.parameter(p.key) for p in self.spec.parameters}

    # ---- filters ------------------------------------------------------------------------------------------------

    def owners(self) -> Filter | None:
        """The condition on the owner that the request asks for."""
        return self._owners

    def _look_up_owners(self) -> Filter | None:
        members = self.request.owners
        if self.request.team:
            team = changes.team_members(self.reader.connection, self.request.team)
            if team is None:
                raise UserError(t("没有团队“{name}”。", name=self.request.team))
            members = members & team if members else team
            if not members:
                return Listed((), self.request.team)
        if not members:
            return None
        return Condition("owner", "in", [str(m) for m in sorted(members)])

    def condition(self, entity: str) -> Filter | None:
        """What the request demands of records of `entity`: the owner, and the filter where it is the report's own."""
        own = self.request.condition if entity == self.spec.entity else None
        return both(self.owners(), own)

    def drill(self, entity: str, *parts: Filter | None) -> Drill:
        """A list of `entity`: the request's own conditions and these."""
        whole = [p for p in (self.condition(entity), *parts) if p is not None]
        return Drill(entity, None if not whole else whole[0] if len(whole) == 1 else Group("and", tuple(whole)))

    def choice(self, entity: str, field: str, code: str) -> str:
        """A pick-list value in words; t("未填") for nothing."""
        if not code:
            return t("未填")
        found = self.reader.layout(entity).entity.field(field).choice(code)
        return found.label if found is not None else code

    # ---- facts --------------------------------------------------------------------------------------------------

    def facts(self) -> Facts:
        """Orders and customers as they are now."""
        return self.book.read(self.reader)

    def chosen(self, entity: str) -> Ints | None:
        """The row handles, ascending, of the records the request demands; None when it demands nothing."""
        condition = self.condition(entity)
        if condition is None:
            return None
        return np.sort(self.reader.handles(entity, condition)).astype(np.int64)

    def customer_orders(self, *, windowed: bool = False) -> Orders:
        """Counted orders of the customers asked for, through `as_of`; `windowed`: within the period only."""
        found, _ = self.facts().by_customer()
        chosen = self.chosen("customers")
        if chosen is not None:
            found = found.where(member(chosen, found.customer))
        last = self.until - timedelta(days=1) if windowed else self.as_of
        start = self.period.start.toordinal() if windowed and self.period else None
        return found.through(last.toordinal(), since=start)

    def _demanded(self, found: Orders) -> tuple[object, ...]:
        demanded = (self.owners(), self.request.condition, self.request.period)
        return (self.as_of, repr(demanded), len(found.day), int(found.day.sum()), int(found.net.sum()))

    def histories(self, found: Orders) -> Histories:
        """Each customer's summary of these orders."""
        return self.book.derived(self.facts(), ("histories", *self._demanded(found)), lambda: histories(found))

    def value_model(self, found: Orders, inputs: ModelInputs) -> Model | None:
        """The customer-value model of these orders; None without any."""
        if not len(inputs.x):
            return None
        return self.book.derived(self.facts(), ("value", *self._demanded(found)), lambda: fit(inputs))

    def kept(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """What was read for this report, remembered while the entities it reads stay as they are."""
        condition = repr((self.owners(), self.request.condition, clock.today()))
        reads = self.spec.reads | ({"customers"} if self.reader.actor.reach(self.spec.entity, Action.VIEW) else set())
        if self.request.condition is not None:  # it may speak of anything
            reads |= set(self.reader.registry.keys())
        return self.book.kept(self.reader, (*key, condition), frozenset(reads), make)

    def everybody(self) -> Ints:
        """The row handles of all customers asked for, ascending."""
        chosen = self.chosen("customers")
        return np.sort(self.facts().people.handles) if chosen is None else chosen

    def limited(self, order: Ints) -> Ints:
        """No more rows than the request wants."""
        return order if self.request.limit is None else order[: self.request.limit]

    def names(self, handles: Ints) -> dict[int, Mapping[str, Any]]:
        """Row handle → the columns every row of a customer begins with."""
        found = customers.labels(self.reader, handles.tolist())
        return {
            handle: {"id": str(key), "external_id": external, "number": number, "customer": name}
            for handle, (key, name, number, external) in found.items()
        }

    def lister(self) -> Callable[[Ints, str], Filter]:
        """Makes "exactly these customers" of row handles; stays usable when the reader is gone."""
        people = self.facts().people

        def listed(handles: Ints, label: str) -> Filter:
            ids = people.ids[member(np.sort(handles), people.handles)]
            return Listed(tuple(uuid.UUID(bytes=key) for key in key_bytes(ids)), label)

        return listed


def member(chosen: Ints, values: Ints) -> Bools:
    """Which values are among `chosen` (ascending)."""
    if not len(chosen):
        return np.zeros(len(values), dtype=np.bool_)
    place = np.minimum(np.searchsorted(chosen, values), len(chosen) - 1)
    return np.asarray(chosen[place] == values, dtype=np.bool_)


def coerced(parameter: Parameter, value: Any) -> Any:
    """A parameter's value in the type of its default; raises UserError."""
    default = parameter.default
    try:
        if value is None or (isinstance(value, str) and not value.strip()):
            return default
        if isinstance(default, bool):
            return str(value).lower() in ("1", "true", "yes", "是")
        if isinstance(default, int):
            number = float(value)
            if number != int(number):
                raise ValueError(value)
            found: Any = int(number)
        elif isinstance(default, float):
            found = float(value)
        else:
            found = type(default)(value) if default is not None else str(value)
    except (TypeError, ValueError):
        raise UserError(t("参数“{name}”不能是“{value}”。", name=parameter.key, value=value)) from None
    if isinstance(found, int | float) and not isinstance(found, bool) and not 0 <= found < 1e9:
        raise UserError(t("参数“{name}”不能是“{value}”。", name=parameter.key, value=value))
    return found


def midnight(day: date) -> datetime:
    """The moment this calendar day begins on the wall clock of this machine, as lists understand days."""
    return datetime.combine(day, time.min).astimezone()


def month_text(month: int) -> str:
    """Months since year 0 as "2025-03"."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def month_period(month: int) -> Period:
    """The calendar days of a month since year 0."""
    after = month + 1
    return Period(date(month // 12, month % 12 + 1, 1), date(after // 12, after % 12 + 1, 1))
