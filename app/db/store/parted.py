"""What follows from taking a merge back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.models import Contact, Customer, Lead, MatchPair, Product

_MERGED: dict[str, Any] = {"customers": Customer, "contacts": Contact, "leads": Lead, "products": Product}


def reopen_parted(connection: sa.Connection) -> int:
    """Pairs of records that are both there again want a decision again. Returns how many."""
    m = MatchPair
    done = 0
    for entity, model in _MERGED.items():
        live = sa.select(model.id).where(model.org_id == 1, model.deleted_at.is_(None))
        result = connection.execute(
            sa.update(m)
            .where(m.org_id == 1, m.entity == entity, m.state == "merged", m.a_id.in_(live), m.b_id.in_(live))
            .values(state="open", decided_at=None, decided_by=None)
        )
        done += result.rowcount
    return done
