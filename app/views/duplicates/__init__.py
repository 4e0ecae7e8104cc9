"""Duplicates: search, thresholds, groups side by side, merge or keep apart."""
