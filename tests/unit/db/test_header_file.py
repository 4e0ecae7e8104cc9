"""Where the header lies, and that it is never lost on the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db import header_file as hf
from app.db.keys import DEVICE, PAGE_SIZE, Header

KEY = bytes(32)


def _header(generation: int = 1) -> Header:
    header = Header("vault")
    header.add(DEVICE, "a@b", b"secret", KEY)
    for _ in range(generation):
        header.commit(KEY)
    return header


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.kedang"
    made.write_bytes(os.urandom(3 * PAGE_SIZE))
    return made


@given(st.binary(min_size=0, max_size=3000), st.integers(0, 3))
def test_that_a_trailer_reads_back_whatever_lies_before_it(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, pages: int
) -> None:
    path = tmp_path_factory.mktemp("t") / "a"
    path.write_bytes(bytes(pages * 64))
    hf.append_trailer(path, body)
    assert hf.read_trailer(path) == (body, pages * 64)


@given(st.integers(0, 400))
def test_that_one_flipped_bit_of_the_trailer_is_noticed(tmp_path_factory: pytest.TempPathFactory, at: int) -> None:
    path = tmp_path_factory.mktemp("t") / "a"
    path.write_bytes(b"")
    hf.append_trailer(path, bytes(range(200)))
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1 << at % 8
    path.write_bytes(data)
    assert hf.read_trailer(path)[0] is None


@pytest.mark.parametrize("cut", [1, 8, 27, 28, 29, 100])
def test_that_a_torn_trailer_is_none(path: Path, cut: int) -> None:
    hf.append_trailer(path, _header().to_bytes())
    path.write_bytes(path.read_bytes()[:-cut])
    assert hf.read_trailer(path)[0] is None


def test_that_the_header_moves_beside_and_back_behind_the_pages(path: Path) -> None:
    pages, header = path.read_bytes(), _header()
    hf.append_trailer(path, header.to_bytes())
    closed = path.read_bytes()
    assert hf.checkout(path) == header
    assert path.read_bytes() == pages
    assert hf.peek(path) == header
    hf.checkin(path)
    assert path.read_bytes() == closed
    assert not hf.sidecar(path).exists()


def test_that_a_torn_trailer_is_cut_to_whole_pages_when_the_sidecar_is_there(path: Path) -> None:
    pages = path.read_bytes()
    hf.write_atomic(hf.sidecar(path), _header().to_bytes())
    path.write_bytes(pages + b"half a trailer")
    hf.checkout(path)
    assert path.read_bytes() == pages


def test_that_pages_of_a_crashed_archive_are_not_cut(path: Path) -> None:
    hf.write_atomic(hf.sidecar(path), _header().to_bytes())
    path.write_bytes(path.read_bytes() + b"half a page")
    before = path.read_bytes()
    hf.companion(path, "-wal").write_bytes(b"frames")
    hf.checkout(path)
    assert path.read_bytes() == before
    assert hf.companion(path, "-wal").exists()


@pytest.mark.parametrize(("beside", "behind"), [(1, 2), (2, 1), (1, 1)])
def test_that_the_header_behind_the_pages_wins(path: Path, beside: int, behind: int) -> None:
    one, two = _header(beside), _header(behind)
    hf.write_atomic(hf.sidecar(path), one.to_bytes())
    hf.append_trailer(path, two.to_bytes())
    assert hf.peek(path) == two
    assert hf.checkout(path) == two
    assert Header.from_bytes(hf.sidecar(path).read_bytes()) == two


def test_that_closing_refuses_while_frames_are_unwritten(path: Path) -> None:
    hf.write_atomic(hf.sidecar(path), _header().to_bytes())
    hf.companion(path, "-wal").write_bytes(b"frames")
    with pytest.raises(Exception, match="没有完全关闭"):
        hf.checkin(path)
    assert hf.sidecar(path).exists()


def test_that_a_write_that_fails_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match="directory"):
        hf.write_atomic(folder, b"new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "x"]
    hf.write_atomic(target, b"new")
    assert target.read_bytes() == b"new"
