"""The current time, in one place so that tests can set it. Stored times are UTC; dates are local calendar days."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """The current moment, aware, UTC."""
    return _source() if _source else datetime.now(UTC)


def today() -> date:
    """Today's date on the wall calendar of this machine."""
    return now().astimezone().date()


def local_zone() -> tzinfo | None:
    """The time zone of this machine with the rules of former years; None = as the system knows them. Windows knows those of
    today alone, and China had summer time from 1986 to 1991."""
    if sys.platform == "win32" and time.timezone == -8 * 3600 and not time.daylight:
        return ZoneInfo("Asia/Shanghai")
    return None


def set_clock(source: Callable[[], datetime] | None) -> None:
    """Replace the clock (None = the real one again)."""
    global _source  # noqa: PLW0603 - the one clock
    _source = source
