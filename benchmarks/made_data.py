"""Reproducible customer tables for the benchmarks: realistic Chinese values, fixed seed, no real person or company."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红玉建国华志永海春梅鹏飞宇浩然子轩欣怡"
BRAND = "华中金鑫瑞恒宏达盛源泰兴隆通天地海龙腾博远信诚安康美佳乐优创智云星辰光明亿丰润德利众联合嘉和顺百川凌越"
TRADE = ("科技", "贸易", "机械", "电子", "建筑工程", "物流", "食品", "服饰", "软件", "环保科技", "教育咨询")
CITIES = (
    ("北京市", "北京市", "朝阳区"), ("上海市", "上海市", "浦东新区"), ("广东省", "深圳市", "南山区"),
    ("广东省", "广州市", "天河区"), ("浙江省", "杭州市", "西湖区"), ("江苏省", "苏州市", "姑苏区"),
    ("四川省", "成都市", "武侯区"), ("湖北省", "武汉市", "洪山区"), ("山东省", "青岛市", "市南区"),
)  # fmt: skip
HEADERS = (
    "客户名称", "统一社会信用代码", "级别", "省份", "城市", "地址", "联系人", "职务", "手机", "座机", "邮箱", "微信",
    "行业", "来源", "累计成交", "首次合作", "最近回访", "标签", "网址", "备注",
)  # fmt: skip
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))


def credit_code(r: random.Random) -> str:
    """A code with a right check character (GB 32100-2015)."""
    body = "91" + r.choice(("110105", "310115", "440305")) + "".join(r.choice(_CODE) for _ in range(9))
    return body + _CODE[-sum(_CODE.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True)) % 31]


def company(r: random.Random, city: str) -> str:
    """A company name."""
    return city.removesuffix("市") + "".join(r.choice(BRAND) for _ in range(3)) + r.choice(TRADE) + "有限公司"


def person(r: random.Random) -> str:
    """A person's name."""
    return r.choice(SURNAMES) + "".join(r.choice(GIVEN) for _ in range(r.choice((1, 2, 2))))


def row(r: random.Random, i: int) -> list[str]:
    """One row of the 20 columns `HEADERS`."""
    province, city, district = r.choice(CITIES)
    day = f"{r.randrange(2015, 2027)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"
    mobile = f"1{r.choice('35789')}{r.randrange(10**9):09}"
    return [
        company(r, city), credit_code(r), r.choice("ABCD"), province, city,
        f"{district}{r.choice(('人民路', '中山路', '科技园路'))}{r.randrange(1, 999)}号", person(r),
        r.choice(("总经理", "采购", "财务")), f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}" if i % 4 == 0 else mobile,
        f"0{r.choice(('10', '21', '755', '571'))}-8{r.randrange(10**6, 10**7)}", f"user{i}@example.cn", f"wx_{i}",
        r.choice(("制造业", "批发零售", "信息技术", "金融")), r.choice(("展会", "官网", "转介绍")),
        f"¥{r.randrange(1, 900_000):,}", day.replace("-", "/") if i % 3 == 0 else day, day,
        r.choice(("重点", "展会", "")), f"http://www.example{i}.cn", r.choice(("老客户", "", "需开票")),
    ]  # fmt: skip


def rows(count: int, seed: int = 20261121) -> Iterator[list[str]]:
    """`count` rows, always the same for a seed."""
    r = random.Random(seed)
    for i in range(count):
        yield row(r, i)


def write_workbook(path: Path, count: int) -> Path:
    """An .xlsx of `count` rows × 20 columns."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("客户")
    for column, header in enumerate(HEADERS):
        sheet.write_string(0, column, header)
    for index, values in enumerate(rows(count), 1):
        for column, value in enumerate(values):
            if value:
                sheet.write_string(index, column, value)
    book.close()
    return path
