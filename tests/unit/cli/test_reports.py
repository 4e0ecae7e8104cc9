"""`kedang report`: published numbers through the command, one JSON object, files of every format."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from tests.unit.analytics import cdnow
from tests.unit.cli.conftest import MADE, Kedang

REPORTS = (
    "rfm", "clv", "churn", "cohort", "lifecycle", "abc", "funnel", "win-rate", "pipeline", "velocity", "sales",
    "receivables", "sources", "service", "sla",
)  # fmt: skip


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


@pytest.fixture
def shop(kedang: Kedang, archive: Path, tmp_path: Path) -> Kedang:
    """Three customers and six orders, brought in by import; once, then copied."""
    if "shop" in MADE:
        archive.write_bytes(MADE["shop"])
        return kedang
    people = [["客户名称", "外部编号"], ["甲公司", "A"], ["乙公司", "B"], ["丙公司", "C"]]
    bought = [
        ["订单号", "客户名称", "下单日期", "金额", "状态"],
        ["1", "甲公司", "2025-01-10", "100.00", "已完成"],
        ["2", "甲公司", "2025-02-10", "200.00", "已完成"],
        ["3", "甲公司", "2025-03-01", "300.50", "已完成"],
        ["4", "乙公司", "2025-02-01", "50.00", "已完成"],
        ["5", "乙公司", "2025-02-02", "999.00", "已取消"],
        ["6", "丙公司", "2025-01-05", "10.00", "已完成"],
    ]
    assert kedang("data", "import", write(tmp_path / "people.csv", people), "--to", "customers").code == 0
    assert kedang("data", "import", write(tmp_path / "orders.csv", bought), "--to", "orders").code == 0
    MADE["shop"] = archive.read_bytes()
    return kedang


def test_that_the_published_customer_values_come_out_of_an_imported_log(kedang: Kedang, tmp_path: Path) -> None:
    names = sorted({p.customer for p in cdnow.purchases()})
    people = write(tmp_path / "people.csv", [["客户名称", "外部编号"], *([f"CD{n}", n] for n in names)])
    rows = [
        [str(i), f"CD{p.customer}", p.day.isoformat(), f"{p.cents / 100:.2f}"]
        for i, p in enumerate(cdnow.purchases(), 1)
    ]
    log = write(tmp_path / "log.csv", [["订单号", "客户名称", "下单日期", "金额"], *rows])
    assert kedang("data", "import", people, "--to", "customers").data["created"] == 2357
    assert kedang("data", "import", log, "--to", "orders").data["created"] == len(rows)
    found = kedang("report", "run", "clv", "--as-of", cdnow.CALIBRATION_END.isoformat()).data
    params = found["params"]
    assert [params[k] for k in ("r", "alpha", "a", "b")] == pytest.approx([0.2426, 4.4136, 0.7929, 2.4259], abs=0.002)
    assert [params[k] for k in ("p", "q", "gamma")] == pytest.approx([6.25, 3.74, 15.44], abs=0.02)
    assert found["log_likelihood"] == pytest.approx(-9582.43, abs=0.05)
    assert (found["model"], found["n"], found["repeaters"]) == ("bg/nbd", 2357, 946)
    assert found["correlation"] == pytest.approx(0.114, abs=0.001)
    example = next(row for row in found["rows"] if row["external_id"] == "0001" or row["external_id"] == "0004")
    assert (example["repeat_frequency"], round(example["T"], 2)) == (2, 38.86)
    churn = kedang("report", "run", "churn", "--as-of", "1997-09-30", "--limit", "5").data
    assert len(churn["rows"]) == 5


def test_that_every_report_is_listed_and_runs_on_an_empty_archive(kedang: Kedang) -> None:
    listed = kedang("report", "list").data
    assert tuple(row["name"] for row in listed["rows"]) == REPORTS
    for name in REPORTS:
        answer = kedang("report", "run", name, "--as-of", "2025-03-31")
        assert answer.code == 0, answer.err
        found = answer.data
        wanted = {"report", "formula", "parameters", "as_of", "window", "filter", "n", "rows"}
        assert wanted <= found.keys()
        assert (found["report"], found["as_of"], found["n"]) == (name, "2025-03-31", 0)


def test_that_json_may_be_asked_for_behind_the_command(shop: Kedang, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (("list",), ("run", "sales", "--as-of", "2025-03-31")):
        capsys.readouterr()
        assert main(["report", *command, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["rows"]


def test_that_a_report_is_read_by_people_too(shop: Kedang, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["report", "run", "sales", "--as-of", "2025-03-31", "--param", "step=month"]) == 0
    shown = capsys.readouterr()
    assert "660.50" in shown.err  # the whole stands above the table
    assert "2025-02\t2\t250.00\t125.00" in shown.out


def test_that_rfm_rows_carry_values_scores_and_group(shop: Kedang) -> None:
    found = shop("report", "run", "rfm", "--as-of", "2025-03-31").data
    by_id = {row["external_id"]: row for row in found["rows"]}
    assert by_id["A"]["recency"] == 30
    assert (by_id["A"]["frequency"], by_id["A"]["monetary"]) == (3, "600.50")
    assert [by_id["A"][k] for k in "rfm"] == [5, 5, 5]
    assert by_id["A"]["group"] == "important_value"
    assert (by_id["B"]["frequency"], by_id["B"]["monetary"]) == (1, "50.00")  # the cancelled order does not count
    assert found["n"] == 3
    narrow = shop("report", "run", "rfm", "--as-of", "2025-03-31", "--from", "2025-02-01", "--to", "2025-02-28").data
    assert {row["external_id"]: row["frequency"] for row in narrow["rows"]} == {"A": 1, "B": 1}
    assert narrow["window"] == {"start": "2025-02-01", "end": "2025-03-01", "last": "2025-02-28"}


def test_that_cohorts_have_size_activity_and_the_unfinished_month(shop: Kedang) -> None:
    found = shop("report", "run", "cohort", "--as-of", "2025-03-15").data
    assert [(c["month"], c["size"], c["active"], c["unfinished"]) for c in found["cohorts"]] == [
        ("2025-01", 2, [2, 1, 1], 2),
        ("2025-02", 1, [1, 0], 1),
    ]
    whole = shop("report", "run", "cohort", "--as-of", "2025-03-31").data
    assert [c["unfinished"] for c in whole["cohorts"]] == [None, None]


def test_that_sales_are_compared_with_the_period_before(shop: Kedang) -> None:
    found = shop(
        "report", "run", "sales", "--from", "2025-02-01", "--to", "2025-02-28", "--as-of", "2025-03-31", "--compare"
    ).data
    assert (found["revenue"], found["orders"], found["average"]) == ("250.00", 2, "125.00")
    assert (found["previous"]["revenue"], found["previous"]["orders"]) == ("110.00", 2)
    assert found["previous"]["window"]["last"] == "2025-01-31"


def test_that_a_filter_and_an_owner_narrow_a_report(shop: Kedang) -> None:
    condition = json.dumps({"field": "external_id", "op": "eq", "value": "A"})
    found = shop("report", "run", "rfm", "--as-of", "2025-03-31", "--filter", condition).data
    assert [row["external_id"] for row in found["rows"]] == ["A"]
    assert found["filter"] == {"customers": json.loads(condition)}
    assert shop("report", "run", "sales", "--as-of", "2025-03-31", "--owner", "admin").data["n"] == 5


def test_that_the_win_rate_of_imported_deals_comes_out(kedang: Kedang, tmp_path: Path) -> None:
    head = ["商机ID", "商机名称", "金额", "立项日期", "结单日期", "结果"]
    rows = [
        ["1", "一", "1000.00", "2025-01-01", "2025-02-10", "Won"],
        ["2", "二", "500.00", "2025-01-01", "2025-02-20", "Lost"],
        ["3", "三", "500.00", "2025-01-05", "2025-03-20", "Won"],
    ]
    answer = kedang("data", "import", write(tmp_path / "deals.csv", [head, *rows]), "--to", "deals")
    assert answer.data["created"] == 3, answer.out
    found = kedang("report", "run", "win-rate", "--as-of", "2025-03-31").data
    assert (found["won"], found["lost"], found["rate"]) == (2, 1, pytest.approx(2 / 3))
    assert (found["won_value"], found["lost_value"]) == ("1500.00", "500.00")
    february = kedang(
        "report", "run", "win-rate", "--from", "2025-02-01", "--to", "2025-02-28", "--as-of", "2025-03-31"
    )
    assert (february.data["won"], february.data["lost"]) == (1, 1)


def test_that_ticket_times_are_given_by_calendar_and_in_working_hours(kedang: Kedang, tmp_path: Path) -> None:
    head = ["外部编号", "主题", "提交时间", "首次响应时间", "解决时间", "状态"]
    rows = [  # the working time between is 9.5 hours: Sunday 28 September 2025 is worked
        ["1", "问", "2025-09-26 17:00", "2025-09-29 10:00", "2025-09-29 10:30", "已解决"],
    ]
    answer = kedang("data", "import", write(tmp_path / "tickets.csv", [head, *rows]), "--to", "tickets")
    assert answer.data["created"] == 1, answer.out
    found = kedang("report", "run", "service", "--as-of", "2025-10-31").data
    first: dict[str, Any] = found["first_response"]
    assert (first["median_hours"], first["p90_hours"]) == (65.0, 65.0)
    assert first["business_median_hours"] == pytest.approx(9.5)
    assert found["resolution"]["business_median_hours"] == pytest.approx(10.0)
    assert found["n"] == 1


@pytest.mark.parametrize("name", ["rfm", "cohort", "lifecycle", "sales", "abc"])
def test_that_a_report_is_written_as_a_table_and_as_json(shop: Kedang, tmp_path: Path, name: str) -> None:
    import openpyxl

    for kind in ("xlsx", "csv", "json"):
        out = tmp_path / f"{name}.{kind}"
        answer = shop("report", "run", name, "--as-of", "2025-03-31", "--out", out)
        assert answer.code == 0, answer.err
        assert answer.data["path"] == str(out)
    printed = shop("report", "run", name, "--as-of", "2025-03-31").data
    assert json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) == printed
    lines = list(csv.reader((tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()))
    sheet = openpyxl.load_workbook(tmp_path / f"{name}.xlsx").worksheets[0]
    assert len(lines) == sheet.max_row == len(printed["rows"]) + 1
    assert [cell.value for cell in sheet[1]] == lines[0]


def test_that_a_report_file_is_noted_in_the_history(shop: Kedang, tmp_path: Path) -> None:
    shop("report", "run", "rfm", "--as-of", "2025-03-31", "--out", tmp_path / "rfm.xlsx")
    newest = shop("data", "operations", "--limit", "1").data["rows"][0]
    assert newest["kind"] == "export"
    assert "rfm.xlsx" in newest["summary"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("rfm", "--as-of", "yesterday"), 2),
        (("rfm", "--to", "2025-01-01"), 2),
        (("rfm", "--from", "2025-02-01", "--to", "2025-01-01"), 2),
        (("rfm", "--format", "doc"), 2),
        (("rfm", "--format", "xlsx"), 2),
        (("rfm", "--param", "high"), 2),
        (("rfm", "--owner", "nobody"), 2),
        (("rfm", "--param", "low=4"), 3),
        (("rfm", "--param", "high=x"), 3),
        (("rfm", "--param", "r=4,3,2,1"), 3),
        (("rfm", "--team", "没有"), 3),
        (("sales", "--param", "step=hour"), 3),
        (("abc", "--param", "a=0.9", "--param", "b=0.8"), 3),
        (("funnel", "--param", "pipeline=没有"), 3),
        (("turnover",), 3),
    ],
)
def test_that_a_wrong_call_is_refused_in_words(kedang: Kedang, arguments: tuple[str, ...], code: int) -> None:
    answer = kedang("report", "run", *arguments)
    assert answer.code == code
    assert answer.data["error"]


def test_that_thresholds_can_be_set_by_hand(shop: Kedang) -> None:
    found = shop(
        "report", "run", "rfm", "--as-of", "2025-03-31", "--param", "f=2,3,4,5", "--param", "m=50,100,500,1000"
    ).data
    by_id = {row["external_id"]: row for row in found["rows"]}
    assert (by_id["A"]["f"], by_id["A"]["m"]) == (3, 4)
    assert (by_id["B"]["f"], by_id["B"]["m"]) == (1, 2)
