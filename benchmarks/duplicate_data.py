"""Labelled customers of our own making: Chinese companies with a contact, and persons, written down several times with
eight kinds of damage. The same for a seed. The truth is the entity number of every row.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红玉建国华志永海春梅鹏飞宇浩然子轩欣怡梓涵一诺思远雨桐佳琪俊晨博雅"
    "晓东振宁雪莹嘉豪立新学锋丹凤淑珍凯旋家乐天佑若曦"
)
BRAND = (
    "华中金鑫瑞恒宏达盛源泰兴隆通天地海龙腾博远信诚安康美佳乐优创智云星辰光明亿丰润德利众联合嘉和顺百川凌越卓科锐东方"
)
TRADES = (
    "科技 信息技术 网络科技 贸易 商贸 实业 电子 机械设备 建筑工程 生物医药 "
    "文化传媒 物流 餐饮管理 教育咨询 新能源 软件 环保科技 食品 服饰 房地产开发"
).split()
FORMS = ["有限公司"] * 70 + ["股份有限公司"] * 8 + ["有限责任公司"] * 12 + ["集团有限公司"] * 5
CITIES = {
    "北京": ("010", ("朝阳区", "海淀区", "东城区", "丰台区")), "上海": ("021", ("浦东新区", "徐汇区", "静安区", "闵行区")),
    "深圳": ("0755", ("南山区", "福田区", "宝安区", "龙岗区")), "广州": ("020", ("天河区", "越秀区", "番禺区")),
    "杭州": ("0571", ("西湖区", "余杭区", "滨江区")), "南京": ("025", ("鼓楼区", "玄武区", "江宁区")),
    "苏州": ("0512", ("姑苏区", "吴中区", "相城区")), "成都": ("028", ("武侯区", "锦江区", "青羊区")),
    "武汉": ("027", ("洪山区", "江汉区", "武昌区")), "西安": ("029", ("雁塔区", "碑林区")),
    "青岛": ("0532", ("市南区", "崂山区")), "厦门": ("0592", ("思明区", "湖里区")),
    "重庆": ("023", ("渝中区", "江北区")), "长沙": ("0731", ("岳麓区", "芙蓉区")), "大连": ("0411", ("中山区", "沙河口区")),
}  # fmt: skip
ROADS = "人民路 解放路 中山路 建设大道 科技园路 文化路 新华街 长江路 和平路 光明大道 滨江路 创业路 学院路 朝阳街 迎宾大道".split()
MOBILES = (
    "138 139 136 137 135 150 151 158 159 186 185 188 187 189 177 176 133 153 199 166 130 131 132 155 156 180".split()
)
HOMOPHONES = {
    "伟": "玮炜", "芳": "方", "静": "婧靖", "丽": "莉", "强": "镪", "磊": "雷", "军": "君", "勇": "永", "杰": "洁", "涛": "韬",
    "明": "铭鸣", "超": "朝", "霞": "侠", "刚": "钢", "辉": "晖", "玲": "铃灵", "红": "宏虹", "建": "健", "国": "帼", "华": "桦",
    "志": "智", "海": "海", "梅": "枚", "鹏": "朋", "飞": "菲", "宇": "雨", "浩": "皓", "欣": "新鑫", "怡": "仪", "晨": "辰",
    "博": "搏", "振": "震", "雪": "学", "嘉": "佳", "立": "力", "锋": "峰", "珍": "贞", "凯": "铠", "瑞": "睿", "恒": "衡",
    "盛": "胜", "源": "元", "兴": "星", "达": "答", "信": "芯", "诚": "成", "创": "闯", "智": "志", "丰": "峰", "和": "合",
    "鑫": "欣", "宏": "弘", "金": "今", "泰": "太", "通": "同", "龙": "隆", "腾": "藤", "远": "院", "优": "尤", "众": "仲",
}  # fmt: skip
GLYPHS = {
    "未": "末", "杨": "扬", "陈": "阵", "侯": "候", "俊": "骏", "玲": "铃", "明": "朋", "宇": "字", "博": "搏", "诚": "城",
    "海": "悔", "桂": "佳", "玉": "王", "天": "夭", "东": "车", "锋": "峰", "洋": "样", "源": "原", "恒": "桓", "宏": "弘",
    "锐": "税", "润": "闰", "德": "得", "光": "先", "星": "昱", "瑞": "端", "盛": "威", "泰": "秦", "兰": "三", "文": "交",
}  # fmt: skip
TRADITIONAL = str.maketrans(
    "华龙东国兴万达电网软云机业资汇联创宝进鹏飞凤丽张刘陈杨赵黄吴孙马罗郑谢韩冯萧邓许"
    "苏卢蒋贾阎余钟陆顾赖龚伟军涛兰刚辉红建",
    "華龍東國興萬達電網軟雲機業資匯聯創寶進鵬飛鳳麗張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許"
    "蘇盧蔣賈閻餘鐘陸顧賴龔偉軍濤蘭剛輝紅建",
)
DAMAGES = (
    "homophone", "glyph", "abbreviation", "transposed", "traditional", "moved_digit", "form", "missing",
)  # fmt: skip
HEADERS = ("外部编号", "客户名称", "联系人", "手机", "邮箱", "地址")


@dataclass(frozen=True)
class Row:
    """`entity`: what it is in truth. `damage`: how this writing of it was damaged ("" for the first one)."""

    entity: int
    damage: str
    cells: tuple[str, str, str, str, str]


def rows(count: int, seed: int = 11) -> list[Row]:
    """`count` rows in random order; 22 % of the entities are written two to four times."""
    chance = random.Random(seed)
    made: list[Row] = []
    firms: list[tuple[str, str, str, str]] = []
    entity = 0
    while len(made) < count:
        made.extend(_entity(chance, entity, firms))
        entity += 1
    chance.shuffle(made)
    return made[:count]


def pairs(data: list[Row]) -> Iterator[tuple[int, int, str]]:
    """(row, row, kind of damage between them) of every true pair; two damaged writings count as "both"."""
    places: dict[int, list[int]] = {}
    for at, row in enumerate(data):
        for other in places.get(row.entity, ()):
            between = [d for d in (data[other].damage, row.damage) if d]
            yield other, at, between[0] if len(between) == 1 else "both"
        places.setdefault(row.entity, []).append(at)


def _entity(chance: random.Random, number: int, firms: list[tuple[str, str, str, str]]) -> Iterator[Row]:
    person = chance.random() < 0.3
    city = chance.choice(list(CITIES))
    if firms and chance.random() < 0.15:
        firm = chance.choice(firms)  # a colleague at the same company is another customer contact, not a duplicate
    else:
        brand = "".join(chance.choice(BRAND) for _ in range(chance.choice((2, 2, 3))))
        firm = (city if chance.random() < 0.8 else "", brand, chance.choice(TRADES), chance.choice(FORMS))
        firms.append(firm)
    weights = [max(1, 100 - i) for i in range(len(SURNAMES))]
    name = chance.choices(SURNAMES, weights)[0] + "".join(
        chance.choice(GIVEN) for _ in range(1 if chance.random() < 0.2 else 2)
    )
    mobile = chance.choice(MOBILES) + f"{chance.randrange(10**8):08d}"
    mail = f"{chance.randrange(36**7):x}{chance.randrange(99)}@{chance.choice(('qq.com', '163.com', '126.com', 'sina.com'))}"
    mail = mail if chance.random() < 0.7 else ""
    district = chance.choice(CITIES[city][1])
    address = f"{city}市{district}{chance.choice(ROADS)}{chance.randrange(1, 999)}号"
    if chance.random() < 0.6:
        address += f"{chance.randrange(1, 30)}栋{chance.randrange(101, 2999)}室"
    title = name if person else "".join(firm)
    first = (title, "" if person else name, mobile, mail, address)
    yield Row(number, "", first)
    if chance.random() < 0.22:
        for _ in range(chance.choice((1, 1, 1, 1, 2, 2, 3))):
            damage = chance.choice(DAMAGES)
            yield Row(number, damage, _noise(chance, _damaged(chance, damage, first, firm, person)))


Cells = tuple[str, str, str, str, str]


def _damaged(chance: random.Random, damage: str, cells: Cells, firm: tuple[str, str, str, str], person: bool) -> Cells:
    title, contact, mobile, mail, address = cells
    city, brand, trade, form = firm
    if damage in ("homophone", "glyph"):
        table = HOMOPHONES if damage == "homophone" else GLYPHS
        title, contact = _swapped(chance, title, table), _swapped(chance, contact, table)
    elif damage == "abbreviation":
        title = (
            title
            if person
            else chance.choice((brand + trade, city + brand, city + brand + trade, brand + trade + form))
        )
        who = title if person else contact
        if chance.random() < 0.3:
            who = who[:1] + chance.choice(("总", "经理", "先生", "女士"))
        title, contact = (who, contact) if person else (title, who)
    elif damage == "transposed":
        turned = (
            (title if person else contact)[::-1]
            if chance.random() < 0.5
            else _turned(chance, title if person else contact)
        )
        title, contact = (turned, contact) if person else (title, turned)
        if not person and len(brand) > 1:
            title = city + _turned(chance, brand) + trade + form
    elif damage == "traditional":
        title, contact, address = (x.translate(TRADITIONAL) for x in (title, contact, address))
    elif damage == "moved_digit":
        at = chance.randrange(3, 10)
        other = mobile[:at] + mobile[at + 1] + mobile[at] + mobile[at + 2 :]
        mobile = other if other != mobile else mobile[:at] + str((int(mobile[at]) + 1) % 10) + mobile[at + 1 :]
    elif damage == "form" and not person:
        title = chance.choice(
            (f"{brand}{trade}（{city}）{form}" if city else brand + trade + form, f"{city}市{brand}{trade}{form}" if city else f"{brand}{trade}",
             f"{city}{brand}{trade}{chance.choice(('有限公司', '有限责任公司', '股份有限公司'))}")
        )  # fmt: skip
        title = "".join(chr(ord(c) + 0xFEE0) if "!" < c < "~" else c for c in title)
    elif damage == "missing":
        mail, address = "", "" if chance.random() < 0.5 else address
        mobile, contact = ("", contact) if chance.random() < 0.4 else (mobile, "")
    return title, contact, mobile, mail, address


def _noise(chance: random.Random, cells: Cells) -> Cells:
    """What differs between two lists anyway: forms of numbers, another number, addresses shortened."""
    title, contact, mobile, mail, address = cells
    if mobile:
        mobile = chance.choice((mobile, mobile, mobile, "+86 " + mobile, f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}"))
        if chance.random() < 0.1:
            mobile = chance.choice(MOBILES) + f"{chance.randrange(10**8):08d}"
    if mail:
        mail = chance.choice((mail, mail, mail.upper(), "", mail.split("@")[0] + "@qq.com"))
    if address:
        address = chance.choice((address, address, address.split("号")[0] + "号", address[3:], ""))
    return title, contact, mobile, mail, address


def _swapped(chance: random.Random, text: str, table: dict[str, str]) -> str:
    places = [i for i, c in enumerate(text) if c in table]
    if not places:
        return text
    at = chance.choice(places)
    return text[:at] + chance.choice(table[text[at]]) + text[at + 1 :]


def _turned(chance: random.Random, text: str) -> str:
    if len(text) < 2:
        return text
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
