"""Does a prepared row already stand in the archive? Rule by rule: no match → next rule, one → that record, many → told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.db.store import lookup
from app.db.store.layout import Layout
from app.db.store.lookup import Hit
from app.services.exchange.plan import Rule
from app.services.exchange.prepare import Prepared

_KINDS = {"phones": "phone", "emails": "email", "wechats": "wechat"}


@dataclass(frozen=True)
class Match:
    """The outcome for one row: `records` of the first rule that found any. `pending`: index of an earlier row of the
    same batch that is not written yet."""

    records: tuple[bytes, ...] = ()
    pending: int | None = None
    in_bin: bool = False


class Matcher:
    """Looks up a batch at once, then answers row by row. Rows created from the batch are told with `expect`."""

    def __init__(self, connection: sa.Connection, layout: Layout, rules: Sequence[Rule]) -> None:
        self._connection = connection
        self._layout = layout
        self._rules = rules
        self._fields = list(dict.fromkeys(f for rule in rules for f in rule))
        self._known: dict[str, dict[str, list[Hit]]] = {}
        self._pending: dict[str, dict[str, list[int]]] = {}

    def load(self, rows: Sequence[Prepared]) -> None:
        """Fetch what the archive knows of this batch's keys."""
        self._pending = {f: defaultdict(list) for f in self._fields}
        for field in self._fields:
            values = {v for row in rows for v in self.values(row, field)}
            self._known[field] = lookup.find(self._connection, self._layout, field, values) if values else {}

    def values(self, row: Prepared, field: str) -> list[str]:
        """The row's comparison values of a field; empty when it has none."""
        if field in _KINDS:
            return row.normals(_KINDS[field])
        if field == "name":
            return [row.derived["match_key"]] if row.derived and row.derived["match_key"] else []
        value = row.columns.get(field)
        return [str(value)] if value else []

    def expect(self, row: Prepared, index: int) -> None:
        """The row at `index` of the pending list is about to be created."""
        for field in self._fields:
            for value in self.values(row, field):
                self._pending[field][value].append(index)

    def written(self, rows: Sequence[Prepared], ids: Sequence[bytes]) -> None:
        """Pending rows were written under these ids."""
        for row, key in zip(rows, ids, strict=True):
            for field in self._fields:
                for value in self.values(row, field):
                    self._known[field].setdefault(value, []).append((key, False))
        self._pending = {f: defaultdict(list) for f in self._fields}

    def match(self, row: Prepared) -> Match:
        """The first rule that finds something decides."""
        for rule in self._rules:
            keys = [self.values(row, field) for field in rule]
            if not all(keys):
                continue
            if rule == ("name",) and self._has_better(row):
                continue  # the same name with another phone or code is another record until a person says otherwise
            records = self._common(rule, keys)
            live = tuple(key for key, deleted in records if not deleted)
            if live:
                return Match(live)
            pending = self._common_pending(rule, keys)
            if pending is not None:
                return Match(pending=pending)
            if records and rule in (("external_id",), ("number",)):
                return Match(tuple(key for key, _ in records), in_bin=True)
        return Match()

    def _has_better(self, row: Prepared) -> bool:
        return any(
            self.values(row, field) for rule in self._rules for field in rule if field not in ("name", "customers")
        )

    def _common(self, rule: Rule, keys: list[list[str]]) -> list[Hit]:
        """Records that every field of the rule finds."""
        sets: list[dict[bytes, bool]] = []
        for field, values in zip(rule, keys, strict=True):
            known = self._known.get(field, {})
            sets.append({key: deleted for value in values for key, deleted in known.get(value, ())})
        common = set(sets[0]).intersection(*sets[1:])
        return [(key, sets[0][key]) for key in sorted(common)]

    def _common_pending(self, rule: Rule, keys: list[list[str]]) -> int | None:
        sets = [
            {index for value in values for index in self._pending[field].get(value, ())}
            for field, values in zip(rule, keys, strict=True)
        ]
        common = set(sets[0]).intersection(*sets[1:])
        return min(common) if common else None
