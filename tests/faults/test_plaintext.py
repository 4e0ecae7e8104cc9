"""No name, phone or e-mail of a customer stands readable anywhere outside the archive's encryption."""

from __future__ import annotations

import csv
import logging
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.fields import Point
from app.core.filters import Search
from app.core.records import Sort
from app.services.exchange.files.records import ReadOptions
from tests.factories import archives

NAMES = [f"机密客户甲乙{i:03}" for i in range(50)]
PHONES = [f"1390000{i:04}" for i in range(50)]
MAILS = [f"secret{i:03}@kunden.example" for i in range(50)]


def needles() -> list[bytes]:
    """Every seeded value in every encoding it might leak in."""
    found = []
    for text in (*NAMES, *PHONES, *MAILS):
        found += [text.encode(code) for code in ("utf-8", "utf-16-le", "gb18030")]
    return found


def leaks(folder: Path, allowed: set[str]) -> list[str]:
    """Files below the folder that hold a seeded value."""
    seeded = needles()
    bad = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in allowed:
            data = path.read_bytes()
            bad += [f"{path.name}: {n!r}" for n in seeded if n in data][:1]
    return bad


def test_that_nothing_of_a_customer_is_readable_outside(
    tmp_path: Path, kedang_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    temp = tmp_path / "tmp"
    temp.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    monkeypatch.setenv("SQLITE_TMPDIR", str(temp))
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    caplog.set_level(logging.DEBUG)
    template = archives.bare()
    path = template.copy(tmp_path)
    table = tmp_path / "import.csv"
    with table.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(["客户名称", "手机", "邮箱"])
        writer.writerows(zip(NAMES[:25], PHONES[:25], MAILS[:25], strict=True))
    workspace = template.open(path)
    inspection = workspace.imports.inspect(table)
    workspace.imports.run(table, ReadOptions(), inspection, workspace.imports.propose(inspection, "customers"))
    table.unlink()
    for name, phone, mail in zip(NAMES[25:], PHONES[25:], MAILS[25:], strict=True):
        points = {"phones": (Point(phone, f"+86{phone}"),), "emails": (Point(mail, mail),)}
        workspace.customers.create({"name": name, **points})
    workspace.customers.list(Search("机密"), (Sort("name"), Sort("remark")), limit=100)
    workspace.customers.list(None, (Sort("amount", True),), limit=100)
    workspace.vault.backup(tmp_path / "backup.kedang")
    assert leaks(tmp_path, set()) == []  # while it is open: pages, -wal, -shm, -keys, backup, temp
    text = ""
    try:
        with workspace.archive.engine.connect() as connection:
            connection.exec_driver_sql("INSERT INTO tag(org_id, id, name) VALUES(1, ?, ?)", (NAMES[0], NAMES[0]))
    except sa.exc.DBAPIError as error:
        text = str(error)
    with workspace.archive.raw() as raw:
        raw.execute("VACUUM")
    workspace.close()
    assert leaks(tmp_path, set()) == []
    assert leaks(kedang_home, set()) == []
    assert not [n for n in (*NAMES, *PHONES, *MAILS) if n in caplog.text or n in text]
    assert path.read_bytes()[:15] != b"SQLite format 3"
