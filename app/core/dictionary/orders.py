"""Product 产品, Order 订单 with its lines, Payment 回款."""

from __future__ import annotations

from app.core.choices import Choice, Meaning
from app.core.dictionary.common import CUSTOMER, OWNER, link, merged_into, name, remark, system
from app.core.fields import CODED, NAMED, Entity, Field, FieldType

_MAIN = ("main", "基本信息", "Basics")
_TAIL = (("custom", "自定义字段", "Custom fields"), ("system", "其他", "Other"))

ORDER_STATUSES = (
    Choice("draft", "草稿", "Draft", ("未提交", "待确认"), "gray", meaning="draft"),
    Choice("confirmed", "已确认", "Confirmed", ("生效", "已下单", "已审核", "处理中"), "primary", meaning="counts"),
    Choice("shipped", "已发货", "Shipped", ("发货", "配送中"), "cyan", meaning="counts"),
    Choice("done", "已完成", "Done", ("完成", "已签收", "交易成功", "Completed", "Delivered"), "ok", meaning="counts"),
    Choice(
        "cancelled", "已取消", "Cancelled", ("取消", "作废", "关闭", "Canceled", "Void"), "bad", meaning="cancelled"
    ),
)
ORDER_MEANINGS = (
    Meaning("draft", "草稿，不计入销售额", "Draft, no revenue"),
    Meaning("counts", "有效，计入销售额", "In force, counts as revenue", neutral=True, needed=True),
    Meaning("cancelled", "已取消，不计入销售额", "Cancelled, no revenue"),
)
PAYMENT_KINDS = (
    Choice("receipt", "回款", "Receipt", ("收款", "付款", "Payment"), "ok", meaning="receipt"),
    Choice("refund", "退款", "Refund", ("退回",), "bad", meaning="refund"),
)
PAYMENT_MEANINGS = (
    Meaning("receipt", "收进来的钱", "Money received", neutral=True, needed=True),
    Meaning("refund", "退出去的钱", "Money paid back", needed=True),
)
METHODS = (
    Choice("transfer", "银行转账", "Bank transfer", ("转账", "电汇", "对公转账", "汇款"), "primary"),
    Choice("cash", "现金", "Cash", (), "ok"),
    Choice("wechat", "微信", "WeChat Pay", ("微信支付",), "ok"),
    Choice("alipay", "支付宝", "Alipay", (), "cyan"),
    Choice("draft", "承兑汇票", "Acceptance draft", ("承兑", "银行承兑"), "violet"),
    Choice("cheque", "支票", "Cheque", (), "violet"),
    Choice("card", "刷卡", "Card", ("POS", "信用卡"), "warn"),
    Choice("other", "其他", "Other", (), "gray"),
)

PRODUCTS = Entity(
    key="products",
    table="product",
    zh="产品",
    en="Products",
    icon="package",
    tone="violet",
    sidebar=7,
    named=r"产品|商品|product|item",
    match=(("external_id",), ("code",), ("name",)),
    made=True,
    duplicates=True,
    stale=(("updated_at", 730, None),),
    shared=True,
    groups=(_MAIN, *_TAIL),
    fields=(
        name("产品名称", "Name", "品名", "商品名称", "商品", "产品", "Product", "Product Name", "Item", width=220,
             searchable=True),
        Field("code", "产品编码", "Code", group="main", shown=True, max_length=60, unique=True, searchable=CODED,
              synonyms=("货号", "SKU", "编码", "商品编码", "Product ID", "Product Code")),
        Field("category", "类别", "Category", FieldType.CHOICE, office=True, open_choices=True, max_length=60, group="main", shown=True,
              synonyms=("产品类别", "分类", "品类", "Product Category")),
        Field("unit", "单位", "Unit", group="main", max_length=20, shown=True, width=60, synonyms=("计量单位",)),
        Field("price", "单价", "Price", FieldType.MONEY, group="main", shown=True, width=100, least=0,
              synonyms=("售价", "标准价", "价格", "Unit Price")),
        Field("cost", "成本", "Cost", FieldType.MONEY, group="main", width=100, synonyms=("成本价", "进价"), optional=True),
        Field("active", "在售", "Active", FieldType.BOOL, group="main", shown=True, width=72, synonyms=("启用", "上架")),
        remark(),
        merged_into("products"),
        *system(searchable=True),
    ),
)  # fmt: skip

ORDERS = Entity(
    key="orders",
    table="sales_order",
    zh="订单",
    en="Orders",
    icon="shopping-cart",
    tone="primary",
    measure="张",
    room="deals",
    sidebar=5,
    origin="channel",
    named=r"订单|合同|order|invoice",
    match=(("external_id",), ("number",)),
    title="number",
    number_prefix="O",
    happened="ordered_on",
    follows=("customer",),
    groups=(_MAIN, ("money", "金额", "Money"), *_TAIL),
    fields=(
        Field("number", "订单编号", "Number", readonly=True, group="main", shown=True, width=104, max_length=40,
              unique=True, searchable=CODED),
        CUSTOMER,
        Field("name", "摘要", "Summary", group="main", searchable=NAMED, width=180,
              synonyms=("订单名称", "订单摘要", "主题", "Order Name")),
        link("deal", "商机", "Deal", "deals", "销售机会", "Opportunity", optional=True),
        Field("ordered_on", "下单日期", "Ordered", FieldType.DATE, group="main", shown=True, width=104, required=True,
              now=True, synonyms=("订单日期", "下单时间", "订单时间", "销售日期", "交易日期", "购买日期", "成交日期", "签约日期", "日期", "Order Date", "Date",
                        "Purchase Date", "InvoiceDate", "order_date"), past=True),
        Field("status", "状态", "Status", FieldType.CHOICE, office=True, choices=ORDER_STATUSES, meanings=ORDER_MEANINGS, max_length=20, group="main", shown=True, width=84,
              usual="confirmed",
              synonyms=("订单状态", "Order Status")),
        Field("amount", "订单金额", "Amount", FieldType.MONEY, group="money", shown=True, width=120,
              synonyms=("金额", "总金额", "销售额", "实付金额", "应付金额", "成交额", "成交金额", "合计", "Sales", "Total", "Revenue", "Order Amount",
                        "Order Total", "spend", "Spent")),
        Field("refund", "退款金额", "Refunded", FieldType.MONEY, group="money", width=100, least=0, synonyms=("退款", "Refund"), optional=True),
        Field("cost", "成本", "Cost", FieldType.MONEY, group="money", width=100, synonyms=("订单成本", "总成本"), optional=True),
        Field("profit", "毛利", "Profit", FieldType.MONEY, group="money", width=110, readonly=True,
              synonyms=("利润", "毛利润", "利润额", "Margin", "Gross Profit"), help="净额减成本；从文件导入时换算成成本"),
        Field("net", "净额", "Net", FieldType.MONEY, group="money", width=110, readonly=True, importable=False,
              help="订单金额减退款；草稿和已取消的订单为零"),
        Field("received", "已收", "Received", FieldType.MONEY, group="money", shown=True, width=110, readonly=True,
              importable=False, help="这张订单的回款减退款之和"),
        Field("owed", "未收", "Owed", FieldType.MONEY, group="money", shown=True, width=110, readonly=True,
              importable=False, help="净额减已收"),
        Field("due_on", "应收日期", "Due", FieldType.DATE, group="money", width=104,
              synonyms=("到期日", "付款期限", "应付日期", "账期到期", "Due Date", "Payment Due"), optional=True),
        OWNER,
        Field("channel", "渠道", "Channel", FieldType.CHOICE, office=True, open_choices=True, max_length=60, group="main", width=96,
              synonyms=("销售渠道", "店铺", "平台", "Sales Channel")),
        Field("province", "省份", "Province", group="main", max_length=40, synonyms=("省", "State")),
        Field("city", "城市", "City", group="main", max_length=40, synonyms=("市", "所在城市")),
        remark(),
        *system("订单号", "订单ID", "单号", "Order ID", "Order No", "InvoiceNo", "Invoice No", "order_id", "合同编号",
                searchable=True),
    ),
)  # fmt: skip

ORDER_LINES = Entity(
    key="order_lines",
    table="order_line",
    zh="订单明细",
    en="Order lines",
    icon="package",
    tone="violet",
    measure="条",
    parent="order",
    groups=(_MAIN, *_TAIL),
    fields=(
        Field("name", "品名", "Item", group="main", shown=True, width=220,
              synonyms=("产品名称", "商品名称", "商品", "货品", "Product Name", "Description")),
        link("order", "订单", "Order", "orders", "订单号", "订单编号", "Order ID", shown=True, required=True),
        link("product", "产品", "Product", "products", "产品编码", "商品编码", "货号", "SKU", "Product ID", "StockCode"),
        Field("category", "类别", "Category", FieldType.CHOICE, office=True, open_choices=True, max_length=60, group="main", shown=True,
              synonyms=("产品类别", "品类", "Product Category")),
        Field("quantity", "数量", "Quantity", FieldType.NUMBER, group="main", shown=True, width=80,
              synonyms=("件数", "购买数量", "Qty")),
        Field("price", "单价", "Price", FieldType.MONEY, group="main", shown=True, width=100,
              synonyms=("成交价", "UnitPrice", "Unit Price")),
        Field("amount", "金额", "Amount", FieldType.MONEY, group="main", shown=True, width=110,
              synonyms=("小计", "明细金额", "Sales", "Line Total")),
        Field("cost", "成本", "Cost", FieldType.MONEY, group="main", width=100, optional=True),
        Field("profit", "毛利", "Profit", FieldType.MONEY, group="main", width=100, readonly=True,
              synonyms=("利润", "毛利润", "Margin"), help="金额减成本；从文件导入时换算成成本"),
        *system(),
    ),
)  # fmt: skip

PAYMENTS = Entity(
    key="payments",
    table="payment",
    zh="回款",
    en="Payments",
    icon="wallet",
    tone="ok",
    measure="笔",
    sidebar=6,
    named=r"回款|收款|付款|payment",
    match=(("external_id",), ("number",)),
    title="number",
    number_prefix="R",
    happened="paid_on",
    follows=("customer",),
    groups=(_MAIN, *_TAIL),
    fields=(
        Field("number", "回款编号", "Number", readonly=True, group="main", shown=True, width=104, max_length=40,
              unique=True),
        CUSTOMER,
        link("order", "订单", "Order", "orders", "订单号", "订单编号", "合同编号", "Order ID", shown=True, width=110),
        Field("kind", "类型", "Kind", FieldType.CHOICE, office=True, choices=PAYMENT_KINDS, meanings=PAYMENT_MEANINGS, max_length=10, group="main", shown=True, width=72,
              usual="receipt"),
        Field("amount", "金额", "Amount", FieldType.MONEY, group="main", shown=True, width=120, required=True,
              synonyms=("回款金额", "收款金额", "到账金额", "Payment Amount")),
        Field("paid_on", "到账日期", "Paid on", FieldType.DATE, group="main", shown=True, width=104, required=True,
              synonyms=("回款日期", "收款日期", "付款日期", "日期", "Payment Date", "Date"), past=True),
        Field("method", "方式", "Method", FieldType.CHOICE, office=True, choices=METHODS, max_length=20, group="main", shown=True, width=96,
              synonyms=("付款方式", "回款方式", "支付方式", "Payment Method")),
        OWNER,
        remark(searchable=False),
        *system("回款单号", "流水号", "Payment ID"),
    ),
)  # fmt: skip
