"""The read side of duplicates: pairs and groups as people see them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from app.core.fields import FieldType
from app.core.i18n import t
from app.core.values import to_text
from app.db.store import pair_lists
from app.db.store.pair_lists import StoredPair, Tie
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound
from app.services.duplicates.records import Evidence, Group, GroupLine, Pair, Thresholds

_AT_ONCE = 2_000


def pairs(work: UnitOfWork, entity: str, state: str, least: float, limit: int, offset: int) -> tuple[int, list[Pair]]:
    """(how many in all, the pairs from `offset` on; `limit` -1: all of them)."""
    total, rows = pair_lists.page(work.reader, entity, state, least, limit=None if limit < 0 else limit, offset=offset)
    made: list[Pair] = []
    for start in range(0, len(rows), _AT_ONCE):
        made.extend(_pairs(work, entity, rows[start : start + _AT_ONCE]))
    return total, made


def groups(work: UnitOfWork, entity: str, limits: Thresholds, *, decided: bool) -> list[GroupLine]:
    """The groups, the surest first."""
    states = pair_lists.DECIDED if decided else pair_lists.OPEN
    titles: dict[uuid.UUID, str] = {}
    grouped: dict[uuid.UUID, list[Tie]] = {}
    for tie in pair_lists.ties(work.reader, entity, states, 0.0 if decided else limits.review, gone=decided):
        titles[tie.a_id], titles[tie.b_id] = tie.a_title, tie.b_title
        grouped.setdefault(tie.group_id, []).append(tie)
    made = []
    for key, members in grouped.items():
        ids = list(dict.fromkeys(x for r in members for x in (r.a_id, r.b_id)))
        weakest = _tie(members)
        shown = tuple(titles[i] for i in ids[:4])
        made.append(GroupLine(key, len(ids), shown, members[0].probability, weakest, limits.band(weakest)))
    return sorted(made, key=lambda line: (-line.weakest, line.titles))


def group(work: UnitOfWork, entity: str, key: uuid.UUID, review: float, kept: float) -> Group:
    """A group; the pairs below the review threshold are shown as well, but bring in no record."""
    rows = pair_lists.of_group(work.reader, entity, key, kept)
    likely = [r for r in rows if r.probability >= review]
    if not likely:
        raise NotFound(t("这一组已经处理过了。"))
    ids = list(dict.fromkeys(x for r in likely for x in (r.a_id, r.b_id)))
    records = {r.id: r for r in work.reader.by_ids(entity, ids)}
    inside = _pairs(work, entity, [r for r in rows if r.a_id in records and r.b_id in records])
    return Group(key, entity, tuple(records[i] for i in ids if i in records), tuple(inside), _tie(likely))


def together(work: UnitOfWork, entity: str, records: Sequence[uuid.UUID]) -> Group:
    """These records as a group, whether a search tied them or not."""
    ids = list(dict.fromkeys(records))
    found = [work.reader.get(entity, key) for key in ids]
    rows = pair_lists.among(work.reader, entity, ids)
    return Group(min(ids), entity, tuple(found), tuple(_pairs(work, entity, rows)), _tie(rows) if rows else 0.0)


def label(described: Any, key: str) -> str:
    """The name of a compared field; a customer's people are one of them."""
    field = described.find(key)
    return str(field.label) if field is not None else t("联系人") if key == "contacts" else key


def _pairs(work: UnitOfWork, entity: str, rows: Sequence[StoredPair]) -> list[Pair]:
    described = work.reader.registry.entity(entity)
    keys = {key for row in rows for key, _, _ in row.evidence}
    fields = [f.key for f in described.fields if f.key in keys or f.key == "external_id"]
    if "address" in keys:
        fields += ["province", "city", "district"]
    ids = {x for row in rows for x in (row.a_id, row.b_id)}
    records = {r.id: r for r in work.reader.by_ids(entity, ids, fields)}
    made = []
    for row in rows:
        one, two = records.get(row.a_id), records.get(row.b_id)
        evidence = tuple(
            Evidence(
                key, label(described, key), level, points, _shown(described, key, one), _shown(described, key, two)
            )
            for key, level, points in row.evidence
        )
        refs = [str((r.get("external_id") if r else None) or i) for r, i in ((one, row.a_id), (two, row.b_id))]
        made.append(
            Pair(entity, row.a_id, row.b_id, row.probability, row.points, evidence, row.group_id, row.state,
                 row.decided_at, refs[0], refs[1])
        )  # fmt: skip
    return made


def _shown(described: Any, key: str, record: Any) -> str:
    field = described.find(key)
    if field is None or record is None:
        return ""
    if key == "address":
        parts = (record.get(k) or "" for k in ("province", "city", "district", "address"))
        return "".join(dict.fromkeys(parts))
    value = record.get(key)
    return to_text(field, value) if field.type is not FieldType.USER else ""


def _tie(rows: Sequence[StoredPair | Tie]) -> float:
    """The probability of the weakest of the pairs that hold the group together (of its maximum spanning tree)."""
    head: dict[uuid.UUID, uuid.UUID] = {}

    def find(x: uuid.UUID) -> uuid.UUID:
        while head.setdefault(x, x) != x:
            x = head[x]
        return x

    weakest = 1.0
    for row in sorted(rows, key=lambda r: -r.probability):
        one, two = find(row.a_id), find(row.b_id)
        if one != two:
            head[one] = two
            weakest = row.probability
    return float(weakest)
