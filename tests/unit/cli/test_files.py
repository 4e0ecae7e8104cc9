"""`kedang files …` in this process on a real archive: every verb, there and back."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.cli.conftest import Kedang


@pytest.fixture
def customer(kedang: Kedang) -> str:
    return str(kedang("customers", "add", "--set", "name=恒力机电").data["number"])


def test_that_files_go_through_every_verb(kedang: Kedang, customer: str, tmp_path: Path) -> None:
    text, data = tmp_path / "合同.txt", tmp_path / "b.bin"
    text.write_text("付款条款：三十天", encoding="utf-8")
    data.write_bytes(bytes(range(256)) * 3000)
    added = kedang("files", "add", "customers", customer, text, data, "--note", "原件")
    assert added.code == 0, added.err
    assert [f["name"] for f in added.data["files"]] == ["合同.txt", "b.bin"]
    listed = kedang("files", "list", "customers", customer).data
    assert listed["total"] == 2
    assert {(f["note"], f["field"], f["media_type"]) for f in listed["rows"]} == {
        ("原件", "files", "text/plain"), ("原件", "files", "application/octet-stream"),
    }  # fmt: skip
    shown = kedang("customers", "show", customer).data["files"]
    assert [sorted(f) for f in shown] == [["added_at", "media_type", "name", "note", "sha256", "size"]] * 2
    saved = kedang("files", "save", "customers", customer, "b.bin", tmp_path / "back.bin")
    assert (saved.code, (tmp_path / "back.bin").read_bytes()) == (0, data.read_bytes())
    assert kedang("files", "save", "customers", customer, "b.bin", tmp_path / "back.bin").code == 3
    assert kedang("files", "save", "customers", customer, "b.bin", tmp_path / "back.bin", "--overwrite").code == 0
    (tmp_path / "all").mkdir()
    assert kedang("files", "save-all", "customers", customer, tmp_path / "all").code == 0
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == ["b.bin", "合同.txt"]
    assert kedang("files", "rename", "customers", customer, "合同.txt", "协议").data["names"] == ["协议.txt", "b.bin"]
    assert kedang("files", "note", "customers", customer, "协议.txt", "已签").code == 0
    assert kedang("files", "text", "customers", customer, "协议.txt").data["text"] == "付款条款：三十天"
    (hit,) = kedang("files", "find", "付款条款").data["rows"]
    assert (hit["title"], hit["name"], hit["note"], hit["excerpt"]) == (
        "恒力机电",
        "协议.txt",
        "已签",
        "付款条款：三十天",
    )
    assert kedang("search", "付款条款").data["rows"][0]["title"] == "恒力机电"
    removed = kedang("files", "remove", "customers", customer, "协议.txt", "b.bin").data
    assert removed["removed"] == ["协议.txt", "b.bin"]
    assert kedang("files", "list", "customers", customer).data["total"] == 0
    assert kedang("files", "sweep").data == {"contents": 0, "size": 0}
    assert kedang("data", "undo", removed["operation"]).code == 0
    assert kedang("files", "list", "customers", customer).data["total"] == 2


def test_that_pipes_are_read_and_written(
    kedang: Kedang, customer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytes(range(256)) * 5000
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data), isatty=lambda: False))
    assert kedang("files", "add", "customers", customer, "-").code == 2
    assert kedang("files", "add", "customers", customer, "-", "--name", "流.bin").code == 0
    out = io.BytesIO()
    monkeypatch.setattr(
        sys,
        "stdout",
        SimpleNamespace(buffer=out, write=lambda _t: 0, flush=lambda: None, encoding="utf-8", isatty=lambda: False),
    )
    kedang("files", "save", "customers", customer, "流.bin", "-")
    assert out.getvalue() == data


def test_that_what_cannot_be_is_told_with_its_exit_code(kedang: Kedang, customer: str, tmp_path: Path) -> None:
    assert kedang("files", "add", "customers", customer, tmp_path).code == 3
    assert kedang("files", "add", "customers", customer, tmp_path / "none").code == 3
    assert kedang("files", "add", "customers", "C-none", tmp_path).code == 3
    assert kedang("files", "save", "customers", customer, "none", tmp_path / "x").code == 3
    assert kedang("files", "list", "no-kind", customer).code == 3
    (tmp_path / "a.txt").write_text("a")
    assert kedang("files", "add", "customers", customer, tmp_path / "a.txt", "--field", "name").code == 3


def test_that_a_salesperson_reaches_no_file_of_a_customer_he_does_not_see(
    kedang: Kedang, customer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "底价.txt").write_text("底价一百", encoding="utf-8")
    assert kedang("files", "add", "customers", customer, tmp_path / "底价.txt").code == 0
    monkeypatch.setenv("KEDANG_NEW_PASSWORD", "Verkauf#2030")
    assert kedang("archive", "users", "add", "west").code == 0
    monkeypatch.setenv("KEDANG_PASSWORD", "Verkauf#2030")
    west = ("--user", "west")
    assert kedang(*west, "files", "list", "customers", customer).code == 3
    assert kedang(*west, "files", "save", "customers", customer, "底价.txt", tmp_path / "x").code == 3
    assert kedang(*west, "files", "find", "底价").data["total"] == 0
    assert kedang(*west, "files", "sweep").code == 6
