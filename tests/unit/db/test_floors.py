"""What import rules cannot see: nobody above the database makes it execute a statement, or takes its session."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / "app"
FILES = sorted([*(ROOT / "services").rglob("*.py"), *(ROOT / "cli").rglob("*.py")])
#: attributes of SQLAlchemy's connections, sessions and results
SPOKEN = {"execute", "exec_driver_sql", "scalars", "scalar_one", "session", "dbapi_connection"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_that_no_service_speaks_to_the_engine(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [
        f"{n.attr}, line {n.lineno}" for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in SPOKEN
    ] == []
