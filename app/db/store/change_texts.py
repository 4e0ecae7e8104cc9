"""What the journal keeps of a write, as JSON: of a change the values before and after, of a new record only what the source
said otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.core.values import to_json
from app.db.journal import HIDDEN
from app.db.store.drafts import Change
from app.db.store.layout import Layout


def made_text(raw: Mapping[str, str] | None) -> str:
    """Of a new record: `raw` is field key → text of the source where the value differs from it."""
    return _text({"raw": raw}) if raw else ""


def changed_text(layout: Layout, change: Change) -> str:
    """Of a change: field key → [before, after] in portable form."""
    fields: dict[str, Any] = {}
    for key, after in change.values.items():
        known = layout.entity.field(key)
        fields[key] = [to_json(known, change.record.get(key)), to_json(known, after)]
    stamp = layout.entity.find("updated_at")
    before = change.record.get("updated_at")
    if stamp is not None and before is not None:  # for a roll-back that leaves no trace; not a change people see
        fields[f"{HIDDEN}updated_at"] = [to_json(stamp, before), None]
    kept = {k: v for k, v in (change.raw or {}).items() if k in change.values}
    return _text(fields | ({"raw": kept} if kept else {}))


def _text(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
