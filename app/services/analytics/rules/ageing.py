"""What customers owe, by how long it is overdue.

Owed = amount − refund − received; received = receipts − money given back. Overdue from the due day, without one from the
day of the order. Only orders on which something is owed are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

#: bucket → the longest overdue in days that still belongs to it
BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("not_due", -1),
    ("0-30", 30),
    ("31-60", 60),
    ("61-90", 90),
    ("90+", None),
)


@dataclass(frozen=True, slots=True)
class Owing:
    """An order and what is owed on it, minor units."""

    key: int
    owed: int
    ordered: date | None
    due: date | None

    def overdue(self, as_of: date) -> int | None:
        """Days since it was due; negative while it is not; None without any date."""
        since = self.due or self.ordered
        return None if since is None else (as_of - since).days


def bucket(days: int | None) -> str:
    """The bucket of so many days; without a date "0-30"."""
    if days is None:
        return "0-30"
    return next(name for name, most in BUCKETS if most is None or days <= most)


def aged(orders: Iterable[Owing], as_of: date) -> dict[str, list[Owing]]:
    """Orders with something owed, by bucket; every bucket is there."""
    found: dict[str, list[Owing]] = {name: [] for name, _ in BUCKETS}
    for order in orders:
        if order.owed > 0:
            found[bucket(order.overdue(as_of))].append(order)
    return found
