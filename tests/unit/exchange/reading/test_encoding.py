"""Bytes to text: the right encoding, on long files and on a single line."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.services.exchange.files.encoding import MIXED, bom_encoding, choose_encoding, encoding_candidates
from app.services.exchange.files.text_lines import TextLines
from tests.unit.exchange.reading.makers import look, take

SIMPLIFIED = (
    "张王李赵刘陈杨黄周吴徐孙马朱胡林郭何高罗",
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华",
    "客户名称,联系人,电话,地址",
)
TRADITIONAL = (
    "張王李趙劉陳楊黃周吳徐孫馬朱胡林郭何高羅",
    "偉芳娜敏靜麗強磊軍洋勇豔傑娟濤明超秀霞平剛桂英華",
    "客戶名稱,聯絡人,電話,地址",
)
JAPANESE = (
    ("佐藤", "鈴木", "高橋", "田中", "渡辺"),
    ("さくら", "翔太", "健一", "美咲", "ゆうこ"),
    "会社名,氏名,電話,住所",
)
KOREAN = ("김", "이", "박", "최", "정"), ("철수", "영희", "민수", "지우", "현우"), "고객명,담당자,전화,주소"
PLACES = {
    "gb": ("北京市朝阳区建国路", "广东省深圳市南山区科技园", "浙江省杭州市西湖区文三路"),
    "tw": ("台北市中山區長安東路", "高雄市前鎮區中華五路", "新北市板橋區文化路"),
    "jp": ("東京都千代田区丸の内", "大阪府大阪市北区梅田"),
    "kr": ("서울특별시 강남구 테헤란로", "부산광역시 해운대구 우동"),
}
KINDS = [
    ("utf-8", "gb", SIMPLIFIED, {"utf-8"}),
    ("utf-8-sig", "gb", SIMPLIFIED, {"utf-8-sig"}),
    ("gb18030", "gb", SIMPLIFIED, {"gb18030"}),
    ("gb18030", "tw", TRADITIONAL, {"gb18030"}),
    ("utf-16", "gb", SIMPLIFIED, {"utf-16"}),
    ("utf-16-le", "gb", SIMPLIFIED, {"utf-16-le"}),
    ("utf-16-be", "gb", SIMPLIFIED, {"utf-16-be"}),
    ("big5", "tw", TRADITIONAL, {"big5hkscs"}),
    ("shift_jis", "jp", JAPANESE, {"cp932"}),
    ("euc-kr", "kr", KOREAN, {"cp949"}),
]


def people(place: str, words: tuple, lines: int, seed: int) -> str:  # type: ignore[type-arg]
    """A customer table in one language."""
    chance = random.Random(seed)
    family, given_names, header = words
    rows = [header]
    for _ in range(lines):
        name = chance.choice(family) + "".join(
            chance.choice(given_names) for _ in range(2 if place in ("gb", "tw") else 1)
        )
        home = f"{chance.choice(PLACES[place])}{chance.randrange(1, 99)}"
        rows.append(f"{name},{name},1380013{chance.randrange(1000, 9999)},{home}")
    return "\r\n".join(rows) + "\r\n"


@pytest.mark.parametrize("lines", [1, 3, 20, 400])
@pytest.mark.parametrize(("encoding", "place", "words", "right"), KINDS, ids=[f"{k[0]}-{k[1]}" for k in KINDS])
def test_that_the_encoding_is_recognised(encoding: str, place: str, words: tuple, right: set[str], lines: int) -> None:  # type: ignore[type-arg]
    for seed in range(4):
        text = people(place, words, lines, seed)
        best = encoding_candidates(text.encode(encoding))[0]
        assert best.name in right, (seed, best)
        assert text.splitlines()[0] in best.preview


def test_that_a_column_of_names_alone_is_enough() -> None:
    right = 0
    for seed in range(40):
        chance = random.Random(seed)
        names = "\n".join(chance.choice(SIMPLIFIED[0]) + chance.choice(SIMPLIFIED[1]) for _ in range(3))
        right += encoding_candidates(f"姓名\n{names}\n".encode("gb18030"))[0].name == "gb18030"
    assert right >= 38


def test_that_western_text_is_not_taken_for_chinese() -> None:
    text = "Name,City\nJosé Müller,Zürich\nFrançois Lévêque,Orléans\nBjörn Åkesson,Malmö\n" * 5
    assert encoding_candidates(text.encode("cp1252"))[0].name == "cp1252"


def test_that_every_candidate_has_a_preview() -> None:
    found = encoding_candidates("客户,电话\n张三,1\n".encode("gb18030"))
    assert [one.name for one in found].count("gb18030") == 1
    assert all(one.preview for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_that_a_late_character_decides(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"id,name\n" + b"1,plain\n" * 60_000 + "2,张三\n3,李四光\n".encode("gb18030"))
    assert choose_encoding(path)[0].name == "gb18030"
    found = look(path)
    assert take(path, found)[-1][1] == ["3", "李四光"]


def test_that_lines_of_two_encodings_are_read_each_in_its_own(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes("姓名,城市\n张三,北京\n".encode("gb18030") + "李四,上海\n王小明,广州\n".encode())
    found = look(path)
    assert found.encoding == MIXED
    assert [cells for _, cells in take(path, found)] == [["张三", "北京"], ["李四", "上海"], ["王小明", "广州"]]
    assert "mixed_encodings" in {note.code for note in found.notes}


def test_that_spoiled_bytes_are_counted_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    body = "姓名,备注\n" + "张三丰,重要客户需要跟进\n" * 50
    path.write_bytes(body.encode() + "李四光,喜欢喝茶".encode()[:-1] + b"\n")
    found = look(path)
    assert found.encoding == "utf-8"
    assert "\ufffd" in take(path, found)[-1][1][1]
    notes = {note.code: note for note in found.notes}
    assert notes["undecodable"].rows == (52,)


def test_that_the_person_may_force_an_encoding(tmp_path: Path) -> None:
    path = tmp_path / "forced.csv"
    path.write_bytes("客戶,電話\n陳美麗,02\n".encode("big5"))
    assert look(path, encoding="big5hkscs").columns[0].name == "客戶"
    assert look(path, encoding="gb18030").columns[0].name != "客戶"
    with pytest.raises(UserError, match="klingon"):
        look(path, encoding="klingon")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_that_line_ends_of_all_systems_are_read(tmp_path: Path, ending: str, encoding: str) -> None:
    path = tmp_path / "ends.csv"
    path.write_bytes(ending.join(["姓名,电话", "张三,13800138000", "李四,13900139000", ""]).encode(encoding))
    assert [cells for _, cells in take(path, look(path))] == [["张三", "13800138000"], ["李四", "13900139000"]]


@given(st.binary(max_size=3000))
def test_that_any_bytes_have_candidates(data: bytes) -> None:
    found = encoding_candidates(data)
    assert found
    assert all(0 <= one.score <= 1 for one in found)
    marked = bom_encoding(data)
    assert marked is None or found[0].name == marked


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=200))
def test_that_utf8_is_never_doubted(text: str) -> None:
    assert encoding_candidates(f"{text}\n".encode())[0].name == "utf-8"


def test_that_the_mark_itself_is_not_part_of_the_first_cell(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-8"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes("姓名,电话\n".encode(encoding))
        assert next(iter(TextLines(path, encoding))) == "姓名,电话\n"
