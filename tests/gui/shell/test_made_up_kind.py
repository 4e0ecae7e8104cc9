"""A kind of record that is declared once, its fields and its table, is there in the whole window."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.walking import walk


def test_that_a_made_up_kind_walks_through_the_window(tmp_path: Path) -> None:
    walk("window", tmp_path)
