"""Which value survives: pure rules, by table."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.core.dictionary import BUILT_IN
from app.core.fields import Address, Link
from app.core.records import Record
from app.services.merging.records import Survival
from app.services.merging.survival import choose, pick_survivor
from tests.factories.customers import email, phone

CUSTOMERS = BUILT_IN.entity("customers")
OLD, NEW = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def _record(number: int, **values: Any) -> Record:
    return Record("customers", uuid.UUID(int=number), number, 1, {"name": f"甲{number}", **values})


def _merged(records: list[Record], survival: Survival | None = None, **chosen: Any) -> dict[str, Any]:
    found = choose(CUSTOMERS, records, records[0].id, survival or Survival(), chosen)
    return {c.key: c.merged for c in found}


A = _record(1, city="苏州", amount=100, website="a.cn", updated_at=OLD, source="老系统")
B = _record(2, city="苏州市", amount=900, website="longer-name.cn", updated_at=NEW, source="展会", industry="机械")


@pytest.mark.parametrize(
    ("rule", "website", "amount"),
    [
        ("complete", "a.cn", 100),
        ("newest", "longer-name.cn", 900),
        ("longest", "longer-name.cn", 900),
        ("trusted", "longer-name.cn", 900),
    ],
)
def test_that_the_rule_decides_where_records_differ(rule: str, website: str, amount: int) -> None:
    merged = _merged([A, B], Survival(rule, sources=("展会", "老系统")))
    assert (merged["website"], merged["amount"], merged["industry"]) == (website, amount, "机械")


def test_that_a_rule_of_a_field_comes_before_the_general_one() -> None:
    assert _merged([A, B], Survival("complete", {"amount": "longest"}))["amount"] == 900


def test_that_a_person_overrules_every_rule() -> None:
    assert _merged([A, B], Survival("newest"), website=A.id)["website"] == "a.cn"
    assert _merged([A, B], website=("value", "c.cn"))["website"] == "c.cn"


def test_that_what_a_record_may_have_several_of_is_joined_the_survivor_first() -> None:
    one = _record(
        1, phones=(phone("13800138000", label="手机"),), tags=("甲", "乙"), emails=(email("A@b.cn"),), remark="老客户"
    )
    two = _record(
        2,
        phones=(phone("139 0013 9000"), phone("13800138000")),
        tags=("乙", "丙"),
        emails=(email("a@b.cn"),),
        remark="账期 30 天",
    )
    merged = _merged([one, two])
    assert [p.value for p in merged["phones"]] == ["13800138000", "139 0013 9000"]
    assert merged["phones"][0].label == "手机"
    assert merged["tags"] == ("甲", "乙", "丙")
    assert [p.value for p in merged["emails"]] == ["A@b.cn"]
    assert merged["remark"] == "老客户\n账期 30 天"


def test_that_an_address_stays_whole_and_the_other_one_becomes_a_further_address() -> None:
    one = _record(1, province="江苏省", city="苏州市", district="吴中区", address="人民路 1 号")
    two = _record(2, province="上海市", city="上海市", address="南京西路 2 号", addresses=(Address(detail="仓库"),))
    merged = _merged([one, two])
    assert (merged["city"], merged["address"]) == ("苏州市", "人民路 1 号")
    assert [a.detail for a in merged["addresses"]] == ["仓库", "南京西路 2 号"]
    other = _merged([one, two], city=two.id)
    assert (other["province"], other["district"], other["address"]) == ("上海市", None, "南京西路 2 号")


def test_that_first_days_are_the_earliest_and_last_days_the_latest() -> None:
    one = _record(1, first_deal_on=date(2025, 3, 1), last_contact_on=date(2025, 4, 1))
    two = _record(2, first_deal_on=date(2024, 3, 1), last_contact_on=date(2026, 4, 1))
    merged = _merged([one, two])
    assert (merged["first_deal_on"], merged["last_contact_on"]) == (date(2024, 3, 1), date(2026, 4, 1))


def test_that_roles_on_the_ties_of_contacts_are_kept() -> None:
    firm = uuid.uuid4()
    one = Record("contacts", uuid.UUID(int=1), 1, 1, {"name": "张三", "customers": (Link(firm, "恒力", "采购"),)})
    two = Record("contacts", uuid.UUID(int=2), 2, 1, {"name": "张三", "customers": (Link(firm, "恒力", "法人"),)})
    found = choose(BUILT_IN.entity("contacts"), [one, two], one.id, Survival(), {})
    assert next(c.merged for c in found if c.key == "customers") == (Link(firm, "恒力", "采购、法人"),)


def test_that_the_record_that_says_most_survives_of_equal_ones_the_oldest() -> None:
    assert pick_survivor([A, B]) == B.id
    assert pick_survivor([_record(7, city="苏州"), _record(3, city="无锡")]) == uuid.UUID(int=3)
