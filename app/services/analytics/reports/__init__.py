"""The reports, each a function from a run to a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.services.analytics.records import Report
from app.services.analytics.reports.customers import abc_report, cohort_report
from app.services.analytics.reports.deals import funnel_report, pipeline_report, velocity_report, win_rate_report
from app.services.analytics.reports.lifecycle import lifecycle_report
from app.services.analytics.reports.money import receivables_report, sales_report, sources_report
from app.services.analytics.reports.rfm import rfm_report
from app.services.analytics.reports.service import service_report, sla_report
from app.services.analytics.reports.value import churn_report, clv_report
from app.services.analytics.run import Run

REPORTS: Mapping[str, Callable[[Run], Report]] = {
    "rfm": rfm_report,
    "clv": clv_report,
    "churn": churn_report,
    "cohort": cohort_report,
    "lifecycle": lifecycle_report,
    "abc": abc_report,
    "funnel": funnel_report,
    "win-rate": win_rate_report,
    "pipeline": pipeline_report,
    "velocity": velocity_report,
    "sales": sales_report,
    "receivables": receivables_report,
    "sources": sources_report,
    "service": service_report,
    "sla": sla_report,
}
