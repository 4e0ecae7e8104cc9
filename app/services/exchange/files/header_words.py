"""The words offices put above their columns, and what plainly is a value."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef])\s+|\s+(?=[\u2e80-\u9fff\uff00-\uffef])")

_CONTAINED = re.compile(
    "姓名|名称|名稱|简称|全称|名字|客户|客戶|顧客|顾客|会员|會員|联系|聯絡|聯繫|电话|電話|手机|手機|传真|傳真|邮箱|郵箱|邮件|郵件|"
    "邮编|地址|住址|住所|网址|網址|微信|身份证|身分證|证件|代码|代碼|编号|編號|编码|序号|序號|账号|帳號|账户|卡号|日期|时间|時間|"
    "生日|年龄|年齡|性别|性別|职务|職務|职位|職位|部门|部門|行业|行業|级别|級別|等级|类别|類別|类型|類型|状态|狀態|阶段|来源|來源|渠道|"
    "备注|備註|说明|描述|内容|标签|负责|業務|业务员|销售|客服|跟进|回访|拜访|合作|成交|金额|金額|单价|單價|价格|總價|总价|数量|數量|"
    "合计|折扣|费用|余额|积分|次数|商品|产品|產品|型号|规格|订单|訂單|合同|发票|开票|税号|付款|收款|支付|物流|发货|省份|城市|区域|"
    "地区|國家|国家|区县|街道|注册|登记|登記|创建|修改|更新|最近|首次|评分|备用|会社|氏名|住所|担当|고객|전화|이름|주소",
)
_EXACT = frozenset(
    "公司 单位 單位 企业 企業 姓 名 省 市 区 县 店 门店 性别 称呼 尊称 行号 编号 序 号 no 年 月 日 年度 月份 "
    "主题 标题 摘要 详情 旺旺 qq msn 收件人 寄件人 法人 股东 总额 小计 单号 快递 电邮 信箱 车牌 楼号 房号 学号 班级 科目 "
    "意向 需求 预算 品牌 颜色 尺码".split(),
)
_ENGLISH = re.compile(
    r"\b(?:name|phone|tel|telephone|mobile|cell|fax|e-?mail|mail|address|company|organi[sz]ation|customer|client|contact|"
    r"title|position|job|department|date|time|birthday|created|updated|modified|amount|price|cost|total|quantity|qty|"
    r"product|item|order|status|stage|type|category|source|channel|remarks?|notes?|comments?|description|id|no|number|"
    r"code|city|state|province|country|zip|postcode|gender|sex|age|owner|sales|region|industry|website|url|value|key|"
    r"first|last|tags?|level|score|currency|discount)\b"
)
_VALUE = re.compile(
    r"[\w.+-]+[@＠][\w.-]+\.\w+"  # mail
    r"|https?://\S+"
    r"|[￥¥$€]?\s*[（(]?[-+]?[\d,，]+(?:\.\d+)?[)）]?\s*(?:%|元|万|万元|亿)?"  # numbers and money
    r"|\d{2,4}\s*[-./年]\s*\d{1,2}(?:\s*[-./月]\s*\d{1,2}日?月?)?(?:[ T]\d.*)?"  # dates
    r"|\d{4}年\d{1,2}月"
    r"|\+?[\d\s()（）/-]{7,}(?:转|轉|ext\.?)?\s*\d*(?:[（(].*[)）])?",
    re.IGNORECASE,
)
_MONTH_OR_YEAR = re.compile(r"(?:19|20)\d\d年?|\d{1,2}月|[一二三四]季度|q[1-4]", re.IGNORECASE)


def normal(text: str) -> str:
    """Comparison form of a label: NFKC, without spaces, lower case."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).lower()


def shown(text: str) -> str:
    """A label on one line: line breaks inside Chinese vanish, other white space becomes one space."""
    return _SPACES.sub(" ", _BETWEEN_HAN.sub("", text.strip()))


def is_label_word(text: str) -> bool:
    """Whether a short text holds a word used above columns."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if not plain or len(plain) > 30 or is_value(text):
        return False
    plain_words = plain.replace("_", " ")
    if _ENGLISH.search(plain_words):
        return True
    compact = _SPACES.sub("", plain)
    return len(compact) <= 14 and (compact in _EXACT or bool(_CONTAINED.search(compact)))


def is_value(text: str) -> bool:
    """Whether a text plainly is data: a number, a date, a phone, a mail address, mostly digits, or long."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return False
    if _MONTH_OR_YEAR.fullmatch(plain):
        return False
    if len(plain) > 40 or _VALUE.fullmatch(plain):
        return True
    digits = sum(map(str.isdigit, plain))
    return digits >= 3 and digits * 2 >= len(plain)


def is_remark(text: str) -> bool:
    """Whether a text above a table is a remark such as "单位：元" rather than a label."""
    return bool(re.search(r"[：:].|^[（(].*[)）]$|[。！]$", text.strip())) or len(text.strip()) > 30
