"""Does a prepared row already stand in the archive? Rule by rule: no match → next rule, one → that record, many → told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.db.store import lookup
from app.db.store.layout import Layout
from app.db.store.lookup import Hit
from app.db.store.reading import Reader
from app.services.exchange.importing.prepare import Prepared
from app.services.exchange.mapping.plan import Rule

#: what names one record and no other
_OWN = frozenset({"external_id", "number"})
_KINDS = {"phones": "phone", "emails": "email", "wechats": "wechat"}


@dataclass(frozen=True)
class Match:
    """The outcome for one row: `records` of the first rule that found any. `pending`: index of an earlier row of the
    same batch that is not written yet."""

    records: tuple[bytes, ...] = ()
    pending: int | None = None
    in_bin: bool = False


class Matcher:
    """Looks up a batch at once, then answers row by row. Rows created from the batch are told with `expect`.

    `apart`: a row with an external id of its own is none of the records that have another one.
    """

    def __init__(self, reader: Reader, layout: Layout, rules: Sequence[Rule], *, apart: bool = False) -> None:
        self._connection = reader.connection
        self._layout = layout
        self._rules = rules
        self._fields = list(dict.fromkeys(f for rule in rules for f in rule))
        self._known: dict[str, dict[str, list[Hit]]] = {}
        self._pending: dict[str, dict[str, list[int]]] = {}
        self._keys: dict[int, dict[str, list[str]]] = {}
        self._apart = apart and layout.column("external_id") is not None
        self._numbered: set[bytes] = set()
        self._numbered_pending: set[int] = set()

    def load(self, rows: Sequence[Prepared]) -> None:
        """Fetch what the archive knows of this batch's keys."""
        self._pending = {f: defaultdict(list) for f in self._fields}
        self._keys = {id(row): {f: v for f in self._fields if (v := self.values(row, f))} for row in rows}
        for field in self._fields:
            values = {v for keys in self._keys.values() for v in keys.get(field, ())}
            self._known[field] = lookup.find(self._connection, self._layout, field, values) if values else {}
        if self._apart:
            found = {k for f, hits in self._known.items() if f not in _OWN for h in hits.values() for k, _ in h}
            self._numbered = lookup.numbered_elsewhere(self._connection, self._layout, found)
            self._numbered_pending = set()

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
        if self._apart and row.columns.get("external_id"):
            self._numbered_pending.add(index)
        for field, values in self._keys[id(row)].items():
            for value in values:
                self._pending[field][value].append(index)

    def written(self, rows: Sequence[Prepared], ids: Sequence[bytes]) -> None:
        """Pending rows were written under these ids."""
        for row, key in zip(rows, ids, strict=True):
            if self._apart and row.columns.get("external_id"):
                self._numbered.add(key)
            for field, values in self._keys[id(row)].items():
                for value in values:
                    self._known[field].setdefault(value, []).append((key, False))
        self._pending = {f: defaultdict(list) for f in self._fields}
        self._numbered_pending = set()

    def is_alias(self, row: Prepared, record: bytes, known: str | None) -> bool:
        """Whether the row's external id is that of a record which was merged into `record` (whose own one is `known`)."""
        given = row.columns.get("external_id")
        hits = self._known.get("external_id", {}).get(str(given), ()) if given and given != known else ()
        return any(key == record for key, _ in hits)

    def match(self, row: Prepared) -> Match:
        """The first rule that finds something decides."""
        keys = self._keys[id(row)]
        own = self._apart and bool(row.columns.get("external_id"))
        for rule in self._rules:
            if not all(field in keys for field in rule):
                continue
            if rule == ("name",) and len(keys) > 1:
                continue  # the same name with another phone or code is another record until a person says otherwise
            if not self._any(rule[0], keys[rule[0]]):
                continue
            records = self._common(rule, [keys[f] for f in rule])
            others = own and not _OWN.intersection(rule)
            if others:
                records = [(key, deleted) for key, deleted in records if key not in self._numbered]
            live = tuple(key for key, deleted in records if not deleted)
            if live:
                return Match(live)
            skipped = self._numbered_pending if others else frozenset[int]()
            pending = self._common_pending(rule, [keys[f] for f in rule], skipped)
            if pending is not None:
                return Match(pending=pending)
            if records and rule in (("external_id",), ("number",)):
                return Match(tuple(key for key, _ in records), in_bin=True)
        return Match()

    def _any(self, field: str, values: Sequence[str]) -> bool:
        known, pending = self._known[field], self._pending[field]
        return any(v in known or v in pending for v in values)

    def _common(self, rule: Rule, keys: list[list[str]]) -> list[Hit]:
        """Records that every field of the rule finds."""
        sets: list[dict[bytes, bool]] = []
        for field, values in zip(rule, keys, strict=True):
            known = self._known.get(field, {})
            sets.append({key: deleted for value in values for key, deleted in known.get(value, ())})
        common = set(sets[0]).intersection(*sets[1:])
        return [(key, sets[0][key]) for key in sorted(common)]

    def _common_pending(self, rule: Rule, keys: list[list[str]], skipped: Collection[int]) -> int | None:
        sets = [
            {index for value in values for index in self._pending[field].get(value, ())}
            for field, values in zip(rule, keys, strict=True)
        ]
        common = set(sets[0]).intersection(*sets[1:]).difference(skipped)
        return min(common) if common else None
