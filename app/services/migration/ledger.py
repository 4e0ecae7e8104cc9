"""A file's rows as the migration remembers them: key in the other system, digest of all cells, amounts."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from app.core.fields import FieldType, Registry
from app.services.exchange.cells.convert import converter
from app.services.exchange.cells.options import Options
from app.services.exchange.files.records import Batch
from app.services.exchange.mapping.plan import ImportPlan
from app.services.exchange.mapping.targets import target_of

_LONGEST_KEY = 200
#: row number, key, digest, amounts of the money columns
Entry = tuple[int, str, str, tuple[int, ...]]


def money_columns(plan: ImportPlan, registry: Registry) -> list[int]:
    """The columns whose sums are compared: amounts that are stored as they are."""
    entity = registry.entity(plan.entity)
    found = []
    for index, column in enumerate(plan.columns):
        target = target_of(column.target, entity, registry) if column.target else None
        if target is not None and target.field.type is FieldType.MONEY and not target.field.readonly:
            found.append(index)
    return found


def key_column(plan: ImportPlan) -> int | None:
    """The column that names a record in the other system."""
    targets = [c.target for c in plan.columns]
    return next((targets.index(key) for key in ("external_id", "number", "code") if key in targets), None)


def _rebuilt(plan: ImportPlan, registry: Registry) -> LedgerReader:
    return LedgerReader(plan, registry)


class LedgerReader:
    """Called with the batches of a file in the reading process."""

    def __init__(self, plan: ImportPlan, registry: Registry) -> None:
        self._plan, self._registry = plan, registry
        self._key = key_column(plan)
        self._money: list[tuple[int, Callable[[str], tuple[object, object]]]] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (self._plan, self._registry)

    def __call__(self, batch: Batch) -> list[Entry]:
        """One entry a row."""
        if self._money is None:
            entity, self._money = self._registry.entity(self._plan.entity), []
            for index in money_columns(self._plan, self._registry):
                column = self._plan.columns[index]
                target = target_of(column.target or "", entity, self._registry)
                assert target is not None
                self._money.append((index, converter(target.field, Options(column))))
        return [self._entry(row, cells) for row, cells in zip(batch.rows, batch.cells, strict=True)]

    def _entry(self, row: int, cells: list[str]) -> Entry:
        digest = hashlib.blake2b("\x1f".join(cells).encode(), digest_size=16).hexdigest()
        key = cells[self._key].strip() if self._key is not None else ""
        if not key:
            key = f"#{digest}"
        elif len(key) > _LONGEST_KEY:
            key = f"#{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}"
        amounts = []
        for index, convert in self._money or ():
            value = convert(cells[index])[0] if cells[index] else None
            amounts.append(value if isinstance(value, int) else 0)
        return row, key, digest, tuple(amounts)


@dataclass
class Ledger:
    """All entries of a file. Several rows of one key (the items of an order) have one digest together."""

    columns: list[int]
    entries: list[Entry] = field(default_factory=list)

    def digests(self, without: Collection[int] = ()) -> dict[str, str]:
        """Key → digest, without the keys of these rows."""
        parts: dict[str, list[str]] = defaultdict(list)
        dropped = set()
        for row, key, digest, _ in self.entries:
            parts[key].append(digest)
            if row in without:
                dropped.add(key)
        return {
            key: found[0] if len(found) == 1 else hashlib.blake2b("".join(found).encode(), digest_size=16).hexdigest()
            for key, found in parts.items()
            if key not in dropped
        }

    def sums(self, without: Collection[int] = ()) -> list[tuple[int, int]]:
        """(taken, refused) of each money column; `without`: rows that were refused."""
        taken, refused = [0] * len(self.columns), [0] * len(self.columns)
        for row, _, _, amounts in self.entries:
            into = refused if row in without else taken
            for place, amount in enumerate(amounts):
                into[place] += amount
        return list(zip(taken, refused, strict=True))
