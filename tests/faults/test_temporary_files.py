"""No temporary file is opened, and no customer is readable outside the pages, whatever the archive is made to do."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.core.filters import Condition, Group, Search
from app.core.records import Sort
from app.services.workspace import Workspace
from tests.factories.archives import Template
from tests.factories.customers import email, phone

SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", "梓涵雨桐浩宇欣怡子轩"
_chance = random.Random(50)
PEOPLE = [
    (
        f"{_chance.choice(SURNAMES)}{_chance.choice(GIVEN)}{_chance.choice(GIVEN)}机密{i:02d}",
        f"1{_chance.choice('3578')}{_chance.randrange(10**9):09d}",
        f"geheim{i:02d}.{_chance.randrange(10**6):06d}@vertraulich{i:02d}.cn",
    )
    for i in range(50)
]
NEEDLES = [text.encode(code) for person in PEOPLE for text in person for code in ("utf-8", "utf-16-le", "gbk")]


def _hits(data: bytes) -> list[bytes]:
    return [needle for needle in NEEDLES if needle in data]


def _assert_clean(folder: Path) -> int:
    """Search every file below the folder; returns the number of bytes searched."""
    searched = 0
    for file in folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            searched += len(data)
            assert _hits(data) == [], file
    return searched


@pytest.fixture
def temp_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files of this process would go."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    return folder


class _Watch:
    """Looks for open files outside the archive's folder while the work goes on (Linux)."""

    def __init__(self, *allowed: Path) -> None:
        self._allowed = tuple(map(str, allowed))
        self.strange: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _Watch:
        self._before = self._open_files()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @staticmethod
    def _open_files() -> set[str]:
        found = set()
        for number in Path("/proc/self/fd").iterdir():
            try:
                found.add(str(number.readlink()))
            except OSError:
                continue
        return found

    def _look(self) -> None:
        while not self._stop.wait(0.001):
            new = self._open_files() - self._before
            elsewhere = {f for f in new if f.startswith(("/tmp", "/var/tmp")) and not f.startswith(self._allowed)}
            self.strange |= elsewhere | {f for f in new if "etilqs" in f}


@contextmanager
def _watched(*allowed: Path) -> Iterator[set[str]]:
    """The strange files opened meanwhile; nothing is seen where the system does not tell."""
    if not Path("/proc/self/fd").exists():
        yield set()
        return
    with _Watch(*allowed) as watch:
        yield watch.strange


def _seed(workspace: Workspace) -> None:
    for name, number, address in PEOPLE:
        workspace.customers.create(
            {"name": name, "phones": (phone(number),), "emails": (email(address),), "remark": name * 30}
        )


def _use(workspace: Workspace) -> None:
    """Search, sort, filter, group, index, vacuum: whatever might make the engine write temporary data."""
    service = workspace.customers
    for name, number, address in PEOPLE[:10]:
        assert service.count(Search(name)) == 1
        assert service.count(Search(number[3:9])) >= 1
        assert service.count(Search(address)) >= 1
        assert (
            service.count(
                Group("and", (Condition("name", "contains", name[:2]), Condition("phones", "contains", number)))
            )
            == 1
        )
    for key in ("name", "remark", "number", "updated_at", "amount"):
        if key != "remark":
            service.list(sorts=[Sort(key, descending=True)], limit=50)
    service.distinct("name")
    handles = list(service.handles())
    service.update_many(handles, {"city": "苏州"})
    service.tag_many(handles, add=["重点"])
    service.delete_many(handles[:20])
    workspace.vault.rebuild_search()
    with workspace.archive.raw() as raw:
        for sql in (
            "SELECT DISTINCT name FROM customer ORDER BY remark", "CREATE TEMP TABLE x AS SELECT * FROM customer",
            "CREATE INDEX tmp_remark ON customer(remark)", "DROP INDEX tmp_remark", "VACUUM",
        ):  # fmt: skip
            raw.execute(sql).fetchall()  # type: ignore[attr-defined]


def test_that_no_customer_is_readable_outside_the_pages(
    office: Template, tmp_path: Path, temp_folder: Path, own_home: Path
) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    path = office.copy(folder)
    with _watched(tmp_path, own_home) as strange:
        workspace = office.open(path)
        _seed(workspace)
        _use(workspace)
        assert {p.name for p in folder.iterdir()} >= {path.name, f"{path.name}-wal", f"{path.name}-keys"}
        assert _assert_clean(folder) > 1_000_000
        workspace.vault.backup(tmp_path / "backup.kedang")
        workspace.vault.automatic("manual")
        workspace.vault.rotate_key()
        _assert_clean(folder)
        workspace.close()
    for place in (folder, temp_folder, own_home, tmp_path):
        _assert_clean(place)
    assert strange == set()


def test_that_the_search_would_find_what_it_looks_for(tmp_path: Path) -> None:
    name, number, address = PEOPLE[0]
    for text in (name, number, address):
        for code in ("utf-8", "utf-16-le", "gbk"):
            assert _hits(b"x" * 5000 + text.encode(code) + b"y" * 50)
    with pytest.raises(AssertionError):
        (tmp_path / "log.txt").write_text(f"bought by {name}", encoding="utf-8")
        _assert_clean(tmp_path)
