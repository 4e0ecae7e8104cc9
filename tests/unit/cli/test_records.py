"""`kedang customers|contacts|activities` and `kedang search`."""

import csv
import io
import uuid
from datetime import date
from pathlib import Path

import pytest

from app.bootstrap import open_workspace
from app.cli.main import main
from app.core.fields import Link, Point
from tests.unit.cli.conftest import PASSWORD, Kedang


def test_that_a_record_is_added_changed_and_deleted(kedang: Kedang) -> None:
    added = kedang(
        "customers", "add", "--set", "name=苏州恒力机械有限公司", "--set", "电话=13800138000；010-88886666转8",
        "--set", "amount=1.2万", "--set", "last_contact_on=2024/3/5", "--set", "stage=成交", "--set", "tags=VIP；华东",
    ).data  # fmt: skip
    assert (added["number"], added["stage"], added["amount"], added["currency"]) == (
        "C000001",
        "won",
        "12000.00",
        "CNY",
    )
    assert added["phones"] == ["138 0013 8000", "010-8888 6666 转 8"]
    assert (added["last_contact_on"], added["tags"], added["owner"]) == ("2024-03-05", ["VIP", "华东"], "admin")
    edited = kedang("customers", "edit", "C000001", "--set", "city=苏州市", "--set", "tags=").data
    assert (edited["city"], edited["tags"], edited["version"]) == ("苏州市", [], 2)
    assert kedang("customers", "edit", "C000001", "--set", "city=苏州市").data["operation"] is None
    history = kedang("customers", "history", added["id"]).data
    assert (history["total"], history["rows"][0]["fields"][0]["field"]) == (2, "city")
    deleted = kedang("customers", "delete", "C000001").data
    assert kedang("customers", "list").data["total"] == 0
    assert kedang("customers", "list", "--deleted").data["rows"][0]["deleted_at"]
    assert kedang("data", "undo", deleted["operation"]).data["reverted"] == 1
    assert kedang("customers", "show", "C000001").data["city"] == "苏州市"


def test_that_contacts_and_activities_are_tied_to_their_customer(kedang: Kedang) -> None:
    kedang("customers", "add", "--set", "name=甲公司", "--set", "external_id=K-7")
    contact = kedang("contacts", "add", "--set", "name=张三", "--set", "customers=C000001").data
    assert [link["title"] for link in contact["customers"]] == ["甲公司"]
    assert contact["number"] == "P000001"
    activity = kedang(
        "activities", "add", "--set", "subject=上门拜访", "--set", "kind=拜访", "--set", "customer=K-7",
        "--set", "happened_at=2024-05-06 10:00",
    ).data  # fmt: skip
    assert (activity["kind"], activity["customer"][0]["title"]) == ("visit", "甲公司")
    assert activity["happened_at"].endswith("Z")
    assert kedang("activities", "show", activity["id"]).data["subject"] == "上门拜访"
    assert kedang("customers", "show", "K-7").data["name"] == "甲公司"


@pytest.mark.parametrize(
    "word",
    [
        "amount=许多", "name", "nothing=1", "number=C000009", "last_contact_on=2024-13-45", "owner=没有这人", "stage=不存在",
        "id_number=110101199003071234", "addresses=x",
    ],
)  # fmt: skip
def test_that_wrong_values_are_refused_with_a_sentence(kedang: Kedang, word: str) -> None:
    answer = kedang("customers", "add", "--set", "name=甲", "--set", word)
    assert answer.code == 3
    assert answer.data["error"]
    assert kedang("customers", "list").data["total"] == 0


def test_that_doubtful_values_are_taken_and_told(kedang: Kedang) -> None:
    answer = kedang("customers", "add", "--set", "name=甲", "--set", "phones=12345678901")
    assert answer.code == 0
    assert answer.data["points"]["phones"][0]["valid"] is False
    assert "12345678901" in answer.err


def test_that_lists_filter_sort_page_and_choose_columns(kedang: Kedang) -> None:
    for name, city in (("甲", "苏州"), ("乙", "上海"), ("丙", "苏州"), ("丁", "苏州")):
        kedang("customers", "add", "--set", f"name={name}", "--set", f"city={city}")
    answer = kedang(
        "customers", "list", "--filter", '{"field": "city", "op": "eq", "value": "苏州"}', "--sort", "-number",
        "--columns", "name,number", "--limit", "2", "--offset", "1",
    ).data  # fmt: skip
    assert answer["total"] == 3
    assert [(row["name"], row["number"]) for row in answer["rows"]] == [("丙", "C000003"), ("甲", "C000001")]
    assert set(answer["rows"][0]) == {"id", "external_id", "version", "name", "number", "masked"}


def test_that_search_finds_across_kinds(kedang: Kedang) -> None:
    kedang("customers", "add", "--set", "name=苏州恒力机械有限公司", "--set", "phones=13800138000")
    kedang("contacts", "add", "--set", "name=恒力王", "--set", "customers=C000001")
    found = kedang("search", "恒力").data
    assert [row["entity"] for row in found["rows"]] == ["customers", "contacts"]
    assert found["total"] == 2
    assert kedang("search", "hengli", "--in", "customers").data["rows"][0]["title"] == "苏州恒力机械有限公司"
    assert [row["entity"] for row in kedang("search", "恒力", "--offset", "1").data["rows"]] == ["contacts"]
    assert kedang("search", "恒力", "--in", "ships").code == 2


def test_that_people_get_a_table_on_stdout_and_messages_on_stderr(
    kedang: Kedang, capsys: pytest.CaptureFixture[str], archive: Path
) -> None:
    kedang("customers", "add", "--set", "name=[red]甲[/red]", "--set", "remark=a\tb")
    capsys.readouterr()
    assert main(["customers", "list", "--columns", "name,remark"]) == 0
    captured = capsys.readouterr()
    rows = list(csv.reader(io.StringIO(captured.out), delimiter="\t"))
    assert rows == [["客户名称", "备注"], ["[red]甲[/red]", "a b"]]
    assert "1" in captured.err


def test_that_typing_a_list_anew_loses_nothing_known_of_its_items(kedang: Kedang, archive: Path) -> None:
    """Numbers keep their labels and refusals, ties their role and days, whoever types the rest of the list."""
    first = kedang("customers", "add", "--set", "name=甲公司").data
    kedang("customers", "add", "--set", "name=乙公司")
    made = kedang(
        "contacts", "add", "--set", "name=张三", "--set", "customers=甲公司", "--set", "phones=13800138000"
    ).data
    workspace = open_workspace(archive, "admin", PASSWORD)
    tie = Link(uuid.UUID(first["id"]), "甲公司", "采购", "兼任", date(2024, 1, 1))
    point = Point("138 0013 8000", "+8613800138000", "办公", opt_out=True)
    workspace.contacts.update(uuid.UUID(made["id"]), {"customers": (tie,), "phones": (point,)})
    workspace.close()
    kedang(
        "contacts", "edit", "P000001", "--set", "customers=甲公司；乙公司", "--set", "phones=13800138000；13900139000"
    )
    workspace = open_workspace(archive, "admin", PASSWORD)
    after = workspace.contacts.get(uuid.UUID(made["id"]))
    workspace.close()
    assert after.get("customers")[0] == tie
    assert [link.title for link in after.get("customers")] == ["甲公司", "乙公司"]
    assert after.get("phones")[0] == point
    assert len(after.get("phones")) == 2
