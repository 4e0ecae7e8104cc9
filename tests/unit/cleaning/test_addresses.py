"""Splitting addresses: long, short and traditional writings; ambiguous ones are left whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.cleaning.addresses import split_address
from app.services.cleaning.regions import Region, full_name, regions, short_name

DISTRICTS = sorted(
    (r for r in regions().values() if r.level == 3 and r.code[:2] not in ("71", "81", "82")), key=lambda r: r.code
)


def split(text: str) -> tuple[str, str, str, str]:
    found = split_address(text)
    assert found.problem is None, found.problem
    assert found.value is not None
    return found.value.province, found.value.city, found.value.district, found.value.detail


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("广东省深圳市南山区科技园路1号", ("广东省", "深圳市", "南山区", "科技园路1号")),
        ("深圳南山区科技园路1号", ("广东省", "深圳市", "南山区", "科技园路1号")),
        ("江苏昆山市前进路", ("江苏省", "苏州市", "昆山市", "前进路")),
        ("昆山市前进路1号", ("江苏省", "苏州市", "昆山市", "前进路1号")),
        ("江苏省苏州市昆山市新华街813号", ("江苏省", "苏州市", "昆山市", "新华街813号")),
        ("内蒙古呼和浩特", ("内蒙古自治区", "呼和浩特市", "", "")),
        ("广西南宁青秀区", ("广西壮族自治区", "南宁市", "青秀区", "")),
        ("北京朝阳", ("北京市", "北京市", "朝阳区", "")),
        ("北京朝阳路1号", ("北京市", "北京市", "", "朝阳路1号")),
        ("北京市市辖区东城区王府井", ("北京市", "北京市", "东城区", "王府井")),
        ("北京市北京市东城区", ("北京市", "北京市", "东城区", "")),
        ("上海浦东张江", ("上海市", "上海市", "浦东新区", "张江")),
        ("上海市南京西路100号", ("上海市", "上海市", "", "南京西路100号")),
        ("重庆江北区", ("重庆市", "重庆市", "江北区", "")),
        ("重庆丰都县", ("重庆市", "重庆市", "丰都县", "")),
        ("湖北省省直辖县级行政区划仙桃市", ("湖北省", "仙桃市", "", "")),
        ("海南文昌", ("海南省", "文昌市", "", "")),
        ("广东东莞长安镇", ("广东省", "东莞市", "", "长安镇")),
        ("中山市火炬区", ("广东省", "中山市", "", "火炬区")),
        ("大连市中山区学院路", ("辽宁省", "大连市", "中山区", "学院路")),
        ("吉林长春", ("吉林省", "长春市", "", "")),
        ("吉林市船营区", ("吉林省", "吉林市", "船营区", "")),
        ("四川省成都市高新区和平路716号", ("四川省", "成都市", "高新区", "和平路716号")),
        ("延边州延吉市", ("吉林省", "延边朝鲜族自治州", "延吉市", "")),
        ("河北雄安新区", ("河北省", "雄安新区", "", "")),
        ("台北市中山區長安東路1號", ("台湾省", "台北市", "中山区", "長安東路1號")),
        ("高雄市前鎮區中華五路2號", ("台湾省", "高雄市", "前镇区", "中華五路2號")),
        ("香港中环皇后大道中1号", ("香港特别行政区", "", "", "中环皇后大道中1号")),
        ("地址：浙江省 杭州市 余杭区 文一西路", ("浙江省", "杭州市", "余杭区", "文一西路")),
        ("518000 中国广东省/深圳市-福田区", ("广东省", "深圳市", "福田区", "")),
        ("新疆生产建设兵团石河子市", ("新疆维吾尔自治区", "石河子市", "", "")),
        ("杭州西湖区", ("浙江省", "杭州市", "西湖区", "")),
    ],
)
def test_that_addresses_are_split(text: str, parts: tuple[str, str, str, str]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize(
    "text", ["朝阳区建国路88号", "鼓楼区中山路1号", "南山区科技园", "西湖区文一路", "和平区", "朝阳建国路88号"]
)
def test_that_a_district_of_several_cities_is_left_whole(text: str) -> None:
    found = split_address(text)
    assert found.value is not None
    assert (found.value.province, found.value.city, found.value.district, found.value.detail) == ("", "", "", text)
    assert found.problem is not None
    assert (found.problem.severity, found.problem.code) == ("warning", "address.ambiguous")


def test_that_a_known_province_is_kept_when_the_district_is_ambiguous() -> None:
    found = split_address("江苏鼓楼区")
    assert found.value is not None
    assert (found.value.province, found.value.city) == ("江苏省", "")
    assert found.problem is not None
    assert found.problem.code == "address.ambiguous"


@pytest.mark.parametrize("text", ["北京路168号", "南京西路100号", "广州大道中1号", "武汉大学", "张江高科", "中山路2号"])
def test_that_a_road_named_after_a_city_is_not_that_city(text: str) -> None:
    found = split_address(text)
    assert found.value is not None
    assert (found.value.province, found.value.detail) == ("", text)
    assert found.problem is not None
    assert found.problem.code == "address.no_region"


def test_that_blank_is_blank() -> None:
    assert split_address("") == split_address(" \u3000")
    assert split_address("").problem is None


@given(st.sampled_from(DISTRICTS), st.sampled_from(["人民路1号", "科技园", ""]), st.booleans())
def test_that_every_district_is_found_under_its_full_and_short_ancestors(
    region: Region, rest: str, short: bool
) -> None:
    code = region.code
    table = regions()
    names = list(dict.fromkeys(table[part].name for part in table[code].path))
    *above, last = names
    text = "".join(short_name(name) if short else name for name in above) + last + rest
    found = split_address(text).value
    assert found is not None
    assert (found.code, found.district, found.detail) == (code, last, rest)
    assert full_name(code) == "".join(names)


@given(st.text(max_size=40))
def test_that_nothing_written_is_lost(text: str) -> None:
    found = split_address(text).value
    if found is not None and not found.province:
        assert found.detail


@given(st.sampled_from(DISTRICTS), st.text("路号楼室123ab南山", max_size=12))
def test_that_splitting_the_joined_parts_again_gives_the_same_place(region: Region, rest: str) -> None:
    first = split_address((full_name(region.code) or "") + rest).value
    assert first is not None
    city = "" if first.city == first.province else first.city
    again = split_address(first.province + city + first.district + first.detail).value
    assert again == first
