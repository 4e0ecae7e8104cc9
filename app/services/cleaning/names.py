"""Names of companies and people: the core that identifies a company, and pinyin.

`北京华信科技有限公司`, `华信科技（北京）有限公司` and `华信科技（集团）有限公司` have one core, `华信科技`.
"""

from __future__ import annotations

import re
from functools import cache

from app.core.pinyin import pinyin_full, pinyin_initials, surname_readings, surnames, syllables
from app.core.pinyin import syllable_key as sort_key
from app.services.cleaning.regions import MUNICIPALITIES, regions, short_name
from app.services.cleaning.text import narrow, simplified

__all__ = [
    "company_brand",
    "company_core",
    "is_company",
    "is_person",
    "is_place",
    "pinyin_full",
    "pinyin_initials",
    "sort_key",
    "surname_readings",
    "syllables",
]

_LONGEST_NAME = 200
_LEGAL = re.compile(
    r"(?:集团)?(?:(?:股份|控股|投资控股)?有限(?:责任)?公司|股份公司|合伙企业|总公司|责任公司|控股集团|公司)$|集团$"
)
_BRANCH = re.compile(
    r"^(.{2,}(?:公司|集团|合伙企业))[^公]{0,14}(?:分公司|支公司|办事处|营业部|代表处|分厂|分店|门店|项目部)$"
)
_ENGLISH = re.compile(
    r"(?:,?\s*\b(?:co|company|ltd|limited|inc|incorporated|corp|corporation|llc|llp|plc|gmbh|group|holdings?)\b\.?)+\s*$",
    re.IGNORECASE,
)
_PAREN = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_EMPTY_PAREN = re.compile(
    r"(?:中国|集团|控股|股份|(?:有限|普通|特殊普通)合伙|个体工商户|个人独资|筹|原.*|曾用名.*|已?注销|已?停业|总部|分部)"
)
_NOISE = re.compile(r"[\s·•\-_,，.。'\"“”‘’*&/\\、;；:：!！?？]+")
_BUSINESS = (
    "科技 信息技术 信息科技 信息 网络科技 网络 电子商务 电子科技 电子 软件 智能科技 智能 数码 通信 通讯 技术 贸易 商贸 "
    "国际贸易 进出口 外贸 实业 工贸 工业 机械设备 机械 机电 设备 仪器 自动化 建筑工程 建筑 工程 建设 建材 装饰 装饰工程 "
    "装修 设计 房地产开发 房地产 置业 物业管理 物业 生物医药 生物科技 生物 医药 医疗器械 医疗 制药 药业 健康 文化传媒 "
    "文化传播 传媒 文化 广告 影视 教育咨询 教育科技 教育 培训 咨询 企业管理 管理 管理咨询 物流 货运 运输 供应链 "
    "供应链管理 快递 餐饮管理 餐饮 食品 酒业 饮料 农业 农业科技 新能源 能源 电力 环保科技 环保 环境 化工 化学 材料 "
    "新材料 塑料 橡胶 金属 钢铁 五金 汽车 汽车销售 汽车服务 服饰 服装 纺织 家具 家居 家政 家政服务 旅游 旅行社 酒店管理 "
    "投资 投资管理 资产管理 基金管理 金融 保险 证券 期货 担保 租赁 航空 航运 印刷 包装 珠宝 化妆品 日用品 百货 服务 销售 "
    "发展 开发 制造 人力资源 劳务 劳务派遣 安防 消防 照明 光电 半导体 微电子 矿业 石油 石化 水务 燃气 地铁 机场 港务"
).split()
_GENERIC = frozenset(_BUSINESS) | frozenset(
    "银行 商业银行 农商银行 大学 学院 中学 小学 医院 人民医院 邮政 移动 联通 电信 烟草 证券交易所 公安局 法院 海关 税务局 "
    "图书馆 博物馆 日报 晚报 电视台 出版社 研究院 研究所 酒店 饭店 宾馆 啤酒 卷烟厂 分行 城建 建工".split()
)
_BUSINESS_TAIL = re.compile("(?:" + "|".join(sorted(_BUSINESS, key=len, reverse=True)) + ")$")

# Short names of places that are at least as often a brand: cut only in their full form (东方市).
_BRAND_LIKE = frozenset(
    "东方 阿里 安康 大同 兴安 白银 三明 新星 双河 白杨 山南 海东 黄山 中山 吉安 朝阳 金昌 昌江 和田 新北 北屯 万宁".split()
)
_KNOWN_TOWNS = frozenset(
    "昆山 义乌 江阴 常熟 张家港 太仓 慈溪 余姚 晋江 石狮 宜兴 诸暨 海宁 桐乡 温岭 乐清 浦东".split()
)
_COMPANY_END = re.compile(
    r"(?:公司|集团|工厂|厂|店|商行|车行|中心|工作室|事务所|合伙企业|合作社|银行|支行|分行|医院|诊所|学校|幼儿园|大学|学院|中学|小学|研究院|"
    r"研究所|设计院|协会|学会|商会|委员会|管委会|基金会|局|经营部|门市部|营业部|批发部|服务部|超市|商场|商店|酒店|饭店|宾馆|旅行社|"
    r"出版社|报社|药房|俱乐部|有限合伙|工程队|农场|养殖场|加工场)$"
)
_COMPANY_INSIDE = re.compile(r"公司|集团|\b(?:co\.?,?\s*ltd|ltd|limited|inc|corp|llc|gmbh|company)\b\.?", re.IGNORECASE)
_HAN_NAME = re.compile(r"[㐀-䶿一-鿿]{2,4}|[㐀-䶿一-鿿]{1,6}·[㐀-䶿一-鿿·]{1,12}")
_TITLE = re.compile(
    r"(?:[一-鿿])(?:总|董|经理|老师|先生|女士|小姐|工|姐|哥|主任|科长|处长|局长|院长|校长|医生|师傅|老板)"
)


@cache
def _places() -> tuple[frozenset[str], int]:
    """Every place name that may stand before a company's name, and the length of the longest."""
    found: set[str] = set(_KNOWN_TOWNS)
    for region in regions().values():
        found.add(region.name)
        if region.level < 3 or region.code[:2] not in MUNICIPALITIES:
            short = short_name(region.name)
            if region.level < 3 and short not in _BRAND_LIKE:
                found.update((short, short + "市", short + "省"))
    return frozenset(found), max(map(len, found))


def is_place(text: str) -> bool:
    """Whether the text is the name of a province, city or district, in full or short."""
    return text in _places()[0]


def company_core(name: str) -> str:
    """The part of a company's name that identifies it: simplified, without place, legal form, group and branch."""
    text = simplified(narrow(name[:_LONGEST_NAME]))
    text = _PAREN.sub(_inside, text)
    text = _NOISE.sub("", _ENGLISH.sub("", text) or text).casefold()
    branch = _BRANCH.match(text)
    text = branch[1] if branch else text
    for _ in range(3):
        cut = _LEGAL.sub("", text)
        if cut == text or len(cut) < 2:
            break
        text = cut
    return _without_place(text)


def _inside(match: re.Match[str]) -> str:
    inner = match[1].strip()
    return "" if inner in _places()[0] or _EMPTY_PAREN.fullmatch(inner) else inner


def _without_place(text: str) -> str:
    places, longest = _places()
    while True:
        for length in range(min(longest, len(text) - 2), 1, -1):
            rest = text[length:]
            # 长沙银行 and 上海贸易 keep their place: without it nothing of them is left.
            if text[:length] in places and rest not in _GENERIC:
                text = rest
                break
        else:
            return text


def company_brand(name: str) -> str:
    """The core without its line of business (`华信`); the core itself when fewer than two characters would be left."""
    core = company_core(name)
    cut = _BUSINESS_TAIL.sub("", core)
    while cut != core and len(cut) >= 2:
        core, cut = cut, _BUSINESS_TAIL.sub("", cut)
    return core


def is_company(name: str) -> bool:
    """Whether the name reads as an organisation and not as a person."""
    text = narrow(name[:_LONGEST_NAME])
    if _COMPANY_INSIDE.search(text):
        return True
    bare = _PAREN.sub("", text).strip() or text
    return len(bare) > 2 and _COMPANY_END.search(bare) is not None


def is_person(name: str) -> bool:
    """Whether the text reads as a person: a known surname with one to three characters, 李总, 阿迪力·买买提."""
    text = narrow(name[:_LONGEST_NAME]).replace(" ", "").replace("•", "·")
    if _TITLE.fullmatch(text):
        return text[0] in surnames().common or text[0] in surnames().readings
    if not _HAN_NAME.fullmatch(text) or is_company(text):
        return False
    if "·" in text:
        return True
    table = surnames()
    if text[:2] in table.compound:
        return len(text) > 2
    simple = simplified(text[0])
    return len(text) <= 3 and (simple in table.common or simple in table.readings)
