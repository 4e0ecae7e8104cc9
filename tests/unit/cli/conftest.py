"""The command run in this process on a real archive."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main

PASSWORD = "Geheim#2030"


@dataclass(frozen=True)
class Answer:
    """What one call gave."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        return found


Kedang = Callable[..., Answer]
#: archives made once in this process, as bytes
MADE: dict[str, bytes] = {}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEDANG_ARCHIVE", "KEDANG_LANG", "KEDANG_NEW_PASSWORD", "KEDANG_RECOVERY_CODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KEDANG_PASSWORD", PASSWORD)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Kedang:
    """`kedang --json …` without an archive."""

    def call(*args: object) -> Answer:
        capsys.readouterr()
        code = main(["--json", *map(str, args)])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture
def archive(tmp_path: Path, run: Kedang) -> Path:
    """A fresh archive: made once, copied for every test, because deriving a key from a password is slow."""
    path = tmp_path / "office.kedang"
    if "fresh" not in MADE:
        assert run("archive", "create", path).code == 0
        MADE["fresh"] = path.read_bytes()
    path.write_bytes(MADE["fresh"])
    return path


@pytest.fixture
def kedang(archive: Path, run: Kedang, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kedang]:
    """`kedang --json …` on the archive."""
    monkeypatch.setenv("KEDANG_ARCHIVE", str(archive))
    yield run
    assert not archive.with_name(archive.name + "-keys").exists(), "the archive was left open"
