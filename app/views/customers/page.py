"""客户: the page office staff live on."""

from __future__ import annotations

from app.core.i18n import t
from app.views.records.record_page import RecordPage


class CustomersPage(RecordPage):
    """Customers. Payloads as in `RecordPage.activate`."""

    key = "customers"
    icon = "users"
    entity = "customers"

    @property
    def title(self) -> str:
        return t("客户")
