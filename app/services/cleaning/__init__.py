"""Standardising values: text, phones, identity numbers, dates, amounts, e-mail, addresses, names. No database, no Qt."""
