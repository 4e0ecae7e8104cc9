"""The registry is the only list of kinds of records: nobody else lists them, so that a new one is everywhere at once."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import app
from app.core.dictionary import BUILT_IN
from app.core.fields import FieldType

ROOT = Path(app.__file__).parent
KINDS = set(BUILT_IN.keys())
#: so many kinds in one literal are a list of kinds
_MANY = 3


def _words(node: ast.AST) -> set[str]:
    """The texts that stand in a literal, in its keys, and in literals inside it; what is called or computed is none."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    inside: Iterable[ast.AST | None] = ()
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        inside = node.elts
    elif isinstance(node, ast.Dict):
        inside = [*node.keys, *node.values]
    return set().union(*(_words(part) for part in inside if part is not None))


def _lists(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
            found = _words(node) & KINDS
            if len(found) >= _MANY:
                yield node.lineno, found


def test_that_nobody_else_lists_kinds_of_records() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}": sorted(kinds)
        for path in sorted(ROOT.rglob("*.py"))
        if not {ROOT / "core" / "dictionary", ROOT / "db" / "migrations"} & set(path.parents)  # what was written stays
        for line, kinds in _lists(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not found


def test_that_this_test_sees_a_list() -> None:
    for text in ('X = {"deals": 1, "orders": 2, "tickets": 3}', 'for k in ("deals", "orders", "leads"): pass',
                 'X = (("deals", "a"), ("orders", "b"), ("customers", "c"))'):  # fmt: skip
        assert list(_lists(ast.parse(text))), text
    assert not list(_lists(ast.parse('X = [f("deals"), f("orders"), f("leads"), "deals", "orders"]')))


def test_that_every_kind_says_what_is_asked_of_it() -> None:
    places = [e.sidebar for e in BUILT_IN if e.sidebar]
    assert len(set(places)) == len(places), "one place each"
    for kind in BUILT_IN:
        assert (ROOT.parent / "resources" / "icons" / f"{kind.icon}.svg").is_file(), kind.key
        for rule in kind.match:
            assert all(kind.find(key) for key in rule), kind.key
        for key, _days, _which in kind.stale:
            assert kind.field(key).type in (FieldType.DATE, FieldType.DATETIME), kind.key
        assert not kind.origin or kind.find(kind.origin), kind.key
        for field in kind.fields:
            assert field.only is None or kind.find(field.only[0]), (kind.key, field.key)
            assert not field.several or field.type is FieldType.LINKS
