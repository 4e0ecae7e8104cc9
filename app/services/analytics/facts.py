"""The columns all figures about customers and sales stand on, kept in memory and brought up to date by the journal.

Read once in one pass; afterwards a change of a few records replaces just those. Never written to disk: it is customer
data. One object serves one person's rights.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
import numpy.typing as npt

from app.core.access import Action
from app.db.figures import changes, customers, orders
from app.db.figures.changes import Mark
from app.db.figures.columns import keys
from app.db.figures.orders import OneOrder, OrderColumns
from app.db.store.reading import Reader
from app.services.analytics.rules.arrays import Ints
from app.services.analytics.rules.history import Orders

if TYPE_CHECKING:
    from app.db.figures.columns import Keys

T = TypeVar("T")


@dataclass(frozen=True)
class People:
    """The live visible customers: ids ascending, and the row handle of each."""

    ids: Keys
    handles: Ints

    def handles_of(self, wanted: Keys) -> Ints:
        """The row handle of each id, −1 where there is none."""
        if not len(self.ids) or not len(wanted):
            return np.full(len(wanted), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return np.where(self.ids[place] == wanted, self.handles[place], -1).astype(np.int64)


@dataclass(frozen=True)
class Channels:
    """The channel of each counted order: `codes[row handle]` is its place in `names`, −1 where there is none."""

    names: tuple[str, ...]
    codes: npt.NDArray[np.int16]

    @classmethod
    def of(cls, found: Iterable[tuple[str, Ints]]) -> Channels:
        """From the handles by channel."""
        return cls((), np.zeros(0, dtype=np.int16)).with_changes(np.zeros(0, dtype=np.int64), found)

    def with_changes(self, gone: Ints, fresh: Iterable[tuple[str, Ints]]) -> Channels:
        """Without the handles of `gone`, and with those of `fresh`."""
        pairs = [(name, handles) for name, handles in fresh if len(handles)]
        names = list(dict.fromkeys((*self.names, *sorted(name for name, _ in pairs))))
        size = max([len(self.codes), *(int(handles.max()) + 1 for _, handles in pairs)])
        codes = np.full(size, -1, dtype=np.int16)
        codes[: len(self.codes)] = self.codes
        codes[gone] = -1
        for name, handles in pairs:
            codes[handles] = names.index(name)
        return Channels(tuple(names), codes)


@dataclass(frozen=True)
class Facts:
    """One state of the archive: its mark in the journal, the orders, the customers; channels once asked for."""

    mark: Mark
    orders: OrderColumns
    people: People
    channels: Channels | None = None

    def by_customer(self) -> tuple[Orders, Ints]:
        """(the orders of visible live customers, their row handles as keys; positions of these orders in `orders`)."""
        known = self.people.handles_of(self.orders.customers)
        handle = known[self.orders.group] if len(known) else np.zeros(0, dtype=np.int64)
        mask = handle >= 0
        if mask.all():
            return Orders(handle, self.orders.day, self.orders.net), np.arange(len(handle), dtype=np.int64)
        place = np.flatnonzero(mask).astype(np.int64)
        return Orders(handle[mask], self.orders.day[mask], self.orders.net[mask]), place


class FactsBook:
    """The facts of one actor, read when first needed. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: Facts | None = None
        self._derived: dict[tuple[object, ...], object] = {}
        self._kept: dict[tuple[object, ...], tuple[Mark, object]] = {}

    def read(self, reader: Reader) -> Facts:
        """The facts as the reader's snapshot shows them."""
        with self._lock:
            now = changes.mark(reader)
            found = self._facts
            if found is None or found.mark != now:
                found = self._renewed(reader, found, now)
                self._facts = found
                self._derived.clear()
            return found

    def channels(self, reader: Reader) -> Channels:
        """The channels of the orders of `read`, read when first asked for."""
        facts = self.read(reader)
        if facts.channels is not None:
            return facts.channels
        found = Channels.of(orders.channels(reader))
        with self._lock:
            if self._facts is facts:  # what follows from the orders stays true
                self._facts = replace(facts, channels=found)
        return found

    def forget(self) -> None:
        """Give the memory back."""
        with self._lock:
            self._facts = None
            self._derived.clear()
            self._kept.clear()

    def derived(self, facts: Facts, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """What follows from these facts, remembered under `key` until they change."""
        with self._lock:
            if self._facts is facts and key in self._derived:
                return cast("T", self._derived[key])
        made = make()
        with self._lock:
            if self._facts is facts and len(self._derived) < 8:
                self._derived[key] = made
        return made

    def kept(self, reader: Reader, key: tuple[object, ...], reads: frozenset[str], make: Callable[[], T]) -> T:
        """What was read of other records, remembered under `key` until something in the entities `reads` changes."""
        now = changes.mark(reader)
        with self._lock:
            found = self._kept.get(key)
        if found is not None:
            if found[0] != now:
                changed = changes.since(reader, found[0])
                found = None if changed is None or changed.keys() & reads else (now, found[1])
            if found is not None:
                with self._lock:
                    self._kept[key] = found
                return cast("T", found[1])
        made = make()
        with self._lock:
            while len(self._kept) >= 4:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (now, made)
        return made

    @staticmethod
    def _renewed(reader: Reader, before: Facts | None, now: Mark) -> Facts:
        changed = changes.since(reader, before.mark) if before is not None else None
        if before is None or changed is None:
            return _whole(reader, now)
        touched_people = changed.get("customers", set())
        touched_orders = changed.get("orders", set())
        everybody = reader.actor.reach("orders", Action.VIEW) is None
        if not everybody and (touched_people or changed.keys() - {"activities", "orders"}):
            return _whole(reader, now)  # whose orders are seen may hang on these
        found = replace(before, mark=now)
        if touched_people:
            found = replace(found, people=_people_with(reader, before.people, touched_people))
        if touched_orders:
            there, counted = orders.some(reader, sorted(touched_orders))
            if len(there) < len(touched_orders):  # some are gone for good: nothing tells which rows they were
                return _whole(reader, now)
            found = replace(found, orders=_orders_with(before.orders, there, counted))
            if before.channels is not None:
                fresh = orders.channels(reader, sorted(touched_orders))
                gone = np.array([h for h in there if h < len(before.channels.codes)], dtype=np.int64)
                found = replace(found, channels=before.channels.with_changes(gone, fresh))
        return found


def _whole(reader: Reader, now: Mark) -> Facts:
    return Facts(now, orders.load(reader), People(*customers.load(reader)))


def _people_with(reader: Reader, before: People, changed: set[uuid.UUID]) -> People:
    gone = keys(sorted(key.bytes for key in changed))
    place = np.searchsorted(before.ids, gone)
    inside = place < len(before.ids)
    place, gone = place[inside], gone[inside]
    place = place[before.ids[place] == gone]
    ids, handles = np.delete(before.ids, place), np.delete(before.handles, place)
    fresh = sorted(customers.some(reader, sorted(changed)))
    if not fresh:
        return People(ids, handles)
    added = keys([key for key, _ in fresh])
    at = np.searchsorted(ids, added)
    return People(np.insert(ids, at, added), np.insert(handles, at, np.array([h for _, h in fresh], dtype=np.int64)))


def _orders_with(before: OrderColumns, there: list[int], counted: list[OneOrder]) -> OrderColumns:
    """The orders without those of `there`, and with `counted`, each in its place."""
    removed = np.isin(before.handle, np.array(there, dtype=np.int64))
    keep = ~removed
    found = OrderColumns(before.customers, *(c[keep] for c in (before.group, before.handle, before.day, before.net)))
    for order in counted:
        found = _inserted(found, order)
    return found


def _inserted(before: OrderColumns, order: OneOrder) -> OrderColumns:
    customer = keys([order.customer])
    match = np.flatnonzero(before.customers == customer[0])
    ids = before.customers if len(match) else np.concatenate((before.customers, customer))
    group = int(match[0]) if len(match) else len(before.customers)
    low, high = np.searchsorted(before.group, [group, group + 1])
    place = int(low) + int(np.searchsorted(before.day[low:high], order.day, side="right"))
    return OrderColumns(
        ids,
        np.insert(before.group, place, group),
        np.insert(before.handle, place, order.handle),
        np.insert(before.day, place, order.day),
        np.insert(before.net, place, order.net),
    )
