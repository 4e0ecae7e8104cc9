"""Charts with made-up values, every kind and every state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app.core.i18n import language
from app.views.charts.chart import Chart
from app.views.charts.columns import ColumnChart
from app.views.charts.data import Mark, Series, Unit
from app.views.charts.donut import DonutChart
from app.views.charts.funnel import FunnelChart
from app.views.charts.heat import HeatChart
from app.views.charts.kpi import KpiChart
from app.views.charts.line import LineChart
from app.views.charts.ranking import RankingChart
from app.views.charts.timeaxis import month_text


def word(zh: str, en: str) -> str:
    return zh if language() == "zh" else en


def months(count: int, first: date = date(2025, 12, 1)) -> list[date]:
    """The first days of months in a row."""
    index = first.year * 12 + first.month - 1
    return [date((index + n) // 12, (index + n) % 12 + 1, 1) for n in range(count)]


def month_series(name: str, values: list[float | None], *, faint: bool = False, back: int = 0) -> Series:
    """Monthly sums; the last month still runs. A comparison lies over the days of the other."""
    marks = []
    for at, (day, value) in enumerate(zip(months(len(values)), values, strict=True)):
        real = date(day.year - back, day.month, 1)
        running = at == len(values) - 1 and not faint
        marks.append(
            Mark(
                month_text(real),
                value,
                ("month", name, real.isoformat()[:7]),
                at=day,
                unfinished=running,
                note=word("41 个订单", "41 orders") if at == 3 else "",
            )
        )
    return Series(name, tuple(marks), faint=faint)


NOW: list[float | None] = [
    210_00,
    146_00,
    262_00,
    291_00,
    312_00,
    284_00,
    352_00,
    391_00,
    362_00,
    431_00,
    452_00,
    490_00,
]
BEFORE: list[float | None] = [
    181_00,
    126_00,
    222_00,
    231_00,
    262_00,
    273_00,
    291_00,
    303_00,
    322_00,
    331_00,
    362_00,
    394_00,
]


def wan(values: list[float | None]) -> list[float | None]:
    """Thousands of yuan into minor units."""
    return [None if v is None else v * 10_000 for v in values]


def line() -> Chart:
    series = [
        month_series(word("今年", "This year"), wan(NOW)),
        month_series(word("去年同期", "Last year"), wan(BEFORE), faint=True, back=1),
    ]
    return LineChart(word("成交额趋势", "Sales over time"), series, Unit.MONEY)


def lines() -> Chart:
    names = [
        ("苏州", "Suzhou"),
        ("无锡", "Wuxi"),
        ("上海", "Shanghai"),
        ("南京", "Nanjing"),
        ("杭州", "Hangzhou"),
        ("宁波", "Ningbo"),
    ]
    series = [
        month_series(word(*name), [v and v * (0.3 + 0.15 * at) + at * 7 % 5 * 1000 for v in NOW])
        for at, name in enumerate(names)
    ]
    return LineChart(word("各城市订单", "Orders by city"), series, Unit.COUNT, area=False)


def gaps() -> Chart:
    values: list[float | None] = [0.4, 0.5, None, None, 0.62, 0.7, None, 0.66, 0.61, 0.72, 0.8, 0.92]
    return LineChart(word("SLA 达成率", "SLA attainment"), [month_series("SLA", values)], Unit.RATE)


def days() -> Chart:
    marks = tuple(
        Mark(f"{n + 1}", float((n * 37) % 23 - 4) * 10_000_00, ("day", n), at=date(2026, 3, 1 + n)) for n in range(28)
    )
    return LineChart(word("每日净额", "Net by day"), [Series(word("净额", "Net"), marks)], Unit.MONEY, months=False)


def _people() -> list[str]:
    return (
        ["陈晓彤", "李建国", "王思远", "周敏", "赵磊", "孙佳怡"]
        if language() == "zh"
        else ["Chen Xiaotong", "Li Jianguo", "Wang Siyuan", "Zhou Min", "Zhao Lei", "Sun Jiayi"]
    )


def stacked() -> Chart:
    people = _people()
    kinds = [("新签", "New"), ("续费", "Renewal"), ("增购", "Upsell")]
    table = [[86, 72, 64, 58, 41, 30], [41, 54, 30, 25, 32, 18], [19, 12, 27, 8, 13, 10]]
    series = [
        Series(word(*kind), tuple(Mark(p, v * 1_000_000, (kind[1], p)) for p, v in zip(people, row, strict=True)))
        for kind, row in zip(kinds, table, strict=True)
    ]
    return ColumnChart(word("销售业绩", "Sales by person"), people, series, Unit.MONEY, stacked=True)


def grouped() -> Chart:
    names = [month_text(day) for day in months(8)]
    now = Series(
        word("本期", "This period"),
        tuple(Mark(n, 20.0 + at * 7 % 19, ("now", at), unfinished=at == 7) for at, n in enumerate(names)),
    )
    then = Series(
        word("上期", "Period before"),
        tuple(Mark(n, 16.0 + at * 5 % 17, ("then", at)) for at, n in enumerate(names)),
        faint=True,
    )
    return ColumnChart(word("新客户", "New customers"), names, [then, now])


def columns() -> Chart:
    names = ["0–7", "8–30", "31–60", "61–90", word("90 天以上", "over 90 days")]
    values = [1_250_000_00, 640_000_00, 310_000_00, -42_000_00, 95_500_50]
    return ColumnChart(
        word("应收账龄", "Receivables by age"),
        names,
        [Series(word("应收", "Owed"), tuple(Mark(n, v, n) for n, v in zip(names, values, strict=True)))],
        Unit.MONEY,
    )


def ranking() -> Chart:
    names = [
        "恒力精密机械有限公司",
        "苏州工业园区新希望科技",
        "王丽",
        "海纳国际贸易",
        "同方制造",
        "大成咨询",
        "金桥物流",
        "远景能源",
        "华润纸业",
        "蓝天环保",
    ]
    english = [
        "Hengli Precision Machinery Co., Ltd.",
        "New Hope Technology",
        "Wang Li",
        "Haina Trading",
        "Tongfang",
        "Dacheng Consulting",
        "Jinqiao",
        "Envision",
        "Huarun Paper",
        "Blue Sky",
    ]
    marks = [
        Mark(
            word(zh, en),
            9_600_000_00 / (at + 1.4),
            ("customer", at),
            extra=("A",) if at < 3 else ("B",),
            previous=7_000_000_00 / (at + 1) if at < 6 else None,
        )
        for at, (zh, en) in enumerate(zip(names, english, strict=True))
    ]
    return RankingChart(word("客户贡献", "Customers by revenue"), marks, Unit.MONEY)


def funnel() -> Chart:
    steps = [
        ("潜在", "Lead", 420, 32),
        ("意向", "Interested", 236, 21),
        ("报价", "Quoted", 128, 13.6),
        ("谈判", "Negotiating", 61, 7.9),
        ("成交", "Won", 34, 4.86),
    ]
    marks = [
        Mark(
            word(zh, en),
            n,
            ("stage", en),
            extra=(word(f"¥{m * 100:g}万", f"¥{m:g}M"), word(f"{at * 3 + 4} 天", f"{at * 3 + 4} days")),
        )
        for at, (zh, en, n, m) in enumerate(steps)
    ]
    return FunnelChart(word("销售漏斗", "Sales funnel"), marks)


def donut() -> Chart:
    parts = [
        ("老客户转介绍", "Referral", 412),
        ("展会", "Trade fair", 268),
        ("线上咨询", "Online", 233),
        ("电话拓展", "Cold calls", 154),
        ("其他", "Other", 77),
    ]
    return DonutChart(
        word("客户来源", "Customer sources"),
        [Mark(word(z, e), n, ("source", e)) for z, e, n in parts],
        center=word("客户总数", "customers"),
    )


def cohort() -> Chart:
    shares = [
        [1, 0.62, 0.51, 0.47, 0.44, 0.42],
        [1, 0.58, 0.49, 0.45, 0.43],
        [1, 0.66, 0.57, 0.52],
        [1, 0.64, 0.55],
        [1, 0.69],
        [1],
    ]
    rows = [month_text(day) for day in months(6, date(2026, 6, 1))]
    cells = [
        [
            Mark("", v, (at, n), unfinished=n == len(row) - 1, note=word("31 位客户", "31 customers"))
            for n, v in enumerate(row)
        ]
        for at, row in enumerate(shares)
    ]
    return HeatChart(
        word("客户留存", "Retention"), rows, [word(f"第{n}月", f"+{n}") for n in range(6)], cells, Unit.RATE
    )


def rfm() -> Chart:
    table = [
        [64, 88, 120, 142, 186],
        [92, 110, 98, 86, 73],
        [130, 97, 71, 52, 38],
        [188, 104, 58, 31, 17],
        [243, 96, 40, 18, 9],
    ]
    rows = [word("R5 近", "R5 recent"), "R4", "R3", "R2", word("R1 远", "R1 long ago")]
    cells = [[Mark("", v, (5 - at, n + 1)) for n, v in enumerate(row)] for at, row in enumerate(table)]
    return HeatChart(word("RFM 分布", "RFM grid"), rows, [f"F{n}" for n in range(1, 6)], cells)


def kpi() -> Chart:
    mark = Mark(word("本月成交", "Sales this month"), 4_862_000_00, ("kpi", "sales"), previous=4_325_000_00)
    return KpiChart(
        word("本月成交", "Sales this month"),
        mark,
        Unit.MONEY,
        spark=[3, 2.6, 2.8, 3.4, 2.2, 2.9, 2.5, 3.8, 3.9, 4.6, 4.8],
        compared=word("较上月", "vs last month"),
    )


def kpi_worse() -> Chart:
    mark = Mark(word("首次响应中位数", "Median first response"), 16.4, ("kpi", "first"), previous=12.1)
    return KpiChart(
        word("首次响应中位数", "Median first response"),
        mark,
        Unit.HOURS,
        better="less",
        spark=[1, 2, 3, 2, 4, 3, 5],
        compared=word("较上月", "vs last month"),
        tone="violet",
    )


def kpi_none() -> Chart:
    name = word("赢单率", "Win rate")
    return KpiChart(name, Mark(name, None, None), Unit.RATE, reason=word("本期没有结束的商机", "No deal was closed"))


def nothing() -> Chart:
    return LineChart(
        word("成交额趋势", "Sales over time"),
        [],
        Unit.MONEY,
        reason=word(
            "所选时间内没有确认的订单。换一个时间段，或导入订单。",
            "No confirmed order in this period. Choose another one, or import orders.",
        ),
    )


ALL: dict[str, Callable[[], Chart]] = {
    f.__name__: f
    for f in (
        line,
        lines,
        gaps,
        days,
        stacked,
        grouped,
        columns,
        ranking,
        funnel,
        donut,
        cohort,
        rfm,
        kpi,
        kpi_worse,
        kpi_none,
        nothing,
    )
}
