"""What can be seen of files: texts found by the search, pictures; hostile files show nothing and hurt nobody."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from app.core.filters import Search
from app.core.records import Record
from app.services.exchange.files import views
from app.services.workspace import Workspace
from tests.unit.files.makers import WORDS, docx, huge_picture, pdf, picture, put, xlsx, zip_bomb

LONG = "这段文字很长没有换行" * 180_000
READABLE = {
    "a.txt": "本合同条款如下".encode(),
    "b.txt": "本合同条款如下，以人民币结算".encode("gb18030"),
    "c.csv": "条目,说明\n一,合同条款\n".encode("utf-8-sig"),
    "d.md": f"# 标题\n\n{WORDS}".encode("utf-16"),
    "e.docx": docx(),
    "f.xlsx": xlsx(),
    "g.pdf": pdf(),
    "h.pdf": pdf(pages=3),
}
HOSTILE = {
    "bomb.docx": zip_bomb(),
    "entities.docx": docx(prolog='<!DOCTYPE x [<!ENTITY a "aaaa">]>'),
    "loop.pdf": pdf(loop=True),
    "cut.pdf": pdf()[:400],
    "huge.png": huge_picture(),
    "cut.png": picture()[:200],
    "cut.docx": docx()[:-40],
    "cut.xlsx": xlsx()[:-400],
    "rubbish.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 40,
    "rubbish.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 40,
    "rubbish.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "noise.bin": os.urandom(4000),
    "nothing.txt": b"",
}


@pytest.mark.parametrize("name", READABLE)
def test_that_words_in_a_file_find_its_customer(
    workspace: Workspace, customer: Record, tmp_path: Path, name: str
) -> None:
    added = workspace.files.add("customers", customer.id, [put(tmp_path, name, READABLE[name])])
    assert WORDS in (workspace.files.text(added.files[0].sha256) or "")
    _, found = workspace.customers.list(Search(WORDS))
    assert [r.id for r in found] == [customer.id]
    (hit,) = workspace.files.find(WORDS)
    assert (hit.entity, hit.record, hit.title, hit.file) == ("customers", customer.id, "恒力机电", added.files[0])
    assert WORDS in hit.excerpt
    assert workspace.files.find("合同条款 没有这个词") == []


def test_that_hostile_files_are_taken_and_show_nothing(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    paths = [put(tmp_path, name, data) for name, data in HOSTILE.items()]
    paths.insert(3, put(tmp_path, "good.txt", WORDS.encode()))
    added = workspace.files.add("customers", customer.id, paths)
    seen = workspace.files.pictures("customers", customer.id)
    texts = {f.name: workspace.files.text(f.sha256) for f in added.files}
    assert texts.pop("good.txt") == WORDS, "others beside them are seen"
    assert {name for name, text in texts.items() if text} <= {"loop.pdf", "cut.pdf"}
    assert seen.keys() == {f.sha256 for f in added.files}
    assert all(seen[f.sha256] is None for f in added.files if not f.name.endswith(".pdf"))


def test_that_a_long_text_without_a_newline_is_kept_as_far_as_it_is_searched(
    workspace: Workspace, customer: Record, tmp_path: Path
) -> None:
    (file,) = workspace.files.add("customers", customer.id, [put(tmp_path, "长.txt", LONG.encode())]).files
    assert file.size > 5_000_000
    text = workspace.files.text(file.sha256)
    assert text is not None
    assert len(text) == views.MOST_TEXT
    assert workspace.customers.count(Search("文字很长没有换行")) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", picture()), ("a.jpg", picture("JPEG", (3000, 1000))), ("a.gif", picture("GIF")),
        ("a.bmp", picture("BMP")), ("a.webp", picture("WEBP")), ("a.pdf", pdf()),
    ],
)  # fmt: skip
def test_that_a_picture_is_made_small(
    workspace: Workspace, customer: Record, tmp_path: Path, name: str, data: bytes
) -> None:
    (file,) = workspace.files.add("customers", customer.id, [put(tmp_path, name, data)]).files
    small = workspace.files.picture(file.sha256)
    assert small is not None
    image = Image.open(io.BytesIO(small))
    assert (image.format, max(image.size)) == ("PNG", 256)
    assert workspace.files.pictures("customers", customer.id) == {file.sha256: small}


def test_that_an_animated_picture_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (300, 300), color) for color in ("red", "blue")]
    stream = io.BytesIO()
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
    (view,) = views.view_task(lambda *_: None, [stream.getvalue()])
    assert view.picture is not None
    assert Image.open(io.BytesIO(view.picture)).convert("RGB").getpixel((9, 9)) == (255, 0, 0)


def test_that_what_was_not_looked_at_is_looked_at_later_and_once(
    workspace: Workspace, customer: Record, tmp_path: Path
) -> None:
    (file,) = workspace.files.add("customers", customer.id, [put(tmp_path, "a.txt", WORDS.encode())], look=False).files
    assert workspace.files.pictures("customers", customer.id) == {}
    assert workspace.customers.count(Search(WORDS)) == 0
    assert workspace.files.look([file.sha256, file.sha256]) == 1
    assert workspace.files.look([file.sha256]) == 0
    assert workspace.customers.count(Search(WORDS)) == 1


def test_that_looking_writes_nothing_readable_beside_the_archive(
    workspace: Workspace, customer: Record, tmp_path: Path, own_home: Path
) -> None:
    workspace.files.add("customers", customer.id, [put(tmp_path, "a.docx", docx("机密的一句话"))])
    words = "机密的一句话".encode()
    for path in (*own_home.rglob("*"), *tmp_path.glob("office*")):
        assert not path.is_file() or words not in path.read_bytes()
