"""联系人: the people behind the customers, in one list."""

from __future__ import annotations

from app.core.i18n import t
from app.views.records.record_page import RecordPage


class ContactsPage(RecordPage):
    """Contacts. Payloads as in `RecordPage.activate`."""

    key = "contacts"
    icon = "users-round"
    entity = "contacts"

    @property
    def title(self) -> str:
        return t("联系人")
