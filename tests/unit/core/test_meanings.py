"""What values of pick-lists mean: every list with meanings is whole, and nobody outside the dictionary compares codes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
from app.core.dictionary import BUILT_IN
from app.core.fields import Entity, Field
from app.db.store.layout import layout_of

LISTS = [(e, f) for e in BUILT_IN for f in e.fields if f.meanings]
#: pick-lists of mechanics, which hold no words of the office: what a message is, and how far its delivery came
CLOSED = {"ticket_messages.kind", "ticket_messages.delivery"}


@pytest.mark.parametrize(("entity", "field"), LISTS, ids=lambda x: x.key)
def test_that_every_value_has_a_meaning_and_every_meaning_a_value(entity: Entity, field: Field) -> None:
    known = [m.key for m in field.meanings]
    assert len(known) == len(set(known))
    assert {c.meaning for c in field.choices} <= set(known)
    assert sum(m.neutral for m in field.meanings) == 1
    for meaning in field.meanings:
        assert not meaning.needed or field.first(meaning.key) is not None
    if field.like:
        shared = BUILT_IN.entity(field.like.split(".")[0]).field(field.like.split(".")[1])
        assert (field.choices, field.meanings) == (shared.choices, shared.meanings)


def test_that_what_an_office_adds_fits_its_column() -> None:
    for entity in BUILT_IN:
        for field in entity.fields:
            if field.office:
                column = layout_of(entity, BUILT_IN).column(field.key)
                assert field.max_length == column.type.length, f"{entity.key}.{field.key}"


def test_that_only_mechanics_stay_closed() -> None:
    closed = {f"{e.key}.{f.key}" for e in BUILT_IN for f in e.fields if f.choices and not f.office and not f.like}
    assert closed == CLOSED


# ---- over the syntax trees ---------------------------------------------------------------------------------------------

#: field key → codes of the office's lists with meanings, without those that a closed list of the same key has too
CODES = {
    key: {c.code for _, f in LISTS for c in f.choices if f.key == key and f.office}
    - {c.code for e in BUILT_IN for f in e.fields for c in f.choices if f.key == key and not f.office and not f.like}
    for key in {f.key for _, f in LISTS}
}


def _texts(node: ast.expr) -> Iterator[str]:
    """The literal texts of a comparison's side: one, or those of a collection."""
    inner = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    for one in inner:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _read(node: ast.expr) -> str:
    """The key of the field that is read: record.get("status"), values["status"], c.status, value("kind"); else ""."""
    match node:
        case ast.BoolOp(values=[first, *_]) | ast.Call(func=ast.Name(id="str"), args=[first]):
            return _read(first)
        case ast.Call(args=[*_, ast.Constant(value=str(key))]) if len(node.args) == 1:
            return key
        case ast.Call(func=ast.Attribute(attr="coalesce"), args=[first, *_]):
            return _read(first)
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
        case ast.Attribute(value=ast.Name(id="c" | "a" | "p" | "m" | "k" | "table"), attr=key):
            return key
    return ""


def _compared(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """(line, field key, code): where a code is compared with, asked for in a condition, or set."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for key in filter(None, map(_read, sides)):
                yield from ((node.lineno, key, text) for side in sides for text in _texts(side))
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            args = node.args
            if name in ("Condition", "set", "set_value") and args and isinstance(args[0], ast.Constant):
                yield from ((node.lineno, str(args[0].value), text) for side in args[1:] for text in _texts(side))
            elif name in ("in_", "not_in") and isinstance(node.func, ast.Attribute):
                yield from ((node.lineno, _read(node.func.value), text) for side in args for text in _texts(side))
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield from ((node.lineno, str(key.value), text) for text in _texts(value))


def test_that_nobody_compares_or_sets_a_code_of_a_list_with_meanings() -> None:
    root = Path(app.__file__).parent
    apart = (root / "core/dictionary", root / "db/migrations", root / "services/samples")
    found = [
        f"{path.relative_to(root)}:{line} {key} {code}"
        for path in sorted(root.rglob("*.py"))
        if not any(path.is_relative_to(place) for place in apart)
        for line, key, code in _compared(ast.parse(path.read_text(encoding="utf-8")))
        if code in CODES.get(key, ())
    ]
    assert found == []
