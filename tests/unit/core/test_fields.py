"""The data dictionary: complete, consistent, extended by custom fields."""

from __future__ import annotations

import pytest

from app.core.dictionary import BUILT_IN
from app.core.fields import Entity, Field, FieldType, is_custom_key
from app.core.i18n import set_language
from app.core.kinds import CUSTOM_TYPES, KINDS, kind_of
from app.db.store.layout import layout_of
from app.errors import UserError

EVERY = [(entity, field) for entity in BUILT_IN for field in entity.fields]


@pytest.mark.parametrize("entity", list(BUILT_IN), ids=lambda e: e.key)
def test_that_an_entity_is_whole(entity: Entity) -> None:
    keys = [f.key for f in entity.fields]
    assert len(keys) == len(set(keys))
    title = entity.field(entity.title)
    assert title.required or title.readonly or entity.parent
    assert layout_of(entity, BUILT_IN).table.name == entity.table
    groups = {key for key, _, _ in entity.groups}
    assert {f.group for f in entity.fields} <= groups
    labels = [f.zh for f in entity.fields] + [f.en for f in entity.fields]
    assert len(set(labels)) == len({f.zh for f in entity.fields}) + len({f.en for f in entity.fields})


@pytest.mark.parametrize(("entity", "field"), EVERY, ids=lambda x: getattr(x, "key", ""))
def test_that_a_field_has_a_place_to_live(entity: Entity, field: Field) -> None:
    layout = layout_of(entity, BUILT_IN)
    column = layout.column(field.key)
    assert (column is None) == kind_of(field).rows
    if field.type is FieldType.LINKS:
        assert layout.reference(field.key) is not None or field.several
        assert field.target in BUILT_IN.keys()  # noqa: SIM118 - a registry is no dict
    length = getattr(column.type, "length", None) if column is not None else None
    if length is not None and field.type in (FieldType.TEXT, FieldType.URL, FieldType.CREDIT_CODE, FieldType.ID_CARD):
        assert field.max_length <= length
    if field.type is FieldType.CHOICE and length is not None:
        assert all(len(c.code) <= length for c in field.choices)
        assert not field.open_choices or field.max_length <= length


@pytest.mark.parametrize(("entity", "field"), EVERY, ids=lambda x: getattr(x, "key", ""))
def test_that_no_word_of_a_pick_list_means_two_things(entity: Entity, field: Field) -> None:
    words = [w for c in field.choices for w in {c.code, c.zh, c.en, *c.synonyms}]
    assert len(words) == len(set(words)), (entity.key, field.key)


def test_that_labels_follow_the_language() -> None:
    customers = BUILT_IN.entity("customers")
    assert (customers.label, customers.field("city").label, customers.group_label("main")) == (
        "客户",
        "城市",
        "基本信息",
    )
    set_language("en")
    assert (customers.label, customers.field("city").label, customers.group_label("main")) == (
        "Customers",
        "City",
        "Basics",
    )
    assert customers.group_label("strange") == "strange"


def test_that_custom_fields_come_after_the_built_in_ones_and_replace_earlier_custom_ones() -> None:
    one, two = (Field(f"f_00000{n}", f"字段{n}", f"Field {n}", custom=True) for n in (1, 2))
    registry = BUILT_IN.with_custom({"customers": [one]}).with_custom({"customers": [two]})
    customers = registry.entity("customers")
    assert customers.fields[-1] is two
    assert customers.find("f_000001") is None
    assert BUILT_IN.entity("customers").find("f_000002") is None


def test_that_unknown_names_are_refused_with_a_sentence() -> None:
    with pytest.raises(UserError, match="没有“ships”这类档案"):
        BUILT_IN.entity("ships")
    with pytest.raises(UserError, match="没有字段“x”"):
        BUILT_IN.entity("customers").field("x")


@pytest.mark.parametrize(
    ("key", "custom"),
    [("f_0a1b2c3d", True), ("f_x", False), ("f_0A1B2C", False), ("name", False), ("f_123456;--", False)],
)
def test_that_keys_of_custom_fields_are_opaque(key: str, custom: bool) -> None:
    assert is_custom_key(key) is custom


def test_that_a_custom_value_has_a_place_to_live() -> None:
    """Points, addresses and tags are kept once a record, whatever the field is called."""
    once = {k.type for k in KINDS.values() if k.points} | {FieldType.ADDRESSES, FieldType.TAGS}
    assert once.isdisjoint(CUSTOM_TYPES)
