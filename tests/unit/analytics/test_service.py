"""What the service answers: comparison, limits, parameters, rights, office hours, permission to export."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.core.access import Action
from app.core.i18n import set_language
from app.core.jobs import Job
from app.errors import Cancelled, NotFound, NotPermitted, UserError
from app.services.analytics.records import Period, ReportRequest
from app.services.analytics.service import previous_request
from app.services.tickets.office_service import OfficeService
from app.services.workspace import Workspace
from tests.factories.clocks import Clock
from tests.unit.analytics.office import AS_OF, MOMENT, Office

MONTH = Period(date(2026, 2, 1), date(2026, 3, 1))


def test_that_the_months_of_sales_add_up_to_the_whole(filled: Office) -> None:
    analytics = filled.workspace.analytics
    whole = analytics.run("sales", ReportRequest(AS_OF))
    assert sum(row["revenue"] for row in whole.rows) == whole.measure("revenue").value
    assert sum(row["revenue"] for row in whole.part("channels").rows) == whole.measure("revenue").value
    assert sum(row["orders"] for row in whole.rows) == whole.n


def test_that_nobody_is_no_customer(filled: Office) -> None:
    def buyers() -> object:
        return filled.workspace.analytics.run("sales", ReportRequest(AS_OF)).measure("customers").value

    before = buyers()
    day = AS_OF - timedelta(days=1)
    for _ in range(2):
        filled.workspace.orders.create({"ordered_on": day, "amount": 100})
    orders = [o for o in filled.workspace.orders.list(limit=10_000)[1] if o.get("ordered_on")]
    known = {
        o.get("customer")[0].id for o in orders if o.get("customer") and o.get("status") not in ("draft", "cancelled")
    }
    assert buyers() == before == len(known)


def test_that_a_comparison_carries_the_period_before(filled: Office) -> None:
    analytics = filled.workspace.analytics
    found = analytics.run("sales", ReportRequest(AS_OF, MONTH, compare=True))
    before = analytics.run("sales", ReportRequest(AS_OF, MONTH.previous()))
    assert found.previous is not None
    assert found.previous.window == MONTH.previous()
    assert found.measure("revenue").previous == before.measure("revenue").value


def test_that_an_unfinished_month_is_compared_with_as_many_days() -> None:
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    window = Period(date(2026, 3, 1), AS_OF + timedelta(days=1))
    asked = previous_request(ReportRequest(AS_OF, march, compare=True), window)
    assert asked is not None
    assert asked.period == Period(date(2026, 2, 1), date(2026, 2, 6))
    assert asked.as_of == date(2026, 2, 5)


def test_that_rows_are_limited_and_figures_are_not(filled: Office) -> None:
    analytics = filled.workspace.analytics
    for name in ("rfm", "clv", "churn", "abc"):
        few, all_ = (analytics.run(name, ReportRequest(AS_OF, limit=limit)) for limit in (3, None))
        assert len(few.rows) == 3
        assert few.rows == all_.rows[:3]
        assert [m.value for m in few.measures] == [m.value for m in all_.measures]


def test_that_every_customer_has_one_stage(filled: Office) -> None:
    found = filled.workspace.analytics.run("lifecycle", ReportRequest(AS_OF))
    assert sum(row["n"] for row in found.rows) == filled.workspace.customers.count() == found.n
    last = found.part("history").rows[-1]
    now = {row["stage"]: row["n"] for row in found.rows}
    assert {k: last[k] for k in ("new", "active", "loyal", "lost")} == {
        k: v for k, v in now.items() if k != "potential"
    }


def test_that_the_eight_groups_and_the_grid_hold_every_customer_once(filled: Office) -> None:
    found = filled.workspace.analytics.run("rfm", ReportRequest(AS_OF))
    assert len(found.part("groups").rows) == 8
    assert sum(row["n"] for row in found.part("groups").rows) == found.n
    assert sum(row["n"] for row in found.part("grid").rows) == found.n


def test_that_other_office_hours_give_other_business_hours(filled: Office) -> None:
    analytics = filled.workspace.analytics
    before = analytics.run("service", ReportRequest(AS_OF))
    office = OfficeService(filled.workspace.context)
    office.save_hours(["00:00-24:00"] * 7, public_holidays=False)
    after = analytics.run("service", ReportRequest(AS_OF))
    business, calendar = (after.measure(f"first_response_{k}median").value for k in ("business_", ""))
    assert business == pytest.approx(calendar)
    assert before.measure("first_response_business_median").value < business


def test_that_reports_speak_the_language_in_force(filled: Office) -> None:
    analytics = filled.workspace.analytics
    assert analytics.run("rfm", ReportRequest(AS_OF)).title == "RFM 客户价值"
    set_language("en")
    found = [analytics.run(name, ReportRequest(AS_OF, limit=1)) for name in analytics.names()]
    for report in found:
        said = [report.title, report.formula.name, report.formula.text, *report.notes]
        said += [c.title for c in report.columns] + [m.title for m in report.measures]
        said += [part.title for part in report.parts]
        assert not [text for text in said if any("\u4e00" <= char <= "\u9fff" for char in text)]


def test_that_unknown_reports_and_parameters_are_refused(filled: Office) -> None:
    analytics = filled.workspace.analytics
    with pytest.raises(NotFound):
        analytics.run("turnover", ReportRequest(AS_OF))
    with pytest.raises(UserError):
        analytics.run("rfm", ReportRequest(AS_OF, params={"speed": 1}))


def test_that_a_person_without_the_right_gets_no_figures(filled: Office, staff: dict[str, Workspace]) -> None:
    context = staff["east"].context
    context.actor = replace(
        context.actor, rules={("customers", Action.VIEW): context.actor.level("orders", Action.VIEW)}
    )
    with pytest.raises(NotPermitted):
        staff["east"].analytics.run("sales", ReportRequest(AS_OF))


def test_that_who_may_not_export_writes_no_report(filled: Office, staff: dict[str, Workspace], tmp_path: Path) -> None:
    report = staff["reader"].analytics.run("rfm", ReportRequest(AS_OF))
    with pytest.raises(NotPermitted):
        staff["reader"].analytics.export(report, tmp_path / "rfm.xlsx")
    assert not (tmp_path / "rfm.xlsx").exists()
    assert staff["boss"].analytics.export(report, tmp_path / "rfm.xlsx") == len(report.rows)


def test_that_a_cancelled_report_is_not_computed(filled: Office) -> None:
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        filled.workspace.analytics.run("sales", ReportRequest(AS_OF), job)


def test_that_the_backlog_is_what_is_not_resolved(filled: Office) -> None:
    found = filled.workspace.analytics.run("service", ReportRequest(AS_OF))
    open_ = filled.workspace.tickets.list(limit=100)[1]
    waiting = [r for r in open_ if r.get("resolved_at") is None or r.get("resolved_at") > MOMENT]
    assert found.measure("backlog").value == sum(row["n"] for row in found.part("backlog").rows) == len(waiting)


def test_that_promises_are_judged_as_they_stand(clock: Clock, workspace: Workspace) -> None:
    """Standard hours: an urgent ticket is to be answered within the hour, and it is a working hour now."""
    tickets = workspace.tickets
    urgent = {"priority": "urgent", "opened_at": MOMENT - timedelta(minutes=5)}
    in_time, late, silent, waiting = (tickets.create({"subject": s, **urgent})[0].id for s in "甲乙丙丁")
    tickets.reply(in_time, "马上来")
    tickets.set_status([in_time], "resolved")
    tickets.set_status([waiting], "waiting")
    clock.forward(hours=72)
    tickets.reply(late, "抱歉，晚了")
    found = workspace.analytics.run("sla", ReportRequest(AS_OF + timedelta(days=3)))
    response, resolution = found.rows
    assert (response["met"], response["violated"]) == (1, 2)  # the clock of the waiting one stands still
    assert response["rate"] == pytest.approx(1 / 3)
    assert (resolution["met"], resolution["violated"]) == (1, 2)
    drill = found.drill(response)
    assert drill is not None
    assert {r.id for r in tickets.list(drill.condition)[1]} == {late, silent}


def test_that_nothing_to_judge_has_no_rate(clock: Clock, workspace: Workspace) -> None:
    found = workspace.analytics.run("sla", ReportRequest(AS_OF))
    assert found.measure("rate").value is None
    assert found.n == 0
