"""Field values in their portable form: what the journal, JSON output, CSV and the clipboard carry.

`to_json` / `from_json` are exact inverses for every field type (property-tested); `to_text` is for people.
"""

from __future__ import annotations

from typing import Any

from app.core.fields import Field
from app.core.kinds import Json, UserNames, kind_of

__all__ = ["Json", "UserNames", "from_json", "shown", "to_json", "to_text"]


def to_json(field: Field, value: Any) -> Json:
    """`value` as JSON-able data without floats; None stays None."""
    return None if value is None else kind_of(field).to_json(value)


def from_json(field: Field, data: Json) -> Any:
    """The value that `to_json` turned into `data`."""
    return None if data is None else kind_of(field).from_json(data)


def to_text(field: Field, value: Any, users: UserNames | None = None) -> str:
    """`value` as one line a person reads: labels for choices, names for users, local time."""
    return "" if value is None else kind_of(field).to_text(field, value, users)


def shown(field: Field, value: Any, users: UserNames | None = None) -> str:
    """`value` for the eye: as `to_text`, amounts with their sign and groups of thousands."""
    return "" if value is None else kind_of(field).shown(field, value, users)
