"""Kedang 客档通: the encrypted customer archive."""

__version__ = "0.1.0"
