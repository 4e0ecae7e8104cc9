"""Amounts and prices as text: exact, without floats."""

from __future__ import annotations

from decimal import Decimal

#: decimals a price may have
PRICE_DECIMALS = 6


def money_text(minor: int) -> str:
    """Minor units as a plain decimal string: 123450 → "1234.50"."""
    sign = "-" if minor < 0 else ""
    whole, cents = divmod(abs(minor), 100)
    return f"{sign}{whole}.{cents:02d}"


def money_shown(minor: int) -> str:
    """Minor units for the eye: 123450 → "¥1,234.50", whole amounts without cents, minus in front."""
    sign = "-" if minor < 0 else ""
    whole, cents = divmod(abs(minor), 100)
    return f"{sign}¥{whole:,}" + (f".{cents:02d}" if cents else "")


def plain_number(value: Decimal) -> str:
    """A decimal number in digits, without an exponent or zeros at its end: Decimal("1.50E+2") → "150"."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def price_text(price: Decimal) -> str:
    """A price in units of the currency as a plain decimal string of 2 to 6 decimals: Decimal("0.195") → "0.195"."""
    whole, _, decimals = plain_number(price).partition(".")
    return f"{whole}.{decimals:0<2}"


def price_shown(price: Decimal) -> str:
    """A price for the eye: Decimal("1234.5") → "¥1,234.50", minus in front."""
    whole, _, decimals = price_text(abs(price)).partition(".")
    return f"{'-' if price < 0 else ''}¥{int(whole):,}.{decimals}"
