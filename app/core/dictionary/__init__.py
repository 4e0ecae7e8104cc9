"""The built-in data dictionary: one module per entity."""

from __future__ import annotations

from app.core.dictionary.activities import ACTIVITIES
from app.core.dictionary.contacts import CONTACTS
from app.core.dictionary.customers import CUSTOMERS
from app.core.fields import Registry

BUILT_IN = Registry((CUSTOMERS, CONTACTS, ACTIVITIES))
