"""The first schema: everything the models declare, the search index and its triggers."""

from __future__ import annotations

import sqlalchemy as sa

from app.db.schema import create_search
from app.models import Base

revision = 1


def upgrade(connection: sa.Connection) -> None:
    """Create all tables on an empty archive."""
    Base.metadata.create_all(connection)
    create_search(connection)
