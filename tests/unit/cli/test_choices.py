"""`kedang choices`."""

from tests.unit.cli.conftest import Kedang


def test_that_a_value_is_added_named_and_given_a_meaning(kedang: Kedang) -> None:
    fields = {f"{row['entity']}.{row['field']}": row for row in kedang("choices", "list").data["rows"]}
    assert fields["orders.status"]["office"] is True
    assert "counts" in fields["orders.status"]["meanings"]
    assert fields["ticket_messages.kind"]["office"] is False
    code = kedang(
        "choices",
        "add",
        "orders",
        "status",
        "待付款",
        "--en",
        "Awaiting payment",
        "--meaning",
        "draft",
        "--tone",
        "warn",
    ).data["code"]
    kedang("choices", "mean", "orders", "status", code, "counts")
    kedang("choices", "rename", "orders", "status", "done", "已完结", "--en", "Finished")
    rows = {row["code"]: row for row in kedang("choices", "list", "orders", "status").data["rows"]}
    own = rows[code]
    assert (own["zh"], own["en"], own["meaning"], own["tone"], own["own"]) == (
        "待付款", "Awaiting payment", "counts", "warn", True,
    )  # fmt: skip
    assert (rows["done"]["zh"], rows["done"]["en"], rows["done"]["meaning"]) == ("已完结", "Finished", "counts")
    added = kedang("orders", "add", "--set", "amount=100", "--set", "status=待付款").data
    assert added["net"] == "100.00"


def test_that_an_undone_merge_is_undone_here_too(kedang: Kedang) -> None:
    kedang("choices", "add", "customers", "stage", "签约", "--meaning", "won")
    kedang("customers", "add", "--set", "name=恒力", "--set", "stage=签约")
    merged = kedang("choices", "merge", "customers", "stage", "签约", "won").data

    def retired() -> bool:
        rows = kedang("choices", "list", "customers", "stage").data["rows"]
        return bool(next(row for row in rows if row["code"] == "签约")["retired"])

    assert retired()
    kedang("data", "undo", merged["operation"])
    assert not retired()
