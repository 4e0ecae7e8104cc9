"""A clock for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Shows 2026-03-05 10:00 UTC, a Thursday, until moved on."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        """Move on by a time as for `timedelta`."""
        self.at += timedelta(**by)
