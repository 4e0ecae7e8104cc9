"""The reports there are, by what they are about. A new report is an entry here and its function in `reports/`."""

from __future__ import annotations

from app.services.analytics.catalogue import customers, deals, money, tickets
from app.services.analytics.specification import ReportSpec

_FAMILIES = (customers, deals, money, tickets)


def reports() -> dict[str, ReportSpec]:
    """All reports by name, in the language in force."""
    return {spec.name: spec for family in _FAMILIES for spec in family.specs()}
