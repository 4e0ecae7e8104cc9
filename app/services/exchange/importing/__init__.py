"""Rows of a file into the archive: prepared in the reading child, matched, written in batches, told."""
