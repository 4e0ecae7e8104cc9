"""Pure rules: which value survives. Values that a record may have several of (phones, tags, addresses) are joined."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.core.fields import Address, Entity, Field, FieldType, Link, Point
from app.core.kinds import KINDS
from app.core.records import Record
from app.services.files.records import joined_files
from app.services.merging.records import FieldChoice, Survival

#: types of which all the values of all records stay
JOINED = frozenset(
    {kind.type for kind in KINDS.values() if kind.several and kind.type is not FieldType.LINKS} | {FieldType.LONG_TEXT}
)
#: one address is chosen as a whole; the others become further addresses
PLACE = ("province", "city", "district", "address")
#: facts about time whose meaning decides, whatever the rule: the first is the earliest, the last the latest
_EARLIEST = frozenset({"first_deal_on", "received_at"})
_LATEST = frozenset({"last_contact_on"})
_NEVER = frozenset({"external_id", "merged_into", "number", "created_at", "updated_at"})
_LONGEST_TEXT = 10_000
#: what the columns of a tie hold
_LONGEST_ROLE, _LONGEST_NOTE = 60, 200


def pick_survivor(records: Sequence[Record]) -> uuid.UUID:
    """The record that says most; of equal ones the oldest (ids are made in order of time)."""
    return max(records, key=lambda r: (_said(r), -r.id.int)).id


def _said(record: Record) -> int:
    return sum(1 for v in record.values.values() if v not in (None, "", ()))


def choose(
    entity: Entity,
    records: Sequence[Record],
    survivor: uuid.UUID,
    survival: Survival,
    chosen: Mapping[str, Any],
) -> list[FieldChoice]:
    """The outcome per field. `records`: all of them; `chosen`: field → id of the record whose value is wanted, or
    ("value", v) for a value of one's own."""
    first = [r for r in records if r.id == survivor]
    ordered = [*first, *(r for r in records if r.id != survivor)]
    place = _place_source(ordered, survival, chosen)
    made = []
    for field in entity.fields:
        if field.readonly or field.key in _NEVER or (field.unique and not field.custom):
            continue
        values = tuple(r.get(field.key) for r in records)
        given = [v for v in values if v not in (None, "", ())]
        if not given:
            continue
        merged, source, rule = _outcome(field, ordered, survival, chosen, place)
        differ = len({_comparable(v) for v in given}) > 1
        made.append(FieldChoice(field.key, field.label, values, merged, source, differ, rule))
    return made


def _outcome(
    field: Field, ordered: Sequence[Record], survival: Survival, chosen: Mapping[str, Any], place: Record | None
) -> tuple[Any, uuid.UUID | None, str]:
    wanted = chosen.get(field.key)
    if isinstance(wanted, tuple) and wanted and wanted[0] == "value":
        return wanted[1], None, "person"
    if wanted is not None:
        record = next(r for r in ordered if r.id == wanted)
        return record.get(field.key), record.id, "person"
    if field.key in PLACE and place is not None:
        return place.get(field.key), place.id, survival.fields.get("address", survival.default)
    if field.key == "addresses":
        return _all_addresses(ordered, place), None, "joined"
    if field.type in JOINED or (field.type is FieldType.LINKS and _several(field, ordered)):
        return _joined(field, [r.get(field.key) for r in ordered]), None, "joined"
    holders = [r for r in ordered if r.get(field.key) not in (None, "", ())]
    if not holders:
        return None, None, ""
    if field.key in _EARLIEST:
        return *_of(min(holders, key=lambda r: r.get(field.key)), field), "earliest"
    if field.key in _LATEST:
        return *_of(max(holders, key=lambda r: r.get(field.key)), field), "latest"
    rule = survival.fields.get(field.key, survival.default)
    return *_of(_best(holders, field, rule, survival), field), rule


def _of(record: Record, field: Field) -> tuple[Any, uuid.UUID]:
    return record.get(field.key), record.id


def _best(holders: Sequence[Record], field: Field, rule: str, survival: Survival) -> Record:
    """`holders` are in order of preference: the survivor, then the others."""
    if rule == "newest":
        return max(holders, key=lambda r: r.get("updated_at") or datetime.min.replace(tzinfo=UTC))
    if rule == "longest":
        return max(holders, key=lambda r: _weight(r.get(field.key)))
    if rule == "trusted":
        rank = {source: i for i, source in enumerate(survival.sources)}
        return min(holders, key=lambda r: rank.get(str(r.get("source") or ""), len(rank)))
    return max(holders, key=lambda r: (r is holders[0] and r.id == holders[0].id, _said(r)))


def _weight(value: Any) -> Any:
    return (len(value), 0) if isinstance(value, str | tuple) else (0, value)


def _several(field: Field, records: Sequence[Record]) -> bool:
    """A link field that holds several records (the customers of a contact), not a reference to one."""
    return any(len(r.get(field.key) or ()) > 1 for r in records) or field.key == "customers"


def _place_source(ordered: Sequence[Record], survival: Survival, chosen: Mapping[str, Any]) -> Record | None:
    """The record whose address is kept as the main one."""
    for key in PLACE:
        if isinstance(chosen.get(key), uuid.UUID):
            return next(r for r in ordered if r.id == chosen[key])
    holders = [r for r in ordered if r.get("address") or r.get("city")]
    if not holders:
        return None
    rule = survival.fields.get("address", survival.default)
    if rule == "longest":
        return max(holders, key=lambda r: len(_line(r)))
    full = [r for r in holders if r.get("address")] or holders
    return _best(full, Field("address", "", ""), rule, survival)


def _line(record: Record) -> str:
    return "".join(dict.fromkeys(record.get(k) or "" for k in PLACE))


def _all_addresses(ordered: Sequence[Record], place: Record | None) -> tuple[Address, ...] | None:
    """Further addresses of all, and the main addresses that were not chosen."""
    kept: dict[str, Address] = {}
    main = _line(place) if place is not None else ""
    for record in ordered:
        for address in record.get("addresses") or ():
            kept.setdefault(address.line(), address)
        if place is not None and record.id != place.id and record.get("address") and _line(record) not in main:
            own = Address(*(record.get(k) or "" for k in PLACE))
            kept.setdefault(own.line(), own)
    return tuple(kept.values()) or None


def _joined(field: Field, values: Sequence[Any]) -> Any:
    if field.type is FieldType.LONG_TEXT:
        texts = dict.fromkeys(str(v).strip() for v in values if v)
        distinct = [x for x in texts if not any(x != y and x in y for y in texts)]
        return "\n".join(distinct)[:_LONGEST_TEXT] or None
    if field.type is FieldType.FILES:
        return joined_files(values)
    found: dict[Any, Any] = {}
    for value in values:
        for item in value or ():
            key = _item_key(item)
            if key not in found:
                found[key] = item
            elif isinstance(item, Link):
                found[key] = joined_tie(found[key], item)
    return tuple(found.values()) or None


def joined_tie(one: Link, two: Link) -> Link:
    """Two ties to the same record as one: all roles and notes, the first and the last of the days that are known."""
    roles = [role for tie in (one, two) for role in tie.role.split("、") if role]
    notes = [note for tie in (one, two) for note in tie.note.split("；") if note]
    return replace(
        one,
        role="、".join(dict.fromkeys(roles))[:_LONGEST_ROLE],
        note="；".join(dict.fromkeys(notes))[:_LONGEST_NOTE],
        since=min((tie.since for tie in (one, two) if tie.since), default=None),
        until=max((tie.until for tie in (one, two) if tie.until), default=None),
    )


def _item_key(item: Any) -> Any:
    if isinstance(item, Point):
        return item.normal or item.value
    return item.id if isinstance(item, Link) else item


def _comparable(value: Any) -> Any:
    if isinstance(value, tuple):
        return frozenset(map(_item_key, value))
    return value
