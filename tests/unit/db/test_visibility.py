"""One set of visible records, by whichever door one asks; and nothing of the others through links, groups or order."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.access import Action
from app.core.fields import Link
from app.core.filters import Condition, Filter, Related, Search
from app.core.records import Record, Sort
from app.errors import NotFound, NotPermitted
from app.models import Activity, Contact, Customer, CustomerCollaborator
from app.services.workspace import Workspace
from tests.factories.archives import PEOPLE
from tests.factories.customers import user_id
from tests.factories.engines import BOTH

pytestmark = BOTH

Staff = dict[str, Workspace]
MODELS = {"customers": Customer, "contacts": Contact, "activities": Activity}
#: customer → owner
OWNED = {
    "东方机械": "east",
    "东山电子": "east",
    "西部物流": "west",
    "西湖茶业": "west",
    "总部直管": "boss",
    "南方": "manager",
}
#: who sees whose: level of view by role and team
SEES = {
    "boss": set(OWNED.values()),
    "manager": {"manager", "east", "west"},
    "east": {"east"},
    "west": {"west"},
    "service": set(OWNED.values()),
    "reader": set(OWNED.values()),
}


@pytest.fixture
def filled(staff: Staff) -> Staff:
    """Six customers of four owners, each with a contact and an activity owned by the administrator; one deleted."""
    boss = staff["boss"]
    for name, owner in OWNED.items():
        record, _ = boss.customers.create({"name": name, "owner": user_id(boss, owner), "city": name[0]})
        boss.customers.add_contact(record.id, {"name": f"{name}的联系人"}, "采购")
        boss.customers.log_activity(record.id, {"subject": f"拜访{name}", "kind": "visit"})
    gone, _ = boss.customers.create({"name": "东去的客户", "owner": user_id(boss, "east")})
    boss.customers.delete(gone.id)
    return staff


def _names(records: list[Record]) -> set[str]:
    return {str(r.get("name") or r.get("subject")) for r in records}


def _expected(user: str, entity: str) -> set[str]:
    seen = {name for name, owner in OWNED.items() if owner in SEES[user]}
    shape = {"customers": "{}", "contacts": "{}的联系人", "activities": "拜访{}"}[entity]
    return {shape.format(name) for name in seen}


@pytest.mark.parametrize("entity", MODELS)
@pytest.mark.parametrize("user", PEOPLE)
def test_that_every_door_shows_the_same_records(filled: Staff, user: str, entity: str) -> None:
    service = filled[user].records(entity)
    boss = filled["boss"].records(entity)
    expected = _expected(user, entity)
    everything = {str(r.get("name") or r.get("subject")): r for r in boss.list()[1]}

    assert _names(service.list()[1]) == expected
    assert service.count() == len(expected)
    assert _names(list(service.page(boss.handles()).values())) == expected
    assert {n for n, r in everything.items() if service.handle_of(r.id) is not None} == expected
    assert {n for n, r in everything.items() if _may_get(service.get, r.id)} == expected
    found = service.list(
        Search("东") if entity == "activities" else Search("的联系人" if entity == "contacts" else "东")
    )[1]
    assert _names(found) == {n for n in expected if entity == "contacts" or "东" in n}
    title = service.entity.title
    assert {value for value, _ in service.distinct(title)} == expected
    with filled[user].context.reading() as work:
        assert _names(work.reader.by_ids(entity, [r.id for r in everything.values()])) == expected
        model = MODELS[entity]
        rows = work.session.scalars(sa.select(model).where(model.deleted_at.is_(None))).all()
        assert {getattr(row, title) for row in rows} == expected
        other = aliased(model)
        through_alias = work.session.scalars(sa.select(other).where(other.deleted_at.is_(None))).all()
        assert {getattr(row, title) for row in through_alias} == expected
        counted = work.session.scalar(sa.select(sa.func.count(model.id)).where(model.deleted_at.is_(None)))
        assert counted == len(expected)


def _may_get(get: Callable[[uuid.UUID], Record], record: uuid.UUID) -> bool:
    try:
        get(record)
    except NotFound:
        return False
    return True


@pytest.mark.parametrize(("user", "names"), [("boss", 6), ("manager", 5), ("east", 0), ("service", 0), ("reader", 0)])
def test_that_exporting_reaches_only_as_far_as_the_right_to_export(filled: Staff, user: str, names: int) -> None:
    with filled[user].context.reading() as work:
        assert len(work.reader.handles("customers", action=Action.EXPORT)) == names


def test_that_the_orm_changes_nothing_out_of_sight(filled: Staff) -> None:
    with filled["east"].context.writing() as work:
        done = work.session.execute(sa.update(Customer).values(remark="x"))
        assert done.rowcount == 3  # his two and the deleted one
        work.session.rollback()


def test_that_the_recycle_bin_shows_ones_own_only(filled: Staff) -> None:
    assert _names(filled["east"].customers.list(deleted=True)[1]) == {"东去的客户"}
    assert _names(filled["west"].customers.list(deleted=True)[1]) == set()


def test_that_a_collaborator_sees_the_customer_and_what_follows_it_but_may_not_edit(filled: Staff) -> None:
    boss, east = filled["boss"], filled["east"]
    foreign = boss.customers.list(Condition("name", "eq", "西部物流"))[1][0]
    with boss.context.writing() as work:
        work.session.add(CustomerCollaborator(customer_id=foreign.id, user_id=east.actor.user_id))
        work.commit()
    assert _names(east.customers.list()[1]) == _expected("east", "customers") | {"西部物流"}
    assert "西部物流的联系人" in _names(east.contacts.list()[1])
    assert "拜访西部物流" in _names(east.activities.list()[1])
    assert [c.get("name") for c, _ in east.customers.contacts(foreign.id)] == ["西部物流的联系人"]
    with pytest.raises(NotPermitted):
        east.customers.update(foreign.id, {"city": "x"})


def test_that_a_tie_to_an_invisible_customer_does_not_tell_its_name(filled: Staff) -> None:
    boss, east = filled["boss"], filled["east"]
    mine, foreign = (boss.customers.list(Condition("name", "eq", n))[1][0] for n in ("东方机械", "西湖茶业"))
    shared, _ = boss.contacts.create({"name": "两边的人", "customers": (Link(mine.id), Link(foreign.id, "", "顾问"))})
    seen = east.contacts.get(shared.id)
    assert [link.title for link in seen.get("customers")] == ["东方机械", "***"]
    everyone = boss.contacts.get(shared.id)
    assert [link.title for link in everyone.get("customers")] == ["东方机械", "西湖茶业"]


def test_that_editing_a_shared_contact_keeps_the_tie_one_does_not_see(filled: Staff) -> None:
    boss, east = filled["boss"], filled["east"]
    mine, foreign = (boss.customers.list(Condition("name", "eq", n))[1][0] for n in ("东方机械", "西湖茶业"))
    owner = user_id(boss, "east")
    shared, _ = boss.contacts.create(
        {"name": "两边的人", "owner": owner, "customers": (Link(mine.id), Link(foreign.id))}
    )
    ties = east.contacts.get(shared.id).get("customers")
    east.contacts.update(shared.id, {"customers": (Link(mine.id, "", "老板"), *ties[1:])})
    assert [(x.title, x.role) for x in boss.contacts.get(shared.id).get("customers")] == [
        ("东方机械", "老板"),
        ("西湖茶业", ""),
    ]
    with pytest.raises(NotFound, match="没有查看权限"):
        east.contacts.create({"name": "新人", "customers": (Link(foreign.id),)})


@pytest.mark.parametrize(
    "condition",
    [
        Condition("customers", "contains", "西湖"),
        Related("customers", Condition("name", "starts", "西")),
        Related("customers", Condition("city", "eq", "西")),
    ],
)
def test_that_filters_through_a_tie_do_not_tell_of_invisible_customers(filled: Staff, condition: Filter) -> None:
    boss, east = filled["boss"], filled["east"]
    mine, foreign = (boss.customers.list(Condition("name", "eq", n))[1][0] for n in ("东方机械", "西湖茶业"))
    boss.contacts.create({"name": "两边的人", "customers": (Link(mine.id), Link(foreign.id))})
    assert boss.contacts.count(condition) >= 1
    assert east.contacts.count(condition) == 0


SECRET = "110101199003071234"


@pytest.fixture
def with_id_number(filled: Staff) -> Staff:
    boss = filled["boss"]
    record = boss.customers.list(Condition("name", "eq", "东方机械"))[1][0]
    boss.customers.update(record.id, {"id_number": SECRET})
    return filled


@pytest.mark.parametrize("user", PEOPLE)
def test_that_a_sensitive_value_is_shown_to_those_who_may_see_it_and_to_nobody_else(
    with_id_number: Staff, user: str
) -> None:
    staff = with_id_number
    service = staff[user].customers
    found = service.list(Condition("name", "eq", "东方机械"))[1]
    allowed = {"boss", "manager", "east"}
    if user in allowed:
        assert found[0].get("id_number") == SECRET
        assert service.count(Condition("id_number", "eq", SECRET)) == 1
        return
    text = repr([service.list()[1], service.list(Search(SECRET)), [service.history(r.id) for r in found]])
    assert SECRET not in text
    assert not found or found[0].masked == {"id_number"}
    if user == "west":  # may see sensitive values, but not this customer
        assert service.count(Condition("id_number", "eq", SECRET)) == 0
        assert service.distinct("id_number") == []
        return
    for ask in (
        lambda: service.count(Condition("id_number", "starts", SECRET[:3])),
        lambda: service.distinct("id_number"),
        lambda: service.handles(sorts=[Sort("id_number")]),
        lambda: service.find_by("id_number", SECRET),
    ):
        with pytest.raises(NotPermitted):
            ask()


def test_that_a_masked_value_saved_back_by_a_form_is_no_change(with_id_number: Staff) -> None:
    boss = with_id_number["boss"]
    record = boss.customers.list(Condition("name", "eq", "东方机械"))[1][0]
    boss.people.set_roles("service", ["service"])
    service = with_id_number["service"]
    seen = service.customers.get(record.id)
    boss.customers.update(record.id, {"owner": service.actor.user_id})
    service.customers.update(record.id, {"id_number": seen.get("id_number"), "remark": "电话确认"})
    assert boss.customers.get(record.id).get("id_number") == SECRET
    with pytest.raises(NotPermitted, match="敏感字段"):
        service.customers.update(record.id, {"id_number": "x"})


def test_that_tags_are_counted_among_visible_live_customers(filled: Staff) -> None:
    boss = filled["boss"]
    boss.customers.tag_many(list(boss.customers.handles()), add=["重点"])
    boss.customers.tag_many(list(boss.customers.handles(deleted=True)), add=["重点"])
    assert [(name, n) for name, _, n in boss.customers.tags()] == [("重点", 6)]
    assert [(name, n) for name, _, n in filled["west"].customers.tags()] == [("重点", 2)]
