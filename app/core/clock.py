"""The current time, in one place so that tests can set it. Stored times are UTC; dates are local calendar days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """The current moment, aware, UTC."""
    return _source() if _source else datetime.now(UTC)


def today() -> date:
    """Today's date on the wall calendar of this machine."""
    return now().astimezone().date()


def set_clock(source: Callable[[], datetime] | None) -> None:
    """Replace the clock (None = the real one again)."""
    global _source  # noqa: PLW0603 - the one clock
    _source = source
