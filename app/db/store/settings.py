"""Settings that belong to the archive, not to a machine."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.models import Setting


def setting(connection: sa.Connection, key: str) -> Any:
    """A setting of the archive; None when it was never made."""
    s = Setting
    return connection.execute(sa.select(s.value).where(s.org_id == 1, s.key == key)).scalar_one_or_none()


def store_setting(connection: sa.Connection, key: str, value: Any) -> None:
    """Make or replace a setting of the archive; None removes it."""
    s = Setting
    if value is None:
        connection.execute(sa.delete(s).where(s.org_id == 1, s.key == key))
    elif connection.execute(sa.update(s).where(s.org_id == 1, s.key == key).values(value=value)).rowcount == 0:
        connection.execute(sa.insert(s), [{"key": key, "value": value}])
