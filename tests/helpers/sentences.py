"""All sentences of the program, read from its source."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app"


@dataclass(frozen=True)
class Sentence:
    """One `t("…")`: where it stands (path below app/), its text, and the names it is given values for."""

    where: str
    line: int
    text: str
    given: frozenset[str]
    spread: bool


@dataclass(frozen=True)
class NotLiteral:
    """A `t(…)` whose sentence cannot be read from the source."""

    where: str
    line: int


def placeholders(text: str) -> frozenset[str]:
    """The names between braces."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
            yield node


@cache
def collected() -> tuple[tuple[Sentence, ...], tuple[NotLiteral, ...]]:
    """Every sentence under app/, and the calls that hide theirs."""
    found: list[Sentence] = []
    hidden: list[NotLiteral] = []
    for path in sorted(APP.rglob("*.py")):
        where = path.relative_to(APP).as_posix()
        if where == "core/i18n.py":
            continue
        for call in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            first = call.args[0] if call.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                given = frozenset(k.arg for k in call.keywords if k.arg)
                spread = any(k.arg is None for k in call.keywords)
                found.append(Sentence(where, call.lineno, first.value, given, spread))
            else:
                hidden.append(NotLiteral(where, call.lineno))
    return tuple(found), tuple(hidden)
