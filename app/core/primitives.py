"""Moments and numbers as whole numbers: what is stored, sorted and handed to the engine. Exact, and reversible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

#: a number is kept as so many parts of one
NUMBER_SCALE = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_millis(moment: datetime) -> int:
    """Whole milliseconds since 1970 UTC, rounded down."""
    return (moment - _EPOCH) // _MILLISECOND


def from_millis(millis: int) -> datetime:
    """The aware UTC moment of these milliseconds. Counted, because not every system knows times before 1970."""
    return _EPOCH + millis * _MILLISECOND


def to_scaled(value: Decimal) -> int:
    """Whole millionths, rounded to even."""
    return int((Decimal(value) * NUMBER_SCALE).to_integral_value())


def from_scaled(millionths: int) -> Decimal:
    """The number of these millionths, without trailing zeros."""
    number = Decimal(millionths) / NUMBER_SCALE
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
