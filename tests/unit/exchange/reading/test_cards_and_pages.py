"""Address cards, web tables and Excel 2003 XML."""

from __future__ import annotations

import quopri
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import UserError
from app.services.exchange.files.records import Marked
from app.services.exchange.files.vcard import Property, read_cards
from app.services.exchange.files.vcard_table import COLUMNS, card_row
from tests.unit.exchange.reading.makers import look, take


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows as dictionaries without the blanks."""
    found = look(path)
    names = [column.name for column in found.columns]
    return [{n: c for n, c in zip(names, cells, strict=True) if c} for _, cells in take(path, found)]


def card(path: Path, *lines: str, version: str = "3.0") -> dict[str, str]:
    """The one row of a card made of `lines`."""
    path.write_text("\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]), encoding="utf-8")
    return rows_of(path)[0]


def test_that_a_full_card_is_read(tmp_path: Path) -> None:
    assert card(
        tmp_path / "a.vcf",
        "N:张;伟;;;",
        "FN:张伟",
        "ORG:华信科技有限公司;销售部;华东组",
        "TITLE:经理",
        "item1.TEL;TYPE=CELL,VOICE:138 0013 8000",
        "TEL;TYPE=CELL:13900139000",
        "TEL;TYPE=WORK,FAX:010-1",
        "TEL;TYPE=WORK:010-88886666",
        "EMAIL;TYPE=INTERNET:a@b.cn",
        "EMAIL:c@d.cn",
        "ADR;TYPE=WORK:;;建国路1号;北京市;;100022;中国",
        "BDAY:19800229",
        "NOTE:第一行\\n第二行\\, 完\\;",
        "CATEGORIES:客户,重点",
        "URL:https\\://b.cn",
        "X-QQ:12345",
    ) == {
        "姓名": "张伟",
        "公司": "华信科技有限公司",
        "部门": "销售部 华东组",
        "职务": "经理",
        "手机": "138 0013 8000；13900139000",
        "传真": "010-1",
        "电话": "010-88886666",
        "邮箱": "a@b.cn；c@d.cn",
        "地址": "北京市建国路1号",
        "邮编": "100022",
        "生日": "1980-02-29",
        "备注": "第一行\n第二行, 完;",
        "分组": "客户；重点",
        "网址": "https://b.cn",
        "社交账号": "12345",
    }


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("BDAY:--0512", "--05-12"), ("BDAY:--02-29", "--02-29"), ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-12", "--05-12"),
        ("BDAY:1985-05-12T00:00:00Z", "1985-05-12"), ("BDAY;VALUE=date:19850512", "1985-05-12"),
    ],
)  # fmt: skip
def test_that_a_birthday_may_lack_its_year(tmp_path: Path, line: str, day: str) -> None:
    assert card(tmp_path / "b.vcf", "FN:王小雨", line)["生日"] == day


def test_that_old_phones_cards_are_read(tmp_path: Path) -> None:
    packed = quopri.encodestring("备注很长很长很长很长很长很长很长很长".encode()).decode()
    gb = "".join(f"={byte:02X}" for byte in "李四".encode("gb18030"))
    found = card(
        tmp_path / "old.vcf",
        f"N;CHARSET=GB2312;ENCODING=QUOTED-PRINTABLE:;{gb};;;",
        f"NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:{packed.replace(chr(10), chr(13) + chr(10))}",
        "TEL;CELL;PREF:13800138000",
        version="2.1",
    )
    assert found == {"姓名": "李四", "备注": "备注很长很长很长很长很长很长很长很长", "手机": "13800138000"}


def test_that_version_4_is_read(tmp_path: Path) -> None:
    found = card(
        tmp_path / "v4.vcf",
        "FN:Anna Müller",
        "N:Müller;Anna;;Dr.;",
        'TEL;VALUE=uri;PREF=1;TYPE="voice,cell":tel:+49-170-1234567',
        "EMAIL:mailto:a@b.de",
        "IMPP:xmpp:a@b.de",
        version="4.0",
    )
    assert found == {"姓名": "Anna Müller", "手机": "+49-170-1234567", "邮箱": "a@b.de", "社交账号": "xmpp:a@b.de"}


def test_that_folded_lines_and_photos_cost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "photo.vcf"
    path.write_text(
        "BEGIN:VCARD\nFN:大照\n 片\nPHOTO;ENCODING=b;TYPE=JPEG:" + "QUFB" * 500_000 + "\n QUFB\nTEL:1\nEND:VCARD\n"
        "BEGIN:VCARD\nFN:半张\n",
        encoding="utf-8",
    )
    found = look(path)
    assert [column.name for column in found.columns] == ["姓名", "电话"]
    assert take(path, found) == [(1, ["大照片", "1"]), (2, ["半张", ""])]
    assert {note.code for note in found.notes} == {"photos", "unclosed_card"}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_that_cards_of_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "enc.vcf"
    path.write_bytes(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:张三丰\r\nORG:北京华信科技有限公司\r\nEND:VCARD\r\n".encode(encoding)
    )
    assert rows_of(path) == [{"姓名": "张三丰", "公司": "北京华信科技有限公司"}]


def test_that_escaped_semicolons_do_not_cut() -> None:
    assert Property("ORG", frozenset(), "甲\\;乙;丙\\\\;丁\\").parts() == ["甲;乙", "丙\\", "丁\\"]


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                b"BEGIN:VCARD",
                b"END:VCARD",
                b"N:",
                b"FN",
                b";",
                b":",
                b"=",
                b"\r\n",
                b"\n ",
                b"\xff",
                b"TEL;TYPE=",
                b'"',
                b"\\",
                b"ENCODING=QUOTED-PRINTABLE:",
                b"ENCODING=b:",
                b"PHOTO:",
                b"CHARSET=x:",
                b"\x00",
                "张".encode(),
            ]
        ),
        max_size=60,
    )
)
def test_that_no_card_breaks_the_parser(tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("cards") / "any.vcf"
    path.write_bytes(b"BEGIN:VCARD\n" + b"".join(parts))
    for found in read_cards(path, "gb18030"):
        assert len(card_row(found)) == len(COLUMNS)


def test_that_a_web_table_saved_as_xls_is_read(tmp_path: Path) -> None:
    path = tmp_path / "导出.xls"
    path.write_bytes(
        "<html><head><meta charset='gbk'><title>t</title><style>td{x}</style></head><body>"
        "<table><tr><td colspan=3>客户名单&nbsp;</td></tr>"
        "<tr><th>姓名</th><th>电话</th><th>备注</th></tr>"
        "<tr><td rowspan=2> 张&amp;三\n <td x:num='13800138000'>1.38E+10<td>第一行<br>第二行"
        "<tr><td>010-1</td><td><table><tr><td>内</td></tr></table></td></tr>"
        "</table></body></html>".encode("gbk")
    )
    found = look(path)
    assert (found.format, found.encoding, found.header_rows) == ("html", "gb18030", (2,))
    assert take(path, found) == [(3, ["张&三", "13800138000", "第一行\n第二行"]), (4, ["", "010-1", ""])]
    assert len(found.sheets) == 2


@pytest.mark.parametrize(
    ("content", "part"),
    [("<html><body>没有表格</body></html>", "没有表格"), ("<table><tr><td colspan=9999>x</td></tr></table>", "列")],
)
def test_that_pages_without_usable_tables_are_refused(tmp_path: Path, content: str, part: str) -> None:
    path = tmp_path / "page.xls"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=part):
        look(path)


XMLSS = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>{doctype}'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
    '<Worksheet ss:Name="客户"><Table><Row><Cell><Data ss:Type="String">姓名</Data></Cell><Cell ss:Index="3">'
    '<Data ss:Type="String">手机</Data></Cell><Cell><Data ss:Type="String">日期</Data></Cell></Row>'
    '<Row ss:Index="4"><Cell><Data ss:Type="String">张三{entity}</Data></Cell><Cell ss:Index="3">'
    '<Data ss:Type="Number">13800138000</Data></Cell><Cell><Data ss:Type="DateTime">2024-03-05T00:00:00.000</Data></Cell>'
    '<Cell><Data ss:Type="Error">#N/A</Data></Cell></Row></Table></Worksheet></Workbook>'
)


def test_that_excel_2003_xml_is_read(tmp_path: Path) -> None:
    path = tmp_path / "旧系统.xls"
    path.write_text(XMLSS.format(doctype="", entity=""), encoding="utf-8")
    found = look(path)
    assert (found.format, found.sheet, found.rows) == ("xmlss", "客户", 1)
    row = take(path, found)[0]
    assert row == (4, ["张三", "13800138000", "2024-03-05", "#N/A"])
    assert isinstance(row[1][3], Marked)


def test_that_excel_2003_xml_with_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.xls"
    path.write_text(XMLSS.format(doctype='<!DOCTYPE x [<!ENTITY a "b">]>', entity="&a;"), encoding="utf-8")
    with pytest.raises(UserError, match="实体"):
        look(path)
