"""Company cores, pinyin and its exceptions, and telling people from companies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.cleaning.names import (
    company_brand,
    company_core,
    is_company,
    is_person,
    pinyin_full,
    pinyin_initials,
    sort_key,
    surname_readings,
)


@pytest.mark.parametrize(
    "name",
    [
        "北京华信科技有限公司",
        "华信科技（北京）有限公司",
        "华信科技(集团)有限公司",
        "北京市华信科技有限责任公司",
        "华信科技股份有限公司",
        "华信科技集团有限公司",
        "北京华信科技有限公司上海分公司",
        "華信科技有限公司",
        " 华信 科技　有限公司",
        "华信科技",
        "北京市朝阳区华信科技公司",
    ],
)
def test_that_the_writings_of_one_company_share_a_core(name: str) -> None:
    assert company_core(name) == "华信科技"
    assert company_brand(name) == "华信"


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("上海和信集团股份有限公司", "和信"),
        ("和信集团", "和信"),
        ("长沙银行", "长沙银行"),
        ("北京大学", "北京大学"),
        ("上海贸易有限公司", "上海贸易"),
        ("东方明珠", "东方明珠"),
        ("Acme Co., Ltd.", "acme"),
        ("公司", "公司"),
        ("", ""),
        ("泰华佳餐饮管理合伙企业（有限合伙）", "泰华佳餐饮管理"),
        ("昆山立讯精密工业", "立讯精密工业"),
        ("中国银行", "中国银行"),
    ],
)
def test_that_cores_keep_what_identifies(name: str, core: str) -> None:
    assert company_core(name) == core


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("单雄信", "shanxiongxin"),
        ("解晓东", "xiexiaodong"),
        ("仇英", "qiuying"),
        ("曾国藩", "zengguofan"),
        ("查良镛", "zhaliangyong"),
        ("朴树", "piaoshu"),
        ("区志强", "ouzhiqiang"),
        ("盖叫天", "gejiaotian"),
        ("尉迟恭", "yuchigong"),
        ("欧阳修", "ouyangxiu"),
        ("重庆市", "chongqingshi"),
        ("长沙", "changsha"),
        ("吕布", "lvbu"),
        ("长沙银行", "changshayinhang"),
        ("朝阳区", "chaoyangqu"),
        ("ABC科技", "abckeji"),
        ("張偉", "zhangwei"),
    ],
)
def test_that_names_are_read_as_people_read_them(name: str, full: str) -> None:
    assert pinyin_full(name) == full


def test_that_initials_keep_whole_words() -> None:
    assert pinyin_initials("张三丰") == "zsf"
    assert pinyin_initials("ABC科技2018") == "abckj2018"


def test_that_every_reading_of_a_surname_is_known() -> None:
    assert surname_readings("曾国藩")[:2] == ("zeng", "ceng")
    assert set(surname_readings("单雄信")) >= {"shan", "dan"}
    assert surname_readings("单雄信")[0] == "shan"
    assert surname_readings("欧阳修") == ("ouyang",)
    assert surname_readings("Smith") == ()


def test_that_the_key_sorts_as_a_chinese_list() -> None:
    names = ["张三丰", "李四", "阿强", "张三", "王五", "重庆", "成都", "Apple", "单雄信"]
    assert sorted(names, key=sort_key) == ["阿强", "Apple", "成都", "重庆", "李四", "单雄信", "王五", "张三", "张三丰"]


@given(st.text("张三丰李四单长沙ab1 ", max_size=8), st.text("张三丰李", min_size=1, max_size=3))
def test_that_a_longer_name_never_sorts_before_its_beginning(name: str, more: str) -> None:
    if not name or name[-1].isspace() or len(name) < 5:
        return  # Shorter ones may be read as a person's name with, and as a phrase without, what follows.
    assert sort_key(name) <= sort_key(name + more)


@given(st.text(max_size=20))
def test_that_keys_never_fail_and_are_lower_case(name: str) -> None:
    key = sort_key(name)
    assert key == key.casefold()
    assert pinyin_full(name) == key.replace(" ", "")
    company_core(name)


BRANDS = st.sampled_from(["华信", "金鑫瑞", "光明天地"])
TRADES = st.sampled_from(["科技", "贸易", "文化传媒"])
PLACES = st.sampled_from(["北京", "深圳", ""])
FORMS = st.sampled_from(["有限公司", "股份有限公司", "（集团）有限公司", "有限责任公司"])


@given(BRANDS, TRADES, PLACES, FORMS)
def test_that_the_core_of_a_core_is_the_core(brand: str, trade: str, place: str, form: str) -> None:
    core = company_core(place + brand + trade + form)
    assert core == brand + trade
    assert company_core(core) == core


@pytest.mark.parametrize(
    "name", ["北京华信科技有限公司", "和信集团", "光明食品厂", "协和医院", "Acme Ltd", "某某合伙企业（有限合伙）"]
)
def test_that_organisations_are_told_from_people(name: str) -> None:
    assert is_company(name)
    assert not is_person(name)


@pytest.mark.parametrize("name", ["张伟", "欧阳修远", "李总", "单雄信", "王 伟", "阿迪力·买买提", "陳美麗"])
def test_that_people_are_told_from_organisations(name: str) -> None:
    assert is_person(name)
    assert not is_company(name)


@pytest.mark.parametrize("name", ["", "展会", "13800138000", "科技园路", "Apple"])
def test_that_other_words_are_neither(name: str) -> None:
    assert not is_person(name)
    assert not is_company(name)
