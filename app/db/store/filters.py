"""The filter tree compiled to SQL, in this one place for every use."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.access import Action, Actor
from app.core.fields import POINT_TYPES, Field, FieldType, Registry
from app.core.filters import Condition, Filter, Group, Listed, Not, Related, Relation, Search, relations
from app.core.i18n import t
from app.core.kinds import kind_of
from app.db.dialect import SearchIndex
from app.db.dialect.expressions import Total, among, contains, starts
from app.db.search_sources import SEARCHED
from app.db.search_tokens import Query, containing_query, fold, typed_query
from app.db.store import access
from app.db.store.filter_values import NEGATED, Clause, compare, in_column, in_custom
from app.db.store.layout import POINT_KINDS, Layout
from app.errors import NotPermitted, UserError
from app.models import ContactPoint, CustomValue, FurtherAddress, RecordFile, RecordTag, Tag, Tie

_ASCII_RUN = re.compile(r"[0-9a-z]+")
_HAN_RUN = re.compile("[\u3007\u3400-\u9fff\U00020000-\U0003134f]")


@dataclass(frozen=True)
class Context:
    """What a condition may refer to besides the record. `search`: the index of the engine it is for."""

    layouts: dict[str, Layout]
    actor: Actor
    users: dict[str, uuid.UUID]
    office: int
    search: SearchIndex
    deleted: bool = False


def compile_filter(node: Filter | None, layout: Layout, ctx: Context) -> Clause:
    """The WHERE clause of the tree on the layout's table."""
    match node:
        case None:
            return sa.true()
        case Group(kind, parts):
            clauses = [compile_filter(p, layout, ctx) for p in parts]
            if not clauses:
                return sa.true()
            return sa.and_(*clauses) if kind == "and" else sa.or_(*clauses)
        case Not(part):
            # a comparison with an empty field is neither true nor false in SQL; for people "not" means the rest
            return sa.not_(sa.func.coalesce(compile_filter(part, layout, ctx), sa.false()))
        case Search(text):
            return _search(text, layout, ctx)
        case Listed(ids):
            return among(layout.table.c.id, ids)
        case Related():
            return _related(node, layout, ctx)
        case Condition():
            return _condition(node, layout, ctx)


def _search(text: str, layout: Layout, ctx: Context) -> Clause:
    query = typed_query(text)
    if query is None:
        return sa.true() if not text.strip() else sa.false()
    if ctx.deleted or layout.table.name not in SEARCHED:  # the index holds live records of some entities
        return contains(layout.column(layout.entity.title), text.strip())
    return _indexed(query, layout, ctx)


def _indexed(query: Query, layout: Layout, ctx: Context) -> Clause:
    """The records whose search entry matches."""
    return ctx.search.matching(layout.table.name, layout.rid, query, ctx.office)


def split_search(node: Filter | None) -> tuple[Search | None, Filter | None]:
    """(a search that every record must fulfil, the rest of the tree)."""
    if isinstance(node, Search):
        return node, None
    if isinstance(node, Group) and node.kind == "and":
        found = next((p for p in node.parts if isinstance(p, Search)), None)
        if found is not None:
            return found, Group("and", tuple(p for p in node.parts if p is not found))
    return None, node


def _candidates(text: str, layout: Layout, ctx: Context) -> list[Clause]:
    """A cheap condition that is true wherever a searchable field contains `text`; none when the index cannot tell."""
    runs = _ASCII_RUN.findall(fold(text))
    useful = [run for run in runs if len(run) >= 2]
    if (
        ctx.deleted
        or layout.table.name not in SEARCHED
        or len(useful) < len(runs)
        or not (useful or _HAN_RUN.search(text))
    ):
        return []
    return [_indexed(query, layout, ctx)] if (query := containing_query(text)) else []


def _condition(node: Condition, layout: Layout, ctx: Context) -> Clause:
    field = layout.entity.field(node.field)
    node = Condition(node.field, node.op, _storable(node.value))
    if not ctx.actor.sees(layout.entity.key, field):  # matches would tell the value digit by digit
        raise NotPermitted(t("您无权按敏感字段“{field}”筛选。", field=field.label))
    if field.custom and not kind_of(field).rows:
        return _custom(field, node, layout, ctx)
    column = layout.column(field.key)
    if column is not None:
        clause = in_column(column, field, node.op, node.value, ctx.actor, ctx.users)
        if field.searchable and node.op == "contains":
            return sa.and_(clause, *_candidates(str(node.value), layout, ctx))
        return clause
    if field.type in POINT_TYPES:
        return _points(field, node, layout, ctx)
    if field.type is FieldType.TAGS:
        return _tags(node, layout, ctx)
    return _children(field, node, layout, ctx)


def _storable(value: Any) -> Any:
    """Typed text in the form in which text is stored (see `app.core.validation`)."""
    if isinstance(value, list | tuple):
        return [_storable(v) for v in value]
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value.encode("utf-8", "ignore").decode("utf-8")).replace("\x00", "")


# ---- child tables -----------------------------------------------------------------------------------------------


def _in(layout: Layout, query: sa.Select[Any], *, negate: bool = False) -> Clause:
    return layout.table.c.id.not_in(query) if negate else layout.table.c.id.in_(query)


def _rows_of(model: Any, layout: Layout, ctx: Context) -> sa.Select[Any]:
    """The records of this kind that have rows in a child table."""
    return sa.select(model.record_id).where(model.org_id == ctx.office, model.entity == layout.entity.key)


def _points(field: Field, node: Condition, layout: Layout, ctx: Context) -> Clause:
    holder = ContactPoint.record_id
    query = _rows_of(ContactPoint, layout, ctx).where(ContactPoint.kind == POINT_KINDS[field.type])
    if node.op in ("is_empty", "not_empty"):
        return _in(layout, query, negate=node.op == "is_empty")
    typed = str(node.value[0] if isinstance(node.value, list) else node.value)
    if field.type is FieldType.PHONES:
        digits = re.sub(r"\D", "", typed)
        if not digits:
            return sa.false()
        if node.op == "eq":
            query = query.where(ContactPoint.normal.in_([f"+86{digits.lstrip('0')}", f"+{digits}", digits]))
        elif node.op == "starts":
            query = query.where(
                sa.or_(starts(ContactPoint.normal, f"+86{digits}"), starts(ContactPoint.normal, f"+{digits}"))
            )
        elif digits[0] == "0":  # 010-8888…: stored as +86108888…
            area = starts(ContactPoint.normal, f"+86{digits[1:]}")
            return _in(layout, query.where(sa.or_(contains(ContactPoint.normal, digits), area)))
        else:
            query = query.where(contains(ContactPoint.normal, digits))
            typed = digits
    else:
        query = query.where(compare(ContactPoint.normal, node.op, [typed.casefold()]))
    likely = _candidates(typed, layout, ctx) if node.op == "contains" else []
    if not likely:
        return _in(layout, query)
    # few records are left by the index: look at their own points instead of everybody's
    own = query.where(holder == layout.table.c.id).correlate(layout.table).exists()
    return sa.and_(*likely, own)


def _tags(node: Condition, layout: Layout, ctx: Context) -> Clause:
    names = [str(v) for v in (node.value if isinstance(node.value, list) else [node.value])]
    tagged = _rows_of(RecordTag, layout, ctx)
    if node.op in ("is_empty", "not_empty"):
        return _in(layout, tagged, negate=node.op == "is_empty")
    tag = sa.select(Tag.id).where(Tag.org_id == ctx.office)
    ids = tag.where(Tag.name.in_(names))
    if node.op == "has_all":
        each = [tagged.where(RecordTag.tag_id.in_(tag.where(Tag.name == n))) for n in names]
        return sa.and_(*(_in(layout, query) for query in each))
    return _in(layout, tagged.where(RecordTag.tag_id.in_(ids)), negate=node.op == "has_none")


def _children(field: Field, node: Condition, layout: Layout, ctx: Context) -> Clause:
    if field.type is FieldType.LINKS:
        return _links(field, node, layout, ctx)
    if field.type is FieldType.FILES:
        query = _rows_of(RecordFile, layout, ctx).where(RecordFile.field == field.key)
        if node.op in ("is_empty", "not_empty"):
            return _in(layout, query, negate=node.op == "is_empty")
        return _in(layout, query.where(contains(RecordFile.name, str(node.value))))
    a = FurtherAddress
    line = a.province + a.city + a.district + a.detail
    query = _rows_of(a, layout, ctx)
    if node.op in ("is_empty", "not_empty"):
        return _in(layout, query, negate=node.op == "is_empty")
    return _in(layout, query.where(contains(line, str(node.value))))


def _links(field: Field, node: Condition, layout: Layout, ctx: Context) -> Clause:
    """Links are compared by the title of the linked record, or by the record itself: `in` takes ids, {"id", "title"}
    pairs and exact titles."""
    column = layout.reference(field.key)
    if node.op in ("is_empty", "not_empty"):
        if column is not None:
            return column.is_(None) if node.op == "is_empty" else column.is_not(None)
        return _in(layout, _tied(field, layout, ctx), negate=node.op == "is_empty")
    target = ctx.layouts[field.target]
    title: Any = target.column(target.entity.title)
    seen = access.condition(field.target, ctx.actor, Action.VIEW, ctx.office)
    c = target.table.c
    if node.op == "contains":
        wanted: Any = sa.select(c.id).where(c.org_id == ctx.office, contains(title, str(node.value)), seen)
    else:
        ids, titles = _named_records(node.value)
        wanted = ids
        if titles:
            named = sa.or_(c.id.in_(ids), title.in_(titles))
            wanted = sa.select(c.id).where(c.org_id == ctx.office, named, seen)
    if column is not None:
        inside: Clause = column.in_(wanted)
    else:
        inside = _in(layout, _tied(field, layout, ctx).where(Tie.target_id.in_(wanted)))
    return sa.not_(sa.func.coalesce(inside, sa.false())) if node.op == "not_in" else inside


def _tied(field: Field, layout: Layout, ctx: Context) -> sa.Select[Any]:
    return _rows_of(Tie, layout, ctx).where(Tie.field == field.key)


def _named_records(value: Any) -> tuple[list[uuid.UUID], list[str]]:
    ids: list[uuid.UUID] = []
    titles: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        text = str(item.get("id", "") if isinstance(item, Mapping) else item)
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            titles.append(text)
    return ids, titles


def _custom(field: Field, node: Condition, layout: Layout, ctx: Context) -> Clause:
    query = sa.select(CustomValue.record_id).where(CustomValue.org_id == ctx.office, CustomValue.field == field.key)
    if node.op in ("is_empty", "not_empty"):
        return _in(layout, query, negate=node.op == "is_empty")
    positive = NEGATED.get(node.op)
    clause = in_custom(CustomValue.text, CustomValue.number, field, positive or node.op, node.value)
    return _in(layout, query.where(clause), negate=positive is not None)


# ---- relations --------------------------------------------------------------------------------------------------


#: count operator → whether no related record at all fulfils it; such records are in no group
_ALLOWS_ZERO: dict[str, Callable[[int], bool]] = {
    "eq": lambda n: n == 0,
    "ne": lambda n: n != 0,
    "lt": lambda n: n > 0,
    "le": lambda n: n >= 0,
    "gt": lambda n: n < 0,
    "ge": lambda n: n <= 0,
}


def _related(node: Related, layout: Layout, ctx: Context) -> Clause:
    if node.agg == "sum":
        return _summed(node, layout, ctx)
    query = _relation_query(node, layout, ctx)
    if node.agg in ("any", "none"):
        return _in(layout, query, negate=node.agg == "none")
    holder = query.subquery().c[0]
    counted = sa.select(holder).group_by(holder).having(compare(sa.func.count(), node.op, [node.value]))
    enough = _in(layout, counted)
    return sa.or_(enough, _in(layout, query, negate=True)) if _ALLOWS_ZERO[node.op](node.value) else enough


def _summed(node: Related, layout: Layout, ctx: Context) -> Clause:
    """Records whose related ones sum up so; those without any sum up to nothing."""
    other = ctx.layouts[_relation(node, layout, ctx).target]
    summed = other.entity.field(node.of)
    amount = _amount(summed, other, ctx)
    query = _relation_query(node, layout, ctx).add_columns(sa.func.coalesce(amount, 0))
    rows = query.subquery()
    total = Total(rows.c[1])
    enough = _in(
        layout,
        sa.select(rows.c[0]).group_by(rows.c[0]).having(compare(total, node.op, [node.value * kind_of(summed).scale])),
    )
    without = _in(layout, _relation_query(node, layout, ctx), negate=True)
    return sa.or_(enough, without) if _ALLOWS_ZERO[node.op](node.value) else enough


def _amount(field: Field, layout: Layout, ctx: Context) -> Any:
    """What a field that is added up holds, as it is stored."""
    if not field.custom:
        return layout.column(field.key)
    query = sa.select(CustomValue.number).where(CustomValue.org_id == ctx.office, CustomValue.field == field.key)
    return query.where(CustomValue.record_id == layout.table.c.id).correlate(layout.table).scalar_subquery()


def _relation(node: Related, layout: Layout, ctx: Context) -> Relation:
    registry = Registry(x.entity for x in ctx.layouts.values())
    found = relations(layout.entity, registry).get(node.relation)
    if found is None:
        raise UserError(t("“{entity}”没有关联“{name}”。", entity=layout.entity.label, name=node.relation))
    return found


def _relation_query(node: Related, layout: Layout, ctx: Context) -> sa.Select[Any]:
    """Selects the ids of this layout's records, one row per related live visible record that fulfils `where`."""
    relation = _relation(node, layout, ctx)
    other = ctx.layouts[relation.target]
    c = other.table.c
    fits = (
        c.deleted_at.is_(None),
        access.condition(relation.target, ctx.actor, Action.VIEW, ctx.office),
        compile_filter(node.where, other, ctx),
    )
    column = (other if relation.reverse else layout).reference(relation.field)
    if column is None:  # tied many to many
        source, near, far = (
            (other, Tie.target_id, Tie.record_id) if relation.reverse else (layout, Tie.record_id, Tie.target_id)
        )
        query = sa.select(near).select_from(sa.join(other.table, Tie, sa.and_(c.org_id == Tie.org_id, c.id == far)))
        tied = (Tie.entity == source.entity.key, Tie.field == relation.field)
        return query.where(Tie.org_id == ctx.office, *tied, *fits)
    if relation.reverse:
        return sa.select(column).where(c.org_id == ctx.office, column.is_not(None), *fits)
    mine = layout.table.alias()
    joined = sa.and_(c.org_id == mine.c.org_id, c.id == mine.c[column.name])
    return sa.select(mine.c.id).select_from(other.table.join(mine, joined)).where(mine.c.org_id == ctx.office, *fits)
