"""A kind of record that is declared once, its fields and its table, is there for every door that needs no window."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.walking import walk


def test_that_a_made_up_kind_walks_through_every_door(tmp_path: Path) -> None:
    walk("main", tmp_path)
